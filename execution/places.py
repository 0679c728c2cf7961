"""Where in the answer something stands: reckoned only when an error or a resolver asks."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Protocol, TypeAlias

from graphql.pyutils import Path

Order: TypeAlias = tuple[int, ...]
"""A place as numbers: the rank of a field in its selection, the index of an item in its list.
Sorted, they are in the order in which the answer is read."""


class Places(Protocol):
    """Many places, numbered from 0."""

    def path(self, position: int, /) -> Path | None:
        """The place as names and indexes; None at the root."""

    def order(self, position: int, /) -> Order:
        """The place as numbers."""


class Root:
    """The one place above everything."""

    __slots__ = ()

    def path(self, _position: int, /) -> None:
        """No path."""

    def order(self, _position: int, /) -> Order:
        """Before everything."""
        return ()


class Remembered:
    """Places whose paths are asked for again and again: each is made once."""

    __slots__ = ("_found", "_places")

    def __init__(self, places: Places) -> None:
        """Remember nothing yet."""
        self._places = places
        self._found: dict[int, Path | None] = {}

    def path(self, position: int) -> Path | None:
        """The place as names and indexes."""
        try:
            return self._found[position]
        except KeyError:
            path = self._found[position] = self._places.path(position)
            return path

    def order(self, position: int) -> Order:
        """The place as numbers."""
        return self._places.order(position)


class OfField:
    """A field of each object."""

    __slots__ = ("_key", "_objects", "_rank", "_type_name")

    def __init__(self, objects: Places, key: str, rank: int, type_name: str) -> None:
        """The field has a key in the answer, and a rank in its selection."""
        self._objects = objects
        self._key = key
        self._rank = rank
        self._type_name = type_name

    def path(self, position: int) -> Path:
        """The object's, and the key."""
        return Path(self._objects.path(position), self._key, self._type_name)

    def order(self, position: int) -> Order:
        """The object's, and the rank."""
        return (*self._objects.order(position), self._rank)


class OfItems:
    """The items of many lists, one after the other."""

    __slots__ = ("_found", "_lengths", "_lists")

    def __init__(self, lists: Places, lengths: Sequence[int]) -> None:
        """`lengths` has an entry for each list; below zero for null."""
        self._lists = lists
        self._lengths = lengths
        self._found: list[int] | None = None

    @property
    def _starts(self) -> list[int]:
        """Where each list begins."""
        if self._found is None:
            lengths = (max(length, 0) for length in self._lengths)
            self._found = list(accumulate(lengths, initial=0))
        return self._found

    def list_of(self, position: int) -> int:
        """Which list an item belongs to."""
        return bisect_right(self._starts, position) - 1

    def path(self, position: int) -> Path:
        """The list's, and the index."""
        owner = self.list_of(position)
        return Path(self._lists.path(owner), position - self._starts[owner], None)

    def order(self, position: int) -> Order:
        """The list's, and the index."""
        owner = self.list_of(position)
        return (*self._lists.order(owner), position - self._starts[owner])


class Picked:
    """Some of many places."""

    __slots__ = ("_chosen", "_places")

    def __init__(self, places: Places, chosen: Sequence[int]) -> None:
        """`chosen` are positions among `places`."""
        self._places = places
        self._chosen = chosen

    def path(self, position: int) -> Path | None:
        """The chosen one's."""
        return self._places.path(self._chosen[position])

    def order(self, position: int) -> Order:
        """The chosen one's."""
        return self._places.order(self._chosen[position])
