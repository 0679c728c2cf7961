"""What is made ahead comes in order, fails where it fails, and can be left at any time."""

import threading
from collections.abc import Iterator
from contextlib import aclosing

import pytest

from exchange.feed.prefetch import prefetched


class Letters:
    """Three letters, each made in whichever thread asks for it; a fourth cannot be made."""

    def __init__(self) -> None:
        self.threads: set[int] = set()
        self.closed = False

    def each(self, letters: str) -> Iterator[str]:
        try:
            for letter in letters:
                self.threads.add(threading.get_ident())
                if letter == "!":
                    message = "There is no such letter."
                    raise ValueError(message)
                yield letter
        finally:
            self.closed = True


async def test_all_items_come_in_order_and_none_is_made_in_the_thread_of_the_loop() -> None:
    letters = Letters()

    assert [letter async for letter in prefetched(letters.each("abc"))] == ["a", "b", "c"]

    assert threading.get_ident() not in letters.threads
    assert letters.closed


async def test_nothing_comes_of_nothing() -> None:
    assert [letter async for letter in prefetched(Letters().each(""))] == []


async def test_what_cannot_be_made_is_raised_after_what_came_before_it() -> None:
    items = prefetched(Letters().each("ab!c"))
    assert [await anext(items), await anext(items)] == ["a", "b"]
    with pytest.raises(ValueError, match="no such letter"):
        await anext(items)


@pytest.mark.parametrize("next_one", ["b", "!"])
async def test_whoever_leaves_early_leaves_an_iterator_that_can_be_closed(next_one: str) -> None:
    letters = Letters()
    source = letters.each(f"a{next_one}")
    async with aclosing(prefetched(source)) as items:
        async for letter in items:
            assert letter == "a"
            break
    source.close()  # type: ignore[attr-defined]  # it is a generator
    assert letters.closed
