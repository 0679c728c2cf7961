"""What stands before the application, byte by byte: slow bodies, clients that go, and TLS."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import httpx2
import orjson
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import edge
from server.app import create_app
from server.edge import MOST_BODY, Bounds
from server.metrics import Metrics
from server.settings import Settings
from tests.factories import DAY, UNHURRIED

PIECE: Final[Message] = {"type": "http.request", "body": b"x" * 65_536, "more_body": True}


async def reached(_scope: Scope, receive: Receive, send: Send) -> None:
    """An application that says how much it was handed, and what came after it."""
    first, second = await receive(), await receive()
    told = orjson.dumps([len(first["body"]), first["more_body"], second["type"]])
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": told})


async def answered(
    receive: Receive, *, path: str = "/graphql", headers: Any = (), app: ASGIApp = reached
) -> tuple[int, Any] | None:
    """Status and body of the answer to a request whose body comes as told; None for silence."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    bounds = Bounds(app, metrics=Metrics(), uploads=["/feeds"])
    await bounds(scope, receive, send)
    if not sent:
        return None
    return sent[0]["status"], orjson.loads(b"".join(part.get("body", b"") for part in sent[1:]))


def coming(*messages: Message, then: Callable[[], Any] | None = None) -> Receive:
    """What a client sends, piece by piece."""
    waiting = [*messages]

    async def receive() -> Message:
        if waiting:
            return waiting.pop(0)
        if then is not None:
            await then()
        return {"type": "http.disconnect"}

    return receive


async def test_a_body_is_handed_on_whole() -> None:
    end = {**PIECE, "more_body": False}

    assert await answered(coming(PIECE, PIECE, end)) == (
        200,
        [3 * 65_536, False, "http.disconnect"],
    )


async def test_a_body_that_does_not_come_to_its_end_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(edge, "BODY_SECONDS", 0.05)

    slow = await answered(coming(PIECE, then=asyncio.Event().wait))

    assert slow is not None
    assert slow[0] == 408
    assert slow[1]["errors"][0]["extensions"] == {"code": "TOO_SLOW"}


async def test_a_body_is_not_read_beyond_its_limit() -> None:
    read = 0

    async def without_end() -> Message:
        nonlocal read
        read += len(PIECE["body"])
        return PIECE

    endless = await answered(without_end)
    declared = await answered(without_end, headers=[("content-length", "9" * 30)], path="/other")

    assert endless is not None
    assert (endless[0], read) == (413, MOST_BODY + 65_536)
    assert declared == (
        413,
        {"error": {"code": "TOO_LARGE", "message": "A body may have at most 1 MB."}},
    )


async def test_nobody_is_answered_who_has_gone() -> None:
    assert await answered(coming(PIECE)) is None


async def test_uploads_have_limits_of_their_own() -> None:
    assert await answered(coming(PIECE, PIECE), path="/feeds") == (
        200,
        [65_536, True, "http.request"],
    )


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize(
    ("scheme", "strict"),
    [("http", None), ("https", "max-age=63072000; includeSubDomains")],
)
async def test_browsers_are_bound_to_tls_where_there_is_some(
    database_url: str, scheme: str, strict: str | None
) -> None:
    given: dict[str, Any] = UNHURRIED
    app = create_app(Settings(DATABASE_URL=database_url, today=DAY, **given))
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url=f"{scheme}://a.example") as client:
        answer = await client.get("/healthz")

    assert answer.headers.get("strict-transport-security") == strict
    assert "server" not in answer.headers
