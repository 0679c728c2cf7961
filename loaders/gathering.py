"""Merges small queries of one turn of the event loop into one SQL statement."""

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

from database.connection import Connection
from database.query import Clause, RowQuery
from database.slotted import SlottedRow

Row = TypeVar("Row", bound=SlottedRow)


class _Asked(NamedTuple):
    """A query, and where its rows are waited for."""

    question: RowQuery
    coming: "asyncio.Future[list[Any]]"


class Gathering:
    """Has `rows` as a connection has; the queries of one turn are sent as one statement.

    For queries that answer few rows: sending one takes longer than to find them, while many rows
    are read faster the way that each query alone sends them.
    """

    def __init__(self, connection: Connection) -> None:
        """Ask through a connection."""
        self._connection = connection
        self._asked: list[_Asked] = []
        self._riders: list[_Asked] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def rows(self, shape: type[Row], text: str, *params: object) -> list[Row]:
        """The rows of a query as slotted values; see `Connection.rows`."""
        loop = asyncio.get_running_loop()
        if not self._asked:
            loop.call_soon(self._send)
        asked = _Asked(RowQuery(shape, Clause(text, params)), loop.create_future())
        self._asked.append(asked)
        return await asked.coming

    def along(self, question: RowQuery) -> "asyncio.Future[list[Any]]":
        """The rows of a query that is sent together with whatever is asked first, or never."""
        rider = _Asked(question, asyncio.get_running_loop().create_future())
        rider.coming.add_done_callback(look)
        self._riders.append(rider)
        return rider.coming

    async def about(self, sought: Clause, questions: Sequence[RowQuery]) -> list[list[Any]]:
        """The rows of queries about keys that the same statement is to find, sent now."""
        riders, self._riders = self._riders, []
        asked = [*questions, *(rider.question for rider in riders)]
        found = await self._connection.together(asked, sought)
        for rider, rows in zip(riders, found[len(questions) :], strict=True):
            rider.coming.set_result(rows)
        return found[: len(questions)]

    def cancel(self) -> None:
        """Wait for nothing any more."""
        for task in self._tasks:
            task.cancel()

    def _send(self) -> None:
        asked, self._asked = self._asked, []
        task = asyncio.get_running_loop().create_task(self._answer(asked))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, asked: Sequence[_Asked]) -> None:
        wanted = [one for one in asked if not one.coming.done()]
        if not wanted:
            return  # all have been given up
        wanted += self._riders
        self._riders.clear()
        try:
            found = await self._connection.together([one.question for one in wanted])
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


def look(coming: "asyncio.Future[Any]") -> None:
    """What was asked ahead and failed need not be awaited by anybody."""
    if not coming.cancelled():
        coming.exception()
