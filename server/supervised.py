"""Work that goes on beside the requests: told of when it breaks down, and begun again."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, TypeAlias

import structlog

log = structlog.get_logger(__name__)

PAUSE: Final = 5.0
"""Seconds before work that broke down begins again."""
STEADY: Final = 60.0
"""Seconds after which work that began again is taken to have got over it."""

Work: TypeAlias = Callable[[], Coroutine[Any, Any, None]]


class Supervision:
    """Sees to it that work goes on for as long as the server lives."""

    def __init__(self, told: Callable[[str], None] = lambda _name: None) -> None:
        """Begin with no work; `told` hears the name of work each time that it breaks down."""
        self._tell = told
        self._broken: Counter[str] = Counter()

    @property
    def failing(self) -> list[str]:
        """Work that broke down and, begun again, broke down once more."""
        return sorted(name for name, times in self._broken.items() if times > 1)

    def begin(self, name: str, work: Work) -> asyncio.Task[None]:
        """Work that ends when it is cancelled or has come to its end, and by no exception."""
        return asyncio.create_task(self._keep_up(name, work), name=name)

    @asynccontextmanager
    async def running(self, name: str, work: Work) -> AsyncIterator[None]:
        """Work that goes on until the context ends."""
        task = self.begin(name, work)
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _keep_up(self, name: str, work: Work) -> None:
        while True:
            steady = asyncio.get_running_loop().call_later(STEADY, self._broken.pop, name, None)
            try:
                await work()
            except Exception:
                self._broken[name] += 1
                self._tell(name)
                log.exception("work_broke_down", work=name, times=self._broken[name])
            else:
                return
            finally:
                steady.cancel()
            await asyncio.sleep(PAUSE)
