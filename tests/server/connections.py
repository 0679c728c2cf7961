"""Connections to a server as one end sees them: what comes, when, and going away."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2
from starlette.applications import Starlette


@dataclass
class Connection:
    """Somebody's end of a connection."""

    token: str | None
    until: Callable[[list[dict[str, Any]]], bool] = lambda _: False
    """Whether they go away now that these messages have come."""
    came: list[dict[str, Any]] = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    """Shut, it takes no more for the time being."""
    some: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.open.set()

    @property
    def status(self) -> int:
        """The status of the answer."""
        return int(self.came[0]["status"])

    @property
    def media_type(self) -> str:
        """The media type of the answer."""
        headers: dict[bytes, bytes] = dict(self.came[0]["headers"])
        return headers[b"content-type"].decode()

    @property
    def pieces(self) -> list[bytes]:
        """The parts of the body that came."""
        return [message["body"] for message in self.came if message.get("body")]

    async def get(self, app: Starlette, path: str) -> None:
        """Ask for something, and take what comes."""
        await self._send(app, "GET", path, b"", [])

    async def watch(self, app: Starlette, query: str, **variables: Any) -> None:
        """Send an operation whose results come as events."""
        await self.ask(app, "text/event-stream", query, **variables)

    async def ask(self, app: Starlette, accept: str, query: str, **variables: Any) -> None:
        """Send an operation, and say what is accepted as its answer."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        kinds = [(b"content-type", b"application/json"), (b"accept", accept.encode())]
        await self._send(app, "POST", "/graphql", body, kinds)

    @property
    def events(self) -> list[Any]:
        """What came as events: the data of each result, and the word of each other event."""
        text = b"".join(self.pieces).decode()
        found: list[Any] = []
        for block in text.split("\r\n\r\n"):
            lines = dict(line.split(": ", 1) for line in block.split("\r\n") if ": " in line)
            if lines.get("event") == "next":
                found.append(json.loads(lines["data"]))
            elif "event" in lines:
                found.append(lines["event"])
        return found

    async def wait_for(self, number: int) -> list[Any]:
        """The events, once there are so many."""
        while len(self.events) < number:
            self.some.clear()
            await self.some.wait()
        return self.events

    async def _send(
        self,
        app: Starlette,
        method: str,
        path: str,
        body: bytes,
        headers: list[tuple[bytes, bytes]],
    ) -> None:
        asked = asyncio.Event()

        async def receive() -> dict[str, Any]:
            if not asked.is_set():
                asked.set()
                return {"type": "http.request", "body": body, "more_body": False}
            await self.gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            self.came.append(message)
            self.some.set()
            if self.until(self.came):
                self.gone.set()
                await asyncio.sleep(0.01)
            await self.open.wait()

        if self.token is not None:
            headers = [*headers, (b"authorization", f"Bearer {self.token}".encode())]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [*headers, (b"host", b"tracker.example")],
            "client": ("127.0.0.1", 1),
            "server": ("tracker.example", 80),
        }
        await app(scope, receive, send)  # type: ignore[arg-type]  # messages are dictionaries


def app_of(client: httpx2.AsyncClient) -> Any:
    """The application that a client speaks to without a socket."""
    transport = client._transport  # noqa: SLF001 - there is no other way to it
    assert isinstance(transport, httpx2.ASGITransport)
    return transport.app


async def first_event(app: Starlette, token: str | None, query: str, **variables: Any) -> Any:
    """The first result of a stream, whose reader then goes away."""
    connection = Connection(token, until=lambda came: len(came) > 1)
    await connection.watch(app, query, **variables)
    return connection.events[0]
