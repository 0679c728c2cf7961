"""A server of one application that listens on a socket, with the protocol that is served by."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp

from server.wire import PromptProtocol


@asynccontextmanager
async def listening(application: ASGIApp) -> AsyncIterator[int]:
    """A server with our protocol; its port."""
    with socket.socket() as bound:
        # Its connections inherit it: the system keeps little for whoever does not read.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 14)
        bound.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            application,
            http=PromptProtocol,
            ws="none",
            lifespan="off",
            log_level="critical",
            server_header=False,
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve([bound]))
        while not server.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
            await asyncio.sleep(0.01)
        try:
            yield bound.getsockname()[1]
        finally:
            server.should_exit = True
            await serving


async def connected(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Both ends of a connection of a client."""
    return await asyncio.open_connection("127.0.0.1", port)
