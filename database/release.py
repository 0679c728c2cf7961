"""Returning connections to the PostgreSQL pool, with a limit on how long that may take."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import asyncpg
from tortoise.backends.base.client import PoolConnectionWrapper

from database.deadline import DeadlineError, time_left

LONGEST_RETURN: Final = 1.0
"""Seconds in which PostgreSQL confirms that it stopped; a connection over which it does not is
ended, and the pool makes another."""

_returning: Final[set[asyncio.Task[None]]] = set()
"""References to running tasks, as the event loop keeps only weak ones."""


@contextmanager
def ended_after(raw: Any, seconds: float | None) -> Iterator[None]:  # noqa: ANN401 - a driver's
    """What is awaited here over a connection takes so long at most: then the connection is ended.

    None is for as long as it takes. To cancel would not do: asyncpg waits for the answer to that.
    """
    if seconds is None:
        yield
        return
    ending = asyncio.get_running_loop().call_later(seconds, _end, raw)
    try:
        yield
    finally:
        ending.cancel()


def begin_return(raw: Any, holder: Any) -> asyncio.Task[None]:  # noqa: ANN401 - a driver's
    """Begin to give a connection back to its pool; `holder` is what it was taken out by."""
    returning = asyncio.create_task(_return(raw, holder))
    _returning.add(returning)
    returning.add_done_callback(_returning.discard)
    return returning


async def unless_cancelled(returning: asyncio.Task[None]) -> None:
    """Wait for a connection to be back; who is cancelled has no time for that."""
    task = asyncio.current_task()
    if task is None or not task.cancelling():
        await asyncio.wait({returning})


async def let_go(raw: Any, holder: Any) -> None:  # noqa: ANN401 - a driver's
    """Give a connection back to its pool, or to whoever waits for it in the same transaction."""
    if isinstance(holder, PoolConnectionWrapper):
        await unless_cancelled(begin_return(raw, holder))
    else:
        await holder.__aexit__(None, None, None)


def longest_end() -> float | None:
    """Seconds in which a transaction must have ended; None for as long as it takes."""
    left = _left()
    return None if left is None else left + LONGEST_RETURN


def _left() -> float | None:
    try:
        return time_left()
    except DeadlineError:
        return 0.0


async def _return(raw: Any, holder: Any) -> None:  # noqa: ANN401 - a driver's
    try:
        with ended_after(raw, LONGEST_RETURN):
            await holder.__aexit__(None, None, None)
    except Exception:  # noqa: BLE001 - nobody waits for it, and one that fails is of no use
        _end(raw)


def _end(raw: Any) -> None:  # noqa: ANN401 - a driver's
    with suppress(asyncpg.InterfaceError):  # the pool has it back
        raw.terminate()
