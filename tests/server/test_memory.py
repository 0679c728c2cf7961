"""What is left of broken-off requests is found, in processes that look seldom by themselves."""

import asyncio
import gc
from collections.abc import Iterator
from weakref import ref

import pytest

from server.memory import sweep_memory


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
    sweeping = asyncio.create_task(sweep_memory(0.001))
    await gone.wait()
    sweeping.cancel()
    assert watched() is None


async def test_where_nothing_was_left_alone_nothing_is_swept() -> None:
    assert gc.get_freeze_count() == 0
    await asyncio.wait_for(sweep_memory(3600), 1)
