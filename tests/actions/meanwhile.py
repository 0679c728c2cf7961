"""Somebody else's transaction, open while something is tried."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from database.connection import Connection, Database


@asynccontextmanager
async def meanwhile(
    database: Database, work: Callable[[Connection], Awaitable[object]]
) -> AsyncIterator[None]:
    """What was begun in a transaction, which ends with the context, in a task of its own."""
    begun, over = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with database.transaction() as connection:
            await work(connection)
            begun.set()
            await over.wait()

    task = asyncio.create_task(hold())
    await begun.wait()
    try:
        yield
    finally:
        over.set()
        await task
