"""Write-behind buffer of the audit log: requests do not wait for it."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Final, NamedTuple

import structlog

from auth.events import Event, EventKind, append_all, event
from auth.viewer import Viewer
from database.connection import Database
from database.deadline import without_end
from server.supervised import Supervision

log = structlog.get_logger(__name__)

EVERY: Final = 0.2
"""Longest time in seconds that an event waits before it is written."""
BATCH: Final = 500
"""Events that are written together; as soon as so many wait, they are."""
MOST_WAITING: Final = 50_000
"""Events that are kept while the database does not take them."""
LONGEST_PAUSE: Final = 5.0
"""Seconds between two tries at most."""
PATIENCE: Final = 1.0
"""Seconds for which a reader of the log waits for what is still to be written."""
LAST_PATIENCE: Final = 10.0
"""Seconds for which shutdown waits for the last events to be written."""


class _Reads(NamedTuple):
    """Records that somebody looked at in one request."""

    viewer: Viewer
    at: datetime
    registration_ids: frozenset[int]


class Recorder:
    """Keeps events in memory for a moment, and writes many of them at once."""

    def __init__(self, database: Database) -> None:
        """Begin with nothing to write."""
        self._database = database
        self._kept: deque[Event | _Reads] = deque()
        self._waiting = 0
        self._dropped = 0
        self._failing = False
        self._closing = False
        self._some = asyncio.Event()
        self._enough = asyncio.Event()
        self._writing = asyncio.Lock()
        self._flushing: set[asyncio.Task[bool]] = set()

    @property
    def waiting(self) -> int:
        """How many events are still to be written."""
        return self._waiting

    def note(self, *events: Event) -> None:
        """Write events down soon."""
        for told in events:
            self._keep(told)

    def note_reads(self, viewer: Viewer, now: datetime, registration_ids: Iterable[int]) -> None:
        """Write down soon whose records somebody looked at: one event a learner and centre."""
        reads = _Reads(viewer, now, frozenset(registration_ids))
        if not reads.registration_ids:
            return
        self._keep(reads)
        if viewer.staff is not None:
            log.info(
                "record_read",
                actor=viewer.user_id,
                registrations=sorted(reads.registration_ids),
                request_id=viewer.request_id,
            )

    async def write_behind(self) -> None:
        """Write what is noted, a moment later, until the recorder is closed."""
        pause = EVERY
        while not self._closing:
            await self._some.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._enough.wait()
            pause = EVERY if await self.settle(None) else min(2 * pause, LONGEST_PAUSE)

    async def flush(self) -> bool:
        """Write all that waits now; False where the database does not take it, which is kept.

        What comes meanwhile waits for the next time, when there is more of it.
        """
        async with self._writing:
            left = len(self._kept)
            while left > 0 and self._kept:
                batch = self._next()
                left -= len(batch)
                if not await self._write(batch):
                    return False
            if not self._closing:
                if not self._kept:
                    self._some.clear()
                if self._waiting < BATCH:
                    self._enough.clear()
            return True

    async def settle(self, patience: float | None = PATIENCE) -> bool:
        """Write all that waits now, and wait for it so many seconds; whether it is written."""
        # Who goes away meanwhile must not break off a write whose end would then be unknown.
        with without_end():
            flushing = asyncio.create_task(self.flush())
        self._flushing.add(flushing)
        flushing.add_done_callback(self._flushing.discard)
        done, _ = await asyncio.wait({flushing}, timeout=patience)
        return any(task.result() for task in done)

    async def close(self) -> None:
        """Write the last; what the database has not taken after a while is lost, and told."""
        self._closing = True
        self._some.set()
        self._enough.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_PATIENCE):
                while not await self.settle(None):  # noqa: ASYNC110 - nothing tells that it is back
                    await asyncio.sleep(EVERY)
        for flushing in self._flushing:
            flushing.cancel()
        if self._waiting:
            log.error("events_lost", events=self._waiting)

    def _keep(self, told: Event | _Reads) -> None:
        self._kept.append(told)
        self._waiting += _weight(told)
        while self._waiting > MOST_WAITING and self._kept:
            oldest = _weight(self._kept.popleft())
            self._waiting -= oldest
            self._dropped += oldest
        self._some.set()
        if self._waiting >= BATCH and not self._failing:
            self._enough.set()

    def _next(self) -> list[Event | _Reads]:
        """The oldest that wait, about as many as are written together."""
        batch: list[Event | _Reads] = []
        weight = 0
        while self._kept and weight < BATCH:
            batch.append(self._kept.popleft())
            weight += _weight(batch[-1])
        return batch

    async def _write(self, batch: Sequence[Event | _Reads]) -> bool:
        """Write a batch in one transaction, or keep it and tell why."""
        written = False
        try:
            events = await self._events(batch)
            async with self._database.brief_transaction() as connection:
                await append_all(connection, events)
            written = True
        except Exception as error:  # noqa: BLE001 - whatever keeps the database from taking it
            self._tell(error)
        finally:
            if not written:
                self._kept.extendleft(reversed(batch))
        if written:
            self._waiting -= sum(map(_weight, batch))
            if self._failing:
                self._failing = False
                self._enough.set()  # whoever pauses need not any longer
        return written

    def _tell(self, error: Exception) -> None:
        """Say once that events wait, and whenever some were dropped."""
        if not self._failing:
            # The error's text may hold a value of an event.
            log.warning("events_waiting", events=self._waiting, reason=type(error).__name__)
        self._failing = True
        self._enough.clear()
        if self._dropped:
            log.error("events_dropped", events=self._dropped)
            self._dropped = 0

    async def _events(self, batch: Sequence[Event | _Reads]) -> list[Event]:
        """The batch as events, reads by the learner and the centre of each registration."""
        ids = {key for told in batch if isinstance(told, _Reads) for key in told.registration_ids}
        places = await self._places(ids) if ids else {}
        events: list[Event] = []
        for told in batch:
            if isinstance(told, Event):
                events.append(told)
                continue
            # A registration that is gone was read all the same.
            where = dict.fromkeys(places.get(key, _GONE) for key in sorted(told.registration_ids))
            events += [
                event(
                    EventKind.RECORD_READ,
                    told.viewer,
                    told.at,
                    learner_id=learner_id,
                    centre_id=centre_id,
                )
                for learner_id, centre_id in where
            ]
        return events

    async def _places(self, ids: Iterable[int]) -> dict[int, tuple[int, int]]:
        """The learner and the centre of each registration that is there."""
        reader = self._database.reader.keyed
        where = reader.among("id", sorted(ids))
        rows = await reader.tuples(
            f"SELECT DISTINCT id, learner_id, centre_id FROM registration WHERE {where.text}",  # noqa: S608
            *where.params,
        )
        return {row[0]: (row[1], row[2]) for row in rows}


_GONE: Final = (None, None)


def _weight(told: Event | _Reads) -> int:
    """How many events it will be at most."""
    return len(told.registration_ids) if isinstance(told, _Reads) else 1


@asynccontextmanager
async def recording(
    database: Database, supervision: Supervision | None = None
) -> AsyncIterator[Recorder]:
    """A recorder that writes as long as the server lives, and at its end the last."""
    recorder = Recorder(database)
    async with (supervision or Supervision()).running("events", recorder.write_behind):
        try:
            yield recorder
        finally:
            await recorder.close()
