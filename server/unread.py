"""Readers who do not read: how long, and how much, what was written may wait for them."""

from asyncio import AbstractEventLoop, TimerHandle, Transport
from typing import Final

import structlog

PATIENCE: Final = 60.0
"""Seconds in which what was written must be taken, however little it is: as pieces of streams."""
LEAST_RATE: Final = 32 << 10
"""Bytes a second that a reader of much must take."""
MOST: Final = 128 << 20
"""Bytes that wait for the readers of this process together."""

log = structlog.get_logger(__name__)


class Unread:
    """The connections that have not been taken all from, who has waited longest first."""

    def __init__(self) -> None:
        """There is none."""
        self._waiting: dict[Transport, TimerHandle] = {}

    @property
    def held(self) -> int:
        """Bytes that wait."""
        return sum(transport.get_write_buffer_size() for transport in self._waiting)

    def begin(self, transport: Transport, loop: AbstractEventLoop) -> None:
        """Something waits from now on; where it is too much in all, the oldest are cut off."""
        seconds = PATIENCE + transport.get_write_buffer_size() / LEAST_RATE
        self._waiting[transport] = loop.call_later(seconds, self._cut_off, transport)
        held = self.held
        while held > MOST:
            oldest = next(iter(self._waiting))
            size = oldest.get_write_buffer_size()
            held -= size
            log.warning("too_much_unread", bytes=size)
            self.end(oldest)
            loop.call_soon(oldest.abort)  # not now: it may be this one, which is writing

    def end(self, transport: Transport) -> None:
        """All is taken, or nobody is there any more."""
        timer = self._waiting.pop(transport, None)
        if timer is not None:
            timer.cancel()

    def _cut_off(self, transport: Transport) -> None:
        self.end(transport)
        transport.abort()
