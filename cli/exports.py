"""Taking lists away as files, on the machine itself."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

import orjson
from rich.console import Console
from rich.text import Text

from auth.events import append
from auth.explain import verdict
from auth.permissions import Permission
from auth.sessions import viewer_by_email
from auth.viewer import CONSOLE, Viewer
from cli.files import made
from cli.running import opened, run, stop
from database.connection import Database
from domain.errors import Missing, Refused
from domain.people import normal_email
from exchange.export.making import (
    Export,
    Tally,
    a_folder,
    csv_pieces,
    in_thread,
    write_xlsx,
)
from exchange.export.note import Note
from loaders.reading import Reading
from schema.root import make_schema
from server.clock import Clock
from server.lists import LISTS, Asked, file_name, listing_of
from server.settings import Settings

Kind = Literal["csv", "xlsx"]

_BY_CENTRE: Final = ("access-log", "unmatched-entries")
"""Lists of one centre, which is no part of their filter."""


def export(
    name: str,
    /,
    *,
    format: Kind = "csv",  # noqa: A002 - the option's own name
    user: str | None = None,
    centre: list[str] | None = None,
    filter: str | None = None,  # noqa: A002 - as above
    order_by: str | None = None,
    group_by: str | None = None,
    on: str | None = None,
    until: str | None = None,
    output: Path | None = None,
) -> None:
    """Write a list into a file, as one person sees it, or all there is.

    Parameters
    ----------
    name
        learners, issues, declarations, completion, flag-counts, issue-counts, deadlines,
        unmatched-entries, changes or access-log.
    format
        csv or xlsx.
    user
        The e-mail address of the person whose rows and fields these are to be.
    centre
        Five-digit centre number; may be given again, for lists of one centre only once.
    filter
        The filter of the graph, as JSON.
    order_by
        The order of the graph, such as ULN.
    group_by
        For counts: what to tell apart, such as CENTRE.
    on
        The day to judge for, as YYYY-MM-DD, in place of today.
    until
        For deadlines: the last day to look at, as YYYY-MM-DD, in place of 92 days from today.
    output
        The file, which must not be there yet; without it, one with the list's name and the day.

    """
    if name not in LISTS:
        stop(f"There is no list {name}; there are {', '.join(LISTS)}.")
    given = {
        "filter": filter,
        "orderBy": order_by,
        "groupBy": group_by,
        "on": on,
        "until": until,
    }
    asked = Asked(make_schema(), _parameters(name, given, centre or []))

    async def work() -> tuple[Path, int]:
        async with opened() as database:
            clock = Clock(Settings().today)
            viewer = await _seen_by(database, user)
            reading = Reading(database.reader, viewer, clock.today())
            listing = await listing_of(name, reading, asked)
            tally = Tally(listing)
            note = Note(listing.title, viewer.named, clock.now(), asked.text, listing.not_included)
            path = output or Path(file_name(name, format, asked, clock.today()))
            with made(path):
                await _write(Export(listing, note, tally.add), format, path)
                tally.whole = True
                what = ", ".join([path.name, *asked.conditions])
                told = tally.events(CONSOLE, clock.now(), what)
                await append(database.writer, *told)
            return path, tally.rows

    path, rows = run(work)
    Console().print(Text(f"{path}: {rows:,} rows."), soft_wrap=True)


async def _write(export: Export, kind: Kind, path: Path) -> None:
    if kind == "xlsx":
        with a_folder() as folder:
            made = folder / "export.xlsx"
            await write_xlsx(export, made)
            await in_thread(shutil.copyfile, made, path)
        return
    with path.open("wb") as file:
        async for piece in csv_pieces(export):
            await in_thread(file.write, piece)


def _parameters(name: str, given: Mapping[str, str | None], centres: list[str]) -> dict[str, str]:
    """The options as an address would have them."""
    asked = {key: value for key, value in given.items() if value is not None}
    if not centres:
        return asked
    if name in _BY_CENTRE:
        if len(centres) > 1:
            stop("This list is of one centre; give --centre once.")
        return {**asked, "centre": centres[0]}
    try:
        wanted = orjson.loads(asked.get("filter", "{}"))
    except orjson.JSONDecodeError:
        return asked  # whose fault is told with all others
    if isinstance(wanted, dict):
        asked["filter"] = orjson.dumps({**wanted, "centres": centres}).decode()
    return asked


async def _seen_by(database: Database, user: str | None) -> Viewer:
    if user is None:
        return CONSOLE
    viewer = await viewer_by_email(database, normal_email(user) or "")
    if viewer is None:
        message = "There is no account with this e-mail address that could log in."
        raise Missing(message)
    answer = verdict(viewer, Permission.EXPORT_MAKE)
    if not answer.allowed:
        raise Refused(answer.reason)
    return viewer.narrowed(Permission.EXPORT_MAKE)
