"""Derives registrations for another day than today, from their records.

Reading and judging a learner takes a third to half of a millisecond, so that what goes through all
learners in view takes a second for two to three thousand. Memory is that of one chunk.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final, NamedTuple, TypeVar

from msgspec.structs import replace

from auth import scope
from auth.permissions import Permission
from database.query import ALWAYS, Clause
from domain.catalogue import Catalogue
from domain.derivation import Derivation
from domain.errors import Invalid
from domain.issues import Issue
from domain.travel import derive_on
from inputs.catalogue import read_catalogue
from inputs.records import Course, RecordReader
from loaders.counting import Grouping
from loaders.filters import LISTED, LearnerFilter, learner_clause
from loaders.learners import LEARNER_BESIDE
from loaders.reading import Reading, checked
from loaders.turns import Walk
from loaders.views import in_view, in_view_at_centre

CHUNK: Final = 200
"""Registrations that are read and derived at once."""

MOST: Final = 10_000
"""Learners that one list or count of another day goes through."""

NOTHING_MORE: Final = Clause("NULL")

PAUSE: Final = 25
"""Registrations derived before the event loop may run other tasks."""

Part = TypeVar("Part")


class Derived(NamedTuple):
    """A registration with its flags, issues and completion on a day."""

    registration_id: int
    learner_id: int
    centre_id: int
    derivation: Derivation


class Deriver:
    """Derives visible registrations for one day, with the catalogue read once."""

    def __init__(self, reading: Reading, on: date) -> None:
        """Derive for this day, from what is known today."""
        self._reading = reading
        self._on = on
        self._walk = Walk(reading.viewer)
        self._reader = RecordReader(reading.connection)
        self._catalogue: Catalogue | None = None

    async def derived(self, ids: Sequence[int]) -> dict[int, Derived]:
        """Some registrations by id; those out of reach are missing."""
        async with self._walk.turn():
            courses = await read_courses(self._reading, self._reader, ids)
            if self._catalogue is None:
                self._catalogue = await read_catalogue(self._reading.connection)
            return await _derived(courses, self._catalogue, self._on, self._reading.today)


async def derived_by_registration_id(
    reading: Reading, ids: Sequence[int], on: date
) -> list[Derived | None]:
    """What the rules say of each registration in view on another day.

    One set of statements, whatever the number of registrations: six for the records, and six for
    the part of the catalogue that bears on them.
    """
    courses = await read_courses(reading, RecordReader(reading.connection), ids)
    catalogue = await read_catalogue(reading.connection, _qans(courses))
    found = await _derived(courses, catalogue, on, reading.today)
    return [found.get(id_) for id_ in ids]


async def read_courses(reading: Reading, reader: RecordReader, ids: Sequence[int]) -> list[Course]:
    """Registrations in view with their records."""
    viewer, connection = reading.viewer, reading.connection
    where = connection.among("r.id", ids)
    where &= scope.registrations(viewer, connection, checked("r.centre_id"), "r.id")
    # A derivation tells issues too.
    where &= scope.along(viewer, Permission.ISSUE_READ, connection, checked("r.centre_id"), "r.id")
    return await reader.among(where)


async def _derived(
    courses: Sequence[Course], catalogue: Catalogue, on: date, today: date
) -> dict[int, Derived]:
    found: dict[int, Derived] = {}
    for some in parts(courses, PAUSE):
        for course in some:
            row, derivation = course.row, derive_on(course.record, catalogue, on, today)
            found[row.id] = Derived(row.id, row.learner_id, row.centre_id, derivation)
        await asyncio.sleep(0)
    return found


def _qans(courses: Iterable[Course]) -> set[str]:
    """The qualifications that the rules look up."""
    found: set[str] = set()
    for course in courses:
        for entries in course.record.entries.values():
            found.update(entry.qan for entry in entries)
        for declarations in course.record.declarations.values():
            found.update(declaration.qan for declaration in declarations)
    return found


def parts(whole: Sequence[Part], size: int) -> Iterator[Sequence[Part]]:
    """A sequence in pieces of a size."""
    for start in range(0, len(whole), size):
        yield whole[start : start + size]


# Filters -----------------------------------------------------------------------------------------


def depends_on_day(wanted: LearnerFilter) -> bool:
    """Whether a filter asks for anything that is derived."""
    return bool(
        wanted.completion_status or wanted.entry_flag or wanted.assessment_flag or wanted.issue_code
    )


def timeless(wanted: LearnerFilter) -> LearnerFilter:
    """What a filter asks for that is the same on every day."""
    return replace(wanted, completion_status=(), entry_flag=(), assessment_flag=(), issue_code=())


def fits(wanted: LearnerFilter, found: Derivation) -> bool:
    """Whether a learner who is so on a day is asked for; the same as the filter means in SQL."""
    if wanted.completion_status and found.status not in wanted.completion_status:
        return False
    if (wanted.entry_flag or wanted.assessment_flag) and not _flagged(wanted, found):
        return False
    return not wanted.issue_code or any(concerns(wanted, issue) for issue in found.issues)


def _flagged(wanted: LearnerFilter, found: Derivation) -> bool:
    """One component shows all the flags that are asked for."""
    return any(
        (not wanted.component or component in wanted.component)
        and (not wanted.entry_flag or flags.entry in wanted.entry_flag)
        and (not wanted.assessment_flag or flags.assessment in wanted.assessment_flag)
        for component, flags in found.flags.items()
    )


def concerns(wanted: LearnerFilter, issue: Issue) -> bool:
    """Whether an issue has one of the codes and components that are asked for."""
    if wanted.component and issue.component not in wanted.component:
        return False
    return not wanted.issue_code or issue.code in wanted.issue_code


# Candidates --------------------------------------------------------------------------------------


def at_centre(
    reading: Reading, centre_id: int, wanted: LearnerFilter, grouping: Grouping | None = None
) -> Clause:
    """Each learner of a centre once, by the foremost registration there that is asked for."""
    there = Clause("c.centre_id = ?", (centre_id,))
    return there & in_view_at_centre(reading.viewer, reading.connection, wanted, grouping)


async def candidates(
    reading: Reading,
    wanted: LearnerFilter,
    *,
    columns: Clause = NOTHING_MORE,
    order: str = "c.registration_id",
    where: Clause = ALWAYS,
    view: Clause | None = None,
    most: int | None = None,
) -> list[Sequence[Any]]:
    """Registrations that a filter may be about, with some columns, in an order.

    By default each learner once, by the foremost registration in view. Raises Invalid
    (TOO_MANY_LEARNERS) where there are more than can be gone through, or than `most`.
    """
    most = MOST if most is None else most
    viewer, connection = reading.viewer, reading.connection
    clause = in_view(viewer, connection, wanted) if view is None else view
    clause &= scope.issues(viewer, connection, "c.centre_id")
    clause &= learner_clause(connection, wanted) & where
    found = await connection.tuples(
        f"SELECT c.registration_id, {columns.text} FROM {LISTED.tables} {LEARNER_BESIDE}"  # noqa: S608 - clauses are ours
        f" WHERE {clause.text} ORDER BY {order} LIMIT {most + 1}",
        *columns.params,
        *clause.params,
    )
    if len(found) > most:
        message = f"This goes through {most:,} learners at most: narrow the filter."
        raise Invalid(message, code="TOO_MANY_LEARNERS", field="filter")
    return list(found)


async def fitting(
    reading: Reading, wanted: LearnerFilter, found: Sequence[Sequence[Any]], on: date
) -> AsyncIterator[tuple[Sequence[Any], Derived]]:
    """Of candidates those who are as the filter asks on a day, each with what is derived."""
    deriver = Deriver(reading, on)
    for some in parts(found, CHUNK):
        derived = await deriver.derived([row[0] for row in some])
        for row in some:
            one = derived.get(row[0])
            if one is not None and fits(wanted, one.derivation):
                yield row, one
