"""Learners and their registrations."""

from collections.abc import Callable, Mapping, Sequence

from auth import scope
from auth.viewer import Viewer
from loaders.counting import Grouping, of_course
from loaders.filters import (
    EVERYBODY,
    LearnerFilter,
    Names,
    course_clause,
    course_tables,
    modified_clause,
    picks_courses,
)
from loaders.reading import Key, Reading, checked, grouped, matched
from loaders.rows import FactsRow, LearnerRow, RegistrationRow
from loaders.select import columns_of
from models.database import ALWAYS, Clause, Connection

LEARNER_SOURCES = {
    "registration_id": "c.registration_id",
    "centre_id": "c.centre_id",
    "completion_status": "c.status",
    "percent_complete": "c.percent",
}
LEARNER_COLUMNS = columns_of(LearnerRow, "l", LEARNER_SOURCES)
LEARNER_BESIDE = "JOIN learner l ON l.id = c.learner_id"
"""Who somebody is, beside the completion of one of their registrations."""

LEARNER_TABLES = f"completion c {LEARNER_BESIDE}"

_OTHER = Names("b", "s")
"""Registrations of a learner beside the one by which they are shown, and this one too."""
_SAME_CENTRE = Clause("b.centre_id = c.centre_id")
_OF_ONE_GROUP: Mapping[Grouping | None, Clause] = {
    Grouping.CENTRE: _SAME_CENTRE,
    Grouping.LINE: Clause("s.line = r.line"),
    Grouping.LEVEL: Clause("s.level = r.level"),
    Grouping.AWARD_MONTH: Clause("b.award = c.award"),
}

_REGISTRATIONS = f"""
    SELECT {
    columns_of(
        RegistrationRow,
        "r",
        {
            "line_name": "n.name",
            "anticipated_award": "r.award",
            "anticipated_award_source": "r.award_source",
            "anticipated_award_edited_at": "r.award_edited_at",
            "awarding_body_award": "r.feed_award",
            "claim_status": "c.claim_status",
            "claim_status_raw": "c.claim_status_raw",
            "completion_status": "c.status",
            "percent_complete": "c.percent",
            "derived_on": "c.derived_on",
        },
    )
}
    FROM registration r JOIN completion c ON c.registration_id = r.id
    LEFT JOIN line_of_learning n ON n.code = r.line
"""  # noqa: S608 - columns are ours

_FACTS = f"""
    SELECT {
    columns_of(
        FactsRow,
        "r",
        {
            "registration_id": "r.id",
            "given_name": "l.given_name",
            "family_name": "l.family_name",
            "uln": "l.uln",
            "line_name": "n.name",
        },
    )
}
    FROM registration r JOIN learner l ON l.id = r.learner_id
    LEFT JOIN line_of_learning n ON n.code = r.line
"""  # noqa: S608 - columns are ours


def in_view(
    viewer: Viewer,
    connection: Connection,
    wanted: LearnerFilter = EVERYBODY,
    grouping: Grouping | None = None,
) -> Clause:
    """Each learner once, by the foremost registration that the viewer may see.

    It is the foremost of those on the courses of a filter; any of these may have been modified when
    the filter asks for that. Whatever else a filter asks for, it asks for by itself. With groups,
    each learner once in each of them, as if the filter asked for that group alone.
    """
    own, other = _reach(viewer, connection)
    first = _first(connection, wanted, grouping, "c.place = 1", other)
    return own & first & _modified(connection, wanted, "learner_id", other)


def in_view_at_centre(
    viewer: Viewer,
    connection: Connection,
    wanted: LearnerFilter = EVERYBODY,
    grouping: Grouping | None = None,
) -> Clause:
    """The same of each learner of a centre, among the registrations there."""
    own, other = _reach(viewer, connection)
    first = foremost_at_centre(connection, wanted, grouping)
    if viewer.limited:
        first = _first(connection, wanted, grouping, "c.foremost", _SAME_CENTRE & other)
    return own & first & _modified(connection, wanted, "learner_id, centre_id", other)


def foremost_at_centre(
    connection: Connection, wanted: LearnerFilter, grouping: Grouping | None = None
) -> Clause:
    """The foremost registration of each learner of a centre, of those on a filter's courses."""
    if picks_courses(wanted) or grouping in _OF_ONE_GROUP:
        return _first(connection, wanted, grouping, "c.foremost", _SAME_CENTRE)
    return Clause("c.foremost")


def _reach(viewer: Viewer, connection: Connection) -> tuple[Clause, Clause]:
    """What the viewer may see: of registrations that are listed, and of others of the learner."""
    own = scope.registrations(viewer, connection, "c.centre_id", "c.registration_id")
    return own, scope.registrations(viewer, connection, "b.centre_id", "b.registration_id")


def _first(
    connection: Connection,
    wanted: LearnerFilter,
    grouping: Grouping | None,
    surely: str,
    others: Clause,
) -> Clause:
    """No other registration stands before this one; `surely` tells most of those at a glance."""
    before = others & course_clause(connection, wanted, _OTHER)
    before &= _OF_ONE_GROUP.get(grouping, ALWAYS)
    tables = course_tables(wanted, _OTHER, course=of_course(grouping))
    return Clause(
        f"({surely} OR NOT EXISTS (SELECT 1 FROM {tables}"  # noqa: S608 - clauses are ours
        f" WHERE b.learner_id = c.learner_id AND b.place < c.place AND {before.text}))",
        before.params,
    )


def _modified(connection: Connection, wanted: LearnerFilter, whose: str, others: Clause) -> Clause:
    """Any of the registrations that count as the same learner's was modified since."""
    if wanted.modified_since is None:
        return ALWAYS
    of_listed = ", ".join(f"c.{column}" for column in whose.split(", "))
    of_others = ", ".join(f"b.{column}" for column in whose.split(", "))
    modified = modified_clause(wanted, _OTHER) & others
    modified &= course_clause(connection, wanted, _OTHER)
    return Clause(
        f"({of_listed}) IN (SELECT {of_others} FROM {course_tables(wanted, _OTHER)}"  # noqa: S608 - clauses are ours
        f" WHERE {modified.text})",
        modified.params,
    )


async def learner_by_id(reading: Reading, ids: Sequence[int]) -> list[LearnerRow | None]:
    """Learners in view by id."""
    return await _learners(reading, "l.id", ids, lambda row: row.id)


async def learner_by_uln(reading: Reading, ulns: Sequence[str | None]) -> list[LearnerRow | None]:
    """Learners in view by unique learner number."""
    return await _learners(reading, "l.uln", ulns, lambda row: row.uln)


async def _learners(
    reading: Reading,
    column: str,
    keys: Sequence[Key],
    key_of: Callable[[LearnerRow], Key],
) -> list[LearnerRow | None]:
    wanted = reading.connection.among(column, keys)
    where = in_view(reading.viewer, reading.connection) & wanted
    rows = await reading.keyed.rows(
        LearnerRow,
        f"SELECT {LEARNER_COLUMNS} FROM {LEARNER_TABLES} WHERE {where.text}",  # noqa: S608
        *where.params,
    )
    return matched(keys, rows, key_of)


async def registration_by_id(reading: Reading, ids: Sequence[int]) -> list[RegistrationRow | None]:
    """Registrations in view by id."""
    rows = await _registrations(reading, reading.connection.among("r.id", ids))
    return matched(ids, rows, lambda row: row.id)


async def registrations_by_learner_id(
    reading: Reading, ids: Sequence[int]
) -> list[list[RegistrationRow]]:
    """All registrations in view of each learner, the foremost first."""
    rows = await _registrations(reading, reading.connection.among("r.learner_id", ids))
    return grouped(ids, rows, lambda row: row.learner_id)


async def _registrations(reading: Reading, wanted: Clause) -> list[RegistrationRow]:
    where = wanted & _in_reach(reading)
    return await reading.keyed.rows(
        RegistrationRow,
        f"{_REGISTRATIONS} WHERE {where.text} ORDER BY c.place, r.id",
        *where.params,
    )


async def facts_by_registration_id(reading: Reading, ids: Sequence[int]) -> list[FactsRow | None]:
    """What advice fills in, for each registration in view."""
    wanted = reading.connection.among("r.id", ids)
    where = wanted & _in_reach(reading)
    rows = await reading.keyed.rows(FactsRow, f"{_FACTS} WHERE {where.text}", *where.params)
    return matched(ids, rows, lambda row: row.registration_id)


def _in_reach(reading: Reading) -> Clause:
    """Registrations `r` that the viewer may see, of those that are found by their keys."""
    column = checked("r.centre_id")
    return scope.registrations(reading.viewer, reading.connection, column, "r.id")
