"""A loop and hypothesis by turns: the loop stands still while the next example is drawn."""

import asyncio
from collections.abc import Coroutine
from threading import Event
from types import TracebackType
from typing import Any, Self


class Turns:
    """Runs a loop from another thread, and only while an example is tried.

    Hypothesis refuses an example if anybody takes a number from `random` while it is drawn. A
    server does so behind its answers: the post makes up ids for the mails that it sends.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._goes, self._stands = Event(), Event()

    def __enter__(self) -> Self:
        self._halt()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._goes.set()

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Let the loop go until this is done."""
        self._goes.set()
        try:
            asyncio.run_coroutine_threadsafe(work, self._loop).result()
        finally:
            self._halt()

    def _halt(self) -> None:
        self._goes.clear()
        self._stands.clear()
        self._loop.call_soon_threadsafe(self._stand)
        self._stands.wait()

    def _stand(self) -> None:
        self._stands.set()
        self._goes.wait()
