"""Counts for charts: one grouped statement over what is stored, whatever the number of learners."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from auth import scope
from loaders.filters import LearnerFilter, issue_clause, learner_clause
from loaders.learners import LEARNER_TABLES, in_view
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
    where = _learners(reading, wanted)
    if not wanted.completion_status:
        where &= Clause("c.status <> 'WITHDRAWN'")
    return await _counted(
        reading,
        f"SELECT {key_of(grouping)}, 'COMPLETION', c.status, COUNT(*), COUNT(*)"  # noqa: S608
        f" FROM {LEARNER_TABLES} WHERE {where.text} GROUP BY 1, 3",
        where,
    )


async def flag_counts(
    reading: Reading, wanted: LearnerFilter, grouping: Grouping | None
) -> list[Count]:
    """Components of learners in view by flag, and the learners who have one."""
    where = _learners(reading, wanted)
    where &= scope.flags(reading.viewer, reading.connection, "f.centre_id")
    where &= _components(reading, "f", wanted)
    return await _counted(
        reading,
        f"SELECT {key_of(grouping, 'f')}, f.kind, f.code, COUNT(DISTINCT c.learner_id), COUNT(*)"  # noqa: S608
        f" FROM {LEARNER_TABLES} JOIN flag f ON f.registration_id = c.registration_id"
        f" WHERE f.code IS NOT NULL AND {where.text} GROUP BY 1, 2, 3",
        where,
    )


async def issue_counts(
    reading: Reading, wanted: LearnerFilter, grouping: Grouping | None
) -> list[Count]:
    """Issues of learners in view by code, and the learners who have one."""
    where = _learners(reading, wanted) & issue_clause(reading.connection, wanted)
    where &= scope.issues(reading.viewer, reading.connection, "i.centre_id")
    return await _counted(
        reading,
        f"SELECT {key_of(grouping, 'i')}, 'ISSUE', i.code, COUNT(DISTINCT c.learner_id), COUNT(*)"  # noqa: S608
        f" FROM {LEARNER_TABLES} JOIN issue i ON i.registration_id = c.registration_id"
        f" WHERE {where.text} GROUP BY 1, 3",
        where,
    )


async def group_keys(
    reading: Reading, wanted: LearnerFilter, grouping: Grouping | None
) -> list[str | None]:
    """The groups that there are for a filter, those without anybody who is counted included."""
    if grouping is None:
        return [None]
    if grouping is Grouping.COMPONENT:
        return []
    where = _learners(reading, wanted)
    rows = await reading.connection.tuples(
        f"SELECT DISTINCT {key_of(grouping)} FROM {LEARNER_TABLES} WHERE {where.text}",  # noqa: S608
        *where.params,
    )
    return [row[0] for row in rows]


async def _counted(reading: Reading, statement: str, where: Clause) -> list[Count]:
    rows: Sequence[Any] = await reading.connection.tuples(statement, *where.params)
    return [Count(*row) for row in rows]


def _learners(reading: Reading, wanted: LearnerFilter) -> Clause:
    clause = in_view(reading.viewer, reading.connection)
    return clause & learner_clause(reading.connection, wanted)


def _components(reading: Reading, alias: str, wanted: LearnerFilter) -> Clause:
    if not wanted.component:
        return ALWAYS
    return reading.connection.among(f"{alias}.component_type", wanted.component)


def key_of(grouping: Grouping | None, alias: str = "") -> str:
    """The key of a group as SQL."""
    if grouping is None:
        return "NULL"
    if grouping is Grouping.COMPONENT:
        return f"{alias}.component_type"
    return _KEYS[grouping]
