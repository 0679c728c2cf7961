"""`POST /feeds`: receives a feed and queues it; its run is then read in the graph."""

import asyncio
from dataclasses import dataclass
from typing import Final, NamedTuple

import structlog
from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response

from auth.explain import verdict
from auth.permissions import Permission
from auth.viewer import Viewer
from domain.errors import Invalid
from exchange.feed.report import Mode, Options
from exchange.feed.runs import begin_run, run_id_at
from schema.ids import encode_id, key_of
from server.admission import Admission
from server.clock import Clock
from server.feed_queue import Accepted, FeedQueue, QueueFullError
from server.refusals import RefusalError
from server.shelf import Shelf
from server.uploads import MULTIPART, ZIP, kind_of, receive, too_large

log = structlog.get_logger(__name__)

TRY_AGAIN_AFTER: Final = "60"
"""Seconds after which there may be a place in line."""

_NODE: Final = "FeedRun"
_WORDS: Final = {"true": True, "false": False}


class _Wanted(NamedTuple):
    """How a feed is to be applied."""

    mode: Mode
    partial: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class FeedDesk:
    """Handler of `POST /feeds` and `GET /feeds/<id>/refused.zip`."""

    admission: Admission
    clock: Clock
    queue: FeedQueue
    shelf: Shelf
    most_bytes: int

    async def accept(self, request: Request) -> Response:
        """Take a feed on; 202 with the id of its run. Nothing is read from those who may not."""
        try:
            viewer = await self._loader_of_feeds(request)
            wanted = _wanted(request.query_params)
            self._expect(request)
            with self.queue.place():
                run_id = await self._take(request, viewer, wanted)
        except RefusalError as refusal:
            return refusal.response()
        except QueueFullError:
            message = "Too many feeds are waiting; try again later."
            headers = {"retry-after": TRY_AGAIN_AFTER}
            return RefusalError(429, "LINE_FULL", message, headers).response()
        except ClientDisconnect:
            return RefusalError(400, "BROKEN_OFF", "The feed did not come to its end.").response()
        return JSONResponse({"id": encode_id(_NODE, run_id)}, 202)

    async def refused(self, request: Request) -> Response:
        """The rows that a partial run refused, ready to be corrected and sent again."""
        try:
            await self._loader_of_feeds(request)
            return FileResponse(
                self._refused_rows(request.path_params["id"]),
                media_type=ZIP,
                filename="refused.zip",
            )
        except RefusalError as refusal:
            return refusal.response()

    async def _loader_of_feeds(self, request: Request) -> Viewer:
        viewer = (await self.admission.caller(request)).viewer
        answer = verdict(viewer, Permission.FEED_LOAD, everywhere=True)
        if answer.allowed:
            return viewer
        if viewer.signed_in:
            raise RefusalError(403, answer.code, answer.reason)
        raise RefusalError(401, answer.code, answer.reason, {"www-authenticate": "Bearer"})

    def _expect(self, request: Request) -> None:
        """What the headers tell of the body."""
        if kind_of(request) not in {ZIP, MULTIPART} or "content-encoding" in request.headers:
            message = f"Send a feed as {ZIP} or as {MULTIPART}, without a content encoding."
            raise RefusalError(415, "MEDIA_TYPE", message)
        length = request.headers.get("content-length", "")
        if length.isdecimal() and int(length) > self.most_bytes:
            raise too_large(self.most_bytes)

    async def _take(self, request: Request, viewer: Viewer, wanted: _Wanted) -> int:
        options = Options(viewer.email, *wanted, viewer)
        now = self.clock.now()
        run_id, joined = run_id_at(now), False
        try:
            folder = await asyncio.to_thread(self.shelf.make, run_id)
            source = await receive(request, folder, self.most_bytes)
            await self.queue.join(Accepted(begin_run(options, source.name, now), source, options))
            joined = True
        except OSError as error:
            log.error("feed_not_kept", reason=error.strerror)  # noqa: TRY400 - the path is ours
            message = "There is no room for the feed at the moment."
            raise RefusalError(507, "NO_ROOM", message) from None
        finally:
            if not joined:
                await asyncio.to_thread(self.shelf.put_away, run_id)
        return run_id

    def _refused_rows(self, text: str) -> str:
        try:
            key = key_of(text, _NODE)
        except Invalid:
            key = None
        path = None if key is None else self.shelf.refused(key)
        if path is None:
            message = "There are no refused rows of a run with this id."
            raise RefusalError(404, "NOT_FOUND", message)
        return str(path)


def _wanted(asked: QueryParams) -> _Wanted:
    """How the address says that a feed is to be applied."""
    given = dict(asked)
    mode = Mode.__members__.get(given.pop("mode", "delta").upper())
    partial = _WORDS.get(given.pop("partial", "false"))
    dry_run = _WORDS.get(given.pop("dryRun", "false"))
    if mode is None or partial is None or dry_run is None or given or _repeats(asked):
        message = "Say mode=delta or mode=full, partial=true or false, dryRun=true or false."
        raise RefusalError(400, "QUERY", message)
    return _Wanted(mode, partial, dry_run)


def _repeats(asked: QueryParams) -> bool:
    return len(asked.multi_items()) > len(asked)
