"""Our own faults tell a reference and nothing else; broken requests are the caller's."""

import re
from collections.abc import Sequence
from typing import Any

import pytest

from database.connection import Database
from loaders import learner_pages
from tests.exchange.feeds import WEST, begin
from tests.factories import Caller, add_user, log_in, served

SECRET = "Anna Ash, born 1993-09-14"
MESSAGE = "Something went wrong on our side. Give the reference to support."


async def failing(*_arguments: Any, **_named: Any) -> Sequence[Any]:
    """A loader that fails with the data of a learner in its words."""
    raise RuntimeError(SECRET)


async def test_an_exception_in_a_resolver_answers_with_a_reference_and_none_of_its_words(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_user(database, "reader@example.org")
    monkeypatch.setattr(learner_pages, "learner_page", failing)
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        answer = await caller.ask("{ me { email } learners { nodes { uln } } }")
    assert answer["data"] == {"me": {"email": "reader@example.org"}, "learners": None}
    (error,) = answer["errors"]
    assert error["message"] == MESSAGE
    assert error["path"] == ["learners"]
    assert error["extensions"].pop("code") == "INTERNAL"
    assert re.fullmatch(r"[0-9a-f]{32}", error["extensions"].pop("reference"))
    assert error["extensions"] == {}
    assert SECRET not in str(answer)


async def test_a_fault_in_a_list_is_told_once_however_many_objects_it_strikes(
    database: Database, database_url: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(database, tmp_path / "feed")
    await add_user(database, "reader@example.org", WEST)
    monkeypatch.setattr("schema.types.issue.rendered", failing_now)
    query = "{ learners { nodes { name issues { code advice { title } } } } serviceInfo { date } }"
    async with served(database_url) as client:
        answer = await (await log_in(client, "reader@example.org")).ask(query)
    assert answer["data"] == {"learners": None, "serviceInfo": {"date": "2010-02-19"}}
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert SECRET not in str(answer)


def failing_now(*_arguments: Any) -> Any:
    """The same without waiting."""
    raise RuntimeError(SECRET)


BODIES = [
    *(b"", b"{", b"null", b"1", b"true", b'"x"', b"[]", b"[1]", b"[null]", b"{}", b"\xff"),
    *(b'{"query": null}', b'{"query": 1}', b'{"query": "{ me { email } }", "variables": 1}'),
    *(b'{"query": "{ me { email } }", "variables": [1]}', b'{"query": NaN}'),
    *(b'{"query": "\xff"}', b'{"query": "\\ud800"}', b"[" * 100_000),
    b'{"query": "{ serviceInfo { date } }", "variables": {"a": ' + b"[" * 100_000,
]


async def test_a_body_that_is_no_request_is_refused(database_url: str) -> None:
    async with served(database_url) as client:
        for body in BODIES:
            response = await client.post(
                "/graphql", content=body, headers={"content-type": "application/json"}
            )
            assert 400 <= response.status_code < 500, body[:80]
            assert response.headers["x-content-type-options"] == "nosniff"


async def test_other_media_types_are_refused(database_url: str) -> None:
    async with served(database_url) as client:
        for kind in ("", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
            response = await client.post(
                "/graphql",
                content=b'{"query": "{ serviceInfo { date } }"}',
                headers={"content-type": kind},
            )
            assert 400 <= response.status_code < 500, kind
            assert b"2010-02-19" not in response.content


async def test_nothing_is_read_or_changed_but_by_post(database_url: str) -> None:
    async with served(database_url) as client:
        for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"):
            response = await client.request(
                method, "/graphql", params={"query": "{ serviceInfo { date } }"}
            )
            assert 400 <= response.status_code < 500, method
            assert b"2010-02-19" not in response.content


async def test_a_broken_document_is_told_what_is_wrong_at_most_five_times(
    database_url: str,
) -> None:
    many = " ".join(f"nope{at}" for at in range(50))
    async with served(database_url) as client:
        for query in (
            "{",
            "{ nope }",
            "{ serviceInfo }",
            "query A { x } query A { y }",
            f"{{ {many} }}",
        ):
            response = await client.post("/graphql", json={"query": query})
            answer = response.json()
            assert answer.get("data") is None
            assert 1 <= len(answer["errors"]) <= 5
            for error in answer["errors"]:
                assert error["extensions"]["code"] == "GRAPHQL_INVALID"


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_document_that_was_seen_before_is_answered_alike(
    database: Database, database_url: str
) -> None:
    await add_user(database, "reader@example.org")
    async with served(database_url) as client:
        reader, nobody = await log_in(client, "reader@example.org"), Caller(client)
        for document in (
            "{ me { email }",
            "{ me { shoeSize } }",
            "query ($x: Int) { me { email } }",
        ):
            first = await reader.ask(document)
            assert await reader.ask(document) == first
            assert first["errors"][0]["extensions"]["code"] == "GRAPHQL_INVALID"
        query = "query ($yes: Boolean!) { me { email name @include(if: $yes) } }"
        for yes in (True, False, True):
            assert ("name" in (await reader.data(query, yes=yes))["me"]) is yes
        (error,) = await nobody.errors(query, yes=True)
        assert error["extensions"] == {"code": "UNAUTHENTICATED"}
