"""`GET /export/…`: a list as a file, the same rows and fields as in the graph."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack, aclosing, contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final, NamedTuple, TypeVar

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from auth.events import EventKind, event
from auth.explain import verdict
from auth.permissions import Permission
from auth.viewer import Viewer
from database.connection import Database
from domain.errors import Invalid, Missing, ProblemError, Refused
from exchange.export.listing import Chunk
from exchange.export.making import (
    KINDS,
    MOST_ROWS,
    Export,
    NoRoomError,
    Tally,
    a_folder,
    csv_pieces,
    in_thread,
    write_xlsx,
)
from exchange.export.note import Note
from loaders.reading import Reading
from schema.root import Schema
from server.admission import Admission
from server.clock import Clock
from server.lists import LISTS, LOG, Asked, file_name, listing_of
from server.places import Places
from server.recorder import Recorder
from server.refusals import RefusalError
from server.streaming import Streamed

log = structlog.get_logger(__name__)

MOST_EACH: Final = 2
"""Exports that one person may have under way."""
MOST: Final = 8
"""Exports that this process makes at once."""
PIECE: Final = 1 << 16
"""Bytes of a workbook that are sent at a time."""

Answer = TypeVar("Answer")


class _Wanted(NamedTuple):
    """Which list as which kind of file."""

    list: str
    kind: str


@dataclass(frozen=True, slots=True)
class ExportDesk:
    """Handler of `GET /export/…`."""

    admission: Admission
    clock: Clock
    database: Database
    recorder: Recorder
    schema: Schema
    places: Places = field(
        default_factory=lambda: Places(MOST_EACH, MOST, "TOO_MANY_EXPORTS", "exports")
    )

    async def give(self, request: Request) -> Response:
        """The file, sent while it is read; nothing is read for those who may not have it."""
        try:
            wanted = _wanted(request)
            viewer = await self._taker(request, wanted)
            async with AsyncExitStack() as held:
                held.enter_context(self.places.place(viewer))
                asked = Asked(self.schema, _parameters(request))
                content = await self._content(request, viewer, wanted, asked, held)
                name = file_name(wanted.list, wanted.kind, asked, self.clock.today())
                headers = {"content-disposition": f'attachment; filename="{name}"'}
                return Streamed(content, headers, held.pop_all(), KINDS[wanted.kind])
        except RefusalError as refusal:
            return refusal.response()
        except ClientDisconnect:
            return Response(status_code=400)
        except NoRoomError as error:
            log.error("export_not_made", reason=str(error))  # noqa: TRY400 - the path is ours
            message = "There is no room for a workbook at the moment; take CSV."
            return RefusalError(507, "NO_ROOM", message).response()
        except ProblemError as problem:
            return RefusalError(_STATUS[type(problem)], problem.code, problem.message).response()

    async def _taker(self, request: Request, wanted: _Wanted) -> Viewer:
        """Who asks, with only what they may take away of what they see."""
        viewer = (await self.admission.caller(request)).viewer
        answer = verdict(viewer, Permission.EXPORT_MAKE)
        if answer.allowed:
            return viewer.narrowed(Permission.EXPORT_MAKE)
        if not viewer.signed_in:
            raise RefusalError(401, answer.code, answer.reason, {"www-authenticate": "Bearer"})
        if answer.code == Refused.code:
            self._note_refusal(viewer, wanted, Refused(answer.reason, needs="EXPORT_MAKE"))
        raise RefusalError(403, answer.code, answer.reason)

    async def _content(
        self,
        request: Request,
        viewer: Viewer,
        wanted: _Wanted,
        asked: Asked,
        held: AsyncExitStack,
    ) -> AsyncGenerator[bytes]:
        """The bytes; what is wrong with the question is told before the first of them."""
        reading = Reading(self.database.reader, viewer, self.clock.today())
        if wanted.list == LOG:
            await self.recorder.settle()
        try:
            listing = await listing_of(wanted.list, reading, asked)
        except Refused as refusal:
            self._note_refusal(viewer, wanted, refusal)
            raise
        if wanted.kind == "xlsx" and await listing.total() > MOST_ROWS:
            message = f"A sheet has room for {MOST_ROWS:,} rows; narrow the filter, or take CSV."
            raise Invalid(message, code="TOO_MANY_ROWS")
        tally = held.enter_context(self._tallied(Tally(listing), viewer, wanted, asked))
        note = Note(listing.title, viewer.named, self.clock.now(), asked.text, listing.not_included)
        export = Export(listing, note, lambda chunk: self._take(viewer, tally, chunk))
        if wanted.kind == "csv":
            return await _begun(csv_pieces(export), tally)
        making = unless_gone(request, _make_workbook(export))
        file = held.enter_context(await making)
        return await _begun(_read(file), tally)

    def _take(self, viewer: Viewer, tally: Tally, chunk: Chunk) -> None:
        """Rows leave: to staff, each is a record that is looked at."""
        tally.add(chunk)
        if viewer.staff is not None:
            ids = {row.registration_id for row in chunk if row.registration_id is not None}
            self.recorder.note_reads(viewer, self.clock.now(), ids)

    @contextmanager
    def _tallied(
        self, tally: Tally, viewer: Viewer, wanted: _Wanted, asked: Asked
    ) -> Iterator[Tally]:
        """Count what leaves, and keep it in the log, however it ends."""
        try:
            yield tally
        finally:
            what = ", ".join([f"{wanted.list}.{wanted.kind}", *asked.conditions])
            self.recorder.note(*tally.events(viewer, self.clock.now(), what))

    def _note_refusal(self, viewer: Viewer, wanted: _Wanted, refusal: Refused) -> None:
        told = event(
            EventKind.REFUSED,
            viewer,
            self.clock.now(),
            code=refusal.needs or refusal.code,
            subject=f"export/{wanted.list}",
            centre_id=refusal.centre_id,
        )
        self.recorder.note(told)


_STATUS: Final[Mapping[type[ProblemError], int]] = {Invalid: 400, Missing: 404, Refused: 403}


def _wanted(request: Request) -> _Wanted:
    """The list and the kind of file that an address names."""
    if request.method != "GET":
        message = "A list is only read; ask for it with GET."
        raise RefusalError(405, "METHOD", message, {"allow": "GET"})
    name, _, kind = request.path_params["file"].rpartition(".")
    if name not in LISTS or kind not in KINDS:
        message = f"There are {', '.join(LISTS)}, each as .csv and as .xlsx."
        raise RefusalError(404, "NOT_FOUND", message)
    return _Wanted(name, kind)


def _parameters(request: Request) -> dict[str, str]:
    given = request.query_params.multi_items()
    if len(dict(given)) < len(given):
        message = "Give each parameter once."
        raise Invalid(message, code="QUERY")
    return dict(given)


async def _make_workbook(export: Export) -> BinaryIO:
    """A workbook on disk, which has no name any more, so that it is gone with whoever reads it."""
    with a_folder() as folder:
        path = folder / "export.xlsx"
        await write_xlsx(export, path)
        return path.open("rb")


async def _read(file: BinaryIO) -> AsyncGenerator[bytes]:
    while piece := await in_thread(file.read, PIECE):
        yield piece


async def _begun(content: AsyncIterator[bytes], tally: Tally) -> AsyncGenerator[bytes]:
    """The bytes of a file, of which the first is there already: what keeps it back is told."""
    first = await anext(content)

    async def pieces() -> AsyncGenerator[bytes]:
        async with aclosing(content):  # type: ignore[type-var]  # a generator
            yield first
            async for piece in content:
                yield piece
        tally.whole = True

    return pieces()


async def unless_gone(request: Request, work: Coroutine[Any, Any, Answer]) -> Answer:
    """Do something for as long as there is somebody to do it for; raises ClientDisconnect."""
    working = asyncio.create_task(work)
    waiting = asyncio.create_task(_gone(request))
    try:
        await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise ClientDisconnect
    finally:
        for task in (working, waiting):
            task.cancel()
        await asyncio.wait({working, waiting})


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
