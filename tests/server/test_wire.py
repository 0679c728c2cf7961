"""Connections over a socket: heads that do not come, are too long, or are none."""

import asyncio
from contextlib import suppress

import pytest
from starlette.types import Receive, Scope, Send

from server import wire
from server.wire import Joined
from tests.server.listening import connected, listening

FINE = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that answers `fine`."""
    if scope["type"] == "http":
        headers = [(b"content-length", b"4")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"fine"})


async def test_who_does_not_say_what_is_asked_for_is_cut_off_and_others_are_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wire, "HEAD_SECONDS", 0.3)
    async with listening(application) as port:
        idle = [await connected(port) for _ in range(200)]
        slow, slow_writer = await connected(port)
        slow_writer.write(FINE[:20])
        reader, writer = await connected(port)
        for _ in range(3):
            writer.write(FINE)
            answer = await reader.readuntil(b"fine")
            assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
            assert b"server:" not in answer.lower()
        for waiting, _ in [*idle, (slow, slow_writer)]:
            with suppress(ConnectionResetError):
                assert await waiting.read() == b""
        for _, closing in [*idle, (slow, slow_writer), (reader, writer)]:
            closing.close()


async def test_a_head_without_end_is_not_read() -> None:
    async with listening(application) as port:
        reader, writer = await connected(port)
        writer.write(b"GET / HTTP/1.1\r\n")
        with suppress(ConnectionError):
            for _ in range(100):
                writer.write(b"x-a: " + b"a" * 4_000 + b"\r\n")
                await writer.drain()
                await asyncio.sleep(0)
            assert await reader.read() == b""
        writer.close()
        other, writer = await connected(port)
        writer.write(FINE)
        assert (await other.readuntil(b"fine")).startswith(b"HTTP/1.1 200 OK\r\n")
        writer.close()


async def test_what_is_no_http_is_refused() -> None:
    async with listening(application) as port:
        reader, writer = await connected(port)
        writer.write(b"\x16\x03\x01\x02\x00\x01\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 400 Bad Request\r\n")
        writer.close()


class Recording(asyncio.Transport):
    """A transport that remembers what it is told to do."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[bytes | str] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.done.append(bytes(data))

    def close(self) -> None:
        self.done.append("close")

    def is_closing(self) -> bool:
        return "close" in self.done


async def test_what_is_written_in_one_turn_leaves_together() -> None:
    transport = Recording()
    joined = Joined(transport, asyncio.get_running_loop())

    joined.write(b"head ")
    joined.write(b"body")
    assert transport.done == []
    await asyncio.sleep(0)
    joined.write(b"more")
    await asyncio.sleep(0)
    assert transport.done == [b"head body", b"more"]

    joined.write(b"last")
    joined.close()
    joined.write(b"too late")
    await asyncio.sleep(0)
    assert transport.done == [b"head body", b"more", b"last", "close"]


async def test_much_does_not_wait_for_more() -> None:
    transport = Recording()
    joined = Joined(transport, asyncio.get_running_loop())
    piece = b"a" * (wire.MOST_KEPT - 1)

    joined.write(piece)
    assert transport.done == []
    joined.write(b"bc")
    assert transport.done == [piece + b"bc"]
    await asyncio.sleep(0)
    assert transport.done == [piece + b"bc"]
