"""Locks: one feed at a time, or any number of edits of different learners."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from database.connection import Connection, Database
from database.query import Dialect

FEED_LOCK: Final = 7_201_001
"""PostgreSQL's advisory lock: a feed has it alone, edits share it."""

PATIENCE: Final = 8.0
"""Seconds for which an edit waits for a feed or for another edit, before it says BUSY."""


@asynccontextmanager
async def editing(database: Database) -> AsyncIterator[Connection]:
    """A transaction in which a user's edit is made, and no feed at the same time."""
    async with database.transaction(patience=PATIENCE) as connection:
        if connection.dialect is Dialect.POSTGRESQL:
            await connection.execute(f"SET LOCAL lock_timeout = {int(PATIENCE * 1000)}")
            await connection.execute("SELECT pg_advisory_xact_lock_shared(?)", FEED_LOCK)
        yield connection


async def lock_feeds(connection: Connection) -> None:
    """One feed at a time, and no edits meanwhile; SQLite has one writer in any case."""
    if connection.dialect is Dialect.POSTGRESQL:
        await connection.execute("SELECT pg_advisory_xact_lock(?)", FEED_LOCK)


async def lock_learners(connection: Connection, learner_ids: Sequence[int]) -> None:
    """Keep others from editing and deriving these learners; everybody locks in the same order."""
    if connection.dialect is Dialect.POSTGRESQL:
        among = connection.among("id", sorted(learner_ids))
        await connection.execute(
            f"SELECT id FROM learner WHERE {among.text} ORDER BY id FOR UPDATE",  # noqa: S608 - columns are ours
            *among.params,
        )
