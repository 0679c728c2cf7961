"""Keys that are asked for together are one question, and nobody spoils the answer for others."""

import asyncio
from collections.abc import Sequence

import pytest

from loaders.batching import Batching


class Question:
    """Doubles its keys when it is let, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.few: list[bool] = []
        self.go_on = asyncio.Event()
        self.fails = False

    async def __call__(self, keys: Sequence[int], few: bool) -> Sequence[int | Exception]:
        self.asked.append(list(keys))
        self.few.append(few)
        await self.go_on.wait()
        if self.fails:
            raise LookupError
        return [ValueError(key) if key < 0 else 2 * key for key in keys]


async def test_keys_of_one_moment_are_one_question_and_asked_once() -> None:
    question = Question()
    batching = Batching(question)
    question.go_on.set()

    found = await asyncio.gather(batching.one(1), batching.many([1, 2]), batching.one(3))

    assert (found[0], found[2]) == (2, 6)
    assert await batching.one(2) == 4
    assert question.asked == [[1, 2, 3]]


async def test_who_is_cancelled_takes_nothing_from_those_who_wait_for_the_same() -> None:
    question = Question()
    batching = Batching(question)
    gone, patient = asyncio.create_task(batching.one(1)), asyncio.create_task(batching.one(1))
    several = asyncio.create_task(batching.many([1, 2]))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    question.go_on.set()

    assert await patient == 2
    assert (await several)[2] == 4
    assert gone.cancelled()
    assert question.asked == [[1, 2]]


async def test_what_fails_is_told_to_all_who_wait_and_may_be_asked_again() -> None:
    question = Question()
    batching = Batching(question)
    question.go_on.set()
    question.fails = True
    found = await asyncio.gather(batching.one(1), batching.one(1), return_exceptions=True)
    assert [type(one) for one in found] == [LookupError, LookupError]
    question.fails = False

    assert await batching.one(1) == 2
    with pytest.raises(ValueError, match="-3"):
        await batching.one(-3)


async def test_when_everything_is_cancelled_nobody_waits_any_more() -> None:
    question = Question()
    batching = Batching(question)
    waiting = asyncio.create_task(batching.one(1))
    await asyncio.sleep(0.01)
    batching.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_keys_are_few_only_if_all_who_ask_at_this_moment_say_so() -> None:
    question = Question()
    batching = Batching(question)
    question.go_on.set()

    await asyncio.gather(batching.many([1], few=True), batching.many([2], few=True))
    await asyncio.gather(batching.many([3], few=True), batching.many([3, 4]))
    await asyncio.gather(batching.many([3], few=True), batching.many([5], few=True))

    assert question.asked == [[1, 2], [3, 4], [5]]
    assert question.few == [True, False, True]
