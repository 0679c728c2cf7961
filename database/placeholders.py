"""Statements with `?` for their parameters, in PostgreSQL's numbered form."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

KEYS: Final = "sought"
KEY: Final = "key"
"""The table of keys that queries of one statement are about, and its column."""
_KEPT = 4096
"""How many converted statements are cached."""

Query = tuple[str, Sequence[Any]]
"""A text, and a value for each of its marks."""


def numbered(text: str) -> str:
    """A statement whose parameters are sent in the order of their marks."""
    return _marked(text, tuple(range(1, text.count("?") + 1)))


def sendable(query: Query) -> tuple[str, list[Any]]:
    """A query and its parameters; a tuple that stands in several places is sent once."""
    text, values = query
    numbers, params = _shared(values)
    return _marked(text, numbers), params


def united(queries: Iterable[Query], keys: Query | None = None) -> tuple[str, list[Any]]:
    """One query that answers one row, with a list of rows for each of these, and its parameters.

    They may be about `keys`, a query that they find as the table KEYS with the column KEY.
    """
    texts, values = zip(*([] if keys is None else [keys]), *queries, strict=True)
    numbers, params = _shared([value for several in values for value in several])
    return _united(texts, numbers, keyed=keys is not None), params


def _shared(values: Sequence[Any]) -> tuple[tuple[int, ...], list[Any]]:
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


@lru_cache(maxsize=_KEPT)
def _united(texts: tuple[str, ...], numbers: tuple[int, ...], *, keyed: bool) -> str:
    first = f"WITH {KEYS}({KEY}) AS MATERIALIZED ({texts[0]}) " if keyed else ""
    lists = ", ".join(f"ARRAY(SELECT q FROM ({text}) q)" for text in texts[keyed:])  # noqa: S608 - texts are ours
    return _marked(f"{first}SELECT {lists}", numbers)


@lru_cache(maxsize=_KEPT)
def _marked(text: str, numbers: tuple[int, ...]) -> str:
    first, *others = text.split("?")
    marks = [f"${number}{part}" for number, part in zip(numbers, others, strict=True)]
    return first + "".join(marks)
