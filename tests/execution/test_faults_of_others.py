"""Whatever resolvers, guards and types do wrong stays at its place, and is told."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import (
    ExecutionResult,
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
    execute,
    parse,
)

from execution.declared import Batch, Declared, Each, Guard, declare
from execution.executor import BreadthFirstExecutor

TEXT = GraphQLString
GIVEN_UP = "What was awaited has been cancelled."


async def run(fields: dict[str, GraphQLField], text: str) -> ExecutionResult:
    """The answer, which may have to be awaited."""
    schema = GraphQLSchema(GraphQLObjectType("Query", fields))
    found = execute(schema, parse(text), executor_class=BreadthFirstExecutor)
    answer = await found if asyncio.iscoroutine(found) else found
    assert isinstance(answer, ExecutionResult)
    return answer


def told(answer: ExecutionResult) -> list[tuple[list[str | int] | None, str]]:
    """Where each error happened, and what it says."""
    return [(error.path, error.message) for error in answer.errors or ()]


async def cancelled(*_: Any) -> str:
    raise asyncio.CancelledError


async def after_a_while(*_: Any) -> str:
    await asyncio.sleep(0.01)
    return "late"


@pytest.mark.parametrize("text", ["{ f }", "{ f g }", "{ b g }", "{ b }"])
async def test_what_somebody_else_cancelled_is_an_error_at_its_place(text: str) -> None:
    fields = {
        "f": GraphQLField(TEXT, resolve=cancelled),
        "b": GraphQLField(TEXT, resolve=cancelled),
        "g": GraphQLField(TEXT, resolve=after_a_while),
    }
    declare(fields["b"], Declared(Batch(lambda _sources, _info: cancelled())))
    answer = await run(fields, text)
    name = text[2]
    expected = {name: None} | ({"g": "late"} if "g" in text else {})
    assert (answer.data, told(answer)) == (expected, [([name], GIVEN_UP)])


async def test_a_cancelled_item_of_a_list_is_an_error_at_its_place() -> None:
    items = GraphQLField(
        GraphQLList(TEXT), resolve=lambda *_: [cancelled(), after_a_while(), cancelled()]
    )
    answer = await run({"items": items}, "{ items }")
    assert answer.data == {"items": [None, "late", None]}
    assert told(answer) == [(["items", 0], GIVEN_UP), (["items", 2], GIVEN_UP)]


async def test_a_future_that_others_wait_for_outlives_a_field_that_is_lost() -> None:
    shared: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def fails(*_: Any) -> str:
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_later(0.01, shared.set_result, "there")
        message = "lost"
        raise ValueError(message)

    card = GraphQLObjectType(
        "Card",
        {
            "number": GraphQLField(GraphQLNonNull(TEXT), resolve=fails),
            "owner": GraphQLField(TEXT, resolve=lambda *_: shared),
            "owners": GraphQLField(GraphQLList(TEXT), resolve=lambda *_: [shared, shared]),
        },
    )
    fields = {
        "card": GraphQLField(card, resolve=lambda *_: object()),
        "name": GraphQLField(GraphQLNonNull(TEXT), resolve=lambda *_: shared),
    }
    answer = await run(fields, "{ card { number owner owners } name }")
    assert answer.data == {"card": None, "name": "there"}
    assert told(answer) == [(["card", "number"], "lost")]


async def test_cancelling_the_whole_is_no_error_of_a_field() -> None:
    task = asyncio.create_task(run({"f": GraphQLField(TEXT, resolve=after_a_while)}, "{ f }"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_exception_that_counts_as_nothing_is_an_exception() -> None:
    class EmptyError(Exception):
        def __len__(self) -> int:
            return 0

    async def empty(*_: Any) -> str:
        message = "empty"
        raise EmptyError(message)

    items = GraphQLField(GraphQLList(TEXT), resolve=lambda *_: [empty(), after_a_while()])
    answer = await run({"items": items}, "{ items }")
    assert answer.data == {"items": [None, "late"]}
    assert told(answer) == [(["items", 0], "empty")]


async def test_an_input_type_that_cannot_make_its_value_fails_its_field() -> None:
    def make(_value: object) -> object:
        message = "no such thing"
        raise ValueError(message)

    wanted = GraphQLInputObjectType("Wanted", {"a": GraphQLInputField(GraphQLInt)}, out_type=make)
    fields = {
        "f": GraphQLField(TEXT, args={"wanted": GraphQLArgument(wanted)}, resolve=cancelled),
        "g": GraphQLField(TEXT, resolve=lambda *_: "g"),
    }
    answer = await run(fields, "{ f(wanted: { a: 1 }) g }")
    assert (answer.data, told(answer)) == (
        {"f": None, "g": "g"},
        [(["f"], "no such thing")],
    )


SPEAKS = "The guard of Query.f must speak of 1 sources."
SAYS = "A guard must say None or an exception of each source."


@pytest.mark.parametrize(
    ("guard", "message"),
    [
        (lambda _sources, _info: [], SPEAKS),
        (lambda _sources, _info: [True], SAYS),
        (lambda _sources, _info: False, "object of type 'bool' has no len()"),
        (lambda _sources, _info: iter([None]), "object of type 'list_iterator' has no len()"),
    ],
)
async def test_a_guard_that_says_nothing_of_use_lets_nobody_in(guard: Guard, message: str) -> None:
    fields = {"f": GraphQLField(TEXT), "g": GraphQLField(TEXT, resolve=lambda *_: "g")}
    declare(fields["f"], Declared(Each(lambda _source: "secret"), guard))
    answer = await run(fields, "{ f g }")
    assert (answer.data, told(answer)) == ({"f": None, "g": "g"}, [(["f"], message)])


async def test_without_propagation_an_asynchronous_list_goes_on_behind_a_null() -> None:
    async def numbers(*_: Any) -> AsyncIterator[int | None]:
        for number in (1, None, 3):
            yield number

    field = GraphQLField(GraphQLList(GraphQLNonNull(GraphQLInt)), resolve=numbers)
    schema = GraphQLSchema(GraphQLObjectType("Query", {"numbers": field}))
    document = parse("query @experimental_disableErrorPropagation { numbers }")
    usual, ours = [
        await execute(schema, document, **given)  # type: ignore[misc,arg-type]
        for given in ({}, {"executor_class": BreadthFirstExecutor})
    ]
    assert ours.data == usual.data == {"numbers": [1, None, 3]}
