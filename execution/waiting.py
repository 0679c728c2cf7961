"""Answers that have to be awaited."""

from asyncio import FIRST_EXCEPTION, CancelledError, Future, ensure_future, gather, wait
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
            try:
                return [await self.awaitables[0]]
            except Exception as error:  # noqa: BLE001 - whatever is raised is the answer
                return [error]
        futures = [ensure_future(awaitable) for awaitable in self.awaitables]
        try:
            await self._until_lost(futures)
        except CancelledError:
            await _end(futures)
            raise
        if self.into.is_lost:
            await _end(futures)
            return None
        return [future.exception() or future.result() for future in futures]

    async def _until_lost(self, futures: Sequence[Future[Any]]) -> None:
        pending = set(futures)
        failed: set[Future[Any]] = set()
        while pending and not self.into.is_lost:
            _, pending = await wait(pending, return_when=FIRST_EXCEPTION)
            for index, future in enumerate(futures):
                if future.done() and future not in failed:
                    error = future.exception()
                    if isinstance(error, Exception) and self.fail is not None:
                        failed.add(future)
                        self.fail(index, error)


class Running(Making, Protocol):
    """An operation that is being executed, as those see it who answer its fields."""

    question: Question

    def open(self, level: Level) -> None:
        """Have the fields of a level answered, and its rows made."""

    def postpone(self, later: Later) -> None:
        """Have something awaited."""


async def _end(futures: Sequence[Future[Any]]) -> None:
    """Cancel what is still going on, and see it end."""
    for future in futures:
        future.cancel()
    await gather(*futures, return_exceptions=True)
