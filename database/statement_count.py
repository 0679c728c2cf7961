"""Counts the SQL statements of a piece of work, and the rows they return."""

from contextvars import ContextVar, Token


class StatementCount:
    """Statements and rows counted so far."""

    __slots__ = ("rows", "statements")

    def __init__(self) -> None:
        """Nothing yet."""
        self.statements = 0
        self.rows = 0


_current: ContextVar[StatementCount | None] = ContextVar("tally", default=None)


class counting_statements:  # noqa: N801 - read as what is done inside
    """Count the statements that are run inside, tasks that begin inside included."""

    __slots__ = ("_before",)

    _before: Token[StatementCount | None]

    def __enter__(self) -> StatementCount:
        """What is counted from now on."""
        tally = StatementCount()
        self._before = _current.set(tally)
        return tally

    def __exit__(self, *_raised: object) -> None:
        """Count for whoever did before."""
        _current.reset(self._before)


def count(rows: int) -> None:
    """One more statement, with so many rows."""
    tally = _current.get()
    if tally is not None:
        tally.statements += 1
        tally.rows += rows
