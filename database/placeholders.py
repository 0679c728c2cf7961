"""Statements with `?` for their parameters, in numbered form."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

KEPT: Final = 4096
"""How many converted statements are cached."""

Query = tuple[str, Sequence[Any]]
"""A text, and a value for each of its marks."""


def numbered(text: str) -> str:
    """A statement for PostgreSQL whose parameters are sent in the order of their marks."""
    return marked(text, tuple(range(1, text.count("?") + 1)))


def sendable(query: Query) -> tuple[str, list[Any]]:
    """A query as PostgreSQL takes it; a tuple that stands in several places is sent once."""
    text, values = query
    numbers, params = shared(values)
    return marked(text, numbers), params


def shared(values: Sequence[Any]) -> tuple[tuple[int, ...], list[Any]]:
    """For each mark the number of its parameter, and the parameters."""
    params: list[Any] = []
    numbers: list[int] = []
    sent: dict[int, int] = {}
    for value in values:
        number = sent.get(id(value)) if type(value) is tuple else None
        if number is None:
            params.append(value)
            number = sent[id(value)] = len(params)
        numbers.append(number)
    return tuple(numbers), params


@lru_cache(maxsize=KEPT)
def marked(text: str, numbers: tuple[int, ...], sign: str = "$") -> str:
    """A statement with a number at each of its marks, behind PostgreSQL's sign or another."""
    first, *others = text.split("?")
    marks = [f"{sign}{number}{part}" for number, part in zip(numbers, others, strict=True)]
    return first + "".join(marks)
