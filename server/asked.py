"""Parses the body of a GraphQL request strictly; anything else is refused with a code."""

import json
import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, NamedTuple

from starlette.requests import Request

from server.refusals import RefusalError

JSON: Final = "application/json"
RESPONSE: Final = "application/graphql-response+json"
EVENTS: Final = "text/event-stream"

MOST_NESTED: Final = 40
"""Most levels of nested objects and lists."""
MOST_MEMBERS: Final = 20_000
"""Values in all objects and lists; the largest edit of many learners has 15,000."""
MOST_DIGITS: Final = 40
"""Digits of a number; none of the graph has as many."""

_INTEGERS: Final = range(-(2**63), 2**64)
_KINDS: Final[dict[str, tuple[type, str]]] = {
    "query": (str, "a string"),
    "documentId": (str, "a string"),
    "operationName": (str, "a string"),
    "variables": (dict, "an object"),
    "extensions": (dict, "an object"),
}


class Asked(NamedTuple):
    """An operation as it was sent."""

    query: str | None
    document_hash: str | None
    """The SHA-256 of a stored document, in hexadecimal."""
    operation_name: str | None
    variables: dict[str, Any]
    extensions: dict[str, Any]


def media_type_of(request: Request) -> str:
    """In which form to answer; raises RefusalError where none is accepted that there is."""
    accepted = _accepted(",".join(request.headers.getlist("accept")))
    if not accepted:
        return JSON
    rated = {media: _quality(media, accepted) for media in (RESPONSE, JSON)}
    # Who takes anything gets what programs have always got.
    named = any(media == RESPONSE for media, _ in accepted)
    if rated[RESPONSE] > 0 and named and rated[RESPONSE] >= rated[JSON]:
        return RESPONSE
    if rated[JSON] > 0:
        return JSON
    message = f"The answer is {RESPONSE} or {JSON}; accept one of them."
    raise RefusalError(406, "NOT_ACCEPTABLE", message)


def accepts_events(request: Request) -> bool:
    """Whether server-sent events are accepted; they have to be named, for few read them."""
    accepted = _accepted(",".join(request.headers.getlist("accept")))
    return any(media == EVENTS and quality > 0 for media, quality in accepted)


@lru_cache(maxsize=256)
def _accepted(header: str) -> tuple[tuple[str, float], ...]:
    return tuple(_parts(header))


def _parts(header: str) -> Iterator[tuple[str, float]]:
    for part in header.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if not media:
            continue
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                try:
                    quality = float(value)
                except ValueError:
                    quality = 0.0
        yield media, quality


def _quality(media: str, accepted: Sequence[tuple[str, float]]) -> float:
    """How much a form is wanted: the most precise that was said of it counts."""
    for wanted in (media, "application/*", "*/*"):
        said = [quality for name, quality in accepted if name == wanted]
        if said:
            return max(said)
    return 0.0


def expect_json(request: Request) -> None:
    """Refuse a body that does not say that it is JSON in UTF-8."""
    if not _is_json(request.headers.get("content-type", "")):
        message = f"Send the operation as {JSON}, in UTF-8."
        raise RefusalError(415, "MEDIA_TYPE", message)


@lru_cache(maxsize=256)
def _is_json(header: str) -> bool:
    media, *parameters = (piece.strip().lower() for piece in header.split(";"))
    charsets = [one.partition("=")[2].strip('"') for one in parameters if one.startswith("charset")]
    return media == JSON and all(charset in {"utf-8", "utf8"} for charset in charsets)


def read(body: bytes) -> Asked:
    """The operation in a body; raises RefusalError for whatever is not exactly one."""
    try:
        decoded = _STRICT.decode(body.decode("utf-8"))
        _check_texts(decoded)
    except (ValueError, RecursionError):  # faults of JSON and of UTF-8 are such
        message = (
            "The body must be JSON in UTF-8: no NaN or Infinity, no name twice in an object,"
            f" numbers of usual size, at most {MOST_NESTED} objects and lists in each other."
        )
        raise RefusalError(400, "BODY_INVALID", message) from None
    _check_members(decoded)
    if not isinstance(decoded, dict):
        message = "The body must be one JSON object; operations are sent one at a time."
        raise RefusalError(400, "BODY_INVALID", message)
    return _asked(decoded)


def _asked(body: dict[str, Any]) -> Asked:
    for name, (kind, words) in _KINDS.items():
        if body.get(name) is not None and not isinstance(body[name], kind):
            raise RefusalError(400, "PARAMETER_INVALID", f"{name} must be {words} or null.")
    extensions: dict[str, Any] = body.get("extensions") or {}
    document_id: str | None = body.get("documentId")
    document_hash: str | None = document_id or _persisted(extensions.get("persistedQuery"))
    if document_hash is not None:
        document_hash = document_hash.lower().removeprefix("sha256:")
    query = body.get("query")
    if not query and document_hash is None:
        message = "query is missing: the document to run, or documentId for a stored one."
        raise RefusalError(400, "QUERY_MISSING", message)
    if query and document_hash is not None and document_hash != _hash_of(query):
        message = "The hash is not the SHA-256 of the document that is sent with it."
        raise RefusalError(400, "PARAMETER_INVALID", message)
    operation_name = body.get("operationName")
    return Asked(query, document_hash, operation_name, body.get("variables") or {}, extensions)


def _hash_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _persisted(given: object) -> str | None:
    if given is None:
        return None
    if isinstance(given, dict):
        found = given.get("sha256Hash")
        if isinstance(found, str) and given.get("version", 1) == 1:
            return found
    message = "extensions.persistedQuery must be an object with version 1 and sha256Hash."
    raise RefusalError(400, "PARAMETER_INVALID", message)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _never(_constant: str) -> None:
    raise ValueError


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number


def _sized(text: str) -> int:
    if len(text) > MOST_DIGITS or (number := int(text)) not in _INTEGERS:
        raise ValueError
    return number


def _check_members(decoded: object) -> None:
    """Raise RefusalError for more than the graph takes the time to look at, one by one."""
    number, waiting = 0, [decoded]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict | list):
            number += len(found)
            waiting += found.values() if isinstance(found, dict) else found
    if number > MOST_MEMBERS:
        message = f"The objects and lists of a body may have at most {MOST_MEMBERS:,} values."
        counted: dict[str, Any] = {"limit": "body", "asked": number, "allowed": MOST_MEMBERS}
        raise RefusalError(400, "LIMIT_EXCEEDED", message, **counted)


def _check_texts(decoded: object) -> None:
    """Raise ValueError for a text that is none in UTF-8, and for what is nested too deep."""
    level: list[object] = [decoded]
    for _ in range(MOST_NESTED + 1):
        below: list[object] = []
        for value in level:
            if isinstance(value, str):
                value.encode()  # raises for half of a character
            elif isinstance(value, dict):
                below += value
                below += value.values()
            elif isinstance(value, list):
                below += value
        if not below:
            return
        level = below
    raise ValueError


_STRICT: Final = json.JSONDecoder(
    object_pairs_hook=_once, parse_constant=_never, parse_float=_finite, parse_int=_sized
)
"""Made once: to make one takes longer than to read an operation with it."""
