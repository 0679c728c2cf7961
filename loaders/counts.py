"""Counts for charts: one grouped statement over what is stored, whatever the number of learners."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    kind = _Kind("", "'COMPLETION'", "c.status", COURSE_TABLES)
    return await _counted(reading, ids, grouping, kind, where)


async def flag_counts(
    reading: Reading, wanted: LearnerFilter, grouping: Grouping | None
) -> list[Count]:
    """Components of learners in view by flag, and the learners who have one."""
    where = _learners(reading, None, wanted)
    where &= scope.flags(reading.viewer, reading.connection, "f.centre_id")
    where &= _components(reading, "f", wanted) & Clause("f.code IS NOT NULL")
    tables = f"{COURSE_TABLES} JOIN flag f ON f.registration_id = c.registration_id"
    kind = _Kind("f", "f.kind", "f.code", tables)
    return (await _counted(reading, None, grouping, kind, where))[None]


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
    tables = f"{COURSE_TABLES} JOIN issue i ON i.registration_id = c.registration_id"
    kind = _Kind("i", "'ISSUE'", "i.code", tables)
    return await _counted(reading, ids, grouping, kind, where)


def by_group(
    found: Iterable[Count], keys: Iterable[str | None]
) -> Iterator[tuple[str | None, Sequence[Count]]]:
    """Counts group by group, in the order of the keys, groups of nobody included."""
    groups: dict[str | None, list[Count]] = defaultdict(list, {key: [] for key in keys})
    for one in found:
        groups[one.key].append(one)
    return ((key, groups[key]) for key in sorted(groups, key=lambda key: key or ""))


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
        f"SELECT g.centre_id, {_shown(grouping)} FROM (SELECT DISTINCT"  # noqa: S608
        f" {_centre(ids)} AS centre_id, {_held(grouping)} AS held_key FROM {COURSE_TABLES}"
        f" WHERE {where.text}) g",
        *where.params,
    )
    for centre_id, key in rows:
        found[centre_id].append(key)
    return found


class _Kind(NamedTuple):
    """What is counted: the alias of its rows, their kind and code as SQL, and where they are."""

    alias: str
    kind: str
    code: str
    tables: str


async def _counted(
    reading: Reading,
    ids: Sequence[int] | None,
    grouping: Grouping | None,
    counted: _Kind,
    where: Clause,
) -> Mapping[int | None, list[Count]]:
    """Counts by centre, or all of them under None.

    Each learner's rows are counted first, then the learners: databases count what differs by
    sorting all of it, and group without. What a group is called is looked up once a group.
    """
    found: dict[int | None, list[Count]] = defaultdict(list)
    rows: Sequence[Any] = await reading.connection.tuples(
        f"SELECT g.centre_id, {_shown(grouping)}, g.kind, g.code, g.learners, g.counted FROM ("  # noqa: S608
        " SELECT centre_id, held_key, kind, code, COUNT(*) AS learners, SUM(each) AS counted FROM ("
        f" SELECT {_centre(ids)} AS centre_id, {_held(grouping, counted.alias)} AS held_key,"
        f" {counted.kind} AS kind, {counted.code} AS code, c.learner_id, COUNT(*) AS each"
        f" FROM {counted.tables} WHERE {where.text} GROUP BY 1, 2, 3, 4, 5"
        ") x GROUP BY 1, 2, 3, 4) g",
        *where.params,
    )
    for centre_id, key, kind, code, learners, number in rows:
        found[centre_id].append(Count(key, kind, code, learners, int(number)))
    return found


def _held(grouping: Grouping | None, alias: str = "") -> str:
    """What groups are told apart by, as SQL."""
    return "c.centre_id" if grouping is Grouping.CENTRE else key_of(grouping, alias)


def _shown(grouping: Grouping | None) -> str:
    """What a group is called, as SQL."""
    if grouping is Grouping.CENTRE:
        return "(SELECT z.number FROM centre z WHERE z.id = g.held_key)"
    return "g.held_key"


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
