"""The request's deadline, carried in a context variable and applied to every SQL statement."""

import asyncio
from collections.abc import Coroutine
from contextlib import AbstractContextManager, suppress
from contextvars import ContextVar, Token
from socket import gaierror
from types import TracebackType
from typing import Any, Final, NamedTuple

import aiosqlite
from asyncpg import exceptions as postgres
from tortoise.exceptions import (
    DBConnectionError,
    OperationalError,
    TransactionManagementError,
)

LONGEST_QUEUE: Final = 5.0
"""Seconds for which a request waits for one of the connections to PostgreSQL."""


class _Span(NamedTuple):
    """A time limit in seconds, and the moment on the event loop's clock at which it ends."""

    seconds: float
    end: float | None
    """None where each of them has so many seconds."""


_span: ContextVar[_Span | None] = ContextVar("_span", default=None)
"""The deadline of the current request; None for no deadline."""

_AWAY: Final = (
    ConnectionError,
    gaierror,
    TimeoutError,
    DBConnectionError,
    postgres.AdminShutdownError,
    postgres.CannotConnectNowError,
    postgres.CrashShutdownError,
    postgres.InvalidCatalogNameError,
    postgres.ObjectNotInPrerequisiteStateError,
    postgres.PostgresConnectionError,
    postgres.ReadOnlySQLTransactionError,
    postgres.TooManyConnectionsError,
)
_TOLD_OF_ITS_END: Final = "another operation (2) is in progress"
"""The error of a connection that the server has closed, before the client has noticed."""
_AWAY_IN_WORDS: Final = ("unable to open", "disk I/O error", "disk is full", "readonly database")


class DeadlineError(Exception):
    """The request's deadline has passed."""


class CrowdedError(Exception):
    """No connection to the database became free in time."""


def ending_in(seconds: float) -> AbstractContextManager[None]:
    """Set the deadline of all statements sent inside this block, and by tasks started in it."""
    return _within(_beginning_now(seconds))


def each_ending_in(seconds: float) -> AbstractContextManager[None]:
    """Give each statement sent inside this block a deadline of its own, however many there are.

    For long answers that are sent while they are made.
    """
    return _within(_Span(seconds, None))


def begin_again() -> None:
    """Start the time limit anew for the statements that follow.

    For tasks that carry out one request after the other; what has no end goes on without one.
    """
    span = _span.get()
    if span is not None and span.end is not None:
        _span.set(_beginning_now(span.seconds))


def without_end() -> AbstractContextManager[None]:
    """Remove the deadline, for tasks started in this block that outlive the request."""
    return _within(None)


class _within:  # noqa: N801 - read as what is done inside
    """Whatever is sent inside, has this deadline."""

    __slots__ = ("_before", "_inside")

    _before: Token[_Span | None]

    def __init__(self, span: _Span | None) -> None:
        self._inside = span

    def __enter__(self) -> None:
        self._before = _span.set(self._inside)

    def __exit__(self, *_raised: object) -> None:
        _span.reset(self._before)


def time_left() -> float | None:
    """For how many seconds statements may still go on; None for ever, raises DeadlineError."""
    span = _span.get()
    if span is None:
        return None
    if span.end is None:
        return span.seconds
    left = span.end - asyncio.get_running_loop().time()
    if left <= 0:
        raise DeadlineError
    return left


def _beginning_now(seconds: float) -> _Span:
    return _Span(seconds, asyncio.get_running_loop().time() + seconds)


class in_time:  # noqa: N801 - reads like the functions beside it
    """What is awaited here is broken off in time, and PostgreSQL stops working on it.

    In the `queue` for a connection nobody waits for long.
    """

    __slots__ = ("_limit", "_queue", "_too_late")

    def __init__(self, *, queue: bool = False) -> None:
        """Begin when it is entered."""
        self._queue = queue
        self._limit: asyncio.Timeout | None = None
        self._too_late: type[Exception] = DeadlineError

    async def __aenter__(self) -> None:
        """Raises DeadlineError where no time is left."""
        left = time_left()
        if left is None:
            return
        if self._queue and left > LONGEST_QUEUE:
            left, self._too_late = LONGEST_QUEUE, CrowdedError
        self._limit = asyncio.timeout(left)
        await self._limit.__aenter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Raises what tells that the time is over."""
        if self._limit is None:
            return
        try:
            await self._limit.__aexit__(kind, raised, trace)
        except TimeoutError:
            raise self._too_late from None
        if isinstance(raised, TimeoutError) and self._limit.expired():
            raise self._too_late from None  # whoever was broken off said so in a way of their own


async def interrupted(connection: aiosqlite.Connection, work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401
    """What a statement of SQLite answers, which is told to stop in time or when nobody waits."""
    try:
        left = time_left()
    except DeadlineError:
        work.close()  # it has not begun, and never will
        raise
    if left is None:
        return await work
    running = asyncio.ensure_future(work)
    try:
        await asyncio.wait({running}, timeout=left)
        if not running.done():
            raise DeadlineError
        return running.result()
    finally:
        if not running.done():
            await _until(asyncio.ensure_future(_stop(connection, running)))
        if not running.cancelled():
            running.exception()  # is told as ours


async def _stop(connection: aiosqlite.Connection, running: asyncio.Future[Any]) -> None:
    """Interrupt until a statement is over; one that has yet to begin does not hear the first."""
    while not running.done():
        with suppress(Exception):
            await connection.interrupt()
        await asyncio.wait({running}, timeout=0.1)


async def _until(stopped: asyncio.Future[None]) -> None:
    """Wait for the end, however often one is cancelled meanwhile.

    The thread of a connection must be free before anybody has it.
    """
    cancelled = False
    while not stopped.done():
        try:
            await asyncio.wait({stopped})
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError


def is_away(error: BaseException) -> bool:
    """Whether the database cannot be reached or cannot work, which may pass by itself."""
    if isinstance(error, TransactionManagementError) and error.__cause__ is not None:
        error = error.__cause__  # how tortoise tells that the server only reads
    if isinstance(error, (CrowdedError, *_AWAY)):
        return True
    if isinstance(error, postgres.InterfaceError):
        return "clos" in str(error)  # a connection or the pool is closed, or closing
    if isinstance(error, postgres.InternalClientError):
        return _TOLD_OF_ITS_END in str(error)
    return isinstance(error, OperationalError) and any(
        word in str(error) for word in _AWAY_IN_WORDS
    )
