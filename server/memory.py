"""Settings of the garbage collector, the allocator and memory pages for serving processes."""

import asyncio
import ctypes
import gc
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

NEW_OBJECTS: Final = 50_000
"""Containers that come to life before the young ones are looked through; an answer of a page of
learners is made of some ten thousand, none of which is garbage before it is sent."""
LARGE: Final = 1 << 20
"""Bytes from which on a piece of memory goes back to the system as soon as it is free."""
SWEEP_SECONDS: Final = 5.0
"""Seconds between two looks for cycles among all that was made since the start."""
LARGE_PAGE: Final = 2 << 20
"""Bytes of a large page."""
MAPS: Final = Path("/proc/self/maps")
"""Where Linux tells what memory a process has."""
_M_MMAP_THRESHOLD: Final = -3
_MADV_COLLAPSE: Final = 25


def settle_memory() -> None:
    """Leave alone what was made while starting, and look less often for cycles among the rest."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 20, 50)
    # glibc would keep the 19 MB that a log-in takes for a moment; other libraries do not.
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, LARGE)


async def tend_memory(every: float = SWEEP_SECONDS) -> None:
    """Use large pages, and look for cycles every few seconds, where beginnings are left alone.

    What is broken off leaves its rows in cycles of frames and tracebacks, far fewer objects than
    the collector waits for and far more memory. What was made since the start and is still needed
    is little, so that a look takes a few milliseconds.
    """
    if not gc.get_freeze_count():  # which counts them one by one
        return
    await asyncio.sleep(every)  # the first requests make some of what stays
    await asyncio.to_thread(use_large_pages, MAPS)
    while True:
        gc.collect()
        await asyncio.sleep(every)


def use_large_pages(maps: Path) -> int:
    """Put what is in memory into large pages, as far as the system does that (Linux 6.1 on).

    Answers the bytes of the pieces that were moved whole. A request touches thousands of small
    objects that lie anywhere: with pages of 4 kB, a processor takes a good part of its time to find
    out where, the most in a virtual machine. Gaps between them become memory in use.
    """
    moved = 0
    with suppress(OSError, AttributeError):  # another system
        advise = ctypes.CDLL(None).madvise
        for begin, length in _filled(maps):
            there, size = ctypes.c_void_p(begin), ctypes.c_size_t(length)
            moved += 0 if advise(there, size, _MADV_COLLAPSE) else length
    return moved


def _filled(maps: Path) -> Iterator[tuple[int, int]]:
    """Where large pages fit into memory that is this process's own and no file's."""
    for line in maps.read_bytes().split(b"\n"):  # names of files are any bytes
        place, access, _, _, file, *name = line.split() or [b""] * 5
        if access != b"rw-p" or file != b"0" or name not in ([], [b"[heap]"]):
            continue
        begin, end = (int(address, 16) for address in place.split(b"-"))
        begin = -(-begin // LARGE_PAGE) * LARGE_PAGE  # what is not whole, at its ends, stays
        end = end // LARGE_PAGE * LARGE_PAGE
        if begin < end:
            yield begin, end - begin
