"""Making the file of an export: a chunk of rows at a time, and who got rows of which centre."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

from auth.events import Event, EventKind, event
from auth.viewer import Viewer
from exchange.export import as_csv
from exchange.export.listing import Chunk, Listing
from exchange.export.note import Note

CSV: Final = "text/csv; charset=utf-8"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS: Final = {"csv": CSV, "xlsx": XLSX}
"""The media type of each kind of file."""
MOST_ROWS: Final = (1 << 20) - 1
"""Rows that fit into a sheet below its header."""


class NoRoomError(Exception):
    """A file that is needed on the way cannot be written."""


class Export(NamedTuple):
    """A list on its way into a file."""

    listing: Listing
    note: Note
    taken: Callable[[Chunk], None]
    """Told of every chunk before it leaves."""


class Tally:
    """How many rows somebody got, of each centre."""

    def __init__(self, listing: Listing) -> None:
        """Begin with none of a list."""
        self._counted = listing.learners
        self.rows = 0
        self.whole = False
        """Whether they got all there was."""
        self._by_centre: Counter[int | None] = Counter()

    def add(self, chunk: Chunk) -> None:
        """Count a chunk."""
        self.rows += len(chunk)
        self._by_centre.update(row.centre_id for row in chunk)

    def events(self, viewer: Viewer, now: datetime, what: str) -> Iterator[Event]:
        """What is kept of it: one event a centre, or one about none."""
        code = "DONE" if self.whole else "BROKEN_OFF"
        for centre_id, amount in self._amounts():
            subject = f"{amount} {what}"
            yield event(
                EventKind.EXPORT_MADE, viewer, now, centre_id=centre_id, code=code, subject=subject
            )

    def _amounts(self) -> Iterator[tuple[int | None, str]]:
        """How much of each centre has left, in words."""
        if self._counted and self.rows:
            for centre_id, learners in sorted(self._counted.items()):
                yield (
                    centre_id,
                    f"counts of {learners} {'learner' if learners == 1 else 'learners'} in",
                )
            return
        for key, rows in self._by_centre.items() or [(None, 0)]:
            yield key, f"{rows} rows of"


async def csv_pieces(export: Export) -> AsyncGenerator[bytes]:
    """The bytes of a CSV file as they come."""
    expected = await export.listing.total()
    yield as_csv.head(export.note.sentence(expected), export.listing.columns)
    async for chunk in _chunks(export):
        yield as_csv.body(chunk)


async def write_xlsx(export: Export, path: Path) -> None:
    """Write a workbook; broken off, it leaves no file open. Raises NoRoomError."""
    from exchange.export.as_xlsx import XlsxFile  # noqa: PLC0415 - 3 MB that few workers need

    with _writing():
        file = XlsxFile(path, export.listing.title, export.listing.columns)
    rows = 0
    try:
        async for chunk in _chunks(export):
            rows += len(chunk)
            with _writing():
                await in_thread(file.write, chunk)
        with _writing():
            await in_thread(file.close, export.note.lines(rows))
    except BaseException:
        file.abandon()
        raise


@contextmanager
def a_folder() -> Iterator[Path]:
    """A folder for files that are needed on the way, gone afterwards; raises NoRoomError."""
    with _writing():
        made = TemporaryDirectory(prefix="learner-tracking-")
    with made as name:
        yield Path(name)


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NoRoomError(type(error).__name__) from error


async def in_thread(work: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401 - the work's own answer
    """Work in a thread, which has come to its end when this has, even if that is broken off."""
    working = asyncio.ensure_future(asyncio.to_thread(work, *arguments))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait({working})
        raise


async def _chunks(export: Export) -> AsyncGenerator[Chunk]:
    async with aclosing(export.listing.chunks()) as chunks:
        async for chunk in chunks:
            export.taken(chunk)
            yield chunk
