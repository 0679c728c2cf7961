"""Answers that have to be awaited."""

from asyncio import (
    FIRST_EXCEPTION,
    CancelledError,
    Future,
    current_task,
    ensure_future,
    gather,
    isfuture,
    shield,
    wait,
)
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple, Protocol

from execution.levels import Level, Making, Wrapped
from execution.plan import Question


class Later(NamedTuple):
    """Answers that have to be awaited, where they stand, and what is done with them then."""

    into: Wrapped
    awaitables: Sequence[Awaitable[Any]]
    take: Callable[[list[Any]], None]
    fail: Callable[[int, Exception], None] | None = None
    """Takes a failure as soon as it happens: it may spare the waiting for the others."""

    async def found(self) -> list[Any] | None:
        """Await all at once; what one raises is its answer. None when nothing is wanted more."""
        if len(self.awaitables) == 1:
            return [await _answer(self.awaitables[0])]
        futures = [ensure_future(_ours(awaitable)) for awaitable in self.awaitables]
        try:
            await self._until_lost(futures)
        except CancelledError:
            await _end(futures)
            raise
        if self.into.is_lost:
            await _end(futures)
            return None
        return [_outcome(future) for future in futures]

    async def _until_lost(self, futures: Sequence[Future[Any]]) -> None:
        pending = set(futures)
        failed: set[Future[Any]] = set()
        while pending and not self.into.is_lost:
            _, pending = await wait(pending, return_when=FIRST_EXCEPTION)
            for index, future in enumerate(futures):
                if future.done() and future not in failed:
                    found = _outcome(future)
                    if isinstance(found, Exception) and self.fail is not None:
                        failed.add(future)
                        self.fail(index, found)


class Running(Making, Protocol):
    """An operation that is being executed, as those see it who answer its fields."""

    question: Question

    def open(self, level: Level) -> None:
        """Have the fields of a level answered, and its rows made."""

    def postpone(self, later: Later) -> None:
        """Have something awaited."""


async def _answer(awaitable: Awaitable[Any]) -> Any:  # noqa: ANN401 - whatever it is
    """What is awaited; what it raises is its answer, unless nobody waits any more."""
    try:
        return await _ours(awaitable)
    except CancelledError:
        task = current_task()
        if task is None or task.cancelling():
            raise
        return _given_up()
    except Exception as error:  # noqa: BLE001 - whatever is raised is the answer
        return error


def _ours(awaitable: Awaitable[Any]) -> Awaitable[Any]:
    """What may be cancelled: others may wait for a future that was handed in."""
    return shield(awaitable) if isfuture(awaitable) else awaitable


def _outcome(future: Future[Any]) -> Any:  # noqa: ANN401 - whatever it is
    """What came of what was awaited."""
    if future.cancelled():
        return _given_up()
    error = future.exception()
    return future.result() if error is None else error


def _given_up() -> Exception:
    return RuntimeError("What was awaited has been cancelled.")


async def _end(futures: Sequence[Future[Any]]) -> None:
    """Cancel what is still going on, and see it end."""
    for future in futures:
        future.cancel()
    await gather(*futures, return_exceptions=True)
