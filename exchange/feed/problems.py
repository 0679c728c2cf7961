"""What is wrong with a feed, told so that the sender can put it right."""

from collections.abc import Iterator
from typing import NamedTuple

LISTED = 1_000
"""Problems that are listed; further ones are counted."""

SHOWN = 80
"""Characters of a wrong value that are shown."""


class FeedProblem(NamedTuple):
    """One fault: where it is, what stands there, and what was expected."""

    file: str
    row: int | None
    """Row number as a spreadsheet shows it: the header is row 1."""
    column: str | None
    code: str
    value: str | None
    message: str

    def sentence(self) -> str:
        """The problem in one line."""
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column {self.column}"
        shown = "" if self.value is None else f" (found {self.value!r})"
        return f"{place}: {self.message}{shown}"


class Problems:
    """The faults of one run: all are counted, the first thousand are listed."""

    def __init__(self) -> None:
        """Start with none."""
        self.listed: list[FeedProblem] = []
        self.warnings: list[FeedProblem] = []
        self.count = 0
        self.warning_count = 0

    def __len__(self) -> int:
        """How many there are, listed or not."""
        return self.count

    def __iter__(self) -> Iterator[FeedProblem]:
        """The listed ones."""
        return iter(self.listed)

    def add(self, problem: FeedProblem) -> None:
        """Count a fault that refuses its row or file."""
        self.count += 1
        if len(self.listed) < LISTED:
            self.listed.append(_shortened(problem))

    def warn(self, problem: FeedProblem) -> None:
        """Count something odd that refuses nothing."""
        self.warning_count += 1
        if len(self.warnings) < LISTED:
            self.warnings.append(_shortened(problem))


def _shortened(problem: FeedProblem) -> FeedProblem:
    return problem._replace(column=_short(problem.column), value=_short(problem.value))


def _short(text: str | None) -> str | None:
    if text is None or len(text) <= SHOWN:
        return text
    return f"{text[:SHOWN]}… ({len(text)} characters)"
