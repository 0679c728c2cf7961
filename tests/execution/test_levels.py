"""Fields that declare how they are answered are asked once a level, guards included."""

from collections.abc import Awaitable, Sequence
from typing import Any

import pytest
from graphql import (
    ExecutionResult,
    GraphQLArgument,
    GraphQLField,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
    execute,
    parse,
)

from execution.declared import Attribute, Batch, Declared, Each, Guard, declare
from execution.executor import BreadthFirstExecutor

CENTRES = {"10": (1, 2), "20": (3, 4, 5), "30": ()}


class Asked:
    """What the fields of a school were asked."""

    def __init__(self) -> None:
        self.batches: list[tuple[str, list[Any]]] = []
        self.guards: list[list[Any]] = []


class Learner:
    def __init__(self, number: int) -> None:
        self.number = number
        self.born = f"199{number}"


class RefusedError(Exception):
    """Somebody may not read this."""


def school(
    asked: Asked, *, born: Any = GraphQLString, refused: Sequence[int] = ()
) -> GraphQLSchema:
    """Centres with learners, whose dates of birth are refused for some."""

    def guard(sources: Sequence[Any], _info: Any) -> Sequence[Exception | None] | None:
        asked.guards.append([source.number for source in sources])
        found = [
            RefusedError(f"{source.number} is not yours") if source.number in refused else None
            for source in sources
        ]
        return found if any(found) else None

    async def learners(centres: Sequence[str], _info: Any, first: int = 9) -> list[list[Learner]]:
        asked.batches.append(("learners", list(centres)))
        return [[Learner(number) for number in CENTRES[centre][:first]] for centre in centres]

    def friends(sources: Sequence[Learner], _info: Any) -> list[list[Learner]]:
        asked.batches.append(("friends", [source.number for source in sources]))
        return [[Learner(source.number % 5 + 1)] for source in sources]

    def batch(type_: Any, answer: Any, args: Any = None, guard_: Guard | None = None) -> Any:
        field = GraphQLField(type_, args=args)
        declare(field, Declared(Batch(answer), guard_))
        return field

    def column(type_: Any, name: str, guard_: Guard | None = None) -> GraphQLField:
        field = GraphQLField(type_)
        declare(field, Declared(Attribute(name), guard_))
        return field

    label = GraphQLField(GraphQLString)
    declare(label, Declared(Each(lambda learner: f"No. {learner.number}")))
    learner: GraphQLObjectType = GraphQLObjectType(
        "Learner",
        lambda: {
            "number": column(GraphQLInt, "number"),
            "born": column(born, "born", guard),
            "label": label,
            "friends": batch(GraphQLList(learner), friends, guard_=guard),
        },
    )
    centre = GraphQLObjectType(
        "Centre",
        {
            "number": GraphQLField(GraphQLString, resolve=lambda source, _info: source),
            "learners": batch(
                GraphQLList(learner), learners, {"first": GraphQLArgument(GraphQLInt)}
            ),
        },
    )
    centres = GraphQLField(GraphQLList(centre), resolve=lambda *_: list(CENTRES))
    return GraphQLSchema(GraphQLObjectType("Query", {"centres": centres}))


async def answer(schema: GraphQLSchema, query: str) -> ExecutionResult:
    found = execute(schema, parse(query), executor_class=BreadthFirstExecutor)
    assert isinstance(found, Awaitable)
    return await found


async def test_a_batch_field_is_asked_once_for_all_objects_of_its_level() -> None:
    asked = Asked()
    query = "{ centres { number learners(first: 2) { label friends { number } } } }"
    result = await answer(school(asked), query)
    assert result.errors is None
    assert result.data == {
        "centres": [
            {
                "number": "10",
                "learners": [
                    {"label": "No. 1", "friends": [{"number": 2}]},
                    {"label": "No. 2", "friends": [{"number": 3}]},
                ],
            },
            {
                "number": "20",
                "learners": [
                    {"label": "No. 3", "friends": [{"number": 4}]},
                    {"label": "No. 4", "friends": [{"number": 5}]},
                ],
            },
            {"number": "30", "learners": []},
        ]
    }
    assert asked.batches == [("learners", ["10", "20", "30"]), ("friends", [1, 2, 3, 4])]
    assert asked.guards == [[1, 2, 3, 4]]


async def test_what_is_refused_is_null_and_told_once_a_field() -> None:
    asked = Asked()
    query = """{
      centres { learners { born again: born friends { born } } }
    }"""
    result = await answer(school(asked, refused=(2, 3)), query)
    assert result.data == {
        "centres": [
            {
                "learners": [
                    {"born": "1991", "again": "1991", "friends": [{"born": None}]},
                    {"born": None, "again": None, "friends": None},
                ]
            },
            {
                "learners": [
                    {"born": None, "again": None, "friends": None},
                    {"born": "1994", "again": "1994", "friends": [{"born": "1995"}]},
                    {"born": "1995", "again": "1995", "friends": [{"born": "1991"}]},
                ]
            },
            {"learners": []},
        ]
    }
    assert [(error.message, error.path) for error in result.errors or ()] == [
        ("2 is not yours", ["centres", 0, "learners", 0, "friends", 0, "born"]),
        ("2 is not yours", ["centres", 0, "learners", 1, "born"]),
        ("2 is not yours", ["centres", 0, "learners", 1, "again"]),
        ("2 is not yours", ["centres", 0, "learners", 1, "friends"]),
    ]
    assert all(isinstance(error.original_error, RefusedError) for error in result.errors or ())
    assert ("friends", [1, 4, 5]) in asked.batches  # nobody is asked for what is refused


async def test_what_is_refused_and_may_not_be_null_fails_wherever_it_stands() -> None:
    schema = school(Asked(), born=GraphQLNonNull(GraphQLString), refused=(2, 3))
    result = await answer(schema, "{ centres { learners { born } } }")
    assert result.data == {
        "centres": [
            {"learners": [{"born": "1991"}, None]},
            {"learners": [None, {"born": "1994"}, {"born": "1995"}]},
            {"learners": []},
        ]
    }
    assert [error.path for error in result.errors or ()] == [
        ["centres", 0, "learners", 1, "born"],
        ["centres", 1, "learners", 0, "born"],
    ]


async def test_where_all_is_refused_nothing_is_asked() -> None:
    asked = Asked()
    result = await answer(
        school(asked, refused=(1, 2, 3, 4, 5)), "{ centres { learners { friends { number } } } }"
    )
    assert [name for name, _ in asked.batches] == ["learners"]
    assert [error.message for error in result.errors or ()] == ["1 is not yours"]


async def test_a_guard_that_fails_lets_nobody_in() -> None:
    def broken(_sources: Sequence[Any], _info: Any) -> None:
        message = "no policy"
        raise LookupError(message)

    field = GraphQLField(GraphQLString)
    declare(field, Declared(Attribute("secret"), broken))
    schema = GraphQLSchema(GraphQLObjectType("Query", {"secret": field}))
    result = execute(schema, parse("{ secret }"), executor_class=BreadthFirstExecutor)
    assert isinstance(result, ExecutionResult)
    assert result.data == {"secret": None}
    assert [error.message for error in result.errors or ()] == ["no policy"]


def test_a_guard_that_does_not_speak_of_each_object_lets_nobody_in() -> None:
    field = GraphQLField(GraphQLString)
    declare(field, Declared(Attribute("secret"), lambda _sources, _info: []))
    schema = GraphQLSchema(GraphQLObjectType("Query", {"secret": field}))
    result = execute(schema, parse("{ secret }"), executor_class=BreadthFirstExecutor)
    assert isinstance(result, ExecutionResult)
    assert result.data == {"secret": None}
    assert [error.message for error in result.errors or ()] == [
        "The guard of Query.secret must speak of 1 sources."
    ]


@pytest.mark.parametrize("answers", [[], ["one", "too many"], "x", None, 7])
def test_a_batch_field_that_does_not_answer_one_each_is_told_so(answers: Any) -> None:
    field = GraphQLField(GraphQLString)
    declare(field, Declared(Batch(lambda _sources, _info: answers)))
    schema = GraphQLSchema(GraphQLObjectType("Query", {"word": field}))
    result = execute(schema, parse("{ word }"), executor_class=BreadthFirstExecutor)
    assert isinstance(result, ExecutionResult)
    if answers == "x":  # a text of one letter is a sequence of one
        assert result == ExecutionResult({"word": "x"}, None)
        return
    assert result.data == {"word": None}
    assert [error.message for error in result.errors or ()] == [
        "The batch field Query.word must answer 1 sources, one each."
    ]


def test_where_middleware_is_to_see_each_call_resolvers_are_called() -> None:
    seen: list[str] = []

    def watch(next_: Any, source: Any, info: Any, **arguments: Any) -> Any:
        seen.append(info.field_name)
        return next_(source, info, **arguments)

    field = GraphQLField(GraphQLString, resolve=lambda *_: "resolver")
    declare(field, Declared(Batch(lambda sources, _info: ["batch"] * len(sources))))
    schema = GraphQLSchema(GraphQLObjectType("Query", {"word": field}))
    document = parse("{ word }")
    kept = execute(schema, document, executor_class=BreadthFirstExecutor)
    watched = execute(schema, document, executor_class=BreadthFirstExecutor, middleware=[watch])
    assert kept == ExecutionResult({"word": "batch"}, None)
    assert watched == ExecutionResult({"word": "resolver"}, None)
    assert seen == ["word"]


class Word:
    def __init__(self, word: str | None) -> None:
        self.word = word


def worded(asked: list[Any]) -> GraphQLSchema:
    """Fields that are an attribute, unless they are given an argument."""

    def answer(sources: Sequence[Word], _info: Any, on: int | None = None) -> list[str]:
        asked.append(on)
        return [f"{source.word} on {on}" for source in sources]

    def resolve(source: Word, info: Any, on: int | None = None) -> str | None:
        return source.word if on is None else answer([source], info, on)[0]

    def guard(sources: Sequence[Any], _info: Any) -> list[Exception | None]:
        return [RefusedError("not yours")] * len(sources)

    fields = {
        name: GraphQLField(type_, args={"on": GraphQLArgument(GraphQLInt)}, resolve=resolve)
        for name, type_ in (
            ("word", GraphQLString),
            ("sure", GraphQLNonNull(GraphQLString)),
            ("closed", GraphQLString),
        )
    }
    for name, field in fields.items():
        declare(field, Declared(Batch(answer, "word"), guard if name == "closed" else None))
    return GraphQLSchema(GraphQLObjectType("Query", fields))


def test_a_batch_field_without_arguments_may_be_an_attribute() -> None:
    asked: list[Any] = []
    schema = worded(asked)
    document = parse("query ($on: Int) { word sure then: word(on: $on) later: sure(on: 3) closed }")
    result = execute(
        schema,
        document,
        Word("yes"),
        variable_values={"on": 2},
        executor_class=BreadthFirstExecutor,
    )
    assert isinstance(result, ExecutionResult)
    assert result.data == {
        "word": "yes",
        "sure": "yes",
        "then": "yes on 2",
        "later": "yes on 3",
        "closed": None,
    }
    assert [error.message for error in result.errors or ()] == ["not yours"]
    assert asked == [2, 3]


@pytest.mark.parametrize("word", ["yes", None, 7])
def test_such_an_attribute_is_what_its_resolver_answers(word: Any) -> None:
    schema, document = worded([]), parse("{ word sure }")
    result = execute(schema, document, Word(word), executor_class=BreadthFirstExecutor)
    assert result == execute(schema, document, Word(word))


def test_nothing_is_read_below_what_is_lost_already() -> None:
    read: list[object] = []

    def fail(_source: object, _info: object) -> None:
        message = "nothing"
        raise ValueError(message)

    def seven(source: object) -> int:
        read.append(source)
        return 7

    inner = GraphQLObjectType("Inner", {"plain": GraphQLField(GraphQLInt)})
    declare(inner.fields["plain"], Declared(Each(seven)))
    below = GraphQLField(inner, resolve=lambda *_: "below")
    fields = {"inner": below, "needed": GraphQLField(GraphQLNonNull(GraphQLInt), resolve=fail)}
    outer = GraphQLField(GraphQLObjectType("Outer", fields), resolve=lambda *_: "outer")
    schema = GraphQLSchema(GraphQLObjectType("Query", {"outer": outer}))
    for document, data, sources in (
        ("{ outer { inner { plain } } }", {"outer": {"inner": {"plain": 7}}}, ["below"]),
        ("{ outer { inner { plain } needed } }", {"outer": None}, []),
    ):
        read.clear()
        found = execute(schema, parse(document), executor_class=BreadthFirstExecutor)
        assert isinstance(found, ExecutionResult)
        assert (found.data, read) == (data, sources)
