"""Conversion of the types that SQLite lacks: days, moments and booleans."""

from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from typing import Any, get_type_hints

import msgspec


def for_sqlite(value: object) -> object:
    """A value as it is stored: days and moments are text."""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return value


@cache
def sqlite_converters(shape: Callable[..., Any]) -> tuple[Callable[[Any], Any] | None, ...]:
    """How SQLite's text and integers become each field of a shape."""
    if not (isinstance(shape, type) and issubclass(shape, msgspec.Struct)):
        message = f"{shape!r} is not a slotted row"
        raise TypeError(message)
    hints = get_type_hints(shape)
    return tuple(_converter(hints[name]) for name in shape.__struct_fields__)


def _converter(hint: Any) -> Callable[[Any], Any] | None:  # noqa: ANN401 - a type hint is anything
    kinds = set(getattr(hint, "__args__", (hint,)))
    for kind, convert in (
        (datetime, datetime.fromisoformat),
        (date, date.fromisoformat),
        (bool, bool),
    ):
        if kind in kinds:
            return _optional(convert) if type(None) in kinds else convert
    return None


def _optional(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else convert(value)
