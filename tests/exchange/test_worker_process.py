"""Work is done beside the loop, in threads or in a process, and that process ends with us."""

import asyncio
import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from exchange.feed.worker_process import worker_process
from tests.killing import kill_when_told

SCRIPT = """
import asyncio, os
from exchange.feed.worker_process import worker_process
from tests.exchange.test_worker_process import who

async def main():
    with worker_process(who, much=True) as ask:
        print("worker", await ask("anything"), flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


def who(_piece: str) -> int:
    """The process that works."""
    return os.getpid()


def doubled(number: int) -> int:
    """Prints as well, which is no answer."""
    print("This is not an answer.")  # noqa: T201 - what a library may do
    if number == 13:
        message = "Thirteen is not doubled."
        raise ValueError(message)
    return 2 * number


def fatal(me: int) -> int:
    """Ends any other process than the one that is told."""
    if os.getpid() != me:
        os.kill(os.getpid(), signal.SIGKILL)
    return threading.get_ident()


def lives(process: int) -> bool:
    """Whether a process still works; one that nobody has waited for does not."""
    try:
        status = Path(f"/proc/{process}/stat").read_text("utf-8")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize("much", [True, False])
async def test_each_piece_has_its_answer_whatever_the_order(much: bool) -> None:
    with worker_process(doubled, much=much) as ask:
        answers = await asyncio.gather(*(ask(number) for number in range(10)))
    assert answers == [0, 2, 4, 6, 8, 10, 12, 14, 16, 18]


@pytest.mark.parametrize("much", [True, False])
async def test_what_the_work_raises_is_raised_and_the_next_piece_is_done(much: bool) -> None:
    with worker_process(doubled, much=much) as ask:
        with pytest.raises(ValueError, match="Thirteen is not doubled") as told:
            await ask(13)
        assert "doubled" in [entry.name for entry in told.traceback]  # it tells where
        assert await ask(21) == 42


async def test_much_is_done_by_one_other_process_which_then_ends() -> None:
    with worker_process(who, much=True) as ask:
        first, second = await ask("one"), await ask("two")
        assert first == second != os.getpid()
        assert lives(first)
    assert not lives(first)


async def test_little_is_done_here_but_not_in_the_thread_of_the_loop() -> None:
    with worker_process(fatal, much=False) as ask:
        assert await ask(os.getpid()) != threading.get_ident()


async def test_when_the_other_process_is_killed_threads_do_the_rest() -> None:
    with capture_logs() as told, worker_process(fatal, much=True) as ask:
        first, second = await ask(os.getpid()), await ask(os.getpid())
    assert threading.get_ident() not in {first, second}
    assert [line["event"] for line in told] == ["process_ended_early"]


async def test_where_there_can_be_no_other_process_threads_do_everything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with capture_logs() as told, worker_process(who, much=True) as ask:
        assert await ask("anything") == os.getpid()
    assert [line["event"] for line in told] == ["process_not_started"]


async def test_whoever_leaves_waits_for_no_piece_that_is_being_done() -> None:
    with worker_process(time.sleep, much=True) as ask:
        unwanted = asyncio.ensure_future(ask(3600))
        await asyncio.sleep(0)
    with pytest.raises((OSError, EOFError, ValueError)):
        await unwanted


def test_the_other_process_ends_with_one_that_is_killed() -> None:
    *_, told = kill_when_told(SCRIPT, "worker")
    worker = int(told.split()[1])
    for _ in range(300):
        if not lives(worker):
            return
        time.sleep(0.1)
    pytest.fail("The process that nobody asks any more goes on.")
