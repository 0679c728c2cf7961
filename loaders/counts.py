"""Counts for charts: one grouped statement over what is stored, whatever the number of learners."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from auth import scope
from loaders.filters import LearnerFilter, issue_clause, learner_clause
from loaders.learners import COURSE_TABLES, in_view, in_view_at_centre
from loaders.reading import Reading
from models.database import ALWAYS, Clause


class Grouping(StrEnum):
    """What counts are told apart by."""

    CENTRE = "CENTRE"
    LINE = "LINE"
    LEVEL = "LEVEL"
    AWARD_MONTH = "AWARD_MONTH"
    COMPONENT = "COMPONENT"


class Count(NamedTuple):
    """How many there are of one kind in one group."""

    key: str | None
    """A centre's number, a code or a month; None without groups, and for no month."""
    kind: str
    code: str | None
    learners: int
    rows: int
    """Components or issues; for completion the same as learners."""


_KEYS = {
    Grouping.CENTRE: "(SELECT z.number FROM centre z WHERE z.id = c.centre_id)",
    Grouping.LINE: "r.line",
    Grouping.LEVEL: "r.level",
    Grouping.AWARD_MONTH: "r.award",
}


async def completion_counts(
    reading: Reading, wanted: LearnerFilter, grouping: Grouping | None
) -> list[Count]:
    """Learners in view by completion status; those who left only where they are asked for."""
    return (await _completion(reading, None, wanted, grouping))[None]


async def completion_counts_by_centre_id(
    reading: Reading, ids: Sequence[int], wanted: LearnerFilter, grouping: Grouping | None
) -> list[list[Count]]:
    """The same for the learners of each centre, in one statement."""
    found = await _completion(reading, ids, wanted, grouping)
    return [found[centre_id] for centre_id in ids]


async def _completion(
    reading: Reading, ids: Sequence[int] | None, wanted: LearnerFilter, grouping: Grouping | None
) -> Mapping[int | None, list[Count]]:
    where = _learners(reading, ids, wanted)
    if not wanted.completion_status:
        where &= Clause("c.status <> 'WITHDRAWN'")
    columns = f"{key_of(grouping)}, 'COMPLETION', c.status, COUNT(*), COUNT(*)"
    return await _counted(reading, ids, columns, COURSE_TABLES, where)


async def flag_counts(
    reading: Reading, wanted: LearnerFilter, grouping: Grouping | None
) -> list[Count]:
    """Components of learners in view by flag, and the learners who have one."""
    where = _learners(reading, None, wanted)
    where &= scope.flags(reading.viewer, reading.connection, "f.centre_id")
    where &= _components(reading, "f", wanted) & Clause("f.code IS NOT NULL")
    columns = f"{key_of(grouping, 'f')}, f.kind, f.code, COUNT(DISTINCT c.learner_id), COUNT(*)"
    tables = f"{COURSE_TABLES} JOIN flag f ON f.registration_id = c.registration_id"
    return (await _counted(reading, None, columns, tables, where))[None]


async def issue_counts(
    reading: Reading, wanted: LearnerFilter, grouping: Grouping | None
) -> list[Count]:
    """Issues of learners in view by code, and the learners who have one."""
    return (await _issues(reading, None, wanted, grouping))[None]


async def issue_counts_by_centre_id(
    reading: Reading, ids: Sequence[int], wanted: LearnerFilter, grouping: Grouping | None
) -> list[list[Count]]:
    """The same for the learners of each centre, in one statement."""
    found = await _issues(reading, ids, wanted, grouping)
    return [found[centre_id] for centre_id in ids]


async def _issues(
    reading: Reading, ids: Sequence[int] | None, wanted: LearnerFilter, grouping: Grouping | None
) -> Mapping[int | None, list[Count]]:
    where = _in_view(reading, ids) & issue_clause(reading.connection, wanted)
    where &= scope.issues(reading.viewer, reading.connection, "i.centre_id")
    columns = f"{key_of(grouping, 'i')}, 'ISSUE', i.code, COUNT(DISTINCT c.learner_id), COUNT(*)"
    tables = f"{COURSE_TABLES} JOIN issue i ON i.registration_id = c.registration_id"
    return await _counted(reading, ids, columns, tables, where)


async def group_keys(
    reading: Reading, wanted: LearnerFilter, grouping: Grouping | None
) -> list[str | None]:
    """The groups that there are for a filter, those without anybody who is counted included."""
    return (await _group_keys(reading, None, wanted, grouping))[None]


async def group_keys_by_centre_id(
    reading: Reading, ids: Sequence[int], wanted: LearnerFilter, grouping: Grouping | None
) -> list[list[str | None]]:
    """The groups that there are at each centre."""
    found = await _group_keys(reading, ids, wanted, grouping)
    return [found[centre_id] for centre_id in ids]


async def _group_keys(
    reading: Reading, ids: Sequence[int] | None, wanted: LearnerFilter, grouping: Grouping | None
) -> Mapping[int | None, list[str | None]]:
    found: dict[int | None, list[str | None]] = defaultdict(list)
    if grouping is None:
        return {key: [None] for key in ([None] if ids is None else ids)}
    if grouping is Grouping.COMPONENT:
        return found
    where = _learners(reading, ids, wanted)
    rows = await reading.connection.tuples(
        f"SELECT DISTINCT {_centre(ids)}, {key_of(grouping)} FROM {COURSE_TABLES}"  # noqa: S608
        f" WHERE {where.text}",
        *where.params,
    )
    for centre_id, key in rows:
        found[centre_id].append(key)
    return found


async def _counted(
    reading: Reading, ids: Sequence[int] | None, columns: str, tables: str, where: Clause
) -> Mapping[int | None, list[Count]]:
    """Counts by centre, or all of them under None."""
    found: dict[int | None, list[Count]] = defaultdict(list)
    rows: Sequence[Any] = await reading.connection.tuples(
        f"SELECT {_centre(ids)}, {columns} FROM {tables}"  # noqa: S608
        f" WHERE {where.text} GROUP BY 1, 2, 3, 4",
        *where.params,
    )
    for centre_id, *count in rows:
        found[centre_id].append(Count(*count))
    return found


def _learners(reading: Reading, ids: Sequence[int] | None, wanted: LearnerFilter) -> Clause:
    return _in_view(reading, ids) & learner_clause(reading.connection, wanted)


def _in_view(reading: Reading, ids: Sequence[int] | None) -> Clause:
    """Learners in view as a whole, or as each of some centres has them."""
    connection, viewer = reading.connection, reading.viewer
    if ids is None:
        return in_view(viewer, connection)
    return connection.among("c.centre_id", ids) & in_view_at_centre(viewer, connection)


def _components(reading: Reading, alias: str, wanted: LearnerFilter) -> Clause:
    if not wanted.component:
        return ALWAYS
    return reading.connection.among(f"{alias}.component_type", wanted.component)


def _centre(ids: Sequence[int] | None) -> str:
    """The centre of a count as SQL."""
    return "NULL" if ids is None else "c.centre_id"


def key_of(grouping: Grouping | None, alias: str = "") -> str:
    """The key of a group as SQL."""
    if grouping is None:
        return "NULL"
    if grouping is Grouping.COMPONENT:
        return f"{alias}.component_type"
    return _KEYS[grouping]
