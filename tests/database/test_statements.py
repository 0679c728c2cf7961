"""Statements: the same door to both databases."""

import asyncio
from datetime import UTC, datetime
from inspect import CORO_CLOSED, getcoroutinestate

import msgspec
import pytest

from database.connection import Database
from database.deadline import DeadlineError, ending_in, interrupted

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


class Published(msgspec.Struct, frozen=True):
    id: int
    version: str
    published_at: datetime


async def test_what_a_change_returns_is_read_like_the_rows_of_a_query(database: Database) -> None:
    async with database.transaction() as connection:
        (added,) = await connection.rows(
            Published,
            "INSERT INTO terms (version, title, body, published_at) VALUES ('2', 'T', 'B', ?)"
            " RETURNING id, version, published_at",
            AT,
        )
        changed = await connection.tuples(
            "UPDATE terms SET title = 'U' WHERE version = ? RETURNING version, title", "2"
        )
        unchanged = await connection.tuples(
            "UPDATE terms SET title = 'U' WHERE version = ? RETURNING id", "none"
        )
        removed = await connection.tuples(
            "DELETE FROM terms WHERE id = ? RETURNING version, id", added.id
        )

    assert (added.version, added.published_at) == ("2", AT)
    assert [tuple(row) for row in changed] == [("2", "U")]
    assert list(unchanged) == []
    assert [tuple(row) for row in removed] == [("2", added.id)]


async def test_one_number_is_read_as_a_number(database: Database) -> None:
    count = "SELECT COUNT(*) FROM terms WHERE version = ?"

    assert await database.reader.number(count, "1") == 1
    assert await database.reader.number(count, "none") == 0
    with pytest.raises(ValueError, match="unpack"):
        await database.reader.number("SELECT id FROM terms WHERE version = 'none'")


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_statement_is_stopped_however_often_it_is_given_up(database: Database) -> None:
    endless = (
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    )
    for turns in range(40):
        with ending_in(600):
            asked = asyncio.create_task(database.reader.tuples(endless))
        # The sooner it is given up, the less the thread of the connection has begun with it.
        for _ in range(turns % 8):
            await asyncio.sleep(0)
        asked.cancel()
        for _ in range(turns // 8):
            await asyncio.sleep(0)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        async with asyncio.timeout(20):
            assert [tuple(row) for row in await database.reader.tuples("SELECT 1")] == [(1,)]


async def one() -> int:
    return 1


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_statement_for_which_no_time_is_left_is_not_begun(database: Database) -> None:
    async with database.reader.client.acquire_connection() as raw:
        work = one()
        with ending_in(0), pytest.raises(DeadlineError):
            await interrupted(raw, work)

    assert getcoroutinestate(work) == CORO_CLOSED
