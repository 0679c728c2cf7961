"""The `GROUP BY` statements that count learners, flags and issues."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from auth import scope
from database.query import Clause
from domain.vocabulary import Vocabulary
from loaders.filters import LearnerFilter, course_tables, issue_clause, learner_clause
from loaders.reading import Reading


class Grouping(Vocabulary):
    """What counts are told apart by; a learner with several courses may be in several groups."""

    CENTRE = "CENTRE", "By home centre", "The key is its number."
    LINE = "LINE", "By line of learning", "The key is its code."
    LEVEL = "LEVEL", "By Diploma level", "The key is its code."
    AWARD_MONTH = (
        "AWARD_MONTH",
        "By anticipated award month",
        "The key is null where none is known.",
    )
    COMPONENT = (
        "COMPONENT",
        "By component",
        "The key is its type, empty for issues of the registration as a whole.",
    )


class Question(StrEnum):
    """What is counted."""

    COMPLETION = "COMPLETION"
    """Learners by completion status; those who left only where they are asked for."""
    FLAG = "FLAG"
    """Components by flag, and the learners who have one."""
    ISSUE = "ISSUE"
    """Issues by code, and the learners who have one."""
    GROUP = "GROUP"
    """Learners by group alone: the groups that there are."""


class Counting(NamedTuple):
    """What is counted, for which learners, grouped by what."""

    question: Question
    wanted: LearnerFilter
    grouping: Grouping | None


class Count(NamedTuple):
    """The count of one kind in one group."""

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
    Grouping.AWARD_MONTH: "NULLIF(c.award, '')",
}


class _Kind(NamedTuple):
    """How one kind of row is counted, as SQL: alias, kind, code and join."""

    alias: str
    kind: str
    code: str
    beside: str = ""


_KINDS = {
    Question.COMPLETION: _Kind("", "'COMPLETION'", "c.status"),
    Question.FLAG: _Kind(
        "f",
        "f.kind",
        "f.code",
        "JOIN flag f ON f.registration_id = c.registration_id",
    ),
    Question.ISSUE: _Kind(
        "i",
        "'ISSUE'",
        "i.code",
        "JOIN issue i ON i.registration_id = c.registration_id",
    ),
    Question.GROUP: _Kind("", "'GROUP'", "NULL"),
}


async def counted(reading: Reading, asked: Counting, view: Clause) -> list[Count]:
    """Counts over the registrations of a view, which has each learner once in a group."""
    return (await _counted(reading, asked, view, "NULL"))[None]


async def counted_by_centre_id(
    reading: Reading, asked: Counting, view: Clause
) -> Mapping[int | None, list[Count]]:
    """The same, told apart by centre; a view has each learner once in a group of each."""
    return await _counted(reading, asked, view, "c.centre_id")


async def _counted(
    reading: Reading, asked: Counting, view: Clause, apart: str
) -> Mapping[int | None, list[Count]]:
    """Each learner's rows are counted first, then the learners.

    Databases count what differs by sorting all of it, and group without. What a group is called is
    looked up once a group.
    """
    kind, where = _KINDS[asked.question], view & _where(reading, asked)
    tables = course_tables(asked.wanted, course=of_course(asked.grouping))
    shown = "g.held_key"
    held = key_of(asked.grouping, kind.alias)
    if asked.grouping is Grouping.CENTRE:
        held = "c.centre_id"
        shown = "(SELECT z.number FROM centre z WHERE z.id = g.held_key)"
    rows: Sequence[Any] = await reading.connection.tuples(
        f"SELECT g.apart, {shown}, g.kind, g.code, g.learners, g.counted FROM ("  # noqa: S608 - names are ours
        " SELECT apart, held_key, kind, code, COUNT(*) AS learners, SUM(each) AS counted FROM ("
        f" SELECT {apart} AS apart, {held} AS held_key,"
        f" {kind.kind} AS kind, {kind.code} AS code, c.learner_id, COUNT(*) AS each"
        f" FROM {tables} {kind.beside} WHERE {where.text} GROUP BY 1, 2, 3, 4, 5"
        ") x GROUP BY 1, 2, 3, 4) g",
        *where.params,
    )
    found: dict[int | None, list[Count]] = defaultdict(list)
    for place, key, name, code, learners, number in rows:
        found[place].append(Count(key, name, code, learners, int(number)))
    return found


def _where(reading: Reading, asked: Counting) -> Clause:
    """What is counted of those in view, as far as the viewer may see it."""
    connection, viewer, wanted = reading.connection, reading.viewer, asked.wanted
    if asked.question is Question.ISSUE:
        seen = scope.issues(viewer, connection, "i.centre_id")
        return issue_clause(connection, wanted) & seen
    where = learner_clause(connection, wanted)
    if asked.question is Question.COMPLETION and not wanted.completion_status:
        where &= Clause("c.status <> 'WITHDRAWN'")
    elif asked.question is Question.FLAG:
        where &= scope.flags(viewer, connection, "f.centre_id") & Clause("f.code IS NOT NULL")
        if wanted.component:
            where &= connection.among("f.component_type", wanted.component)
    return where


def of_course(grouping: Grouping | None) -> bool:
    """Whether the key of a group stands in the table of registrations."""
    return grouping in (Grouping.LINE, Grouping.LEVEL)


def key_of(grouping: Grouping | None, alias: str = "") -> str:
    """The key of a group as SQL."""
    if grouping is None:
        return "NULL"
    if grouping is Grouping.COMPONENT:
        return f"{alias}.component_type"
    return _KEYS[grouping]
