"""What belongs to registrations: components, flags, issues, entries, declarations, DAS."""

from collections.abc import Sequence
from datetime import date
from operator import attrgetter
from typing import Any

from auth import scope
from database.query import Clause, RowQuery
from loaders.one_query import Loading, OneQuery
from loaders.reading import Reading, checked, grouped, matched
from loaders.rows import (
    ComponentRow,
    DasRow,
    DeclarationRow,
    EntryRow,
    FlagRow,
    IssueRow,
    VerificationRow,
    WholeEntryRow,
    WholeFlagRow,
)
from loaders.select import columns_of
from models.entry import released

_COMPONENTS = f"SELECT {columns_of(ComponentRow, 'c')} FROM component c"  # noqa: S608 - columns are ours

_FLAG_SOURCES = {"stored_reasons": "f.reasons", "stored_subjects": "f.subjects"}
_FLAG_COLUMNS = {row: columns_of(row, "f", _FLAG_SOURCES) for row in (FlagRow, WholeFlagRow)}

ISSUE_SOURCES = {
    "stored_component": "i.component_type",
    "severity_rank": "i.severity",
    "acknowledged_by": "u.first_name || ' ' || u.last_name",
}
ISSUE_COLUMNS = columns_of(IssueRow, "i", ISSUE_SOURCES)

_RELEASED = released("e", "?")
_ENTRY_SOURCES = {
    "result": f"CASE WHEN {_RELEASED} THEN e.result END",
    "result_released_on": (
        f"CASE WHEN e.result IS NOT NULL AND {_RELEASED} THEN e.result_release_on END"
    ),
}
_ENTRY_COLUMNS = {row: columns_of(row, "e", _ENTRY_SOURCES) for row in (EntryRow, WholeEntryRow)}

DECLARATION_COLUMNS = columns_of(
    DeclarationRow,
    "d",
    {"created_by": "u.first_name || ' ' || u.last_name", "learner_id": "g.learner_id"},
)
DECLARATION_TABLES = """
    declaration d JOIN registration g ON g.id = d.registration_id
    LEFT JOIN account u ON u.id = d.created_by_id
"""

_REGISTRATION = attrgetter("registration_id")

_DAS_COLUMNS = columns_of(
    DasRow,
    "d",
    {"plts_confirmed": "d.plts", "work_experience_confirmed": "d.work_experience"},
)


def _of(reading: Reading, alias: str, ids: Sequence[int], reach: Clause) -> Clause:
    """Rows of some registrations, within reach."""
    return reading.connection.among(f"{alias}.registration_id", ids) & reach


def _by_registration(keys: Sequence[int], rows: list[Any]) -> list[list[Any]]:
    """Each registration is answered by its rows."""
    return grouped(keys, rows, _REGISTRATION)


async def component_by_id(reading: Reading, ids: Sequence[int]) -> list[ComponentRow | None]:
    """Components in view by id."""
    where = reading.connection.among("c.id", ids)
    where &= scope.components(reading.viewer, reading.connection, checked("c.centre_id"))
    text = f"{_COMPONENTS} WHERE {where.text}"
    rows = await reading.ask(RowQuery(ComponentRow, Clause(text, where.params)))
    return matched(ids, rows, lambda row: row.id)


@OneQuery
def components_by_registration_id(
    reading: Reading, ids: Sequence[int]
) -> Loading[list[ComponentRow]]:
    """The components of each registration, in their usual order."""
    reach = scope.components(reading.viewer, reading.connection, checked("c.centre_id"))
    where = _of(reading, "c", ids, reach)
    query = Clause(f"{_COMPONENTS} WHERE {where.text} ORDER BY c.id", where.params)
    return Loading(RowQuery(ComponentRow, query), _by_registration)


@OneQuery
def flags_by_registration_id(reading: Reading, ids: Sequence[int]) -> Loading[list[FlagRow]]:
    """All flags of each registration, by component, the entry flag first."""
    reach = scope.flags(reading.viewer, reading.connection, checked("f.centre_id"))
    return Loading(_flags(reading, _of(reading, "f", ids, reach)), _by_registration)


async def flag_by_id(reading: Reading, ids: Sequence[int]) -> list[FlagRow | None]:
    """Flags in view by id."""
    where = reading.connection.among("f.id", ids)
    where &= scope.flags(reading.viewer, reading.connection, checked("f.centre_id"))
    return matched(ids, await reading.ask(_flags(reading, where)), lambda row: row.id)


def _flags(reading: Reading, where: Clause) -> RowQuery:
    """Flags under a condition that begins from a scope."""
    row = FlagRow if FlagRow in reading.brief else WholeFlagRow
    text = f"SELECT {_FLAG_COLUMNS[row]} FROM flag f WHERE {where.text} ORDER BY f.id"  # noqa: S608
    return RowQuery(row, Clause(text, where.params))


async def issue_by_id(reading: Reading, ids: Sequence[int]) -> list[IssueRow | None]:
    """Issues in view by id."""
    rows = await reading.ask(_issues(reading, reading.connection.among("i.id", ids)))
    return matched(ids, rows, lambda row: row.id)


@OneQuery
def issues_by_registration_id(reading: Reading, ids: Sequence[int]) -> Loading[list[IssueRow]]:
    """The shopping list of each registration, the most urgent first."""
    wanted = reading.connection.among("i.registration_id", ids)
    return Loading(_issues(reading, wanted), _by_registration)


def _issues(reading: Reading, wanted: Clause) -> RowQuery:
    where = wanted & scope.issues(reading.viewer, reading.connection, checked("i.centre_id"))
    text = (
        f"SELECT {ISSUE_COLUMNS} FROM issue i LEFT JOIN account u ON u.id = i.acknowledged_by_id"  # noqa: S608
        f" WHERE {where.text} ORDER BY i.severity DESC,"
        " CASE WHEN i.due_on IS NULL THEN 1 ELSE 0 END, i.due_on, i.component_type, i.code"
    )
    return RowQuery(IssueRow, Clause(text, where.params))


def entry_columns(row: type[EntryRow], today: date) -> Clause:
    """The columns of an entry; a result before its release is absent."""
    text = _ENTRY_COLUMNS[row]
    return Clause(text, (today,) * text.count("?"))


async def entry_by_id(reading: Reading, ids: Sequence[int]) -> list[EntryRow | None]:
    """Entries in view by id: those of learners, and unmatched ones where these may be seen."""
    connection, viewer = reading.connection, reading.viewer
    known = scope.entries(viewer, connection, checked("e.centre_id"))
    unmatched = scope.unmatched_entries(viewer, connection, checked("e.centre_id"))
    wanted = _entries(reading, connection.among("e.id", ids) & (known | unmatched))
    return matched(ids, await reading.ask(wanted), lambda row: row.id)


@OneQuery
def entries_by_registration_id(reading: Reading, ids: Sequence[int]) -> Loading[list[EntryRow]]:
    """The entries of each registration, the earliest first."""
    reach = scope.entries(reading.viewer, reading.connection, checked("e.centre_id"))
    return Loading(_entries(reading, _of(reading, "e", ids, reach)), _by_registration)


def _entries(reading: Reading, where: Clause) -> RowQuery:
    """Entries under a condition that begins from a scope."""
    row = EntryRow if EntryRow in reading.brief else WholeEntryRow
    columns = entry_columns(row, reading.today)
    text = f"SELECT {columns.text} FROM entry e WHERE {where.text} ORDER BY e.entered_on, e.id"  # noqa: S608
    return RowQuery(row, Clause(text, columns.params + where.params))


async def verification_by_programme(
    reading: Reading, keys: Sequence[tuple[int, str, str]]
) -> list[VerificationRow | None]:
    """Verifications by centre, QAN and academic year."""
    connection = reading.connection
    where = connection.among("v.centre_id", sorted({key[0] for key in keys}))
    where &= connection.among("v.qan", sorted({key[1] for key in keys}))
    where &= scope.verifications(reading.viewer, connection, "v.centre_id")
    rows = await connection.rows(
        VerificationRow,
        f"SELECT {columns_of(VerificationRow, 'v')} FROM verification v WHERE {where.text}",  # noqa: S608
        *where.params,
    )
    return matched(keys, rows, lambda row: (row.centre_id, row.qan, row.academic_year))


async def declaration_by_id(reading: Reading, ids: Sequence[int]) -> list[DeclarationRow | None]:
    """Standing declarations in view by id."""
    rows = await reading.ask(_declarations(reading, reading.connection.among("d.id", ids)))
    return matched(ids, rows, lambda row: row.id)


@OneQuery
def declarations_by_registration_id(
    reading: Reading, ids: Sequence[int]
) -> Loading[list[DeclarationRow]]:
    """The standing declarations of each registration, the earliest first."""
    wanted = reading.connection.among("d.registration_id", ids)
    return Loading(_declarations(reading, wanted), _by_registration)


def _declarations(reading: Reading, wanted: Clause) -> RowQuery:
    where = wanted & scope.declarations(reading.viewer, reading.connection, checked("d.centre_id"))
    text = (
        f"SELECT {DECLARATION_COLUMNS} FROM {DECLARATION_TABLES}"  # noqa: S608
        f" WHERE d.removed_at IS NULL AND {where.text} ORDER BY d.id"
    )
    return RowQuery(DeclarationRow, Clause(text, where.params))


@OneQuery
def das_by_registration_id(reading: Reading, ids: Sequence[int]) -> Loading[DasRow | None]:
    """The DAS record of each registration."""
    reach = scope.components(reading.viewer, reading.connection, checked("d.centre_id"))
    where = _of(reading, "d", ids, reach)
    text = f"SELECT {_DAS_COLUMNS} FROM das_record d WHERE {where.text}"  # noqa: S608
    question = RowQuery(DasRow, Clause(text, where.params))
    return Loading(question, lambda keys, rows: matched(keys, rows, _REGISTRATION))
