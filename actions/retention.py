"""Retention: anonymises learners past their time, and deletes rows past theirs."""

import hmac
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import orjson

from actions.ageing import AGED, UNMATCHED, Aged
from actions.locks import lock_feeds
from actions.versions import change_versions
from auth.events import EventKind, append, append_all, event
from auth.permissions import Permission
from auth.viewer import Viewer
from database.connection import Connection, Database
from database.news import about_centre
from domain.errors import Refused
from domain.retention import Limits
from domain.vocabulary import NewsKind

BATCH: Final = 500
"""Learners anonymised in one transaction."""
LEARNERS: Final = "learners who lose their names"
UNDATED: Final = "learners kept because an award month is not known"

_MONTHS: Final = """
    SELECT l.id AS learner_id, COUNT(r.id) - COUNT(r.award) AS undated, COUNT(r.id) AS courses,
        MAX(r.award) AS award
    FROM learner l LEFT JOIN registration r ON r.learner_id = l.id GROUP BY l.id
"""
_OVER: Final = f"SELECT m.learner_id FROM ({_MONTHS}) m WHERE m.undated = 0 AND m.award < ?"  # noqa: S608 - nothing in it is anybody's
_WITHOUT: Final = f"SELECT m.learner_id FROM ({_MONTHS}) m WHERE m.undated > 0 OR m.courses = 0"  # noqa: S608

_SUSPECTED: Final = f"""
    SELECT e.id FROM entry e JOIN registration r ON r.id = e.suspected_id
    WHERE e.learner_id IS NULL AND e.entered_on < ? AND r.learner_id IN ({_OVER})
"""  # noqa: S608 - as above
"""Entries that belong to nobody once the learner they may be meant for is gone."""

_COURSES: Final = """
    SELECT r.id, r.ref, l.id, l.ref, l.uln, l.date_of_birth, r.centre_id, r.line, r.level,
        r.registered_on, r.award, r.status, r.claim_status, c.status, c.percent
    FROM registration r JOIN learner l ON l.id = r.learner_id
    LEFT JOIN completion c ON c.registration_id = r.id
"""
_ENTERED: Final = ("qan", "component", "kind", "unit", "series", "status", "claimed", "result")

_KEPT: Final = (
    *("registration_hash", "learner_hash", "centre_id", "birth_year", "line", "level"),
    *("registered_on", "award", "status", "claim_status", "completion_status", "percent"),
    *("entries", "kept_on"),
)
_KEEP: Final = (
    f"INSERT INTO past_record ({', '.join(_KEPT)}) VALUES ({', '.join('?' * len(_KEPT))})"  # noqa: S608 - columns are ours
    " ON CONFLICT (registration_hash) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _KEPT[1:])
)

_BY_REGISTRATION: Final = (
    *("name_part", "flag", "issue", "component", "completion"),
    *("das_component", "das_record", "declaration"),
)
"""Tables whose rows go with the registration that they hang on."""


class OldCourse(NamedTuple):
    """A registration whose learner is to be anonymised."""

    id: int
    ref: str
    learner_id: int
    learner_ref: str
    uln: str | None
    born: Any
    centre_id: int
    line: str
    level: str
    registered_on: str | None
    award: str
    status: str
    claim_status: str
    completion_status: str | None
    percent: int | None


class Retention(NamedTuple):
    """The parameters of a run: who runs it, the time limits, and the key of the hashes."""

    viewer: Viewer
    limits: Limits
    key: str
    day: date
    now: datetime


async def what_is_over(connection: Connection, viewer: Viewer, limits: Limits) -> dict[str, int]:
    """How many of each kind are past their time; nothing is changed."""
    _may(viewer)
    found = {
        LEARNERS: await _count(connection, _OVER, limits.award),
        UNDATED: await _count(connection, _WITHOUT),
    }
    for aged in AGED:
        found[aged.what] = await aged.number(connection, limits)
    found[UNMATCHED] += await _count(connection, _SUSPECTED, limits.entered, limits.award)
    return found


async def retain(database: Database, retention: Retention) -> dict[str, int]:
    """Remove all that is past its time, a batch a transaction; how many there were of each kind.

    Broken off at any moment, whole batches are done and the others are not; the next run goes on.
    """
    _may(retention.viewer)
    done: Counter[str] = Counter({LEARNERS: 0})
    while number := await _forget_learners(database, retention):
        done[LEARNERS] += number
    done[UNDATED] = await _count(database.reader, _WITHOUT)
    for aged in AGED:
        done[aged.what] = 0
        while number := await _remove_aged(database, retention, aged):
            done[aged.what] += number
    return dict(done)


def hashed(key: str, kind: str, value: str) -> str:
    """What stands for an identifier: the same each time, and nobody's without the key."""
    return hmac.digest(key.encode(), f"{kind} {value}".encode(), "sha256").hex()


def hash_of_learner(key: str, uln: str | None, ref: str) -> str:
    """What stands for a learner: by the ULN, or by the awarding body's key where there is none."""
    return hashed(key, "learner", ref) if uln is None else hashed(key, "ULN", uln)


def _may(viewer: Viewer) -> None:
    if not viewer.may_everywhere(Permission.LEARNER_ERASE):
        message = "Only operators may remove what is past its time."
        raise Refused(message, needs=Permission.LEARNER_ERASE.value)


async def _count(connection: Connection, query: str, *params: object) -> int:
    return await connection.number(f"SELECT COUNT(*) FROM ({query}) q", *params)  # noqa: S608


async def _forget_learners(database: Database, retention: Retention) -> int:
    """Keep the courses of some learners without who they are; how many learners there were."""
    async with database.transaction() as connection:
        await lock_feeds(connection)
        rows = await connection.tuples(
            f"{_OVER} ORDER BY m.learner_id LIMIT {BATCH}", retention.limits.award
        )
        learner_ids = [row[0] for row in rows]
        if not learner_ids:
            return 0
        courses = await _courses(connection, learner_ids)
        await _keep(connection, retention, courses)
        await _remove(connection, learner_ids, [course.id for course in courses])
        await _tell(connection, retention, courses)
        await change_versions(connection, {course.centre_id for course in courses})
        return len(learner_ids)


async def _courses(connection: Connection, learner_ids: Sequence[int]) -> list[OldCourse]:
    among = connection.among("r.learner_id", learner_ids)
    rows = await connection.tuples(f"{_COURSES} WHERE {among.text} ORDER BY r.id", *among.params)
    return [OldCourse(*row) for row in rows]


async def _keep(connection: Connection, retention: Retention, courses: Sequence[OldCourse]) -> None:
    entered = await _entered(connection, [course.id for course in courses])
    rows = [
        (
            hashed(retention.key, "registration", course.ref),
            hash_of_learner(retention.key, course.uln, course.learner_ref),
            course.centre_id,
            int(str(course.born)[:4]) if course.born else None,
            *course[course._fields.index("line") :],
            orjson.dumps(entered[course.id]).decode(),
            retention.day,
        )
        for course in courses
    ]
    await connection.execute_many(_KEEP, rows)


async def _entered(
    connection: Connection, registration_ids: Sequence[int]
) -> dict[int, list[dict[str, Any]]]:
    """What was entered for in each course, with its result."""
    among = connection.among("registration_id", registration_ids)
    rows = await connection.tuples(
        f"SELECT registration_id, {', '.join(_ENTERED)} FROM entry WHERE {among.text} ORDER BY id",  # noqa: S608 - columns are ours
        *among.params,
    )
    entered: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for registration_id, *values in rows:
        known = dict(zip(_ENTERED, values, strict=True))
        entered[registration_id].append(known | {"claimed": bool(known["claimed"])})
    return entered


async def _remove(
    connection: Connection, learner_ids: Sequence[int], registration_ids: Sequence[int]
) -> None:
    """Remove learners and all that hangs on them; what the log says of them ages by itself."""
    courses = connection.among("suspected_id", registration_ids)
    await connection.execute(
        f"UPDATE entry SET suspected_id = NULL WHERE {courses.text}",  # noqa: S608 - columns are ours
        *courses.params,
    )
    keys = [(table, "registration_id", registration_ids) for table in _BY_REGISTRATION]
    keys += [
        ("entry", "learner_id", learner_ids),
        ("registration", "id", registration_ids),
        ("change", "learner_id", learner_ids),
        ("learner", "id", learner_ids),
    ]
    for table, column, ids in keys:
        among = connection.among(column, ids)
        await connection.execute(f"DELETE FROM {table} WHERE {among.text}", *among.params)  # noqa: S608 - names are ours


async def _tell(connection: Connection, retention: Retention, courses: Sequence[OldCourse]) -> None:
    """One event a centre, and news for those who watch it."""
    people = {(course.centre_id, course.learner_id) for course in courses}
    by_centre = Counter(centre_id for centre_id, _ in people)
    await append_all(
        connection,
        [
            event(
                EventKind.RETENTION_APPLIED,
                retention.viewer,
                retention.now,
                centre_id=centre_id,
                code="PSEUDONYMISED",
                subject=f"{number} {LEARNERS}",
            )
            for centre_id, number in sorted(by_centre.items())
        ],
    )
    await connection.tell(f"{about_centre(key)} {NewsKind.RECORDS}" for key in by_centre)


async def _remove_aged(database: Database, retention: Retention, aged: Aged) -> int:
    async with database.transaction() as connection:
        await lock_feeds(connection)
        number = await aged.remove(connection, retention.limits)
        if number:
            told = event(
                EventKind.RETENTION_APPLIED,
                retention.viewer,
                retention.now,
                code="REMOVED",
                subject=f"{number} {aged.what}",
            )
            await append(connection, told)
        return number
