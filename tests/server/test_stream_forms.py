"""Streams beside other answers: who gets which, in what form, and how many."""

from typing import Final

import pytest
from starlette.applications import Starlette

from server.streams import MOST_EACH
from tests.exchange.feeds import WEST
from tests.server.connections import Connection
from tests.server.watched import (
    EDITOR,
    LOG_OUT,
    ME,
    VISITOR,
    WATCH,
    app,
    person,
    token_of,
    watching,
)

__all__ = ["app"]  # a fixture


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_streams_are_for_subscriptions_and_subscriptions_for_streams(
    app: Starlette,
) -> None:
    editor = await person(app, EDITOR)
    for query, code in (
        ("{ me { email } }", "NO_SUBSCRIPTION"),
        (LOG_OUT, "NO_SUBSCRIPTION"),
        ("subscription {", "GRAPHQL_INVALID"),
        ("subscription { nothing }", "GRAPHQL_INVALID"),
    ):
        connection = Connection(token_of(editor))
        await connection.watch(app, query)
        result, end = connection.events
        assert (result["data"], end) == (None, "complete")
        assert [one["extensions"]["code"] for one in result["errors"]] == [code]
    assert (await editor.data("{ me { email } }"))["me"] == {"email": EDITOR}
    answer = await editor.client.post(
        "/graphql",
        json={"query": WATCH, "variables": {"centre": WEST}},
        headers=editor.headers,
    )
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "OPERATION_UNKNOWN"


STREAM, JSON, GRAPH = "text/event-stream", "application/json", "application/graphql-response+json"
URQL: Final = (
    f"{GRAPH}, application/graphql+json, application/json, text/event-stream, multipart/mixed"
)
"""What a client accepts that sends everything alike."""


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize(
    ("accept", "query", "kind", "told"),
    [
        (URQL, ME, GRAPH, EDITOR),
        (URQL, WATCH, STREAM, "Westgate School"),
        ("application/json, text/event-stream", ME, JSON, EDITOR),
        ("application/json, text/event-stream", WATCH, STREAM, "Westgate School"),
        ("text/event-stream, application/json;q=0.1", ME, JSON, EDITOR),
        ("text/event-stream;q=0.1, */*", ME, JSON, EDITOR),
        ("application/json, TEXT/EVENT-STREAM;q=0.1", WATCH, STREAM, "Westgate School"),
        ("application/json;q=0, text/event-stream", ME, STREAM, "NO_SUBSCRIPTION"),
        ("text/event-stream;q=0, application/json", ME, JSON, EDITOR),
        ("text/event-stream;q=0, application/json", WATCH, JSON, "OPERATION_UNKNOWN"),
        ("text/event-stream;q=none, application/json", WATCH, JSON, "OPERATION_UNKNOWN"),
        ("text/event-stream;q=0", ME, JSON, "NOT_ACCEPTABLE"),
        ("*/*", WATCH, JSON, "OPERATION_UNKNOWN"),
        (URQL, "subscription {", GRAPH, "GRAPHQL_INVALID"),
        (URQL, "{" * 50, GRAPH, "LIMIT_EXCEEDED"),
        (URQL, f"query A {ME} subscription B {{ x }}", GRAPH, "GRAPHQL_INVALID"),
    ],
)
async def test_the_form_of_an_answer_is_one_that_is_accepted_and_suits_the_operation(
    app: Starlette, accept: str, query: str, kind: str, told: str
) -> None:
    connection = Connection(token_of(await person(app, EDITOR)))
    connection.until = lambda came: any(told.encode() in one.get("body", b"") for one in came)

    await connection.ask(app, accept, query, **({"centre": WEST} if query is WATCH else {}))

    assert connection.media_type == kind
    assert told in b"".join(connection.pieces).decode()


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_one_person_has_so_many_streams_and_no_more(app: Starlette) -> None:
    editor, visitor = await person(app, EDITOR), await person(app, VISITOR)
    held = [await watching(app, editor) for _ in range(MOST_EACH)]
    refused = Connection(token_of(editor))
    await refused.watch(app, WATCH, centre=WEST)
    assert refused.status == 429
    assert b"TOO_MANY_STREAMS" in refused.pieces[0]
    held.append(await watching(app, visitor))
    held[0][0].gone.set()
    await held[0][1]
    held.append(await watching(app, editor))
    for connection, task in held:
        connection.gone.set()
        await task
