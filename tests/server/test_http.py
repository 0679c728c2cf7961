"""The graph over HTTP: media types and status codes, each as the published audit asks for them."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.factories import served

JSON = "application/json"
RESPONSE = "application/graphql-response+json"
NO_OBJECTS: list[Any] = ["x", 0, False, ["array"]]
FINE = {"query": "{ __typename }"}
TYPED = {
    "query": "query Type($name: String!) { __type(name: $name) { name } }",
    "variables": {"name": "sometype"},
}
UNCOERCED = {"query": "query CoerceFailure($id: ID!) { __typename }", "variables": {"id": None}}


@pytest.fixture
def dialect() -> str:
    return "sqlite"


@pytest.fixture
async def client(database_url: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A server in development, which shows its schema."""
    async with served(database_url, environment="development") as opened:
        yield opened


async def sent(client: httpx2.AsyncClient, body: Any, accept: str | None = None) -> httpx2.Response:
    headers = {} if accept is None else {"accept": accept}
    return await client.post("/graphql", json=body, headers=headers)


async def test_the_form_of_an_answer_is_the_one_that_is_wanted_most(
    client: httpx2.AsyncClient,
) -> None:
    for accept, media in (
        (RESPONSE, RESPONSE),
        (JSON, JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("", JSON),
        (f"{RESPONSE}, {JSON}", RESPONSE),
        (f"{JSON}, {RESPONSE}", RESPONSE),
        (f"{JSON}, {RESPONSE};q=0.9", JSON),
        (f"{JSON};q=0.5, {RESPONSE};q=0.9", RESPONSE),
        (f"{RESPONSE};q=0, */*", JSON),
        ("text/html, application/xhtml+xml, */*;q=0.8", JSON),
        (f"{JSON};q=nonsense, {RESPONSE}", RESPONSE),
    ):
        answer = await sent(client, FINE, accept)
        assert (answer.status_code, answer.headers["content-type"]) == (200, media), accept
        assert answer.json()["data"] == {"__typename": "Query"}
    for accept in ("text/html", "application/xml;q=1", f"{JSON};q=0", "*/*;q=0"):
        answer = await sent(client, FINE, accept)
        assert answer.status_code == 406, accept
        assert answer.json()["errors"][0]["extensions"] == {"code": "NOT_ACCEPTABLE"}


@pytest.mark.parametrize("accept", [JSON, RESPONSE])
async def test_what_is_well_formed_is_answered_in_either_form(
    client: httpx2.AsyncClient, accept: str
) -> None:
    for body in (
        FINE,
        {"query": "query Query { __typename }", "operationName": "Query"},
        *({**FINE, name: None} for name in ("variables", "operationName", "extensions")),
        TYPED,
        {**FINE, "extensions": {"some": "value"}},
        {"query": '{ __type(name: "Run🏃Swim🏊") { name } }'},
    ):
        answer = await sent(client, body, accept)
        assert answer.status_code == 200, body
        assert "errors" not in answer.json(), body
    named = {"content-type": "application/json; charset=utf-8", "accept": accept}
    answer = await client.post("/graphql", content=b'{"query":"{__typename}"}', headers=named)
    assert answer.status_code == 200


@pytest.mark.parametrize("body", [{"query": "{"}, {"query": "{ nothing }"}, UNCOERCED])
async def test_a_document_that_cannot_be_run_is_a_bad_request_to_those_who_know_the_new_form(
    client: httpx2.AsyncClient, body: Any
) -> None:
    new, old = await sent(client, body, RESPONSE), await sent(client, body, JSON)

    assert (new.status_code, old.status_code) == (400, 200)
    assert "data" not in new.json()
    assert old.json()["data"] is None
    for answer in (new, old):
        assert answer.json()["errors"][0]["extensions"]["code"] == "GRAPHQL_INVALID"


@pytest.mark.parametrize("accept", [JSON, RESPONSE])
async def test_a_request_that_is_no_operation_is_a_bad_one_in_either_form(
    client: httpx2.AsyncClient, accept: str
) -> None:
    wrong: list[Any] = [{"obj": "ect"}, 0, False, ["array"]]
    bodies: list[Any] = [
        *({"query": value} for value in wrong),
        *({**FINE, "operationName": value} for value in wrong),
        *({**FINE, name: value} for name in ("variables", "extensions") for value in NO_OBJECTS),
        {"notquery": "{ __typename }"},
        {"query": ""},
        {**FINE, "operationName": "Missing"},
        {"query": "query A { __typename } query B { __typename }"},
        {"query": "subscription { x }"},
        {"query": "fragment F on Query { __typename }"},
    ]
    for body in bodies:
        answer = await sent(client, body, accept)
        assert answer.status_code == 400, body
        assert answer.headers["content-type"] == accept
        assert answer.json()["errors"][0]["extensions"]["code"], body


async def test_of_several_operations_the_one_that_is_named_is_run(
    client: httpx2.AsyncClient,
) -> None:
    query = "query A { a: __typename } query B { b: __typename }"

    one = await sent(client, {"query": query, "operationName": "B"})
    none = await sent(client, {"query": query})

    assert one.json()["data"] == {"b": "Query"}
    assert none.json()["errors"][0]["extensions"] == {"code": "OPERATION_NAME_MISSING"}


async def test_only_exact_json_in_utf8_is_read(client: httpx2.AsyncClient) -> None:
    for kind in (
        None,
        "",
        "text/plain",
        "text/application/json",
        "application/jsonx",
        "application/graphql",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "application/json; charset=latin-1",
    ):
        headers = {} if kind is None else {"content-type": kind}
        answer = await client.post("/graphql", content=b'{"query":"{__typename}"}', headers=headers)
        assert answer.status_code == 415, kind
        assert answer.json()["errors"][0]["extensions"] == {"code": "MEDIA_TYPE"}


async def test_nothing_is_asked_but_by_post(client: httpx2.AsyncClient) -> None:
    for method in ("GET", "PUT", "PATCH", "DELETE", "OPTIONS"):
        answer = await client.request(method, "/graphql", params={"query": "mutation { x }"})
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST"), method
        assert answer.json()["errors"][0]["extensions"] == {"code": "METHOD_NOT_ALLOWED"}
    for accepted, given in (
        ("text/html", "application/json"),
        ("application/graphql-response+json", "application/graphql-response+json"),
    ):
        answer = await client.get("/graphql", headers={"accept": accepted})
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST"), accepted
        assert answer.headers["content-type"].partition(";")[0] == given
