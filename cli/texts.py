"""Commands about useful links, contacts and help topics."""

from pathlib import Path
from typing import Literal

from cyclopts import App
from rich.console import Console
from rich.table import Table
from rich.text import Text

from actions.support_texts import Wording, remove_text, set_text
from auth.viewer import CONSOLE
from cli.files import text_of
from cli.running import opened, run, stop
from cli.tables import print_table
from database.connection import Database
from domain.vocabulary import TextKind
from loaders.reading import Reading
from loaders.support_texts import SupportTextRow, support_texts
from server.clock import Clock

Kind = Literal["link", "contact", "help"]

app = App(name="text", help="Useful links, contacts and help topics.")


@app.command(name="list")
def list_texts() -> None:
    """List all texts."""

    async def work() -> list[SupportTextRow]:
        async with opened() as database:
            return [row for kind in TextKind for row in await _texts(database, kind)]

    table = Table("kind", "key", "title", "address")
    for row in run(work):
        table.add_row(row.kind.lower(), row.key, Text(row.title), Text(row.url or ""))
    print_table(table)


@app.command
def show(kind: Kind, key: str, /) -> None:
    """Print a text.

    Parameters
    ----------
    kind
        link, contact or help.
    key
        What programs ask for it by.

    """

    async def work() -> SupportTextRow | None:
        async with opened() as database:
            return await _text(database, kind, key)

    row = run(work)
    if row is None:
        stop("There is no text of this kind with this key.")
    Console().print(Text(row.title, style="bold"), Text(f"\n{row.body}"), sep="\n", soft_wrap=True)


@app.command(name="set")
def set_(
    kind: Kind, key: str, file: Path, /, *, title: str, url: str | None = None, place: int = 0
) -> None:
    """Write a text, in place of one that is there.

    Parameters
    ----------
    kind
        link, contact or help.
    key
        What programs ask for it by: small letters, digits and hyphens.
    file
        A text file in UTF-8, its paragraphs apart by an empty line.
    title
        A heading, or the question that it answers.
    url
        Where to go.
    place
        Its place among those of its kind.

    """
    body = text_of(file)

    async def work() -> None:
        async with opened() as database:
            held = await _text(database, kind, key)
            await set_text(
                database,
                CONSOLE,
                TextKind[kind.upper()],
                key,
                Wording(title, body, url, place),
                expected_version=held.version if held else None,
                now=Clock().now(),
            )

    run(work)
    Console().print(Text(f"{kind} {key} is written."))


@app.command
def remove(kind: Kind, key: str, /) -> None:
    """Take a text away.

    Parameters
    ----------
    kind
        link, contact or help.
    key
        What programs ask for it by.

    """

    async def work() -> None:
        async with opened() as database:
            held = await _text(database, kind, key)
            await remove_text(
                database,
                CONSOLE,
                TextKind[kind.upper()],
                key,
                expected_version=held.version if held else 0,
                now=Clock().now(),
            )

    run(work)
    Console().print(Text(f"{kind} {key} is gone."))


async def _texts(
    database: Database, kind: TextKind, key: str | None = None
) -> list[SupportTextRow]:
    reading = Reading(database.reader, CONSOLE, Clock().today())
    return await support_texts(reading, kind, key)


async def _text(database: Database, kind: Kind, key: str) -> SupportTextRow | None:
    found = await _texts(database, TextKind[kind.upper()], key)
    return found[0] if found else None
