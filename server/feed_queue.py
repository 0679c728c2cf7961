"""The queue of feeds that came over HTTP, which are applied one after the other."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final, NamedTuple
from uuid import uuid4

import structlog

from database.connection import Database
from exchange.feed.apply import apply_feed
from exchange.feed.problems import FeedProblem
from exchange.feed.report import FeedOutcome, Options
from exchange.feed.runs import breakdown, interruption
from exchange.feed.source import Source
from loaders.feed_runs import FeedRunRow
from server.clock import Clock
from server.feed_progress import FeedProgress
from server.shelf import Shelf
from server.supervised import Supervision

log = structlog.get_logger(__name__)

PLACES: Final = 9
"""Capacity of the queue, with the feed that is being applied and those being uploaded."""
LAST_PATIENCE: Final = 5.0
"""Seconds that a feed has to finish when the server stops."""
CLEAR_EVERY: Final = 3600.0
"""Seconds between two looks for files that are old."""

Told = Callable[[str, float], None]
"""A callback with an outcome and the seconds taken."""


class QueueFullError(Exception):
    """The queue is full."""


class Accepted(NamedTuple):
    """A feed that has come in."""

    run: FeedRunRow
    source: Source
    options: Options


class _Watcher:
    """Tells others how far a run has come."""

    def __init__(self, progress: FeedProgress, run_id: int) -> None:
        self._progress = progress
        self._run_id = run_id

    def begin(self, step: str, total: int | None) -> None:
        """A step begins."""
        self._progress.begin(self._run_id, step, total)

    def advance(self, done: int) -> None:
        """So many more are done."""
        self._progress.advance(self._run_id, done)


class FeedQueue:
    """Takes feeds on and applies them in their order."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        progress: FeedProgress,
        shelf: Shelf,
        told: Told = lambda _outcome, _seconds: None,
    ) -> None:
        """Begin with an empty line; `told` hears what came of each feed, and how long it took."""
        self._tell = told
        self._database = database
        self._clock = clock
        self.progress = progress
        self._shelf = shelf
        self._feeds: asyncio.Queue[Accepted | None] = asyncio.Queue()
        self._arriving = 0
        self._closing = False

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place while a feed comes in; raises QueueFullError when there is none."""
        if self._closing or len(self.progress.runs) + self._arriving >= PLACES:
            raise QueueFullError
        self._arriving += 1
        try:
            yield
        finally:
            self._arriving -= 1

    async def join(self, feed: Accepted) -> None:
        """Put a feed at the end of the line; raises QueueFullError when it was closed meanwhile."""
        if self._closing:
            raise QueueFullError
        self.progress.add(feed.run)
        self._feeds.put_nowait(feed)
        log.info("feed_accepted", run=feed.run.id, user=feed.options.viewer.user_id)
        await self.progress.announce(feed.run.id)

    async def apply_all(self) -> None:
        """Apply what is in line, until the line is closed."""
        while feed := await self._feeds.get():
            request_id = feed.options.viewer.request_id
            with structlog.contextvars.bound_contextvars(run=feed.run.id, request_id=request_id):
                await self._apply(feed)

    async def clear_up(self) -> None:
        """Delete old files, again and again."""
        while True:
            now, spared = self._clock.now(), frozenset(self.progress.runs)
            await asyncio.to_thread(self._shelf.clear, now, spared)
            await asyncio.sleep(CLEAR_EVERY)

    def close(self) -> None:
        """Take no more feeds on, and apply none but the one that is being applied."""
        self._closing = True
        while not self._feeds.empty():
            feed = self._feeds.get_nowait()
            if feed is not None:
                self.progress.fail(feed.run.id, interruption(feed.source.name))
                self._put_away(feed.run.id)
        self._feeds.put_nowait(None)

    async def _apply(self, feed: Accepted) -> None:
        run_id, name = feed.run.id, feed.source.name
        began = time.perf_counter()
        fault: FeedProblem | None = interruption(name)
        try:
            # Not before a row tells of it: a feed that is killed will be known to have been.
            self.progress.start(run_id)
            while not await self.progress.tell(run_id):
                await self.progress.pause()
            report = await apply_feed(
                self._database,
                feed.source,
                feed.options,
                day=self._clock.today(),
                progress=_Watcher(self.progress, run_id),
                accepted=feed.run,
            )
            fault = None
            self._tell(report.outcome.value, time.perf_counter() - began)
            log.info("feed_ended", outcome=report.outcome.value, seconds=report.seconds)
        except Exception:
            reference = uuid4().hex
            self._tell(FeedOutcome.FAILED.value, time.perf_counter() - began)
            log.exception("feed_failed", reference=reference)
            fault = breakdown(name, reference)
        finally:
            try:
                # First: whoever is told that rows were refused comes for them at once.
                await asyncio.to_thread(self._put_away, run_id)
            finally:
                self._end(run_id, fault)

    def _end(self, run_id: int, fault: FeedProblem | None) -> None:
        """Tell that a run has ended, by its row or by what kept it from having one."""
        if fault is None:
            self.progress.forget(run_id)
        else:
            self.progress.fail(run_id, fault)

    def _put_away(self, run_id: int) -> None:
        """Put a run's files away; those that cannot be are left for the day they are too old."""
        try:
            self._shelf.put_away(run_id)
        except Exception:
            log.exception("feed_not_put_away", run=run_id)


@asynccontextmanager
async def taking_feeds(
    database: Database,
    clock: Clock,
    shelf: Shelf,
    supervision: Supervision,
    *,
    told: Told = lambda _outcome, _seconds: None,
) -> AsyncIterator[FeedQueue]:
    """A line that lives as long as the server; a feed that is cut off at its end is taken back."""
    progress = FeedProgress(database, clock)
    queue = FeedQueue(database, clock, progress, shelf, told)
    telling = supervision.begin("feed_progress", progress.keep_telling)
    applying = supervision.begin("feeds", queue.apply_all)
    clearing = supervision.begin("shelf", queue.clear_up)
    try:
        yield queue
    finally:
        clearing.cancel()
        queue.close()
        await asyncio.wait({applying}, timeout=LAST_PATIENCE)
        applying.cancel()
        await asyncio.wait({applying, clearing})
        await progress.close()
        await telling
