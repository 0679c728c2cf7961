"""Setting anticipated award months; the awarding body's own month is kept beside."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from actions.bulk import Bulk, BulkOutcome, begin_once, check_many, digest_of, keep_once, settled
from actions.changes import FieldChange, Subject, new_batch, record_changes
from actions.locks import editing
from actions.registrations import (
    LockedCourse,
    derive,
    forbidden,
    lock_course,
    lock_in_reach,
    no_registration,
    reattach_entries,
)
from auth.permissions import Permission
from auth.viewer import Viewer
from database.connection import Connection, Database
from domain.editing import (
    EditWarningCode,
    Impediment,
    award_impediment,
    month_impediment,
    month_warnings,
)
from domain.errors import Conflict, Invalid
from domain.identifiers import YearMonth
from domain.vocabulary import AwardSource

STALE = Impediment("CONFLICT", "Somebody else changed this registration in the meantime.")


class WantedAward(NamedTuple):
    """What an anticipated award month is to be."""

    month: YearMonth | None = None
    """None for no month at all."""
    follow: bool = False
    """Whether the awarding body's own month is to count again, now and after later feeds."""

    def of(self, course: LockedCourse) -> tuple[str | None, str]:
        """The month and its source as they are to be stored."""
        if self.follow:
            return course.feed_award, AwardSource.FEED.value
        return (None if self.month is None else str(self.month)), AwardSource.USER.value


class AwardSet(NamedTuple):
    """What became of one registration."""

    learner_id: int
    registration_id: int
    changed: bool
    warnings: tuple[EditWarningCode, ...]


async def set_award(
    database: Database,
    viewer: Viewer,
    registration_id: int,
    wanted: WantedAward,
    *,
    expected_version: int,
    day: date,
    now: datetime,
) -> AwardSet:
    """Set one registration's month; raises Missing, Refused, Conflict or Invalid, in this order."""
    async with editing(database) as connection:
        course = await lock_course(connection, viewer, Permission.AWARD_EDIT, registration_id)
        if course.version != expected_version:
            raise Conflict(
                STALE.reason, field="expectedVersion", current=("Registration", course.id)
            )
        problem = _impediment(course, wanted)
        if problem is not None:
            raise Invalid(problem.reason, code=problem.code, field="month")
        changed = await write_awards(connection, viewer, {course.id: course}, wanted, day, now)
        warnings = _warnings(course, wanted, day)
    return AwardSet(course.learner_id, course.id, bool(changed), warnings)


async def set_awards(
    database: Database,
    viewer: Viewer,
    versions: Sequence[tuple[int, int]],
    wanted: WantedAward,
    *,
    key: str,
    day: date,
    now: datetime,
) -> Bulk:
    """Set the month of many registrations, each given with the version that was read.

    All are changed or none; sent again with the same key, nothing is done twice. Raises Missing
    when none of them is in reach, or Refused.
    """
    ids = [registration_id for registration_id, _ in versions]
    check_many(ids)
    digest = digest_of("awards", versions, *wanted)
    async with editing(database) as connection:
        viewer, courses = await lock_in_reach(connection, viewer, ids)
        if not courses:
            raise no_registration(field="learners")
        refused = forbidden(viewer, Permission.AWARD_EDIT, courses)
        known = await begin_once(connection, viewer, key, digest, now)
        if known is not None:
            return known
        expected = dict(versions)
        judged = {
            course.id: BulkOutcome.refused(course.id, refused[course.id])
            if course.id in refused
            else _judged(course, expected[course.id], wanted, day)
            for course in courses.values()
        }
        done = Bulk(settled(ids, judged))
        if done.applied:
            batch = await write_awards(connection, viewer, courses, wanted, day, now)
            done = Bulk(done.outcomes, batch)
        await keep_once(connection, viewer, key, done)
    return done


def _judged(
    course: LockedCourse, expected_version: int, wanted: WantedAward, day: date
) -> BulkOutcome:
    problem = STALE if course.version != expected_version else _impediment(course, wanted)
    if problem is not None:
        return BulkOutcome.refused(course.id, problem)
    changed = wanted.of(course) != (course.award, course.award_source)
    return BulkOutcome(course.id, changed=changed, warnings=_warnings(course, wanted, day))


def _impediment(course: LockedCourse, wanted: WantedAward) -> Impediment | None:
    return award_impediment(course.status) or (
        None if wanted.follow else month_impediment(wanted.month, course.registered_on)
    )


def _warnings(course: LockedCourse, wanted: WantedAward, day: date) -> tuple[EditWarningCode, ...]:
    return () if wanted.follow else month_warnings(wanted.month, course.registered_on, day)


async def write_awards(
    connection: Connection,
    viewer: Viewer,
    courses: Mapping[int, LockedCourse],
    wanted: WantedAward,
    day: date,
    now: datetime,
) -> str | None:
    """Write a month into locked registrations and derive their learners; the batch of changes."""
    differing = {
        course: wanted.of(course)
        for course in courses.values()
        if wanted.of(course) != (course.award, course.award_source)
    }
    if not differing:
        return None
    batch = new_batch()
    await store_awards(connection, viewer, differing, now)
    changes = [
        FieldChange(subject_of(course), field, before, after)
        for course, (award, source) in differing.items()
        for field, before, after in (
            ("award", course.award, award),
            ("award_source", course.award_source, source),
        )
    ]
    await record_changes(connection, viewer, now, changes, batch=batch)
    edited = {course.id: course.learner_id for course in differing}
    await reattach_entries(connection, edited.values())
    await derive(connection, edited, day)
    return batch


async def store_awards(
    connection: Connection,
    viewer: Viewer,
    awards: Mapping[LockedCourse, tuple[str | None, str]],
    now: datetime,
) -> None:
    """Write months with their sources."""
    await connection.execute_many(
        "UPDATE registration SET award = ?, award_source = ?, award_edited_at = ?,"
        " award_edited_by_id = ?, version = version + 1 WHERE id = ?",
        [
            (award, source, now, viewer.user_id, course.id)
            for course, (award, source) in awards.items()
        ],
    )


def subject_of(course: LockedCourse) -> Subject:
    """A registration as the history names it."""
    return Subject("REGISTRATION", course.id, course.centre_id, course.learner_id)
