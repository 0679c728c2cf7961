"""Streams that are refused, before they begin or by the one result they have."""

import json
from typing import Any, Final

import httpx2
import pytest

from auth.matrix import CallerKind
from database.connection import Database
from database.deadline import DeadlineError
from tests.callers import CallerMaker
from tests.factories import served

EVENTS: Final = {"accept": "text/event-stream"}
WATCH: Final = 'subscription { centreChanged(centre: "10132") { number } }'
TOO_MUCH: Final = {
    "bytes": f"{WATCH} #{'x' * 20_000}",
    "tokens": f"{WATCH} {'a ' * 2_001}",
    "nesting": f"{WATCH} {'{' * 41}",
    "digits": f"{WATCH} {'1' * 21}",
}


@pytest.fixture
def dialect() -> str:
    return "sqlite"


async def told(client: httpx2.AsyncClient, query: str) -> list[Any]:
    """The events of a stream that ends by itself."""
    answer = await client.post("/graphql", json={"query": query}, headers=EVENTS)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/event-stream"
    blocks = (block.split("\r\n") for block in answer.text.split("\r\n\r\n"))
    found = (dict(line.split(": ", 1) for line in block if ": " in line) for block in blocks)
    return [json.loads(one["data"]) if one.get("data") else "end" for one in found if one]


@pytest.mark.parametrize("limit", TOO_MUCH)
async def test_a_text_that_is_too_much_is_told_by_a_stream_as_by_an_answer(
    database_url: str, limit: str
) -> None:
    async with served(database_url) as client:
        plain = await client.post("/graphql", json={"query": TOO_MUCH[limit]})
        events = await told(client, TOO_MUCH[limit])

    (error,) = plain.json()["errors"]
    assert (error["extensions"]["code"], error["extensions"]["limit"]) == ("LIMIT_EXCEEDED", limit)
    assert events == [{"data": None, "errors": [error]}, "end"]


async def test_a_fault_of_ours_is_told_by_a_stream_with_its_reference(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaking(*_arguments: object) -> None:
        raise ZeroDivisionError

    async with served(database_url) as client:
        monkeypatch.setattr("schema.gate.check_lists", breaking)
        result, end = await told(client, WATCH)

    (error,) = result["errors"]
    assert (result["data"], end) == (None, "end")
    assert error["extensions"].keys() == {"code", "reference"}
    assert error["extensions"]["code"] == "INTERNAL"


async def test_a_stream_that_asks_for_several_operations_must_say_which(database_url: str) -> None:
    several = f"{WATCH.replace('{', 'A {', 1)} {WATCH.replace('{', 'B {', 1)}"
    async with served(database_url) as client:
        result, end = await told(client, several)

    assert [one["extensions"] for one in result["errors"]] == [{"code": "OPERATION_NAME_MISSING"}]
    assert (result["data"], end) == (None, "end")


@pytest.mark.parametrize("error", [DeadlineError(), ConnectionResetError()])
async def test_a_database_that_does_not_tell_who_asks_keeps_a_stream_from_its_beginning(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """It is answered as any operation is."""
    reader = await CallerMaker(database, 0).caller(CallerKind.REGISTERED)
    headers = {"authorization": f"Bearer {reader.token}"}

    async def stopping(*_arguments: object) -> None:
        raise error

    async with served(database_url) as client:
        monkeypatch.setattr("database.connection.Connection.tuples", stopping)
        plain = await client.post("/graphql", json={"query": WATCH}, headers=headers)
        stream = await client.post("/graphql", json={"query": WATCH}, headers=headers | EVENTS)

    assert plain.status_code == 503
    assert (stream.status_code, stream.json()) == (503, plain.json())
    assert stream.headers["retry-after"] == plain.headers["retry-after"] == "5"


async def test_a_stream_for_which_there_is_no_room_is_refused_like_any_operation(
    database: Database,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The refusal says whose limit it is, and is counted as what it is."""
    reader = await CallerMaker(database, 0).caller(CallerKind.REGISTERED)
    headers = {"authorization": f"Bearer {reader.token}", **EVENTS}
    for limit, sentence in (
        ("MOST_EACH", "One person may have 0 streams at once; try again later."),
        ("MOST", "There is room for 0 streams at once; try again later."),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(f"server.streams.{limit}", 0)
            async with served(database_url, log_format="json") as client:
                answer = await client.post("/graphql", json={"query": WATCH}, headers=headers)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "10")
        refusal = {"message": sentence, "extensions": {"code": "TOO_MANY_STREAMS"}}
        assert answer.json() == {"errors": [refusal]}
        lines = [
            json.loads(line) for line in capsys.readouterr().err.splitlines() if line[:1] == "{"
        ]
        (told,) = [line for line in lines if line["event"] == "operation"]
        assert (told["outcome"], told["caller"]) == ("TOO_MANY_STREAMS", "user")
