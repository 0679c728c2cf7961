"""Supervision of background tasks: one that fails is logged, counted and begun again later."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, TypeAlias

import structlog

log = structlog.get_logger(__name__)

PAUSE: Final = 5.0
"""Seconds between the failure of a task and its restart."""
STEADY: Final = 60.0
"""Seconds that a task has to run for its failures to be forgotten."""

Work: TypeAlias = Callable[[], Coroutine[Any, Any, None]]


class Supervision:
    """The background tasks of a server, restarted for as long as it lives."""

    def __init__(self, told: Callable[[str], None] = lambda _name: None) -> None:
        """Start with no tasks; `told` is called with the name of a task each time it fails."""
        self._tell = told
        self._broken: Counter[str] = Counter()

    @property
    def failing(self) -> list[str]:
        """Names of the tasks that failed again after a restart."""
        return sorted(name for name, times in self._broken.items() if times > 1)

    def begin(self, name: str, work: Work) -> asyncio.Task[None]:
        """Start a task, which ends by returning or by being cancelled, never by an exception."""
        return asyncio.create_task(self._keep_up(name, work), name=name)

    @asynccontextmanager
    async def running(self, name: str, work: Work) -> AsyncIterator[None]:
        """A task that is cancelled when the context ends."""
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
