"""Scalars and enums, a whole column at a time."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from enum import Enum
from functools import lru_cache, partial
from math import inf, isfinite
from types import NoneType
from typing import Any, Final, TypeAlias

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
from graphql.pyutils.undefined import UndefinedType

Convert: TypeAlias = Callable[[Sequence[Any]], list[Any]]
"""A column of values in, the column as it is sent out."""

_INT: Final = 1 << 31

SENT: Final = "breadth_first_sent"
"""Under this key an enum's `extensions` hold what its values are sent as."""

_AS_THEY_ARE: Final[dict[Any, type]] = {
    GraphQLString: str,
    GraphQLID: str,
    GraphQLBoolean: bool,
    GraphQLInt: int,
    GraphQLFloat: float,
}
"""For which class of values a scalar of the specification changes nothing."""

_EQUAL_IS_SAME: Final = (str, int, bool, date)
"""Classes whose equal values are written the same: each value is converted once a column.
Not so for float (0.0 and -0.0), Decimal (1.0 and 1.00) and datetime (the same moment twice)."""

MOST_DAYS: Final = 10_000
"""Days that are remembered as text, where a scalar writes them as Python does."""


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


def leaves(
    type_: GraphQLLeafType, values: Sequence[Any], classes: set[type]
) -> tuple[list[Any], dict[int, Exception]]:
    """A column as it is sent, null for null, and by position what cannot be.

    `classes` are the classes of the values, without exceptions among them.
    """
    others = classes - {NoneType}
    if len(others) == 1:
        with suppress(Exception):  # told below, where each position is tried
            return converter(type_, *others)(values), {}
    return _one_by_one(type_, values)


@lru_cache(maxsize=1024)
def converter(type_: GraphQLLeafType, only: type) -> Convert:
    """What makes a column of one class, null among it, what is sent; raises where any value is not.

    An exception, and what stands for no value at all, are no values.
    """
    if issubclass(only, Exception | UndefinedType):
        return _none
    writes: Any = type_.coerce_output_value
    if _AS_THEY_ARE.get(type_) is only or (only is str and writes is str):
        return {int: _ints, float: _floats}.get(only, list)
    if isinstance(type_, GraphQLEnumType):
        return partial(_looked_up, _known_of(type_))
    if only is date and writes is date.isoformat:
        return partial(_looked_up, _Known(date.isoformat, MOST_DAYS))
    once = issubclass(only, Enum) or only in _EQUAL_IS_SAME
    return partial(_each_once if once else _each, type_)


def _none(values: Sequence[Any]) -> list[Any]:
    message = f"{values[0]!r} is no value."
    raise TypeError(message)


def _ints(values: Sequence[Any]) -> list[Any]:
    if all(value is None or -_INT <= value < _INT for value in values):
        return list(values)
    message = "An integer has more than 32 bits."
    raise ValueError(message)


def _floats(values: Sequence[Any]) -> list[Any]:
    if all(value is None or isfinite(value) for value in values):
        return list(values)
    message = "A number is not finite."
    raise ValueError(message)


def _looked_up(known: "_Known", values: Sequence[Any]) -> list[Any]:
    return list(map(known.__getitem__, values))


def _each_once(type_: GraphQLLeafType, values: Sequence[Any]) -> list[Any]:
    return _looked_up(_Known(partial(leaf, type_)), values)


def _each(type_: GraphQLLeafType, values: Sequence[Any]) -> list[Any]:
    return [None if value is None else leaf(type_, value) for value in values]


class _Known(dict[Any, Any]):
    """Converts each value the first time that it is met, and forgets all when they are too many."""

    def __init__(self, convert: Callable[[Any], Any], most: float = inf) -> None:
        super().__init__({None: None})
        self._convert = convert
        self._most = most

    def __missing__(self, value: Any) -> Any:  # noqa: ANN401
        if len(self) > self._most:
            self.clear()
            self[None] = None
        converted = self[value] = self._convert(value)
        return converted


def _known_of(type_: GraphQLEnumType) -> _Known:
    """What is known of the values of an enum, for ever, as they are few."""
    known: _Known | None = type_.extensions.get(SENT)
    if known is None:
        known = type_.extensions[SENT] = _Known(partial(leaf, type_))
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
