"""Columns of scalars: what need not be converted is not, and what is remembered has an end."""

from datetime import date, timedelta

import pytest
from graphql import GraphQLScalarType

from execution import leaves
from execution.leaves import converter


class Text(str):
    """A text of another class."""

    __slots__ = ()

    def __str__(self) -> str:
        """Not what it holds."""
        return "written"


def test_texts_of_a_scalar_that_writes_texts_are_sent_as_they_are() -> None:
    code = GraphQLScalarType("Code", coerce_output_value=str)

    assert converter(code, str)(["a", None, "b"]) == ["a", None, "b"]
    assert converter(code, Text)([Text("a"), None]) == ["written", None]
    assert converter(code, int)([7, None]) == ["7", None]


def test_a_scalar_with_a_way_of_its_own_is_asked_for_each_text() -> None:
    loud = GraphQLScalarType("Loud", coerce_output_value=lambda value: value.upper())

    assert converter(loud, str)(["a", None, "b"]) == ["A", None, "B"]


def test_days_are_written_right_though_few_are_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(leaves, "MOST_DAYS", 3)
    day = GraphQLScalarType("Day", coerce_output_value=date.isoformat)
    days = [date(2010, 2, 19) + timedelta(number % 10) for number in range(40)]
    convert = converter(day, date)

    for column in (days, [None, *days], days[::-1]):
        assert convert(column) == [one and one.isoformat() for one in column]
