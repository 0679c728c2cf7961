"""Batches the keys asked in one turn of the event loop, and caches the answers by key."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from loaders.gathering import look

Batch: TypeAlias = Callable[..., Awaitable[Sequence[Any]]]
"""A loader: reading, keys and arguments in, one answer for each key out."""

Ask: TypeAlias = Callable[[Sequence[Any], bool], Awaitable[Sequence[Any]]]
"""A batch function: keys and `few` in, one answer a key out, in the same order. An Exception among
the answers fails its key only."""


class Batching:
    """The batches and cached answers of one loader within a request."""

    def __init__(self, ask: Ask) -> None:
        """Nothing is known yet."""
        self._ask = ask
        self._known: dict[Hashable, Any] = {}
        self._asked: dict[Hashable, asyncio.Future[None]] = {}
        self._next: list[Hashable] = []
        self._few = True
        self._coming: asyncio.Future[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def one(self, key: Hashable) -> Any:  # noqa: ANN401 - answers of any kind
        """The answer for one key; raises it if it is an exception."""
        answer = (await self.many((key,)))[key]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def many(self, keys: Iterable[Hashable], *, few: bool = False) -> Mapping[Hashable, Any]:
        """At least the answers for these keys; raises what the question raised."""
        for one in self.foresee(keys, few=few):
            await asyncio.shield(one)  # who is cancelled here does not cancel it for others
        return self._known

    def at_hand(self, keys: Iterable[Hashable]) -> Mapping[Hashable, Any] | None:
        """At least the answers for these keys, if all of them are known."""
        known = self._known
        return known if all(map(known.__contains__, keys)) else None

    def foresee(self, keys: Iterable[Hashable], *, few: bool = False) -> set[asyncio.Future[None]]:
        """Ask for what is not known, at the end of this turn; returns what there is to wait for.

        `few`: the field stands in no list, so its SQL may be merged with others.
        """
        known, asked = self._known, self._asked
        awaited: set[asyncio.Future[None]] = set()
        for key in dict.fromkeys(keys):
            if key in known:
                continue
            coming = asked.get(key)
            if coming is None:
                coming = asked[key] = self._turn()
                self._next.append(key)
                self._few = self._few and few
            awaited.add(coming)
        return awaited

    def know(self, keys: Iterable[Hashable], answers: Iterable[Any]) -> None:
        """Answers that came with those to another question."""
        self._known.update(zip(keys, answers, strict=True))

    def _turn(self) -> asyncio.Future[None]:
        """The answers to all that is asked in this turn of the event loop."""
        if self._coming is None:
            loop = asyncio.get_running_loop()
            self._coming = loop.create_future()
            self._coming.add_done_callback(look)
            loop.call_soon(self._send)
        return self._coming

    def _send(self) -> None:
        coming, self._coming = self._coming, None
        keys, self._next = self._next, []
        few, self._few = self._few, True
        if coming is not None:
            task = asyncio.get_running_loop().create_task(self._answer(keys, few, coming))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _answer(
        self,
        keys: list[Hashable],
        few: bool,  # noqa: FBT001 - ours alone
        coming: asyncio.Future[None],
    ) -> None:
        try:
            answers = await self._ask(keys, few)
            self._known.update(zip(keys, answers, strict=True))
        except asyncio.CancelledError:
            coming.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - raised wherever the answers are awaited
            coming.set_exception(error)
        else:
            coming.set_result(None)
        for key in keys:
            del self._asked[key]  # what failed may be asked again

    def cancel(self) -> None:
        """Wait for nothing any more."""
        for task in self._tasks:
            task.cancel()
