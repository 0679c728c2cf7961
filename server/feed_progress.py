"""Live progress of this process's feed runs, written to `feed_run` about once a second."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import msgspec
import structlog

from database.connection import Database
from database.deadline import without_end
from exchange.feed.problems import FeedProblem
from exchange.feed.report import FeedOutcome
from exchange.feed.runs import end_abandoned, failed, tell_run
from loaders.feed_runs import FeedRunRow, on_their_way
from server.clock import Clock

log = structlog.get_logger(__name__)

EVERY: Final = 1.0
"""Seconds between two notes of how far a run has come."""
HEARTBEAT: Final = 10.0
"""Seconds after which a run's row is written again although nothing is new."""
LOOK_EVERY: Final = 20.0
"""Seconds between two checks for runs whose process has died."""
PATIENCE: Final = 0.5
"""Seconds for which `POST /feeds` waits until the run's row is written."""
LAST_PATIENCE: Final = 5.0
"""Seconds for which shutdown waits for the last rows to be written."""


class FeedProgress:
    """The runs of this process, from being accepted until their final row is written."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Begin with nothing to tell."""
        self._database = database
        self._clock = clock
        self._runs = on_their_way(database.reader)
        self._faults: dict[int, FeedProblem] = {}
        self._told: dict[int, tuple[FeedRunRow, float]] = {}
        self._telling = asyncio.Lock()
        self._failing = False
        self._closed = asyncio.Event()

    @property
    def runs(self) -> Mapping[int, FeedRunRow]:
        """The runs by id; one that came to nothing stands here until its row says so."""
        return self._runs

    def add(self, run: FeedRunRow) -> None:
        """Tell of a run that was accepted."""
        self._runs[run.id] = run

    async def announce(self, run_id: int) -> None:
        """Give a run its row, which may come later where another feed is being written."""
        # Broken off in the wrong moment, a write would keep others from writing for ever.
        with without_end():
            telling = asyncio.create_task(self.tell(run_id))
        await asyncio.wait({telling}, timeout=PATIENCE)

    def start(self, run_id: int) -> None:
        """Tell that a run has begun."""
        self._change(run_id, outcome=FeedOutcome.RUNNING.value)

    def begin(self, run_id: int, step: str, total: int | None) -> None:
        """Tell which step a run does."""
        self._change(run_id, step=step, rows_done=0, rows_total=total)

    def advance(self, run_id: int, done: int) -> None:
        """Tell that a step has done so many more."""
        self._change(run_id, rows_done=self._runs[run_id].rows_done + done)

    def fail(self, run_id: int, fault: FeedProblem) -> None:
        """Tell that a run came to nothing, and why."""
        self._faults[run_id] = fault
        self._runs[run_id] = failed(self._runs[run_id], self._clock.now())

    def forget(self, run_id: int) -> None:
        """Leave the telling to the row, which was written with the data."""
        for kept in (self._runs, self._faults, self._told):
            kept.pop(run_id, None)

    def _change(self, run_id: int, **news: object) -> None:
        self._runs[run_id] = msgspec.structs.replace(self._runs[run_id], **news)

    async def tell(self, run_id: int) -> bool:
        """Write down where a run stands; False where the database does not take it."""
        async with self._telling:
            run = self._runs.get(run_id)
            if run is None:
                return True
            fault = self._faults.get(run_id)
            try:
                async with self._database.brief_transaction() as connection:
                    await tell_run(connection, run, self._clock.now(), *([fault] if fault else []))
            except Exception as error:  # noqa: BLE001 - whatever keeps the database from taking it
                self._note_failure(error)
                return False
            self._failing = False
            self._told[run_id] = run, asyncio.get_running_loop().time()
            if run.finished_at is not None:
                self.forget(run_id)
            return True

    async def tell_all(self) -> bool:
        """Write down every run that has news, or was not told of for a while; whether all were."""
        now = asyncio.get_running_loop().time()
        due = [
            run_id
            for run_id, run in self._runs.items()
            if self._told.get(run_id, (None, 0.0))[0] is not run
            or now - self._told[run_id][1] >= HEARTBEAT
        ]
        return all([await self.tell(run_id) for run_id in due])

    async def keep_telling(self) -> None:
        """Write down how the runs of this process are doing, and what became of others'."""
        loop = asyncio.get_running_loop()
        looked = None
        while not self._closed.is_set():
            await self.tell_all()
            if looked is None or loop.time() - looked >= LOOK_EVERY:
                looked = loop.time()
                await self._look_for_abandoned()
            await self.pause()

    async def pause(self) -> None:
        """Wait a moment, or until the end."""
        with suppress(TimeoutError):
            async with asyncio.timeout(EVERY):
                await self._closed.wait()

    async def close(self) -> None:
        """Write down the last; what cannot be written, a later start will find out."""
        self._closed.set()
        last = asyncio.create_task(self._tell_the_last())
        await asyncio.wait({last}, timeout=LAST_PATIENCE)
        last.cancel()
        if self._runs:
            log.warning("feed_runs_untold", runs=sorted(self._runs))

    async def _tell_the_last(self) -> None:
        while True:
            if await self.tell_all():
                return
            await asyncio.sleep(EVERY)

    async def _look_for_abandoned(self) -> None:
        """Runs of processes that were killed are told by those that live."""
        try:
            async with self._database.brief_transaction() as connection:
                abandoned = await end_abandoned(connection, self._clock.now())
        except Exception as error:  # noqa: BLE001 - as above
            self._note_failure(error)
            return
        if abandoned:
            log.warning("feeds_interrupted", runs=abandoned)

    def _note_failure(self, error: Exception) -> None:
        """Say once that rows do not tell what they should."""
        if not self._failing:
            # The error's text may hold a value.
            log.warning("feed_runs_untold", reason=type(error).__name__)
        self._failing = True
