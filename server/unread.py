"""Readers who do not read: how long, and how much, what was written may wait for them."""

from asyncio import AbstractEventLoop, TimerHandle, Transport
from collections import Counter
from typing import Final

import structlog

PATIENCE: Final = 60.0
"""Seconds in which what was written must be taken, however little it is: as pieces of streams."""
LEAST_RATE: Final = 32 << 10
"""Bytes a second that a reader of much must take."""
MOST: Final = 128 << 20
"""Bytes that wait for the readers of this process together."""

TOO_LITTLE: Final = "too_little_read"
"""Why somebody is cut off who did not take in time what was theirs."""
TOO_MUCH: Final = "too_much_unread"
"""Why somebody is cut off where too much waits in all."""

log = structlog.get_logger(__name__)


class Unread:
    """The connections that have not been taken all from, who has waited longest first."""

    def __init__(self) -> None:
        """There is none."""
        self._waiting: dict[Transport, TimerHandle] = {}
        self.cut_off: Counter[str] = Counter({TOO_LITTLE: 0, TOO_MUCH: 0})
        """How many were cut off, and why."""

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
            held -= self._note(oldest, TOO_MUCH)
            self.end(oldest)
            loop.call_soon(oldest.abort)  # not now: it may be this one, which is writing

    def end(self, transport: Transport) -> None:
        """All is taken, or nobody is there any more."""
        timer = self._waiting.pop(transport, None)
        if timer is not None:
            timer.cancel()

    def _cut_off(self, transport: Transport) -> None:
        self._note(transport, TOO_LITTLE)
        self.end(transport)
        transport.abort()

    def _note(self, transport: Transport, why: str) -> int:
        """Tell of somebody who is cut off; how many bytes waited for them."""
        size = transport.get_write_buffer_size()
        self.cut_off[why] += 1
        log.warning(why, bytes=size)
        return size
