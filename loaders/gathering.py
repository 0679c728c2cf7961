"""Merges small queries of one turn of the event loop into one SQL statement."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from database.connection import Clause, Connection, Dialect
from database.placeholders import KeysOf

Row = TypeVar("Row")


class _Asked(NamedTuple):
    """A query, and where its rows are waited for."""

    query: Clause
    coming: "asyncio.Future[Sequence[Sequence[Any]]]"


class Gathering:
    """Has `rows` as a connection has; the queries of one turn are sent as one statement.

    For queries that answer few rows: sending one takes longer than to find them, while many rows
    are read faster the way that each query alone sends them.
    """

    def __init__(self, connection: Connection) -> None:
        """Ask through a connection."""
        self._connection = connection
        self._asked: list[_Asked] = []
        self._keys: KeysOf | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def rows(self, shape: Callable[..., Row], text: str, *params: object) -> list[Row]:
        """The rows of a query as slotted values; see `Connection.rows`."""
        loop = asyncio.get_running_loop()
        if not self._asked:
            loop.call_soon(self._send)
        asked = _Asked(Clause(text, params), loop.create_future())
        self._asked.append(asked)
        return self._connection.all_shaped(shape, await asked.coming)

    @property
    def unites(self) -> bool:
        """Whether the database answers several queries in one statement."""
        return self._connection.dialect is Dialect.POSTGRESQL

    def about(self, keys: KeysOf) -> None:
        """The queries of this turn may be about keys that are yet to be found."""
        self._keys = keys

    def cancel(self) -> None:
        """Wait for nothing any more."""
        for task in self._tasks:
            task.cancel()

    def _send(self) -> None:
        asked, self._asked = self._asked, []
        keys, self._keys = self._keys, None
        task = asyncio.get_running_loop().create_task(self._answer(asked, keys))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, asked: Sequence[_Asked], keys: KeysOf | None) -> None:
        wanted = [one for one in asked if not one.coming.done()]
        if not wanted:
            return  # all have been given up
        try:
            found = await self._connection.together([one.query for one in wanted], keys)
        except asyncio.CancelledError:
            for one in wanted:
                one.coming.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - raised wherever the rows are awaited
            for one in wanted:
                if not one.coming.done():
                    one.coming.set_exception(error)
        else:
            for one, rows in zip(wanted, found, strict=True):
                if not one.coming.done():
                    one.coming.set_result(rows)
