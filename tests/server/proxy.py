"""A way to PostgreSQL that can be cut and mended, or fall silent, as a network can."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit


class Way:
    """Hands bytes on between a port of this machine and the database."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._port = 0
        self.ends = asyncio.Event()
        """Whether the end of what one side says is told to the other."""
        self.ends.set()
        self.flows = asyncio.Event()
        """Whether what is said arrives; while it does not, nobody is told, nor cut off."""
        self.flows.set()

    @property
    def url(self) -> str:
        """The address of the database by this way."""
        return f"postgres://{self._parts.username}@127.0.0.1:{self._port}{self._parts.path}"

    async def open(self) -> None:
        """Let everybody through, by the port of before."""
        self._server = await asyncio.start_server(self._hand_on, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Break off whoever is on the way, and let nobody through."""
        assert self._server is not None
        self.ends.set()
        self.flows.set()
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()
        await self._server.wait_closed()

    async def _hand_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = self._parts.hostname, self._parts.port
        with suppress(OSError):
            there, back = await asyncio.open_connection(host, port)
            self._writers |= {writer, back}
            await asyncio.gather(self._copy(reader, back), self._copy(there, writer))

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await reader.read(65_536):
                await self.flows.wait()
                writer.write(piece)
                await writer.drain()
        await self.ends.wait()
        writer.close()


@asynccontextmanager
async def way_to(url: str) -> AsyncIterator[Way]:
    """An open way."""
    way = Way(url)
    await way.open()
    try:
        yield way
    finally:
        await way.cut()
