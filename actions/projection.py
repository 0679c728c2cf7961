"""Derived rows kept beside their inputs: flags, issues, completion and the next change."""

from collections import defaultdict
from collections.abc import Callable, Container, Iterator, Sequence
from datetime import UTC, date, datetime
from operator import itemgetter
from typing import Any, NamedTuple

from actions.finding import Keys, keys_of, part_rows
from domain.catalogue import Catalogue
from domain.derivation import Derivation, derive
from domain.names import family_order
from domain.shown import shown
from domain.vocabulary import ClaimStatus, RegistrationStatus
from inputs.flags import stored_reasons, stored_subjects
from inputs.keys import component_id, flag_id
from inputs.records import Course, RecordReader
from models.database import Clause, Connection


class Table(NamedTuple):
    """A derived table: what identifies a row, what may change, what stays from the first day."""

    name: str
    key: str
    fixed: tuple[str, ...]
    varying: tuple[str, ...]
    dated: str | None = None
    """Column that keeps its day, or its moment, while the columns of `dated_by` stay the same."""
    dated_by: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()
    """What tells rows apart where the database makes the key; empty for the key itself."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a derived row, in the order of its values."""
        return self.fixed + self.varying


COMPONENT = Table(
    "component",
    "id",
    ("id", "registration_id", "type"),
    (
        *("learner_id", "centre_id", "required", "complete"),
        *("level", "entry_flag", "assessment_flag", "assessment_detail"),
    ),
)
FLAG = Table(
    "flag",
    "id",
    ("id", "component_id", "registration_id", "component_type", "kind"),
    ("centre_id", "code", "detail", "reasons", "subjects", "due_on", "opens_on"),
    "since",
    ("code", "detail"),
)
ISSUE = Table(
    "issue",
    "id",
    ("registration_id", "component_type", "code"),
    (
        *("learner_id", "centre_id", "severity", "subject", "due_on"),
        *("urgency", "due", "family_order", "uln"),
    ),
    "first_seen",
    identity=("registration_id", "component_type", "code"),
)
NAME_PART = Table(
    "name_part", "id", ("id", "registration_id"), ("centre_id", "kind", "part", "place")
)
_STANDING = (
    *("learner_id", "centre_id", "place", "foremost", "shared", "claim_status"),
    *("claim_status_raw", "status", "percent", "next_change_on", *Keys._fields),
)
COMPLETION = Table(
    "completion",
    "registration_id",
    ("registration_id",),
    (*_STANDING, "derived_on"),
    "modified_at",
    _STANDING,
)
TABLES = (COMPONENT, FLAG, ISSUE, NAME_PART, COMPLETION)

Fresh = dict[str, list[tuple[Any, ...]]]
"""Derived rows by table, their values in the order of the table's columns."""


class Derived(NamedTuple):
    """What follows for some registrations on a day."""

    registration_ids: Sequence[int]
    fresh: Fresh
    day: date


async def derive_learners(
    connection: Connection,
    reader: RecordReader,
    catalogue: Catalogue,
    learner_ids: Sequence[int],
    day: date,
) -> None:
    """Derive some learners and write what differs from what is stored."""
    await write(connection, derived(await reader.courses(learner_ids), catalogue, day))


def derived(courses: Sequence[Course], catalogue: Catalogue, day: date) -> Derived:
    """Derive all courses of some learners, without the database."""
    fresh: Fresh = {table.name: [] for table in TABLES}
    for course, standing in _standings(courses):
        derivation = derive(course.record, catalogue, day)
        _collect(fresh, course, standing, derivation, day)
    return Derived([course.row.id for course in courses], fresh, day)


async def write(connection: Connection, made: Derived) -> None:
    """Write what differs from what is stored."""
    ids, fresh = made.registration_ids, made.fresh
    changed: set[int] = set()
    # When something was changed is told in real time, whatever the day it is judged by.
    now = datetime.now(UTC)
    for table in (COMPONENT, FLAG, ISSUE, NAME_PART):
        changed |= await _store(connection, table, fresh[table.name], ids, made.day)
    await _store(connection, COMPLETION, fresh[COMPLETION.name], ids, now, changed)


async def mark_modified(connection: Connection, which: Clause, began: datetime) -> None:
    """Note that some records were changed by what began at a moment, if it did not do so yet."""
    await connection.execute(
        f"UPDATE completion SET modified_at = ? WHERE modified_at < ? AND {which.text}",  # noqa: S608
        datetime.now(UTC),
        began,
        *which.params,
    )


class Standing(NamedTuple):
    """A registration's place among its learner's."""

    place: int
    foremost: bool
    shared: bool


def _standings(courses: Sequence[Course]) -> Iterator[tuple[Course, Standing]]:
    """The active course with the latest award month comes first."""
    groups: dict[int, list[Course]] = defaultdict(list)
    for course in courses:
        groups[course.row.learner_id].append(course)
    for group in groups.values():
        shared = len({course.row.centre_id for course in group}) > 1
        led: set[int] = set()
        for place, course in enumerate(sorted(group, key=_foremost), start=1):
            foremost = course.row.centre_id not in led
            led.add(course.row.centre_id)
            yield course, Standing(place, foremost, shared)


def _foremost(course: Course) -> tuple[bool, bool, int, str]:
    row = course.row
    months = int((row.award or row.registered_on or "0000-00").replace("-", ""))
    withdrawn = row.status in (RegistrationStatus.WITHDRAWN, RegistrationStatus.REJECTED)
    return withdrawn, course.claim_status == ClaimStatus.AWARDED, -months, row.ref


def _collect(
    fresh: Fresh, course: Course, standing: Standing, derivation: Derivation, day: date
) -> None:
    """One registration's derived rows, table by table."""
    row, keys = course.row, keys_of(course.row, derivation)
    for component, flags in derivation.flags.items():
        key = component_id(row.id, component)
        entry = flags.entry and flags.entry.value
        assessment = flags.assessment and flags.assessment.value
        detail = flags.detail and flags.detail.value
        name = component.value
        fresh["component"].append(
            (
                *(key, row.id, name),
                *(row.learner_id, row.centre_id, flags.required, flags.complete),
                *(row.level, entry, assessment, detail),
            )
        )
        fresh["flag"] += [
            (
                *(flag_id(key, flag.kind), key, row.id, name, flag.kind.value),
                *(row.centre_id, flag.code and flag.code.value, flag.detail and flag.detail.value),
                *(stored_reasons(flag.reasons), stored_subjects(flag.subjects)),
                *(flag.due_on, flag.opens_on),
            )
            for flag in shown(flags, derivation.award)
        ]
    for issue in derivation.issues:
        component_type = issue.component.value if issue.component else ""
        fresh["issue"].append(
            (
                *(row.id, component_type, issue.code.value, row.learner_id, row.centre_id),
                *(issue.severity.rank, issue.subject, issue.due_on),
                *(issue.urgency, issue.due, family_order(row.family_name), keys.uln),
            )
        )
    fresh["completion"].append(
        (
            *(row.id, row.learner_id, row.centre_id, *standing),
            *(course.claim_status, course.claim_status_raw, derivation.status.value),
            *(derivation.percent, derivation.next_change_on, *keys, day),
        )
    )
    fresh["name_part"] += part_rows(row, keys)


async def _store(
    connection: Connection,
    table: Table,
    fresh: Sequence[tuple[Any, ...]],
    registration_ids: Sequence[int],
    since: date,
    renewed: Container[int] = frozenset(),
) -> set[int]:
    """Bring one derived table to what was derived; the registrations that it changed.

    A row that stays keeps its first day, unless its registration is renewed.
    """
    identity = _getter(table.columns, table.identity or (table.key,))
    stored = await _stored(connection, table, registration_ids)
    owner = table.columns.index("registration_id")
    today = connection.storable(since)
    touched: set[int] = set()
    new: list[tuple[Any, ...]] = []
    changed: list[tuple[Any, ...]] = []
    dated_by = _getter(table.columns, table.dated_by)
    for row in connection.storable_rows(fresh):
        known = stored.pop(identity(row), None)
        if known is None:
            new.append((*row, today) if table.dated else row)
        elif row != known.values or row[owner] in renewed:
            kept = dated_by(row) == dated_by(known.values) and row[owner] not in renewed
            dates = (known.since if kept else today,) if table.dated else ()
            changed.append((*row[len(table.fixed) :], *dates, known.key))
        else:
            continue
        touched.add(row[owner])
    columns = (*table.columns, *((table.dated,) if table.dated else ()))
    await connection.load(table.name, columns, new)
    sets = ", ".join(f"{name} = ?" for name in columns[len(table.fixed) :])
    await connection.execute_many(
        f"UPDATE {table.name} SET {sets} WHERE {table.key} = ?",  # noqa: S608 - names are ours
        changed,
    )
    if stored:
        gone = connection.among(table.key, [known.key for known in stored.values()])
        await connection.execute(f"DELETE FROM {table.name} WHERE {gone.text}", *gone.params)  # noqa: S608
        touched |= {known.values[owner] for known in stored.values()}
    return touched


class _Stored(NamedTuple):
    """A derived row as it stands."""

    key: int
    since: Any
    values: tuple[Any, ...]


async def _stored(
    connection: Connection, table: Table, registration_ids: Sequence[int]
) -> dict[Any, _Stored]:
    """The derived rows of some registrations by what tells them apart."""
    identity = _getter(table.columns, table.identity or (table.key,))
    among = connection.among("registration_id", registration_ids)
    found = await connection.tuples(
        f"SELECT {table.key}, {table.dated or 'NULL'}, {', '.join(table.columns)}"  # noqa: S608
        f" FROM {table.name} WHERE {among.text}",
        *among.params,
    )
    rows = (_Stored(row[0], row[1], tuple(row)[2:]) for row in found)
    return {identity(row.values): row for row in rows}


def _getter(columns: Sequence[str], names: Sequence[str]) -> Callable[[tuple[Any, ...]], Any]:
    """What picks the values of some columns out of a row."""
    if not names:
        return lambda _row: None
    return itemgetter(*(columns.index(name) for name in names))
