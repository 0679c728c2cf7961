"""Edits and feeds take turns, and nobody waits for ever."""

import asyncio

import pytest

from actions import locks
from actions.locks import editing, lock_feeds, lock_learners
from database.connection import Database
from database.transactions import is_busy
from tests.actions.meanwhile import meanwhile


async def edit(database: Database) -> None:
    async with editing(database) as connection:
        await lock_learners(connection, [])


async def test_an_edit_waits_for_a_feed_and_says_that_the_service_is_busy(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "PATIENCE", 0.2)
    async with meanwhile(database, lock_feeds):
        with pytest.raises(Exception) as refusal:  # noqa: PT011 - each driver has its own
            await edit(database)
    assert is_busy(refusal.value), refusal.value
    await edit(database)


async def test_an_edit_goes_on_when_the_feed_has_ended(database: Database) -> None:
    async with meanwhile(database, lock_feeds):
        waiting = asyncio.create_task(edit(database))
        await asyncio.sleep(0.1)
        assert not waiting.done()
    await waiting


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_of_two_who_wait_for_each_other_one_is_told_that_the_service_is_busy(
    database: Database,
) -> None:
    for number in ("10001", "10002"):
        await database.writer.execute(
            "INSERT INTO centre (number, name, status) VALUES (?, 'A school', 'OPEN')", number
        )
    both = asyncio.Barrier(2)

    async def write(first: str, second: str) -> None:
        async with database.transaction() as connection:
            statement = "UPDATE centre SET name = name WHERE number = ?"
            await connection.execute(statement, first)
            await both.wait()
            await connection.execute(statement, second)

    tasks = [write("10001", "10002"), write("10002", "10001")]
    (error,) = filter(None, await asyncio.gather(*tasks, return_exceptions=True))

    assert isinstance(error, Exception)
    assert is_busy(error), error
