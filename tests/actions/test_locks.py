"""Edits and feeds take turns, and nobody waits for ever."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from actions import locks
from actions.locks import editing, lock_feeds, lock_learners
from database.connection import Database
from database.transactions import is_busy


async def edit(database: Database) -> None:
    async with editing(database) as connection:
        await lock_learners(connection, [])


@asynccontextmanager
async def feeding(database: Database) -> AsyncIterator[None]:
    """A feed that is being applied meanwhile, by a task of its own."""
    begun, over = asyncio.Event(), asyncio.Event()

    async def feed() -> None:
        async with database.transaction() as connection:
            await lock_feeds(connection)
            begun.set()
            await over.wait()

    task = asyncio.create_task(feed())
    await begun.wait()
    try:
        yield
    finally:
        over.set()
        await task


async def test_an_edit_waits_for_a_feed_and_says_that_the_service_is_busy(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "PATIENCE", 0.2)
    async with feeding(database):
        with pytest.raises(Exception) as refusal:  # noqa: PT011 - each driver has its own
            await edit(database)
    assert is_busy(refusal.value), refusal.value
    await edit(database)


async def test_an_edit_goes_on_when_the_feed_has_ended(database: Database) -> None:
    async with feeding(database):
        waiting = asyncio.create_task(edit(database))
        await asyncio.sleep(0.1)
        assert not waiting.done()
    await waiting
