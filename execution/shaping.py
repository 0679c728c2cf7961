"""Columns into objects, by code that is written for the names of a selection."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

MANY: Final = 64
"""Objects from which on writing code for them pays, made at once or one after the other."""

Shape: TypeAlias = Callable[[Sequence[Sequence[Any]]], list[dict[str, Any]]]
"""Columns in, one object a place out."""


class Shaper:
    """Makes the objects of a selection: an object for each place of some columns, one a key."""

    __slots__ = ("_keys", "_made", "_written")

    def __init__(self, keys: tuple[str, ...]) -> None:
        """For objects with these keys."""
        self._keys = keys
        self._made = 0
        self._written: Shape | None = None

    def objects(self, columns: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
        """The objects, none of which are made twice."""
        if self._written is None:
            self._made += len(columns[0])
            if self._made < MANY:
                keys = self._keys
                return [dict(zip(keys, row)) for row in zip(*columns, strict=True)]  # noqa: B905 - a row has a value a key
            self._written = _written_for(self._keys)
        return self._written(columns)


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
