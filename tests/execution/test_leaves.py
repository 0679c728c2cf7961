"""Columns of scalars: what need not be converted is not, and what is remembered has an end."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLInt,
    GraphQLScalarType,
    GraphQLString,
    Undefined,
)

from execution import leaves as module
from execution.leaves import leaves


class Text(str):
    """A text of another class."""

    __slots__ = ()

    def __str__(self) -> str:
        """Not what it holds."""
        return "written"


def sent(type_: Any, values: list[Any]) -> list[Any]:
    """A column in which nothing fails."""
    found, failed = leaves(type_, values)
    assert failed == {}
    return found


def test_texts_of_a_scalar_that_writes_texts_are_sent_as_they_are() -> None:
    code = GraphQLScalarType("Code", coerce_output_value=str)

    assert sent(code, ["a", None, "b", Text("a"), 7]) == ["a", None, "b", "written", "7"]


def test_a_scalar_with_a_way_of_its_own_is_asked_for_each_text() -> None:
    loud = GraphQLScalarType("Loud", coerce_output_value=lambda value: value.upper())

    assert sent(loud, ["a", None, "b"]) == ["A", None, "B"]


def test_values_of_unusual_classes_are_converted_among_the_others() -> None:
    assert sent(GraphQLInt, [1, True, 2.0, None]) == [1, 1, 2, None]
    assert sent(GraphQLString, ["a", True, 2]) == ["a", "true", "2"]
    assert sent(GraphQLFloat, [0.5, 2, None, Undefined]) == [0.5, 2.0, None, None]


def test_what_cannot_be_sent_fails_where_it_stands() -> None:
    found, failed = leaves(GraphQLInt, [1, 1 << 31, -1 << 31, "x", None])

    assert found == [1, None, -1 << 31, None, None]
    assert {position: str(error) for position, error in failed.items()} == {
        1: "Int cannot represent non 32-bit signed integer value: 2147483648",
        3: "Int cannot represent non-integer value: 'x'",
    }
    _, failed = leaves(GraphQLFloat, [float("nan"), float("inf"), 1.0])
    assert [*failed] == [0, 1]


def test_days_are_written_right_though_few_are_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MOST_DAYS", 3)
    day = GraphQLScalarType("Day", coerce_output_value=date.isoformat)
    days = [date(2010, 2, 19) + timedelta(number % 10) for number in range(40)]

    for column in (days, [None, *days], days[::-1], [datetime(2010, 2, 19, 8), *days]):  # noqa: DTZ001
        assert sent(day, column) == [one and date.isoformat(one) for one in column]
    assert len(day.extensions[module.SENT]) <= 3


def test_types_that_share_their_extensions_are_told_apart() -> None:
    shared: dict[str, Any] = {}
    one = GraphQLEnumType("One", {"X": 1}, extensions=shared)
    other = GraphQLEnumType("Other", {"Y": 1}, extensions=shared)
    for _ in range(2):
        assert (sent(one, [1]), sent(other, [1])) == (["X"], ["Y"])
