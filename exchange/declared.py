"""Lists of declarations that centres keep as sheets: read, looked at row by row, then declared."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, Final, NamedTuple

from actions.bulk import MOST, NOT_FOUND, Bulk, BulkOutcome
from actions.cohorts import Declaring, add_declarations, judge
from actions.declarations import WantedDeclaration
from actions.registrations import courses_in_reach
from auth import scope
from auth.viewer import Viewer
from database.connection import Connection, Database
from domain.editing import EditWarningCode, Impediment
from domain.errors import Invalid
from domain.identifiers import IdentifierError, parse_uln
from domain.vocabulary import ComponentType, Level, RegistrationStatus
from exchange.workbooks import first_sheet, unreadable

CSV: Final = "text/csv"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS: Final = ("uln", "component", "qan")
"""What a list must have; other columns, such as names, are passed over."""
COURSE_COLUMNS: Final = ("line", "level")
"""What it may have, for learners with several registrations at the centre."""

_COMPONENTS: Final = {
    word.casefold(): component
    for component in ComponentType
    for word in (component.value, component.label)
}

_LEVELS: Final = {
    level.value: frozenset((level.value.casefold(), level.label.casefold())) for level in Level
}
"""The words for each level, without case."""


class SheetLine(NamedTuple):
    """A row of a list as it was written."""

    row: int
    """As a spreadsheet counts: the header is row 1."""
    uln: str
    component: str
    qan: str
    line: str = ""
    level: str = ""


class _Course(NamedTuple):
    """A registration at the centre."""

    id: int
    withdrawn: bool
    line: frozenset[str]
    """The words for it, without case: code and name."""
    level: frozenset[str]

    def fits(self, row: SheetLine) -> bool:
        """Whether it is of the line and level that a row names, if it does."""
        return (not row.line or row.line.casefold() in self.line) and (
            not row.level or row.level.casefold() in self.level
        )


class LineOutcome(NamedTuple):
    """What becomes of a row."""

    line: SheetLine
    changed: bool
    code: str | None
    """Why it cannot be declared; None for one that can, or is already."""
    message: str | None
    warnings: tuple[EditWarningCode, ...]


def read_list(kind: str, data: bytes) -> list[SheetLine]:
    """The rows of a CSV or XLSX file; raises Invalid for a file that is no such list."""
    try:
        return _lines(_csv_rows(data) if kind == CSV else _sheet_rows(data))
    except UnicodeDecodeError:
        message = "The file is not UTF-8 text."
        raise Invalid(message, code="ENCODING") from None
    except csv.Error:
        raise unreadable() from None


def _lines(table: Iterator[list[str]]) -> list[SheetLine]:
    """The rows below the header; no more are read than there may be."""
    header = next(table, None)
    if header is None:
        message = "The file is empty; a header row is expected."
        raise Invalid(message, code="EMPTY")
    places = _places(header)
    filled = (
        SheetLine(number, *(_cell(cells, place) for place in places))
        for number, cells in enumerate(table, start=2)
        if any(cells)
    )
    lines = [*islice(filled, MOST + 1)]
    if not 1 <= len(lines) <= MOST:
        message = f"A list has 1 to {MOST:,} rows below its header."
        raise Invalid(message, code="ROWS")
    return lines


async def preview_list(
    connection: Connection, viewer: Viewer, centre_id: int, lines: Sequence[SheetLine]
) -> list[LineOutcome]:
    """What would become of every row at a centre; nothing is written."""
    chosen = await _resolve(connection, viewer, centre_id, lines)
    found = [one for one in chosen if not isinstance(one, Impediment)]
    courses = await courses_in_reach(connection, viewer, sorted({key for key, _ in found}))
    return _told(lines, chosen, await judge(connection, courses, found, {}))


async def declare_list(
    database: Database,
    viewer: Viewer,
    centre_id: int,
    lines: Sequence[SheetLine],
    *,
    key: str,
    day: date,
    now: datetime,
) -> tuple[bool, list[LineOutcome]]:
    """Declare all rows of a list, or none; whether they were, and what became of each.

    Raises what `add_declarations` raises.
    """
    chosen = await _resolve(database.reader, viewer, centre_id, lines)
    found = [one for one in chosen if not isinstance(one, Impediment)]
    if len(found) < len(chosen):
        return False, await preview_list(database.reader, viewer, centre_id, lines)
    done: Bulk = await add_declarations(
        database, viewer, found, key=key, confirm=lambda _: None, day=day, now=now
    )
    return done.applied, _told(lines, chosen, done.outcomes)


def _cell(cells: Sequence[str], place: int | None) -> str:
    """A cell; short rows and lists without the column have none."""
    return cells[place] if place is not None and place < len(cells) else ""


def _csv_rows(data: bytes) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
    for cells in reader:
        yield [cell.strip() for cell in cells]


def _sheet_rows(data: bytes) -> Iterator[list[str]]:
    for cells in first_sheet(data):
        yield [_text(cell) for cell in cells]


def _text(cell: Any) -> str:  # noqa: ANN401 - whatever a sheet holds
    """A cell as it was meant: a ULN that a spreadsheet took for a number is one without a point."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _places(header: Sequence[str]) -> list[int | None]:
    """Where each column stands; None for one that a list may lack."""
    if len(header) == 1 and ";" in header[0]:
        message = "The columns of a CSV file are separated by commas, not by semicolons."
        raise Invalid(message, code="COLUMNS")
    names = [name.casefold() for name in header]
    missing = [column for column in COLUMNS if column not in names]
    twice = [column for column in (*COLUMNS, *COURSE_COLUMNS) if names.count(column) > 1]
    if missing or twice:
        message = f"The header must name {', '.join(COLUMNS)}, each once."
        raise Invalid(message, code="COLUMNS", field=(missing or twice)[0])
    known = {name: place for place, name in enumerate(names)}
    return [known.get(column) for column in (*COLUMNS, *COURSE_COLUMNS)]


async def _resolve(
    connection: Connection, viewer: Viewer, centre_id: int, lines: Sequence[SheetLine]
) -> list[Declaring | Impediment]:
    """The registration and the declaration that each row means, or why it means none."""
    owners = await _owners(connection, viewer, centre_id, (line.uln for line in lines))
    seen: set[Declaring] = set()
    found: list[Declaring | Impediment] = []
    for line in lines:
        one = _read(line, owners)
        if not isinstance(one, Impediment):
            if one in seen:
                one = Impediment("CHOSEN_TWICE", "The list has this row twice.")
            else:
                seen.add(one)
        found.append(one)
    return found


def _read(line: SheetLine, owners: Mapping[str, Sequence[_Course]]) -> Declaring | Impediment:
    try:
        uln = parse_uln(_joined(line.uln))
    except IdentifierError as error:
        return Impediment("ULN_INVALID", str(error))
    component = _COMPONENTS.get(line.component.casefold())
    if component is None:
        known = ", ".join(ComponentType)
        return Impediment("COMPONENT_UNKNOWN", f"The component must be one of {known}.")
    try:
        wanted = WantedDeclaration.read(component, line.qan)
    except Invalid as error:
        return Impediment(error.code, error.message)
    course = _meant(line, owners.get(uln, ()))
    return course if isinstance(course, Impediment) else (course.id, wanted)


def _meant(line: SheetLine, courses: Sequence[_Course]) -> _Course | Impediment:
    """The registration that a row is about; one that was withdrawn only where there is no other."""
    if not courses:
        return Impediment("NOT_FOUND", "No learner of the centre has this ULN.")
    fitting = [course for course in courses if course.fits(line)]
    if not fitting:
        return Impediment("NOT_FOUND", "The learner has no registration of this line and level.")
    standing = [course for course in fitting if not course.withdrawn] or fitting
    if len(standing) > 1:
        message = "The learner has several registrations here: name line and level in the list."
        return Impediment("REGISTRATION_AMBIGUOUS", message)
    return standing[0]


def _joined(uln: str) -> str:
    """A ULN without the blanks that people write into it."""
    return "".join(uln.split())


async def _owners(
    connection: Connection, viewer: Viewer, centre_id: int, ulns: Iterable[str]
) -> Mapping[str, Sequence[_Course]]:
    """The registrations at the centre of each learner in reach, by ULN."""
    wanted = connection.among("l.uln", sorted({_joined(uln) for uln in ulns if uln.isprintable()}))
    reach = scope.registrations(viewer, connection, "r.centre_id", "r.id")
    rows = await connection.tuples(
        "SELECT l.uln, r.id, r.status, r.line, n.name, r.level FROM registration r"  # noqa: S608
        " JOIN learner l ON l.id = r.learner_id LEFT JOIN line_of_learning n ON n.code = r.line"
        f" WHERE r.centre_id = ? AND {wanted.text} AND {reach.text}",
        centre_id,
        *wanted.params,
        *reach.params,
    )
    found: dict[str, list[_Course]] = defaultdict(list)
    for uln, key, status, line, name, level in rows:
        lines = frozenset(word.casefold() for word in (line, name) if word)
        levels = _LEVELS.get(level, frozenset((level.casefold(),)))
        withdrawn = status == RegistrationStatus.WITHDRAWN
        found[uln].append(_Course(key, withdrawn, lines, levels))
    return found


def _told(
    lines: Sequence[SheetLine],
    chosen: Sequence[Declaring | Impediment],
    outcomes: Sequence[BulkOutcome],
) -> list[LineOutcome]:
    """Every row with what becomes of it."""
    judged = iter(outcomes)
    told = []
    for line, one in zip(lines, chosen, strict=True):
        if isinstance(one, Impediment):
            told.append(
                LineOutcome(line, changed=False, code=one.code, message=one.reason, warnings=())
            )
            continue
        outcome = next(judged)
        message = NOT_FOUND.reason if outcome.code == NOT_FOUND.code else outcome.message
        told.append(LineOutcome(line, outcome.changed, outcome.code, message, outcome.warnings))
    return told
