"""Transactions that wait for another writer, for a limited time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext, suppress

from asyncpg.exceptions import DeadlockDetectedError, LockNotAvailableError
from tortoise.backends.base.client import (
    BaseDBAsyncClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.exceptions import OperationalError

from database.deadline import time_left
from database.release import LONGEST_RETURN, ended_after, longest_end


class BusyError(Exception):
    """Another writer held the database for too long."""


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
            with suppress(Exception), _ended_after(transaction, LONGEST_RETURN):
                await transaction.__aexit__(type(error), error, error.__traceback__)
        if isinstance(error, TimeoutError):
            if isinstance(transaction, TransactionContextPooled):
                time_left()  # PostgreSQL has many writers: who came to their end waited for none
            raise BusyError from error
        raise
    try:
        yield client
    except BaseException as error:
        with suppress(Exception), _ended_after(transaction, LONGEST_RETURN):  # the first one tells
            await transaction.__aexit__(type(error), error, error.__traceback__)
        raise
    with _ended_after(transaction, longest_end()):
        await transaction.__aexit__(None, None, None)


def _ended_after(
    transaction: TransactionContext, seconds: float | None
) -> AbstractContextManager[None]:
    """How long the end of a transaction may take; SQLite's is not waited for over a network."""
    if not isinstance(transaction, TransactionContextPooled):
        return nullcontext()
    return ended_after(transaction.client._connection, seconds)  # noqa: SLF001 - tortoise tells it to nobody


def is_busy(error: BaseException) -> bool:
    """Whether another writer, which may be a long feed, kept the database or a row of it."""
    if isinstance(error, OperationalError):
        return "database is locked" in str(error)
    return isinstance(error, BusyError | LockNotAvailableError | DeadlockDetectedError)
