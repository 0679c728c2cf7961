"""Headers and rows of a file: columns checked (stage 2), then each value by itself (stage 3)."""

import csv
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from database.query import Dialect
from domain.names import name_key
from exchange.feed.cells import MAX_CELL, CellError, Remembering
from exchange.feed.contract import EXPLANATION, Column, File
from exchange.feed.problems import FeedProblem, Problems
from exchange.feed.source import Source

BATCH = 5_000
"""Rows staged at once."""


csv.field_size_limit(1 << 26)

Converter = Callable[[str], Any]


class Layout(NamedTuple):
    """The columns of a file that are there, in the order of its header."""

    file: File
    header: tuple[str, ...]
    explained: int = 0
    """Columns after the header's that explain why the row was refused before."""

    @property
    def staged(self) -> tuple[str, ...]:
        """The columns of the staging table after the row number."""
        extra = tuple(f"{name}_raw" for name in self.header if self.file.columns[name].status)
        named = ("name_key",) if self.names else ()
        return self.header + extra + named

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of a name that are there, by which rows are paired."""
        return tuple(name for name in self.file.names or () if name in self.header)


def check_header(source: Source, file: File, problems: Problems) -> Layout | None:
    """Stage 2: the header names known columns once each, and all the required ones."""
    with source.open_text(file.name) as text:
        try:
            header = next(csv.reader(text, strict=True), [])
        except csv.Error as error:
            problems.add(FeedProblem(file.name, 1, None, "CSV", None, f"Not readable: {error}."))
            return None
    names = [name.strip() for name in header]
    explained = len(EXPLANATION) if tuple(names[-len(EXPLANATION) :]) == EXPLANATION else 0
    names = names[: len(names) - explained]
    before = len(problems)
    for name in dict.fromkeys(names):
        if not name:
            message = f"Column {names.index(name) + 1} has no name."
            problems.add(FeedProblem(file.name, 1, None, "UNNAMED_COLUMN", None, message))
        elif name not in file.columns:
            expected = ", ".join(file.columns)
            message = f"The column is not known; the columns are {expected}."
            problems.add(FeedProblem(file.name, 1, name, "UNKNOWN_COLUMN", name, message))
        elif names.count(name) > 1:
            message = "The column is there more than once."
            problems.add(FeedProblem(file.name, 1, name, "DUPLICATE_COLUMN", name, message))
    for name, column in file.columns.items():
        if column.required and name not in names:
            message = "The required column is missing from the header."
            problems.add(FeedProblem(file.name, 1, name, "MISSING_COLUMN", None, message))
    return None if len(problems) > before else Layout(file, tuple(names), explained)


class RowReader:
    """Rows of one file as staged tuples, in batches; faulty rows become problems."""

    def __init__(self, layout: Layout, dialect: Dialect, problems: Problems) -> None:
        """Prepare one converter a column."""
        self._layout = layout
        self._problems = problems
        self._dialect = dialect
        self._columns = [layout.file.columns[name] for name in layout.header]
        self._converters = [self._converter(column) for column in self._columns]
        self._statuses = [n for n, column in enumerate(self._columns) if column.status]
        whole = layout.names if layout.names == layout.file.names else ()
        self._names = [layout.header.index(name) for name in whole]
        self.refused: set[int] = set()
        self.broken = False
        """Whether the file could not be read to its end."""

    def batches(self, source: Source) -> Iterator[list[tuple[Any, ...]]]:
        """Stage 3: the good rows, each with its row number first, a few thousand at a time."""
        batch: list[tuple[Any, ...]] = []
        width = len(self._layout.header) + self._layout.explained
        with source.open_text(self._layout.file.name) as text:
            for number, cells in self._records(csv.reader(text, strict=True)):
                if len(cells) != width:
                    if not _is_empty(cells):
                        self._refuse_width(number, len(cells), width)
                    continue
                try:
                    row = [convert(cell) for convert, cell in zip(self._converters, cells)]  # noqa: B905 - cells that explain are left over
                except CellError:
                    if not _is_empty(cells):
                        self._refuse(number, cells)
                    continue
                if self._statuses:
                    self._understand(number, row)
                if self._names:
                    row.append(self._name_key(row))
                batch.append((number, *row))
                if len(batch) == BATCH:
                    yield batch
                    batch = []
        if batch:
            yield batch

    def _records(self, reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
        """Numbered records after the header; broken quoting ends the file with a problem."""
        number = 1
        try:
            for number, cells in enumerate(reader, start=1):
                if number > 1:
                    yield number, cells
        except csv.Error as error:
            self.broken = True
            self.refused.add(number + 1)
            message = f"The row cannot be read: {error}."
            self._problems.add(
                FeedProblem(self._layout.file.name, number + 1, None, "CSV", None, message)
            )

    def _converter(self, column: Column) -> Converter:
        """What turns a cell of a column into what the staging table holds."""
        mandatory = column.required and not column.may_be_empty
        parse, default = column.parse, column.default
        plain = self._dialect is Dialect.SQLITE

        def convert(cell: str) -> Any:  # noqa: ANN401 - a cell's value is of any type
            if not cell or cell.isspace():
                if mandatory:
                    raise CellError("EMPTY", "The cell must not be empty.")
                return default
            if len(cell) > MAX_CELL:
                raise CellError("TOO_LONG", f"At most {MAX_CELL} characters are allowed.")
            value = parse(cell)
            if plain and isinstance(value, date):
                return value.isoformat(*((" ",) if isinstance(value, datetime) else ()))
            return value

        return Remembering(convert).__getitem__ if column.repeats else convert

    def _refuse(self, number: int, cells: Sequence[str]) -> None:
        """Tell every fault of a row."""
        self.refused.add(number)
        for name, convert, cell in zip(self._layout.header, self._converters, cells):  # noqa: B905 - as above
            try:
                convert(cell)
            except CellError as error:
                self._problems.add(
                    FeedProblem(
                        self._layout.file.name, number, name, error.code, cell, error.message
                    )
                )

    def _refuse_width(self, number: int, found: int, width: int) -> None:
        self.refused.add(number)
        message = f"The row has {found} cells; the header has {width}."
        self._problems.add(
            FeedProblem(self._layout.file.name, number, None, "CELL_COUNT", None, message)
        )

    def _understand(self, number: int, row: list[Any]) -> None:
        """Put the code in place of a status word, and append the word itself."""
        for index in self._statuses:
            column = self._columns[index]
            word = row[index]
            row.append(word)
            if word is not None and column.status is not None and word not in column.status:
                row[index] = "UNKNOWN"
                name = self._layout.header[index]
                message = "The word is not known; it is kept and shown as it is."
                self._problems.warn(
                    FeedProblem(
                        self._layout.file.name, number, name, "UNKNOWN_STATUS", word, message
                    )
                )

    def _name_key(self, row: Sequence[Any]) -> str | None:
        given, family = (row[index] for index in self._names)
        return name_key(given, family)


def _is_empty(cells: Sequence[str]) -> bool:
    """Whether a row says nothing: spreadsheets end with such rows."""
    return all(not cell or cell.isspace() for cell in cells)
