"""Scalars and enums: how their values are sent, by code that is written for their types."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from functools import lru_cache, partial
from math import inf, isfinite
from typing import Any, Final, NamedTuple

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
    Undefined,
)
from graphql.pyutils import inspect

SENT: Final = "breadth_first_sent"
"""Under this key a type's `extensions` hold what values are sent as, as far as they were met."""

MOST_DAYS: Final = 10_000
"""Days that are remembered as text, where a scalar writes them as Python does."""

Names = dict[str, Any]
"""What the names in a piece of code stand for."""


class Usual(NamedTuple):
    """Code for values as they usually are: `{0}` is the value, `{1}` a number of its own."""

    test: str
    sent: str = "{0}"
    names: tuple[tuple[str, Any], ...] = ()


_AS_THEY_ARE: Final[dict[Any, Usual]] = {
    GraphQLString: Usual("type({0}) is str"),
    GraphQLID: Usual("type({0}) is str"),
    GraphQLBoolean: Usual("type({0}) is bool"),
    GraphQLInt: Usual(f"type({{0}}) is int and {-1 << 31} <= {{0}} < {1 << 31}"),
    GraphQLFloat: Usual("type({0}) is float and isfinite({0})", names=(("isfinite", isfinite),)),
}
"""Which values a scalar of the specification leaves as they are."""


def leaf(type_: GraphQLLeafType, value: Any) -> Any:  # noqa: ANN401 - any value of a resolver
    """One value as it is sent; raises what the type raises, and TypeError for null."""
    coerced = type_.coerce_output_value(value)
    if coerced is None or coerced is Undefined:
        message = (
            f"Expected `{inspect(type_)}.coerce_output_value({inspect(value)})` to return"
            f" non-nullable value, returned: {inspect(coerced)}"
        )
        raise TypeError(message)
    return coerced


def leaves(type_: GraphQLLeafType, values: Sequence[Any]) -> tuple[list[Any], dict[int, Exception]]:
    """A column without exceptions as it is sent, null for null, and by position what cannot be."""
    with suppress(Exception):  # told below, where each position is tried
        return _column(type_)(values), {}
    return _one_by_one(type_, values)


def code_for(type_: GraphQLLeafType, value: str, number: int, names: Names) -> str:
    """Code that sends what the name `value` stands for, with names that end with the number.

    It raises where that is null, no value at all, an exception, or what the type does not have.
    """
    usual = _usual(type_)
    names[f"leaf{number}"] = partial(_only_leaf, type_)
    names.update((name.format(value, number), meant) for name, meant in usual.names)
    test, sent = usual.test.format(value, number), usual.sent.format(value, number)
    return f"{sent} if {test} else leaf{number}({value})"


@lru_cache(maxsize=1024)
def _column(type_: GraphQLLeafType) -> Callable[[Sequence[Any]], list[Any]]:
    """What sends a column; raises where any value cannot be sent."""
    names: Names = {}
    code = code_for(type_, "value", 0, names)
    text = f"lambda values: [None if value is None else {code} for value in values]"
    written: Callable[[Sequence[Any]], list[Any]] = eval(text, names)  # noqa: S307 - all of it is here
    return written


def _usual(type_: GraphQLLeafType) -> Usual:
    writes: Any = type_.coerce_output_value
    if type_ in _AS_THEY_ARE:
        return _AS_THEY_ARE[type_]
    if writes is str:
        return _AS_THEY_ARE[GraphQLString]
    if isinstance(type_, GraphQLEnumType):
        return Usual("{0} is not None", "known{1}[{0}]", (("known{1}", _known_of(type_)),))
    if writes is date.isoformat:
        known = ("known{1}", _known_of(type_, MOST_DAYS))
        return Usual("type({0}) is date", "known{1}[{0}]", (("date", date), known))
    return Usual("False")


def _only_leaf(type_: GraphQLLeafType, value: Any) -> Any:  # noqa: ANN401 - whatever was answered
    """One value as it is sent; raises where it stands for something else."""
    if value is None or value is Undefined or isinstance(value, Exception):
        message = f"{value!r} is no value."
        raise TypeError(message)
    return leaf(type_, value)


class _Known(dict[Any, Any]):
    """Values of a type as they are sent, each converted the first time that it is met.

    All are forgotten when they are too many.
    """

    def __init__(self, type_: GraphQLLeafType, most: float) -> None:
        super().__init__()
        self.type = type_
        self._most = most

    def __missing__(self, value: Any) -> Any:  # noqa: ANN401
        if len(self) >= self._most:
            self.clear()
        converted = self[value] = _only_leaf(self.type, value)
        return converted


def _known_of(type_: GraphQLLeafType, most: float = inf) -> _Known:
    """What is known of the values of a type, as long as the schema lives."""
    known: _Known | None = type_.extensions.get(SENT)
    if known is None or known.type is not type_:  # types may share their extensions
        known = type_.extensions[SENT] = _Known(type_, most)
    return known


def _one_by_one(
    type_: GraphQLLeafType, values: Sequence[Any]
) -> tuple[list[Any], dict[int, Exception]]:
    sent: list[Any] = []
    failed: dict[int, Exception] = {}
    for position, value in enumerate(values):
        if value is None or value is Undefined:
            sent.append(None)
            continue
        try:
            sent.append(leaf(type_, value))
        except Exception as error:  # noqa: BLE001 - whatever the type raises fails this position
            failed[position] = error
            sent.append(None)
    return sent, failed
