"""Requests that offer another protocol are answered in HTTP/1.1, each once, with their bodies."""

import asyncio
import json
import re
from contextlib import suppress

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from tests.server.listening import connected, listening

OFFER = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"
LAST = b"GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that says again what it was asked."""
    request = Request(scope, receive)
    body = (await request.body()).decode()
    offered = "upgrade" in request.headers
    said = f"[{request.method} {request.url.path} {body!r}{' offered' * offered}]"
    await PlainTextResponse(said)(scope, receive, send)


def post(path: str, body: bytes, head: str = OFFER, version: str = "1.1") -> bytes:
    """A request with a body, and with these lines in its head."""
    lines = f"POST {path} HTTP/{version}\r\nHost: a\r\n{head}Content-Length: {len(body)}\r\n\r\n"
    return lines.encode() + body


async def answered(sent: bytes, at_once: int = 1 << 20) -> list[str]:
    """What a server says to these bytes, so many of them at once, until it closes."""
    said = b""
    async with listening(application) as port:
        reader, writer = await connected(port)

        async def take() -> None:
            nonlocal said
            with suppress(ConnectionError):  # whoever is closed to and sends on is told so
                while piece := await reader.read(1 << 16):
                    said += piece

        taking = asyncio.create_task(take())
        for start in range(0, len(sent), at_once):
            writer.write(sent[start : start + at_once])
            await asyncio.sleep(0)
        await asyncio.wait_for(taking, 10)
        writer.close()
    return re.findall(r"^HTTP/1.1 (?!200)\d+|\[[^]]*\]", said.decode(), re.MULTILINE)


@pytest.mark.parametrize("at_once", [1, 7, 1 << 20])
async def test_a_body_after_an_offer_is_a_body(at_once: int) -> None:
    sent = post("/a", HIDDEN) + post("/b?c", b"") + post("/d", HIDDEN) + LAST
    assert await answered(sent, at_once) == [
        f"[POST /a {HIDDEN.decode()!r}]",
        "[POST /b '']",
        f"[POST /d {HIDDEN.decode()!r}]",
        "[GET /last '']",
    ]


@pytest.mark.parametrize("at_once", [1, 1 << 20])
async def test_a_body_in_chunks_after_an_offer_is_a_body(at_once: int) -> None:
    head = f"POST /a HTTP/1.1\r\nHost: a\r\n{OFFER}Transfer-Encoding: chunked\r\n\r\n".encode()
    chunks = b"5\r\nGET /\r\n3\r\n HT\r\n0\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"
    said = await answered(head + chunks + LAST, at_once)
    assert said == ["[POST /a 'GET / HT' offered]", "[GET /last '']"]


@pytest.mark.parametrize(
    "offer",
    [
        "uPGRADE:h2c\r\ncONNECTION:uPGRADE\r\n",
        "Upgrade: h2c\r\nUpgrade: foo/1, websocket\r\nConnection: keep-alive, Upgrade\r\n",
        "Connection: keep-alive\r\nUpgrade:   \t h2c \t\r\nConnection:  Upgrade  \r\nX-Empty:\r\n",
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n",
    ],
)
async def test_an_offer_in_any_form_is_passed_over(offer: str) -> None:
    said = await answered(post("/a", b"body", offer) + LAST)
    assert said == ["[POST /a 'body']", "[GET /last '']"]


@pytest.mark.parametrize(
    ("version", "connection"),
    [("1.1", "close, Upgrade"), ("1.0", "Upgrade"), ("1.0", "close, upgrade")],
)
async def test_a_connection_that_is_to_be_closed_is_closed_after_an_offer(
    version: str, connection: str
) -> None:
    request = post("/a", b"body", f"Connection: {connection}\r\nUpgrade: h2c\r\n", version)
    assert await answered(request + HIDDEN) == ["[POST /a 'body']"]


@pytest.mark.parametrize("at_once", [1, 1 << 20])
@pytest.mark.parametrize(
    "head",
    [
        "Connection: Upgrade\r\nUpgrade: h2c,\r\n foo\r\n",
        "Connection:\r\n Upgrade\r\nUpgrade: h2c\r\n",
        "Connection: Upgrade\r\nUpgrade : h2c\r\n",
        "Connection: Upgrade\r\nUpgrade: h2c\r\nTransfer-Encoding: chunked\r\n",
        "Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 3\r\n",
        "Connection: Upgrade\nUpgrade: h2c\r\n",
    ],
)
async def test_a_head_that_can_be_read_in_two_ways_is_refused_once(head: str, at_once: int) -> None:
    assert await answered(post("/a", HIDDEN, head) + LAST, at_once) == ["HTTP/1.1 400"]


async def test_an_encoding_of_the_body_that_is_unknown_is_refused_after_an_offer_as_well() -> None:
    head = f"POST /a HTTP/1.1\r\nHost: a\r\n{OFFER}Transfer-Encoding: gzip\r\n\r\n".encode()
    assert await answered(head + HIDDEN + LAST) == ["HTTP/1.1 400"]


async def test_who_waits_to_be_told_to_go_on_is_told_so_after_an_offer() -> None:
    async with listening(application) as port:
        reader, writer = await connected(port)
        head, _, body = post("/a", b"body", OFFER + "Expect: 100-continue\r\n").partition(b"body")
        writer.write(head)
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"body" + body)
        assert b"[POST /a 'body']" in await reader.readuntil(b"]")
        writer.close()


@pytest.mark.parametrize("target", ["a:443", "/a"])
@pytest.mark.parametrize("at_once", [1, 1 << 20])
async def test_no_tunnel_is_opened_and_nothing_is_read_behind_its_head(
    target: str, at_once: int
) -> None:
    tunnel = f"CONNECT {target} HTTP/1.1\r\nHost: a\r\n\r\n".encode()
    assert await answered(tunnel + HIDDEN * 2, at_once) == ["HTTP/1.1 400"]


async def test_the_refusal_of_a_tunnel_waits_for_the_answers_before_it() -> None:
    async with listening(application) as port:
        reader, writer = await connected(port)
        writer.write(post("/a", b"1") + post("/b", b"2") + b"CONNECT a:1 HTTP/1.1\r\n\r\n" + HIDDEN)
        answer = (await reader.read()).decode()
        writer.close()
    first, second, refusal = answer.split("HTTP/1.1 ")[1:]
    assert first.endswith("[POST /a '1']")
    assert second.endswith("[POST /b '2']")
    head, _, body = refusal.partition("\r\n\r\n")
    assert head.startswith("400 Bad Request\r\n")
    assert "\r\nconnection: close" in head
    assert json.loads(body) == {
        "error": {"code": "METHOD", "message": "CONNECT is for proxies, and this is none."}
    }
