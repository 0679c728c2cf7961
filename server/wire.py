"""Connections: whoever opens one has to say soon, and briefly, what is asked for."""

from asyncio import TimerHandle, Transport
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS: Final = 10.0
"""Seconds in which the head of a request has to be there, to its end."""
MOST_HEAD: Final = 64 << 10
"""Bytes of a head that are read at all; the application refuses a long one much earlier."""


class PromptProtocol(HttpToolsProtocol):
    """HTTP as uvicorn speaks it, with a limit of time and of size for the head of a request."""

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - uvicorn's own
        """Wait for nothing before there is a connection."""
        super().__init__(*arguments, **named)
        self._waiting: TimerHandle | None = None
        self._read = 0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Count what is read of a head that has not come to its end."""
        if self._waiting is not None:
            self._read += len(data)
        super().data_received(data)
        if self._waiting is not None and self._read > MOST_HEAD:
            self.transport.abort()

    def on_message_begin(self) -> None:
        """Wait for the head of this request."""
        super().on_message_begin()
        if self._waiting is None:
            self._wait()

    def on_headers_complete(self) -> None:
        """The head is there; other limits hold for the body."""
        self._wait_no_more()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there any more."""
        self._wait_no_more()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._read = 0
        self._waiting = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _wait_no_more(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _give_up(self) -> None:
        self._waiting = None
        if not self.transport.is_closing():
            self.transport.abort()
