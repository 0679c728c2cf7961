"""Learners and their registrations."""

from collections.abc import Sequence
from operator import attrgetter

from auth import scope
from database.query import Clause, RowQuery
from loaders.one_query import Loading, OneQuery
from loaders.reading import Reading, checked, grouped, matched
from loaders.rows import FactsRow, LearnerRow, RegistrationRow
from loaders.select import columns_of
from loaders.views import in_view

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


_REGISTRATION = attrgetter("registration_id")


async def learner_by_id(reading: Reading, ids: Sequence[int]) -> list[LearnerRow | None]:
    """Learners in view by id."""
    where = _in_view(reading) & reading.connection.among("l.id", ids)
    return matched(ids, await reading.ask(_learners(where)), lambda row: row.id)


async def learner_by_uln(reading: Reading, ulns: Sequence[str | None]) -> list[LearnerRow | None]:
    """Learners in view by unique learner number."""
    where = _in_view(reading) & reading.connection.among("l.uln", ulns)
    return matched(ulns, await reading.ask(_learners(where)), lambda row: row.uln)


def _in_view(reading: Reading) -> Clause:
    return in_view(reading.viewer, reading.connection)


@OneQuery
def learner_by_registration_id(reading: Reading, ids: Sequence[int]) -> Loading[LearnerRow | None]:
    """Learners, each by one of their registrations in view, the foremost or not."""
    column = checked("c.centre_id")
    where = reading.connection.among("c.registration_id", ids)
    where &= scope.registrations(reading.viewer, reading.connection, column, "c.registration_id")
    return Loading(_learners(where), lambda keys, rows: matched(keys, rows, _REGISTRATION))


def _learners(where: Clause) -> RowQuery:
    text = f"SELECT {LEARNER_COLUMNS} FROM {LEARNER_TABLES} WHERE {where.text}"  # noqa: S608
    return RowQuery(LearnerRow, Clause(text, where.params))


@OneQuery
def registration_by_id(reading: Reading, ids: Sequence[int]) -> Loading[RegistrationRow | None]:
    """Registrations in view by id."""
    wanted = reading.connection.among("r.id", ids)
    question = _registrations(reading, wanted)
    return Loading(question, lambda keys, rows: matched(keys, rows, lambda row: row.id))


async def registrations_by_learner_id(
    reading: Reading, ids: Sequence[int]
) -> list[list[RegistrationRow]]:
    """All registrations in view of each learner, the foremost first."""
    wanted = reading.connection.among("r.learner_id", ids)
    rows = await reading.ask(_registrations(reading, wanted))
    return grouped(ids, rows, lambda row: row.learner_id)


def _registrations(reading: Reading, wanted: Clause) -> RowQuery:
    where = wanted & _in_reach(reading)
    text = f"{_REGISTRATIONS} WHERE {where.text} ORDER BY c.place, r.id"
    return RowQuery(RegistrationRow, Clause(text, where.params))


@OneQuery
def facts_by_registration_id(reading: Reading, ids: Sequence[int]) -> Loading[FactsRow | None]:
    """What advice fills in, for each registration in view."""
    where = reading.connection.among("r.id", ids) & _in_reach(reading)
    question = RowQuery(FactsRow, Clause(f"{_FACTS} WHERE {where.text}", where.params))
    return Loading(question, lambda keys, rows: matched(keys, rows, _REGISTRATION))


def _in_reach(reading: Reading) -> Clause:
    """Registrations `r` that the viewer may see, of those that are found by their keys."""
    column = checked("r.centre_id")
    return scope.registrations(reading.viewer, reading.connection, column, "r.id")
