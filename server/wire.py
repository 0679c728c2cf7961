"""The HTTP protocol of uvicorn with limits for heads that do not come and answers nobody takes."""

from asyncio import AbstractEventLoop, TimerHandle, Transport
from typing import Any, Final

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from server.refusals import RefusalError
from server.unread import Unread

HEAD_SECONDS: Final = 10.0
"""Seconds in which the head of a request has to be there, to its end."""
MOST_HEAD: Final = 64 << 10
"""Bytes of a head that are read at all; the application refuses a long one much earlier."""
MOST_KEPT: Final = 64 << 10
"""Bytes that are buffered before they are sent at once."""

UNREAD: Final = Unread()
"""What the readers of this process have not taken."""

_NO_TUNNEL: Final = RefusalError(400, "METHOD", "CONNECT is for proxies, and this is none.")


class Joined:
    """A transport that sends all writes of one turn of the event loop together."""

    def __init__(self, transport: Transport, loop: AbstractEventLoop) -> None:
        """Write through a transport."""
        self._transport = transport
        self._loop = loop
        self._kept: list[bytes] = []
        self._size = 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the transport has
        """Everything else is the transport's own."""
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send soon, or now if that is much: whoever writes on is to feel that nobody reads."""
        if not self._kept:
            self._loop.call_soon(self._send)
        self._kept.append(data)
        self._size += len(data)
        if self._size >= MOST_KEPT:
            self._send()

    def close(self) -> None:
        """Close once all is sent."""
        self._send()
        self._transport.close()

    def _send(self) -> None:
        kept, self._kept, self._size = self._kept, [], 0
        if kept and not self._transport.is_closing():
            self._transport.write(b"".join(kept))


class PromptProtocol(HttpToolsProtocol):
    """HTTP as uvicorn speaks it, with limits for the head of a request and for unread answers.

    No other protocol is ever spoken: who offers one is answered in HTTP/1.1 (RFC 9110, 7.8).
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - uvicorn's own
        """Wait for nothing before there is a connection."""
        super().__init__(*arguments, **named)
        self._waiting: TimerHandle | None = None
        self._read = 0
        self._deaf = False

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(Joined(transport, self.loop))  # type: ignore[arg-type]  # acts as one
        transport.set_write_buffer_limits(high=0)  # whatever is not taken at once is waited for
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Count what is read of a head that has not come to its end."""
        if self._waiting is not None:
            self._read += len(data)
        self._unset_keepalive_if_required()
        try:
            self._parse(data)
        except httptools.HttpParserError:
            message = "Invalid HTTP request received."
            self.logger.warning(message)
            self.send_400_response(message)
        if self._waiting is not None and self._read > MOST_HEAD:
            self.transport.abort()

    def on_message_begin(self) -> None:
        """Wait for the head of this request."""
        super().on_message_begin()
        if self._waiting is None:
            self._wait()

    def on_headers_complete(self) -> None:
        """The head is there; other limits hold for the body."""
        if self.parser.should_upgrade():
            return  # it comes once more, as one of HTTP/1.1
        self._wait_no_more()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The body is there."""
        if not self.parser.should_upgrade():
            super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there any more."""
        self._wait_no_more()
        UNREAD.end(self.transport)
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The reader does not keep up."""
        super().pause_writing()
        UNREAD.begin(self.transport, self.loop)

    def resume_writing(self) -> None:
        """The reader has taken all."""
        UNREAD.end(self.transport)
        super().resume_writing()

    def _parse(self, data: bytes) -> None:
        """Take requests; raises HttpParserError where there is none.

        The parser stops after a head that offers another protocol, and takes its body for the next
        request. So another one gets the same head, without the offer, before the body.
        """
        rest = memoryview(data)  # of which nothing is copied, however many heads are in it
        while rest and not self._deaf:
            try:
                self.parser.feed_data(rest)
            except httptools.HttpParserUpgrade as stopped:
                rest = rest[stopped.args[0] :]
                head = self._plain_head()
                self.parser = httptools.HttpRequestParser(self)  # the old one may be at its end
                self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn's
                self.parser.feed_data(head)
            else:
                return

    def _plain_head(self) -> bytes:
        """The head that was read last, without an offer of another protocol."""
        method = self.parser.get_method()
        if method == b"CONNECT":
            # What follows is no HTTP. The refusal waits its turn, like the answer to any request.
            self._deaf = True
            self.app = _NO_TUNNEL.response()
            return b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"
        version = self.parser.get_http_version().encode()
        lines = [b"%b %b HTTP/%b" % (method, self.url, version)]
        lines += [b"%b: %b" % header for header in self.headers if header[0] != b"upgrade"]
        return b"\r\n".join([*lines, b"", b""])

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
