"""ASGI middleware: size and time limits, security headers, request ids."""

import asyncio
import re
from collections.abc import Collection, Sequence
from secrets import token_hex
from typing import Final

import structlog
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.asked import JSON
from server.metrics import Metrics
from server.refusals import RefusalError

HEADERS: Final = [
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]
STRICT_TRANSPORT: Final = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")
REQUEST_ID: Final = "x-request-id"

MOST_BODY: Final = 1 << 20
"""Most bytes of a body, for routes without a limit of their own."""
BODY_SECONDS: Final = 8.0
"""Seconds in which a body has to be there, to its end."""
MOST_HEADERS: Final = 100
MOST_HEADER_BYTES: Final = 16 << 10
MOST_ADDRESS_BYTES: Final = 8 << 10

_REQUEST_ID_SHAPE: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


class SafeHeaders:
    """Adds security headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand in front of an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers, except those that the answer has of its own."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        careful = [*HEADERS, STRICT_TRANSPORT] if scope.get("scheme") == "https" else HEADERS

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = message.get("headers", ())
                names = {name.lower() for name, _ in own}
                added = [pair for pair in careful if pair[0] not in names]
                message["headers"] = [*own, *added]
            await send(message)

        await self._app(scope, receive, with_headers)


class RequestIds:
    """Gives every request an id, which is in its answer and in its log lines."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand in front of an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the id that the request came with, or give it one."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        given = _header(scope, REQUEST_ID) or ""
        request_id = given if _REQUEST_ID_SHAPE.fullmatch(given) else token_hex(16)
        scope.setdefault("state", {})["request_id"] = request_id

        async def with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                header = (REQUEST_ID.encode(), request_id.encode())
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await self._app(scope, receive, with_id)


class Bounds:
    """Refuses requests that are too large, too slow or compressed."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, uploads: Collection[str]) -> None:
        """Stand in front of an application; at `uploads` bodies have limits of their own."""
        self._app = app
        self._metrics = metrics
        self._uploads = frozenset(uploads)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on a request whose body is there; answer any other."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            _check_head(scope)
            if scope["path"] not in self._uploads:
                receive = _again(await _body(scope, receive), receive)
        except RefusalError as refusal:
            self._metrics.refusal(refusal.code)
            await refused(scope, refusal)(scope, receive, send)
            return
        except _GoneError:
            return
        await self._app(scope, receive, send)


class _GoneError(Exception):
    """The client has disconnected."""


def _header(scope: Scope, name: str) -> str | None:
    """A header of the request, the first where there are several."""
    sought = name.encode("latin-1")
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == sought), None)


def _check_head(scope: Scope) -> None:
    headers: Sequence[tuple[bytes, bytes]] = scope["headers"]
    size = sum(len(name) + len(value) for name, value in headers)
    if len(headers) > MOST_HEADERS or size > MOST_HEADER_BYTES:
        message = (
            f"A request may have at most {MOST_HEADERS} headers and {MOST_HEADER_BYTES >> 10} kB"
            " of them."
        )
        raise RefusalError(431, "HEADERS_TOO_LARGE", message)
    if len(scope["raw_path"]) + len(scope["query_string"]) > MOST_ADDRESS_BYTES:
        message = f"An address may have at most {MOST_ADDRESS_BYTES >> 10} kB."
        raise RefusalError(414, "ADDRESS_TOO_LONG", message)
    encoding = _header(scope, "content-encoding")
    if encoding is not None and encoding.strip().lower() != "identity":
        message = "Send the body as it is, without a content encoding."
        raise RefusalError(415, "MEDIA_TYPE", message)


async def _body(scope: Scope, receive: Receive) -> bytes:
    """The whole body; raises RefusalError where it is too large or does not come."""
    length = _header(scope, "content-length") or ""
    if length.isdecimal() and (len(length) > len(str(MOST_BODY)) or int(length) > MOST_BODY):
        raise _too_large()
    pieces, size, more = list[bytes](), 0, True
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise _GoneError
                pieces.append(message.get("body", b""))
                size += len(pieces[-1])
                if size > MOST_BODY:
                    raise _too_large()
                more = message.get("more_body", False)
    except TimeoutError:
        sentence = f"The body was not there after {BODY_SECONDS:.0f} seconds."
        raise RefusalError(408, "TOO_SLOW", sentence) from None
    return b"".join(pieces)


def _too_large() -> RefusalError:
    return RefusalError(413, "TOO_LARGE", f"A body may have at most {MOST_BODY >> 20} MB.")


def _again(body: bytes, receive: Receive) -> Receive:
    """A receiver that hands the body on, and then what comes after it."""
    handed = False

    async def hand_on() -> Message:
        nonlocal handed
        if handed:
            return await receive()
        handed = True
        return {"type": "http.request", "body": body, "more_body": False}

    return hand_on


def refused(scope: Scope, refusal: RefusalError) -> Response:
    """A refusal in the form of the place that was asked; the rest of the body is not waited for."""
    if scope["path"] != "/graphql":
        return refusal.response()
    answer = refusal.graph_response(JSON)
    answer.headers["connection"] = "close"
    return answer
