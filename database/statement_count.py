"""Counts the SQL statements of a piece of work, and the rows they return."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class StatementCount:
    """Statements and rows counted so far."""

    __slots__ = ("rows", "statements")

    def __init__(self) -> None:
        """Nothing yet."""
        self.statements = 0
        self.rows = 0


_current: ContextVar[StatementCount | None] = ContextVar("tally", default=None)


@contextmanager
def counting_statements() -> Iterator[StatementCount]:
    """Count the statements that are run inside, tasks that begin inside included."""
    tally = StatementCount()
    token = _current.set(tally)
    try:
        yield tally
    finally:
        _current.reset(token)


def count(rows: int) -> None:
    """One more statement, with so many rows."""
    tally = _current.get()
    if tally is not None:
        tally.statements += 1
        tally.rows += rows
