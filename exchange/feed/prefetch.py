"""Computes the next item of an iterator in a thread while the current one is in use."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from typing import TypeVar

Item = TypeVar("Item")


async def prefetched(items: Iterator[Item]) -> AsyncGenerator[Item]:
    """The items of an iterator, each of them made while the one before it is used.

    Close it: an iterator that is left while it makes something cannot be closed itself.
    """
    ended = object()
    coming = asyncio.create_task(asyncio.to_thread(next, items, ended))
    try:
        while (item := await asyncio.shield(coming)) is not ended:
            coming = asyncio.create_task(asyncio.to_thread(next, items, ended))
            yield item  # type: ignore[misc]  # it is not the end
    finally:
        await asyncio.wait({coming})
        coming.exception()  # is raised above, if anybody still waits for it
