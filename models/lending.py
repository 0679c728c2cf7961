"""Connections that go from one statement to the next without going back into the pool."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from tortoise.backends.base.client import BaseDBAsyncClient

from models.deadline import in_time


class _Lent(NamedTuple):
    """A connection out of the pool, and what gives it back."""

    raw: Any
    holder: Any


class Lending:
    """Takes connections out of a client's pool, and keeps them as long as nobody waits for one.

    Giving a connection back takes the pool a task of its own and half as long as a statement.
    """

    def __init__(self, client: BaseDBAsyncClient) -> None:
        """Begin with none."""
        self._client = client
        self._kept: list[_Lent] = []
        self._queue = 0
        self._closed = False

    @property
    def spare(self) -> int:
        """How many are kept at the moment."""
        return len(self._kept)

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[Any]:
        """A connection for one statement; one that failed goes back into the pool, which looks."""
        one = await self._take()
        fine = False
        try:
            yield one.raw
            fine = True
        finally:
            if fine and not self._queue and not self._closed:
                self._kept.append(one)
            else:
                await _give_back(one)

    async def close(self) -> None:
        """Keep none any more."""
        self._closed = True
        while self._kept:
            await _give_back(self._kept.pop())

    async def _take(self) -> _Lent:
        while self._kept:
            one = self._kept.pop()
            if not one.raw.is_closed():
                return one
            await _give_back(one)
        self._queue += 1
        try:
            async with in_time(queue=True):
                holder = self._client.acquire_connection()
                return _Lent(await holder.__aenter__(), holder)
        finally:
            self._queue -= 1


async def _give_back(one: _Lent) -> None:
    await one.holder.__aexit__(None, None, None)
