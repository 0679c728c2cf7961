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


class _Sought(tuple[Any, ...]):
    """Stands for keys, of which it has none."""

    __slots__ = ()


SOUGHT: Final = _Sought()
"""The keys that another query of the same statement finds (`united`), before anybody knows them."""


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


def united(
    queries: Iterable[Query], columns: Iterable[int], sought: Query | None = None
) -> tuple[str, list[Any]]:
    """One query that answers the rows of each of these, and its parameters.

    It answers one row: for each query a JSON list of rows, which are lists of so many columns, null
    for no rows. The queries may be about `SOUGHT` keys, whose query goes first.
    """
    texts, values = zip(*([] if sought is None else [sought]), *queries, strict=True)
    numbers, params = _shared([value for several in values for value in several])
    return _united(texts, tuple(columns), numbers, keyed=sought is not None), params


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
def _united(
    texts: tuple[str, ...], columns: tuple[int, ...], numbers: tuple[int, ...], *, keyed: bool
) -> str:
    first = f"WITH {_KEYS}({_KEY}) AS MATERIALIZED ({texts[0]}) " if keyed else ""
    lists = map(_listed, texts[keyed:], columns)
    return _marked(f"{first}SELECT {', '.join(lists)}", numbers)


def _listed(text: str, columns: int) -> str:
    """A query for the rows of a query: types cost nothing here, while records name them all."""
    names = ", ".join(f"c{number}" for number in range(1, columns + 1))
    return f"(SELECT json_agg(json_build_array({names})) FROM ({text}) q({names}))"  # noqa: S608 - texts are ours


@lru_cache(maxsize=_KEPT)
def _marked(text: str, numbers: tuple[int, ...]) -> str:
    first, *others = text.split("?")
    marks = [f"${number}{part}" for number, part in zip(numbers, others, strict=True)]
    return first + "".join(marks)
