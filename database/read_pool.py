"""Read connections to PostgreSQL, reused without returning them to the pool each time."""

import asyncio
from typing import Any, Final, NamedTuple

import asyncpg
from tortoise.backends.base.client import BaseDBAsyncClient

from database.deadline import in_time
from database.release import begin_return, unless_cancelled

_SETTINGS: Final = "SET random_page_cost = 1.1; SET jit = off; SET timezone = 'UTC'"
"""Everything is read by index and in small pieces, from memory or from disks without heads: by the
usual costs, a page of a hundred reads all learners there are. Compiling takes longer than it
spares. Moments that come as text are to be those of the graph."""


class Pooled(asyncpg.Connection):  # asyncpg has no types
    """A connection that is returned to its pool without the usual reset of its session.

    Nothing here outlives its transaction but how statements are planned, neither locks nor other
    settings, and what is open is rolled back in any case; so the round trip that would clear a
    session after each statement is spared.
    """

    plans_once: bool | None = None
    """Whether each statement is planned once, or anew for the values that it is sent with; None
    before anything was said."""

    def get_reset_query(self) -> str:
        """Nothing to clear."""
        return ""

    async def plan(self, *, once: bool) -> None:
        """Say how statements are planned from now on."""
        mode = "force_generic_plan" if once else "force_custom_plan"
        first = f"; {_SETTINGS}" if self.plans_once is None else ""
        self.plans_once = None  # whether one that is broken off has come into force, nobody knows
        await self.execute(f"SET plan_cache_mode = {mode}{first}")
        self.plans_once = once


class Lent(NamedTuple):
    """A connection that was taken out of the pool, and what gives it back to it."""

    raw: Any
    holder: Any


def _lives(raw: Any) -> bool:  # noqa: ANN401 - a driver's
    """Whether a connection is still there; the pool takes one back by itself when it is lost."""
    try:
        return not raw.is_closed()
    except asyncpg.InterfaceError:
        return False


class ReadPool:
    """Takes connections from a client's pool, and keeps them until somebody waits for one.

    Giving a connection back takes the pool a task of its own and half as long as a statement.
    Planning a statement takes longer than to find rows by their keys, so that some connections
    plan each statement once; those for lists do not, whose best plan depends on what is asked.
    """

    def __init__(self, client: BaseDBAsyncClient, most: int) -> None:
        """Begin with none; the pool has so many at most."""
        self._client = client
        self._most = most
        self._kept: dict[bool, list[Lent]] = {False: [], True: []}
        self._out = 0
        self._returning: set[asyncio.Task[None]] = set()
        self._queue = 0
        self._closed = False

    @property
    def spare(self) -> int:
        """How many are kept at the moment."""
        return len(self._kept[False]) + len(self._kept[True])

    async def take(self, *, plans_once: bool) -> Lent:
        """A connection for one statement, to be given back whatever comes of it."""
        one = await self._take(plans_once)
        if one.raw.plans_once is not plans_once:
            try:
                async with in_time():
                    await one.raw.plan(once=plans_once)
            except BaseException as error:
                await self.give_back(one, plans_once=plans_once, failed=error)
                raise
        return one

    async def give_back(
        self, one: Lent, *, plans_once: bool, failed: BaseException | None = None
    ) -> None:
        """Keep a connection for the next statement; one that failed goes back to the pool."""
        if failed is None and not self._queue and not self._closed:
            self._kept[plans_once].append(one)
            return
        if isinstance(failed, asyncpg.InternalClientError):
            one.raw.terminate()  # or the pool would take it for one that can be used
        await self._return(one)

    async def close(self) -> None:
        """Keep none any more, and have all back in the pool."""
        self._closed = True
        for kept in self._kept.values():
            while kept:
                await self._return(kept.pop())
        if self._returning:
            await asyncio.wait(self._returning)

    async def _take(self, plans_once: bool) -> Lent:  # noqa: FBT001 - ours alone
        kept, others = self._kept[plans_once], self._kept[not plans_once]
        while kept or (others and self._out >= self._most):
            one = (kept or others).pop()
            if _lives(one.raw):
                return one
            await self._return(one)
        self._out += 1  # before it is waited for: others see that it is gone
        self._queue += 1
        try:
            async with in_time(queue=True):
                holder = self._client.acquire_connection()
                return Lent(await holder.__aenter__(), holder)
        except BaseException:
            self._out -= 1
            raise
        finally:
            self._queue -= 1

    async def _return(self, one: Lent) -> None:
        returning = begin_return(one.raw, one.holder)
        self._returning.add(returning)
        returning.add_done_callback(self._returned)
        await unless_cancelled(returning)

    def _returned(self, returning: asyncio.Task[None]) -> None:
        self._returning.discard(returning)
        self._out -= 1  # not before it is there: the pool would be waited for meanwhile
