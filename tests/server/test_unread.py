"""Readers who do not read are cut off, for their time and for all that waits in a process."""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Final

import pytest
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from structlog.testing import capture_logs

from server import unread, wire
from tests.server.listening import listening

SIZE: Final = 1 << 18
LOOPS: Final = pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])

Loop = Callable[[], asyncio.AbstractEventLoop]


async def whole(_request: Request) -> Response:
    """A large answer."""
    return Response(b"a" * SIZE)


async def in_pieces(_request: Request) -> Response:
    """As much, a piece after the other."""

    async def pieces() -> AsyncGenerator[bytes]:
        for _ in range(16):
            yield b"a" * (SIZE // 16)

    return StreamingResponse(pieces())


application = Starlette(routes=[Route("/whole", whole), Route("/pieces", in_pieces)])


class Reader:
    """A client that reads when it is told to, and for which its system keeps little."""

    def __init__(self, socket: socket.socket) -> None:
        self._socket = socket

    async def ask(self, path: str) -> None:
        """Send a request, the only one of the connection."""
        request = f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode()
        await asyncio.get_running_loop().sock_sendall(self._socket, request)

    async def read(self) -> int:
        """How much of the answer comes until the connection ends."""
        answer = b""
        with suppress(ConnectionResetError):
            while piece := await asyncio.get_running_loop().sock_recv(self._socket, 1 << 16):
                answer += piece
        return answer.count(b"a" * 64) * 64


@asynccontextmanager
async def reading(port: int) -> AsyncIterator[Reader]:
    """Somebody who reads at this port."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 12)
        connection.setblocking(False)  # noqa: FBT003 - the standard library's own
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
        yield Reader(connection)


async def until(true: Callable[[], bool]) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - nobody tells it
            await asyncio.sleep(0.01)


def held_more_than(size: int) -> bool:
    """Whether more than so many bytes wait for readers."""
    return wire.UNREAD.held > size


def run(loop: Loop, case: Coroutine[None, None, None]) -> None:
    """Run to the end on such a loop."""
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(case)


@LOOPS
@pytest.mark.parametrize("path", ["/whole", "/pieces"])
def test_who_takes_nothing_is_cut_off(
    loop: Loop, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unread, "PATIENCE", 0.2)
    monkeypatch.setattr(unread, "LEAST_RATE", 100 * SIZE)

    async def case() -> None:
        async with listening(application) as port, reading(port) as reader:
            before = wire.UNREAD.cut_off[unread.TOO_LITTLE]
            with capture_logs() as told:
                await reader.ask(path)
                await until(partial(held_more_than, 0))
                await until(lambda: wire.UNREAD.held == 0)
            assert await reader.read() < SIZE
            assert [(line["event"], line["bytes"] > 0) for line in told] == [
                ("too_little_read", True)
            ]
            assert wire.UNREAD.cut_off[unread.TOO_LITTLE] == before + 1

    run(loop, case())


@LOOPS
@pytest.mark.parametrize("path", ["/whole", "/pieces"])
def test_who_takes_it_late_gets_all(loop: Loop, path: str) -> None:
    async def case() -> None:
        async with listening(application) as port, reading(port) as reader:
            await reader.ask(path)
            await until(partial(held_more_than, 0))
            assert await reader.read() == SIZE
            assert wire.UNREAD.held == 0

    run(loop, case())


@LOOPS
def test_where_too_much_waits_in_all_who_has_waited_longest_is_cut_off(
    loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unread, "MOST", 5 * SIZE // 2)

    async def case() -> None:
        async with (
            listening(application) as port,
            reading(port) as first,
            reading(port) as second,
            reading(port) as third,
        ):
            for reader, least in ((first, 0), (second, SIZE)):
                await reader.ask("/whole")
                await until(partial(held_more_than, least))
            with capture_logs() as told:
                await third.ask("/whole")
                await until(lambda: bool(told))
            assert [(line["event"], line["log_level"]) for line in told] == [
                ("too_much_unread", "warning")
            ]
            assert SIZE < wire.UNREAD.held <= unread.MOST
            read = [await reader.read() for reader in (first, second, third)]
            assert read[0] < SIZE
            assert read[1:] == [SIZE, SIZE]

    run(loop, case())
