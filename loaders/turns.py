"""Turns for work that takes the processor for long: a piece at a time, and one's own in a row."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from heapq import heappop, heappush
from itertools import count
from typing import Final
from weakref import WeakKeyDictionary, WeakValueDictionary

from auth.viewer import Viewer
from database.deadline import in_time


class _Place:
    """A place for one; whoever came first in order has it next."""

    def __init__(self) -> None:
        self._taken = False
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._arrivals = count()

    @asynccontextmanager
    async def held(self, order: int) -> AsyncIterator[None]:
        """Wait for the place; those with the lowest order have it first. Raises DeadlineError."""
        async with in_time():
            await self._take(order)
        try:
            yield
        finally:
            self._pass_on()

    async def _take(self, order: int) -> None:
        if not self._taken:
            self._taken = True
            return
        coming: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (order, next(self._arrivals), coming))
        try:
            await coming
        except asyncio.CancelledError:
            if not coming.cancelled():
                self._pass_on()  # it was given and can no longer be taken
            raise

    def _pass_on(self) -> None:
        # Not before whoever has just had it may stand in line again.
        asyncio.get_running_loop().call_soon(self._give)

    def _give(self) -> None:
        while self._waiting:
            *_, coming = heappop(self._waiting)
            if not coming.done():
                coming.set_result(None)
                return
        self._taken = False


class _Turns:
    """The places of one event loop: one for all, and one for each person."""

    def __init__(self) -> None:
        self.of_all = _Place()
        self.of_people: WeakValueDictionary[int | None, _Place] = WeakValueDictionary()


_TURNS: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, _Turns]] = WeakKeyDictionary()
_NUMBERS: Final = count()


class Walk:
    """A walk through many learners, of which only one is on its way at a time.

    Walks of different people take turns, piece by piece. Those of one person go one after the
    other, so that whoever asks for much has to wait for it themselves. Only who has their turn
    holds rows in memory.
    """

    def __init__(self, viewer: Viewer) -> None:
        """Stand in line."""
        self._user_id = viewer.user_id
        self._number = next(_NUMBERS)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Time for one piece of it; raises DeadlineError where that does not come."""
        turns = _TURNS.setdefault(asyncio.get_running_loop(), _Turns())
        own = turns.of_people.setdefault(self._user_id, _Place())
        async with own.held(self._number), turns.of_all.held(0):
            yield
