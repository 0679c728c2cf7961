"""Statements with `?` for their parameters, in PostgreSQL's numbered form."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

_KEPT = 4096
"""How many converted statements are cached."""

Query = tuple[str, Sequence[Any]]
"""A text, and a value for each of its marks."""

_KEYS: Final = "sought"
_KEY: Final = "key"
"""The table of keys that the queries of one statement may be about, and its column."""


class KeysOf(list[Any]):
    """The keys that a query answers, for queries that are sent before anybody knows them.

    They go in one statement (`united`), in which they find the keys by `about_keys`. The list is
    empty until somebody puts them in.
    """

    def __init__(self, query: Query) -> None:
        """By the one column of a query."""
        super().__init__()
        self.query = query


def about_keys(column: str) -> str:
    """The condition that a column is one of the keys of the statement."""
    return f"{column} = ANY(ARRAY(SELECT {_KEY} FROM {_KEYS}))"  # noqa: S608 - names are ours


def numbered(text: str) -> str:
    """A statement whose parameters are sent in the order of their marks."""
    return _marked(text, tuple(range(1, text.count("?") + 1)))


def sendable(query: Query) -> tuple[str, list[Any]]:
    """A query and its parameters; a tuple that stands in several places is sent once."""
    text, values = query
    numbers, params = _shared(values)
    return _marked(text, numbers), params


def united(queries: Iterable[Query], keys: KeysOf | None = None) -> tuple[str, list[Any]]:
    """One query that answers one row, with a list of rows for each of these, and its parameters.

    They may be about `keys`, whose query goes first.
    """
    texts, values = zip(*([] if keys is None else [keys.query]), *queries, strict=True)
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
    first = f"WITH {_KEYS}({_KEY}) AS MATERIALIZED ({texts[0]}) " if keyed else ""
    lists = ", ".join(f"ARRAY(SELECT q FROM ({text}) q)" for text in texts[keyed:])  # noqa: S608 - texts are ours
    return _marked(f"{first}SELECT {lists}", numbers)


@lru_cache(maxsize=_KEPT)
def _marked(text: str, numbers: tuple[int, ...]) -> str:
    first, *others = text.split("?")
    marks = [f"${number}{part}" for number, part in zip(numbers, others, strict=True)]
    return first + "".join(marks)
