"""Settings of the garbage collector and the allocator for serving processes."""

import asyncio
import ctypes
import gc
from contextlib import suppress
from typing import Final

NEW_OBJECTS: Final = 50_000
"""Containers that come to life before the young ones are looked through; an answer of a page of
learners is made of some ten thousand, none of which is garbage before it is sent."""
LARGE: Final = 1 << 20
"""Bytes from which on a piece of memory goes back to the system as soon as it is free."""
SWEEP_SECONDS: Final = 5.0
"""Seconds between two looks for cycles among all that was made since the start."""
_M_MMAP_THRESHOLD: Final = -3


def settle_memory() -> None:
    """Leave alone what was made while starting, and look less often for cycles among the rest."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 20, 50)
    # glibc would keep the 19 MB that a log-in takes for a moment; other libraries do not.
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, LARGE)


async def sweep_memory(every: float = SWEEP_SECONDS) -> None:
    """Look for cycles every few seconds, in a process whose beginnings are left alone.

    What is broken off leaves its rows in cycles of frames and tracebacks, far fewer objects than
    the collector waits for and far more memory. What was made since the start and is still needed
    is little, so that a look takes a few milliseconds.
    """
    if not gc.get_freeze_count():  # which counts them one by one
        return
    while True:
        await asyncio.sleep(every)
        gc.collect()
