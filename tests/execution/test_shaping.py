"""Objects are made of their sources by written code, and only where every value can be sent."""

from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLString,
    Undefined,
)
from hypothesis import given
from hypothesis import strategies as st

from execution.declared import Attribute, Each
from execution.shaping import Always, Plain, written

names = st.from_regex(r"[_A-Za-z][_0-9A-Za-z]{0,9}", fullmatch=True)
RESERVED = ("class", "None", "lambda", "objects", "source", "v0", "leaf1", "__import__", "eval")

COLOUR = GraphQLEnumType("Colour", {"RED": "red", "BLUE": 2})
DAY = GraphQLScalarType("Day", coerce_output_value=date.isoformat)
LOUD = GraphQLScalarType("Loud", coerce_output_value=lambda value: value.upper())

SENT: dict[Any, list[tuple[Any, Any]]] = {
    GraphQLString: [("x", "x"), (7, "7")],
    GraphQLInt: [(7, 7), (True, 1), (2.0, 2)],
    GraphQLFloat: [(0.5, 0.5), (3, 3.0)],
    GraphQLBoolean: [(True, True), (0, False)],
    COLOUR: [("red", "RED"), (2, "BLUE")],
    DAY: [(date(2010, 2, 19), "2010-02-19"), (datetime(2010, 2, 19, 8), "2010-02-19")],  # noqa: DTZ001
    LOUD: [("x", "X")],
}
"""Values of each type, and what is sent for them."""

WRONG: dict[Any, list[Any]] = {
    GraphQLString: [object()],
    GraphQLInt: [1 << 31, "x"],
    GraphQLFloat: [float("nan"), "x"],
    GraphQLBoolean: ["x"],
    COLOUR: ["green", []],
    DAY: ["2010-02-19"],
    LOUD: [7],
}


def made(type_: Any, *values: Any) -> list[Any]:
    """What is sent for an attribute of some sources."""
    shape = written({"key": Plain(Attribute("value"), type_)})
    return [one["key"] for one in shape([SimpleNamespace(value=value) for value in values])]


@given(
    st.lists(names | st.sampled_from(RESERVED), min_size=1, max_size=9, unique=True),
    st.integers(0, 4),
)
def test_each_source_becomes_an_object_with_the_keys_in_their_order(
    keys: list[str], size: int
) -> None:
    ways: list[Plain | None] = [
        Plain(Attribute("name"), GraphQLString),
        Plain(Each(lambda source: source.number + 1), GraphQLInt),
        Plain(Attribute("inner.class"), GraphQLBoolean),
        Plain(Attribute("\ufb01eld"), GraphQLInt),
        Plain(Always("it's"), GraphQLString),
        None,
    ]
    shape = written({key: ways[number % len(ways)] for number, key in enumerate(keys)})
    inner = SimpleNamespace(**{"class": True})
    # The names of two attributes that are one in the text of a program.
    odd = {"field": -1, "\ufb01eld": -2}
    sources = [SimpleNamespace(name=f"n{n}", number=n, inner=inner, **odd) for n in range(size)]

    expected = [
        [
            (key, (f"n{n}", n + 1, True, -2, "it's", None)[at % len(ways)])
            for at, key in enumerate(keys)
        ]
        for n in range(size)
    ]
    assert [list(one.items()) for one in shape(sources)] == expected


@pytest.mark.parametrize("type_", [*SENT])
def test_values_are_sent_as_their_type_has_them(type_: Any) -> None:
    values, sent = zip(*SENT[type_], strict=True)

    assert made(type_, *values, None) == [*sent, None]
    assert made(GraphQLNonNull(type_), *values) == [*sent]
    listed = GraphQLList(type_)
    assert made(listed, [*values, None], None, ()) == [[*sent, None], None, []]
    assert made(GraphQLNonNull(GraphQLList(listed)), [[*values], None], []) == [[[*sent], None], []]


@pytest.mark.parametrize("type_", [*SENT])
def test_nothing_is_made_where_a_value_cannot_be_sent(type_: Any) -> None:
    right = SENT[type_][0][0]
    for wrong in (*WRONG[type_], Undefined, ValueError("returned")):
        for wrapped in (type_, GraphQLNonNull(type_)):
            with pytest.raises(Exception):  # noqa: B017, PT011 - whatever comes of it
                made(wrapped, right, wrong)
            with pytest.raises(Exception):  # noqa: B017, PT011
                made(GraphQLList(wrapped), [right, wrong])
        with pytest.raises(TypeError, match="is no list"):
            made(GraphQLList(type_), [right], "not a list")
    with pytest.raises(TypeError, match="None is no value"):
        made(GraphQLNonNull(type_), right, None)
    with pytest.raises(TypeError, match="None is no value"):
        made(GraphQLList(GraphQLNonNull(type_)), [right, None])
    with pytest.raises(TypeError, match="None is no list"):
        made(GraphQLNonNull(GraphQLList(type_)), None)
    with pytest.raises(AttributeError):
        written({"key": Plain(Attribute("absent"), type_)})([object()])


def test_there_may_be_more_keys_than_arguments_of_a_function() -> None:
    fields = {f"key{n}": Plain(Attribute("value"), GraphQLInt) for n in range(1_000)}
    (made,) = written(fields)([SimpleNamespace(value=7)])
    assert made == dict.fromkeys(fields, 7)
