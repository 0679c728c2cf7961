"""Who waits for another writer, and for how long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from asyncpg.exceptions import LockNotAvailableError
from tortoise.backends.base.client import BaseDBAsyncClient, TransactionContext
from tortoise.exceptions import OperationalError


class BusyError(Exception):
    """Somebody else writes, and went on for too long."""


@asynccontextmanager
async def begun(
    transaction: TransactionContext, patience: float | None = None
) -> AsyncIterator[BaseDBAsyncClient]:
    """A transaction that lets go of its connection even when its beginning is broken off."""
    try:
        async with asyncio.timeout(patience):
            client = await transaction.__aenter__()
    except BaseException as error:
        if hasattr(transaction, "token"):  # it has a connection, which tortoise would not give back
            with suppress(Exception):
                await transaction.__aexit__(type(error), error, error.__traceback__)
        if isinstance(error, TimeoutError):
            raise BusyError from error
        raise
    try:
        yield client
    except BaseException as error:
        await transaction.__aexit__(type(error), error, error.__traceback__)
        raise
    await transaction.__aexit__(None, None, None)


def is_busy(error: BaseException) -> bool:
    """Whether another writer, which may be a long feed, kept the database or a row of it."""
    if isinstance(error, OperationalError):
        return "database is locked" in str(error)
    return isinstance(error, BusyError | LockNotAvailableError)
