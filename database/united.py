"""Several queries as one statement, which answers a JSON list of rows for each."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from database.placeholders import KEPT, Query, marked, shared
from database.query import Dialect

_KEYS: Final = "sought"
_KEY: Final = "key"
"""The table of keys that the queries of one statement may be about, and its column."""


class _Sought(tuple[Any, ...]):
    """Stands for keys, of which it has none."""

    __slots__ = ()


SOUGHT: Final = _Sought()
"""The keys that another query of the same statement finds (`united`), before anybody knows them."""


class _Words(NamedTuple):
    """How a database says it."""

    sign: str
    """Before the number of a parameter."""
    about: str
    """The condition that a column is one of the keys."""
    listed: str
    """A list of the rows of a query with these columns, null or empty for none."""


_WORDS: Final = {
    # Types cost nothing here, while records would name them all.
    Dialect.POSTGRESQL: _Words(
        sign="$",
        about=f"{{column}} = ANY(ARRAY(SELECT {_KEY} FROM {_KEYS}))",  # noqa: S608 - names are ours
        listed="(SELECT json_agg(json_build_array({columns})) FROM ({query}) q({columns}))",
    ),
    # Unless rows are stored in between, a text that a query made as JSON may become a part of it.
    Dialect.SQLITE: _Words(
        sign="?",
        about=f"{{column}} IN (SELECT {_KEY} FROM {_KEYS})",  # noqa: S608 - names are ours
        listed="(WITH q({columns}) AS MATERIALIZED ({query})"
        " SELECT json_group_array(json_array({columns})) FROM q)",
    ),
}


def about_keys(dialect: Dialect, column: str) -> str:
    """The condition that a column is one of the keys of the statement."""
    return _WORDS[dialect].about.format(column=column)


def united(
    dialect: Dialect,
    queries: Iterable[Query],
    columns: Iterable[int],
    sought: Query | None = None,
) -> tuple[str, list[Any]]:
    """One query that answers the rows of each of these, and its parameters.

    It answers one row: for each query a JSON list of rows, which are lists of so many columns, null
    or empty for no rows. The queries may be about `SOUGHT` keys, whose query goes first.
    """
    texts, values = zip(*([] if sought is None else [sought]), *queries, strict=True)
    numbers, params = shared([value for several in values for value in several])
    keyed = sought is not None
    return _united(_WORDS[dialect], texts, tuple(columns), numbers, keyed=keyed), params


@lru_cache(maxsize=KEPT)
def _united(
    words: _Words,
    texts: Sequence[str],
    columns: Sequence[int],
    numbers: tuple[int, ...],
    *,
    keyed: bool,
) -> str:
    first = f"WITH {_KEYS}({_KEY}) AS MATERIALIZED ({texts[0]}) " if keyed else ""
    lists = [
        words.listed.format(columns=_names(count), query=text)
        for text, count in zip(texts[keyed:], columns, strict=True)
    ]
    return marked(f"{first}SELECT {', '.join(lists)}", numbers, words.sign)


def _names(columns: int) -> str:
    return ", ".join(f"c{number}" for number in range(1, columns + 1))
