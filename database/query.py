"""Pieces of SQL with `?` for their parameters, and what differs between the two databases."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from database.slotted import SlottedRow
from database.sqlite import for_sqlite


class Dialect(StrEnum):
    """The databases that are supported."""

    POSTGRESQL = "postgresql"
    SQLITE = "sqlite"

    def storable(self, value: object) -> object:
        """A value as the database holds it: SQLite keeps days and moments as text."""
        return for_sqlite(value) if self is Dialect.SQLITE else value

    def storable_rows(self, rows: Iterable[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
        """Rows as the database holds them."""
        if self is Dialect.POSTGRESQL:
            return rows
        return (
            tuple(for_sqlite(value) if isinstance(value, date) else value for value in row)
            for row in rows
        )


class Clause(NamedTuple):
    """A piece of SQL with `?` for each of its parameters."""

    text: str
    params: tuple[Any, ...] = ()

    def __and__(self, other: "Clause") -> "Clause":
        """Both must hold."""
        return Clause(f"{self.text} AND {other.text}", self.params + other.params)

    def __or__(self, other: "Clause") -> "Clause":
        """One must hold; in brackets, so that whatever else must hold does so for both."""
        return Clause(f"({self.text} OR {other.text})", self.params + other.params)


class RowQuery(NamedTuple):
    """A query, and the shape of its rows."""

    shape: type[SlottedRow]
    query: Clause


ALWAYS = Clause("TRUE")
NEVER = Clause("FALSE")


def json_rows(dialect: Dialect, columns: str) -> str:
    """The expression that makes one JSON text of all rows, each a list of these columns."""
    if dialect is Dialect.POSTGRESQL:
        return f"json_agg(json_build_array({columns}))::text"
    return f"json_group_array(json_array({columns}))"
