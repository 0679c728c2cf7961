"""Finds and locks the registrations of an edit, and derives them again afterwards."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime

import msgspec

from actions.attachment import OF_LEARNERS, reattach
from actions.locks import lock_learners
from actions.storing import Judge, derive_learners, mark_modified
from actions.versions import centres_of, change_versions
from auth import scope
from auth.explain import demand, refusal_of
from auth.permissions import Permission
from auth.sessions import viewer_now
from auth.viewer import Viewer
from database.connection import Connection
from database.news import about_centre
from domain.editing import Impediment
from domain.errors import Missing
from domain.identifiers import YearMonth
from domain.vocabulary import NewsKind, RegistrationStatus
from inputs.catalogue import read_catalogue
from inputs.records import RecordReader

CHUNK = 100
"""Learners derived at once, so that statements are few and other tasks get their turn."""


class LockedCourse(msgspec.Struct, frozen=True, gc=False):
    """The columns of a registration that an edit needs."""

    id: int
    learner_id: int
    centre_id: int
    line: str
    level: str
    stored_registered_on: str | None
    award: str | None
    award_source: str
    feed_award: str | None
    stored_status: str
    version: int

    @property
    def status(self) -> RegistrationStatus:
        """Its status."""
        return RegistrationStatus(self.stored_status)

    @property
    def registered_on(self) -> YearMonth | None:
        """The month of registration, where it is known."""
        return YearMonth.parse(self.stored_registered_on) if self.stored_registered_on else None


_COURSES = """
    SELECT r.id, r.learner_id, r.centre_id, r.line, r.level, r.registered_on, r.award,
           r.award_source, r.feed_award, r.status, r.version
    FROM registration r WHERE {}
"""


async def lock_courses(
    connection: Connection, viewer: Viewer, permission: Permission, ids: Sequence[int]
) -> Mapping[int, LockedCourse]:
    """Registrations in reach by id, their learners kept from others until the transaction ends.

    Raises Refused when the viewer lacks the permission at the centre of one of them.
    """
    viewer, courses = await lock_in_reach(connection, viewer, ids)
    for centre_id in sorted({course.centre_id for course in courses.values()}):
        demand(viewer, permission, centre_id)
    return courses


async def lock_in_reach(
    connection: Connection, viewer: Viewer, ids: Sequence[int]
) -> tuple[Viewer, Mapping[int, LockedCourse]]:
    """The viewer as of now, and registrations in reach by id.

    Their learners are kept from others until the transaction ends.
    """
    reach = scope.registrations(viewer, connection, "r.centre_id", "r.id")
    where = connection.among("r.id", ids) & reach
    owners = await connection.tuples(
        f"SELECT DISTINCT r.learner_id FROM registration r WHERE {where.text}",  # noqa: S608 - clauses are ours
        *where.params,
    )
    await lock_learners(connection, [row[0] for row in owners])
    viewer = await viewer_now(connection, viewer)
    return viewer, await courses_in_reach(connection, viewer, ids)


def forbidden(
    viewer: Viewer, permission: Permission, courses: Mapping[int, LockedCourse]
) -> Mapping[int, Impediment]:
    """Why some registrations cannot be edited: the permission is lacking at their centres.

    Raises Refused where it is lacking at the centres of all.
    """
    centre_ids = sorted({course.centre_id for course in courses.values()})
    refusals = {key: refusal_of(viewer, permission, key) for key in centre_ids}
    if refusals and all(refusals.values()):
        demand(viewer, permission, centre_ids[0])
    return {
        course.id: Impediment(refusal.code, refusal.message)
        for course in courses.values()
        if (refusal := refusals[course.centre_id]) is not None
    }


async def courses_in_reach(
    connection: Connection, viewer: Viewer, ids: Sequence[int]
) -> Mapping[int, LockedCourse]:
    """Registrations in reach by id, as they are at this moment."""
    reach = scope.registrations(viewer, connection, "r.centre_id", "r.id")
    where = connection.among("r.id", ids) & reach
    found = await connection.rows(LockedCourse, _COURSES.format(where.text), *where.params)
    return {course.id: course for course in found}


async def lock_course(
    connection: Connection, viewer: Viewer, permission: Permission, registration_id: int
) -> LockedCourse:
    """One registration in reach; raises Missing, or Refused."""
    found = await lock_courses(connection, viewer, permission, [registration_id])
    if registration_id not in found:
        raise no_registration()
    return found[registration_id]


def no_registration(field: str = "id") -> Missing:
    """What is told of a registration that does not exist, or is out of reach."""
    message = "There is no such registration."
    return Missing(message, field=field)


async def derive(connection: Connection, edited: Mapping[int, int], day: date) -> None:
    """Bring flags, issues and completion to what follows from records that were edited.

    `edited` has the learners by their edited registrations; their other courses may change as
    well, at other centres too, whose readers hear of that alone.
    """
    if not edited:
        return
    began = datetime.now(UTC)
    judge = Judge(await read_catalogue(connection), day, connection.dialect)
    reader = RecordReader(connection)
    ordered = sorted(set(edited.values()))
    followed: set[int] = set()
    for start in range(0, len(ordered), CHUNK):
        chunk = ordered[start : start + CHUNK]
        followed |= await derive_learners(connection, reader, judge, chunk)
    await mark_modified(connection, connection.among("registration_id", edited), began)
    await _tell_of(connection, followed - edited.keys())
    await change_versions(connection, await centres_of(connection, ordered))


async def _tell_of(connection: Connection, registration_ids: AbstractSet[int]) -> None:
    """Have those who watch the centres of some registrations hear that something followed there."""
    if not registration_ids:
        return
    among = connection.among("id", sorted(registration_ids))
    rows = await connection.tuples(
        f"SELECT DISTINCT centre_id FROM registration WHERE {among.text}",  # noqa: S608 - names are ours
        *among.params,
    )
    await connection.tell(f"{about_centre(row[0])} {NewsKind.RECORDS}" for row in rows)


async def reattach_entries(connection: Connection, learner_ids: Iterable[int]) -> None:
    """Of several courses at one centre, an award month decides which one an entry counts to."""
    among = connection.among("g.learner_id", sorted(learner_ids))
    several = await connection.tuples(
        f"SELECT g.learner_id FROM registration g WHERE {among.text}"  # noqa: S608 - clauses are ours
        " GROUP BY g.learner_id, g.centre_id HAVING COUNT(*) > 1",
        *among.params,
    )
    if several:
        keys = ", ".join(str(int(row[0])) for row in several)
        await reattach(connection, OF_LEARNERS.format(learners=keys))
