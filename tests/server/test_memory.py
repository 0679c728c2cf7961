"""What is left of broken-off requests is found, and what stays is kept where it is found fast."""

import asyncio
import ctypes
import gc
import mmap
from collections.abc import Iterator
from pathlib import Path
from weakref import ref

import pytest

from server.memory import LARGE_PAGE, MAPS, tend_memory, use_large_pages

PATTERN = bytes(range(256)) * 16


class Rows:
    """What a frame holds."""


@pytest.fixture
def frozen() -> Iterator[None]:
    """A process whose beginnings are left alone, and whose collector does nothing by itself."""
    gc.freeze()
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()


@pytest.mark.usefixtures("frozen")
async def test_what_hangs_together_in_cycles_is_let_go() -> None:
    rows = Rows()
    rows.own = rows  # type: ignore[attr-defined]
    gone = asyncio.Event()
    watched = ref(rows, lambda _: gone.set())
    del rows
    sweeping = asyncio.create_task(tend_memory(0.001))
    await gone.wait()
    sweeping.cancel()
    assert watched() is None


async def test_where_nothing_was_left_alone_nothing_is_swept() -> None:
    assert gc.get_freeze_count() == 0
    await asyncio.wait_for(tend_memory(3600), 1)


@pytest.fixture
def piece() -> Iterator[tuple[mmap.mmap, str]]:
    """Some memory, and where it is: it begins and ends amid large pages."""
    with mmap.mmap(-1, 5 * LARGE_PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        memory[:] = PATTERN * (len(memory) // len(PATTERN))
        first = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        begin = first // LARGE_PAGE * LARGE_PAGE + LARGE_PAGE + mmap.PAGESIZE
        yield memory, f"{begin:x}-{begin + 3 * LARGE_PAGE:x}"
        gc.collect()  # nothing may point into it when it is closed


def test_what_is_moved_into_large_pages_is_what_it_was(
    piece: tuple[mmap.mmap, str], tmp_path: Path
) -> None:
    memory, place = piece
    (tmp_path / "maps").write_text(f"{place} rw-p 00000000 00:00 0 \n", "utf-8")

    assert use_large_pages(tmp_path / "maps") in {0, 2 * LARGE_PAGE}  # as the system has them
    assert memory[:] == PATTERN * (len(memory) // len(PATTERN))


@pytest.mark.parametrize(
    "rest",
    [
        "r--p 00000000 00:00 0 ",
        "rw-s 00000000 00:01 0 ",
        "rw-p 00000000 fe:00 4711 /usr/bin/python",
        "rw-p 00000000 fe:00 4711 /opt/caf\udce9 \u2028\x0b.so",
        "rw-p 00000000 00:00 0 [stack]",
    ],
)
def test_only_what_is_the_processs_own_and_no_files_is_moved(
    piece: tuple[mmap.mmap, str], tmp_path: Path, rest: str
) -> None:
    (tmp_path / "maps").write_text(f"{piece[1]} {rest}\n", "utf-8", "surrogateescape")

    assert use_large_pages(tmp_path / "maps") == 0


def test_the_memory_of_this_process_is_looked_through() -> None:
    assert use_large_pages(MAPS) % LARGE_PAGE == 0


def test_a_system_that_tells_nothing_of_its_memory_is_left_alone(tmp_path: Path) -> None:
    assert use_large_pages(tmp_path / "maps") == 0
