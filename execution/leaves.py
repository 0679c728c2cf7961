"""Scalars and enums, a whole column at a time."""

from collections.abc import Callable, Sequence
from datetime import date
from enum import Enum
from functools import partial
from math import isfinite
from typing import Any, Final

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
    only = _only(classes)
    if only is not None:
        if _as_they_are(type_, only, values):
            return list(values), {}
        if only in _EQUAL_IS_SAME or issubclass(only, Enum):
            known = _known_of(type_)
            try:
                return [known[value] for value in values], {}
            except Exception:  # noqa: BLE001, S110 - told below, where each position is tried
                pass
    return _one_by_one(type_, values)


def _only(classes: set[type]) -> type | None:
    """The class of all values that are not null."""
    others = classes - {type(None)}
    return next(iter(others)) if len(others) == 1 else None


def _as_they_are(type_: GraphQLLeafType, only: type, values: Sequence[Any]) -> bool:
    if _AS_THEY_ARE.get(type_) is not only:
        return False
    if only is int:
        return all(value is None or -_INT <= value < _INT for value in values)
    return only is not float or all(value is None or isfinite(value) for value in values)


class _Known(dict[Any, Any]):
    """Converts each value the first time that it is met."""

    def __init__(self, convert: Callable[[Any], Any]) -> None:
        super().__init__({None: None})
        self._convert = convert

    def __missing__(self, value: Any) -> Any:  # noqa: ANN401
        converted = self[value] = self._convert(value)
        return converted


def _known_of(type_: GraphQLLeafType) -> _Known:
    """What is known of the values of a type: of an enum's for ever, as they are few."""
    if not isinstance(type_, GraphQLEnumType):
        return _Known(partial(leaf, type_))
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
