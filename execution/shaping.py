"""Columns into objects, by code that is written for the names of a selection."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

MANY: Final = 64
"""Objects from which on writing code for them pays."""

Shape: TypeAlias = Callable[[Sequence[Sequence[Any]]], list[dict[str, Any]]]
"""Columns in, one object a place out."""


def objects(keys: tuple[str, ...], columns: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """An object for each place of some columns, one column a key."""
    if len(columns[0]) >= MANY:
        return _written_for(keys)(columns)
    return [dict(zip(keys, row)) for row in zip(*columns, strict=True)]  # noqa: B905 - a row has a value a key


@lru_cache(maxsize=512)
def _written_for(keys: tuple[str, ...]) -> Shape:
    """A dict whose keys stand in the code is made in half the time of one made of pairs.

    Keys are names of the language, and in the code they are nothing but literals.
    """
    values = [f"v{number}" for number in range(len(keys))]
    pairs = ", ".join(f"{key!r}: {value}" for key, value in zip(keys, values, strict=True))
    code = f"[{{{pairs}}} for {', '.join(values)}, in zip(*columns, strict=True)]"
    shape: Shape = eval(f"lambda columns: {code}", {"zip": zip})  # noqa: S307 - see above
    return shape
