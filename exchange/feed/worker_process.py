"""Runs CPU-bound work beside the event loop: in a thread, or in a separate process.

A thread shares one core with the event loop, and requests wait for it. Where there is much to do, a
separate process does it on another core.
"""

import asyncio
import gc
import os
import pickle
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from subprocess import PIPE, Popen
from threading import Lock
from typing import Any, Final, Generic, TypeVar

import structlog

Piece = TypeVar("Piece")
Made = TypeVar("Made")

log = structlog.get_logger(__name__)

# Not multiprocessing, whose children read the program that asks once more, whatever it may do.
_PROGRAM: Final = (
    "import sys; sys.path[:] = sys.argv[1:];"
    " from exchange.feed.worker_process import work_for_parent; work_for_parent()"
)

_NEW_OBJECTS: Final = 50_000
"""Threshold of the garbage collector: the work makes no reference cycles."""


@contextmanager
def worker_process(
    work: Callable[[Piece], Made], *, much: bool
) -> Iterator[Callable[[Piece], Awaitable[Made]]]:
    """What does a piece of work; with `much` in another process, which takes a second to begin.

    All that goes there and back can be pickled then. If there can be no such process, or if it ends
    before its time, for want of memory for instance, threads of this one do what is left.
    """
    if not much:
        yield lambda piece: asyncio.to_thread(work, piece)
        return
    other = _Other(work)
    try:
        yield lambda piece: asyncio.to_thread(other.do, piece)
    finally:
        other.end()


class _Other(Generic[Piece, Made]):
    """The worker process; if it ends early, the remaining work is done in a thread."""

    def __init__(self, work: Callable[[Piece], Made]) -> None:
        self._work = work
        self._turn = Lock()
        self._begun = False
        self._over = False
        self._process: Popen[bytes] | None = None
        try:
            self._process = Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-c", _PROGRAM, *sys.path],
                stdin=PIPE,
                stdout=PIPE,
                start_new_session=True,  # what a terminal interrupts is this one, which ends that
            )
        except OSError as error:
            log.warning("process_not_started", reason=error.strerror)

    def do(self, piece: Piece) -> Made:
        """What is made of a piece; raises what the work raises."""
        with self._turn:
            try:
                made = self._answer(piece)
            except (OSError, EOFError, ValueError, pickle.UnpicklingError):
                if self._over:
                    raise
                self._give_up()
            else:
                if made is not None:
                    return made[0]
        # Without the other one; or it failed there, and what is raised here tells where.
        return self._work(piece)

    def _answer(self, piece: Piece) -> tuple[Made] | None:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise EOFError
        if not self._begun:
            pickle.dump(self._work, process.stdin, pickle.HIGHEST_PROTOCOL)
            self._begun = True
        pickle.dump(piece, process.stdin, pickle.HIGHEST_PROTOCOL)
        process.stdin.flush()
        answer: tuple[Made] | None = pickle.load(process.stdout)  # noqa: S301 - from a process of ours
        return answer

    def _give_up(self) -> None:
        """Do without it from now on."""
        process, self._process = self._process, None
        if process is not None:
            _end(process)
            log.warning("process_ended_early", process=process.pid)

    def end(self) -> None:
        """Wait for nothing more."""
        self._over = True
        if self._process is not None:
            _end(self._process)


def _end(process: Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):  # of what it did not read
            if pipe is not None:
                pipe.close()


def work_for_parent() -> None:
    """Be the other process, until the one that asks lets go or is gone."""
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 20, 50)
    asked, answered = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is printed is no answer
    with suppress(EOFError, OSError, pickle.UnpicklingError):
        work: Callable[[Any], Any] = pickle.load(asked)  # noqa: S301 - from our parent
        while True:
            piece = pickle.load(asked)  # noqa: S301 - from our parent
            answer: tuple[Any] | None
            try:
                answer = (work(piece),)
            except Exception:  # noqa: BLE001 - it is done again where it was asked for, and told there
                answer = None
            pickle.dump(answer, answered, pickle.HIGHEST_PROTOCOL)
            answered.flush()
    os._exit(0)  # nobody is there any more to be told of a broken pipe
