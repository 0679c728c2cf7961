"""Transactions: all or nothing, and nothing held when somebody goes away in the middle."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from operator import attrgetter

import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from database.connection import Connection, Database
from database.opening import open_database

Begin = Callable[[Database], Callable[[], AbstractAsyncContextManager[Connection]]]

BEGIN = [
    pytest.param(attrgetter("transaction"), id="transaction"),
    pytest.param(attrgetter("brief_transaction"), id="brief"),
]
INSERT = "INSERT INTO centre (number, name, status) VALUES (?, 'C', 'OPEN')"
SPAN = 60
"""Turns of the event loop within which a transaction is broken off."""


async def numbers(database: Database) -> set[str]:
    rows = await database.reader.tuples("SELECT number FROM centre")
    return {row[0] for row in rows}


async def add(database: Database, begin: Begin, *added: str) -> None:
    async with begin(database)() as connection:
        for number in added:
            await connection.execute(INSERT, number)


@pytest.mark.parametrize("begin", BEGIN)
async def test_a_transaction_is_all_or_nothing(database: Database, begin: Begin) -> None:
    await add(database, begin, "10001", "10002")
    with pytest.raises(IntegrityError):
        await add(database, begin, "10003", "10001")

    assert await numbers(database) == {"10001", "10002"}


@pytest.mark.parametrize("begin", BEGIN)
async def test_who_goes_away_in_the_middle_leaves_nothing_held(
    database: Database, begin: Begin
) -> None:
    await add(database, begin, "20000")
    for turns in range(SPAN):
        going = asyncio.create_task(add(database, begin, f"1{turns:04}", f"3{turns:04}"))
        for _ in range(turns):
            await asyncio.sleep(0)
        going.cancel()
        await asyncio.wait({going})
        async with asyncio.timeout(30):
            await add(database, begin, f"2{turns + 1:04}")

    found = await numbers(database)
    assert {number for number in found if number[0] == "2"} == {
        f"2{turns:04}" for turns in range(SPAN + 1)
    }
    # Each of those that were broken off is there as a whole or not at all.
    halves = ({number[1:] for number in found if number[0] == half} for half in "13")
    assert next(halves) == next(halves)


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_brief_transaction_gives_up_where_another_process_writes(
    database: Database, database_url: str
) -> None:
    other = await open_database(database_url)
    try:
        async with other.transaction() as connection:
            await connection.execute(INSERT, "10001")
            with pytest.raises(OperationalError, match="locked"):
                await add(database, attrgetter("brief_transaction"), "10002")
    finally:
        await other.close()
    await add(database, attrgetter("brief_transaction"), "10003")

    assert await numbers(database) == {"10001", "10003"}
    rows = await database.writer.tuples("PRAGMA busy_timeout")
    assert rows[0][0] == 10_000
