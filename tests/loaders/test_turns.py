"""Walks through many learners: one piece at a time, people in turns, one's own in a row."""

import asyncio
from dataclasses import replace

import pytest

from auth.viewer import ANONYMOUS, Viewer
from database.deadline import DeadlineError, ending_in
from loaders.turns import Walk

ANN, BEN = (replace(ANONYMOUS, user_id=user_id) for user_id in (1, 2))


async def walked(walk: Walk, name: str, pieces: int, told: list[str]) -> None:
    """Take so many pieces, each of several turns of the event loop."""
    for piece in range(pieces):
        async with walk.turn():
            told.append(f"{name}{piece}")
            for _ in range(3):
                await asyncio.sleep(0)
            told.append(f"{name}{piece}")


async def of(viewers: dict[str, Viewer], pieces: int = 2) -> list[str]:
    """The order in which the pieces of walks are begun and ended."""
    told: list[str] = []
    walks = {name: Walk(viewer) for name, viewer in viewers.items()}
    await asyncio.gather(*(walked(walk, name, pieces, told) for name, walk in walks.items()))
    return told


def twice(*names: str) -> list[str]:
    return [name for name in names for _ in range(2)]


async def test_walks_of_one_person_go_one_after_the_other() -> None:
    assert await of({"a": ANN, "b": ANN}) == twice("a0", "a1", "b0", "b1")


async def test_walks_of_different_people_take_turns_piece_by_piece() -> None:
    assert await of({"a": ANN, "b": BEN}) == twice("a0", "b0", "a1", "b1")


async def test_who_begins_many_walks_waits_for_them_and_nobody_else_does() -> None:
    told = await of({"a": ANN, "b": ANN, "c": ANN, "d": BEN})

    assert told == twice("a0", "d0", "a1", "d1", "b0", "b1", "c0", "c1")


async def test_who_waits_too_long_is_told_and_keeps_nobody_else_waiting() -> None:
    told: list[str] = []
    first, late, last = Walk(ANN), Walk(ANN), Walk(ANN)
    async with first.turn():
        with ending_in(0.01), pytest.raises(DeadlineError):
            await walked(late, "late", 1, told)
        waiting = asyncio.create_task(walked(last, "last", 1, told))
        await asyncio.sleep(0)
    await waiting

    assert told == twice("last0")


@pytest.mark.parametrize("given", [False, True])
async def test_a_turn_that_nobody_takes_any_more_is_passed_on(given: bool) -> None:
    told: list[str] = []
    first, gone, last = Walk(ANN), Walk(ANN), Walk(ANN)
    async with first.turn():
        leaving = asyncio.create_task(walked(gone, "gone", 1, told))
        waiting = asyncio.create_task(walked(last, "last", 1, told))
        await asyncio.sleep(0)
        if not given:
            leaving.cancel()
    if given:  # it has been told that it is next, and has not heard yet
        leaving.cancel()
    await asyncio.wait({leaving, waiting})

    assert leaving.cancelled()
    assert told == twice("last0")


async def test_what_fails_leaves_its_place() -> None:
    with pytest.raises(ZeroDivisionError):
        async with Walk(ANN).turn():
            _ = 1 / 0

    assert await of({"a": ANN}, pieces=1) == twice("a0")
