"""Commands about the terms of use."""

from pathlib import Path

from cyclopts import App
from rich.console import Console
from rich.text import Text

from actions.terms import publish_terms
from auth.viewer import CONSOLE
from cli.files import text_of
from cli.running import opened, run
from loaders.account_rows import TermsRow
from loaders.reading import Reading
from loaders.terms import current_terms
from server.clock import Clock

app = App(name="terms", help="The terms of use that everybody accepts.")


@app.command
def show() -> None:
    """Print the terms of use as they hold now."""

    async def work() -> TermsRow:
        async with opened() as database:
            return await current_terms(Reading(database.reader, CONSOLE, Clock().today()))

    terms = run(work)
    console = Console()
    console.print(Text(f"{terms.title}, version {terms.version}", style="bold"))
    console.print(Text(f"\n{terms.body}"))


@app.command
def publish(file: Path, /, *, version: str, title: str = "Terms of use") -> None:
    """Publish a version; everybody has to accept it before they go on.

    Parameters
    ----------
    file
        A text file in UTF-8, its paragraphs apart by an empty line.
    version
        Its name, such as 2; none is used twice.
    title
        A heading.

    """
    body = text_of(file)

    async def work() -> None:
        async with opened() as database:
            await publish_terms(
                database, CONSOLE, version=version, title=title, body=body, now=Clock().now()
            )

    run(work)
    Console().print(Text(f"Version {version} holds now."))
