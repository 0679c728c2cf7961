"""How a command runs: errors that people can put right become one sentence and exit code 1."""

import asyncio
import gc
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final, NoReturn, TypeVar

import asyncpg
from pydantic import ValidationError
from tortoise.exceptions import BaseORMException

from auth.passwords import HashCost, use_cost
from database.connection import Database
from database.opening import DatabaseUrlError, open_database
from domain.errors import Conflict, ProblemError
from server.logs import set_up_logs
from server.settings import Settings, faults

Answer = TypeVar("Answer")

_UNUSABLE: Final = (
    OSError,
    sqlite3.Error,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    BaseORMException,
)


def run(work: Callable[[], Coroutine[Any, Any, Answer]]) -> Answer:
    """What the work answers; what is expected to go wrong ends the program with a sentence."""
    gc.enable()  # commands are read without it (`cli/__main__.py`)
    try:
        return asyncio.run(work())
    except ProblemError as error:
        stop(error.message)
    except DatabaseUrlError as error:
        stop(str(error))
    except ValidationError as error:
        stop(" ".join(faults(error)))
    except _UNUSABLE as error:
        if isinstance(error, OSError) and error.filename is not None:
            stop(f"{error.filename} cannot be used: {error.strerror}.")
        stop(f"The database cannot be used: {_first_line(error)}")


@asynccontextmanager
async def opened(*, migrated: bool = True) -> AsyncIterator[Database]:
    """The database of the settings, closed at the end; refused while its tables are out of date."""
    settings = Settings()
    set_up_logs(settings.log_format)
    use_cost(HashCost(settings.password_memory_kib, settings.password_rounds))
    database = await open_database(settings.database_url, pool_size=settings.pool_size)
    try:
        await database.reader.tuples("SELECT 1")  # whatever keeps it from answering is told now
        if migrated and await database.pending_migrations():
            message = "The database is not up to date; run `learner-tracking migrate` first."
            raise Conflict(message, code="MIGRATIONS_PENDING")
        yield database
    finally:
        await database.close()


def stop(message: str) -> NoReturn:
    """End the program with a sentence on standard error."""
    print(message, file=sys.stderr)  # noqa: T201 - this is what the person at the terminal reads
    raise SystemExit(1)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
