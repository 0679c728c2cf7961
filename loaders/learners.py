"""Learners and their registrations."""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from auth import scope
from database.connection import Clause
from database.placeholders import KeysOf
from loaders.batching import Batch
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


def _with_id(reading: Reading, ids: Sequence[int]) -> Clause:
    return in_view(reading.viewer, reading.connection) & reading.connection.among("l.id", ids)


def _with_uln(reading: Reading, ulns: Sequence[str | None]) -> Clause:
    return in_view(reading.viewer, reading.connection) & reading.connection.among("l.uln", ulns)


async def learner_by_id(reading: Reading, ids: Sequence[int]) -> list[LearnerRow | None]:
    """Learners in view by id."""
    rows = await _learners(reading, _with_id(reading, ids))
    return matched(ids, rows, lambda row: row.id)


async def learner_by_uln(reading: Reading, ulns: Sequence[str | None]) -> list[LearnerRow | None]:
    """Learners in view by unique learner number."""
    rows = await _learners(reading, _with_uln(reading, ulns))
    return matched(ulns, rows, lambda row: row.uln)


class Lookup(NamedTuple):
    """A way to find learners: the loader, and its condition."""

    batch: Batch
    where: Callable[[Reading, Sequence[Any]], Clause]


BY_ID: Final = Lookup(learner_by_id, _with_id)
BY_ULN: Final = Lookup(learner_by_uln, _with_uln)


def shown_registration(reading: Reading, lookup: Lookup, key: object) -> KeysOf:
    """The registration by which a learner is shown, before anybody knows it."""
    where = lookup.where(reading, (key,))
    return KeysOf(
        Clause(f"SELECT c.registration_id FROM {LEARNER_TABLES} WHERE {where.text}", where.params)  # noqa: S608
    )


async def learner_shown(reading: Reading, registration: KeysOf) -> LearnerRow | None:
    """The learner by that registration."""
    found = await _learners(reading, _by_registration(reading, registration))
    return found[0] if found else None


async def learner_by_registration_id(
    reading: Reading, ids: Sequence[int]
) -> list[LearnerRow | None]:
    """Learners, each by one of their registrations in view, the foremost or not."""
    rows = await _learners(reading, _by_registration(reading, ids))
    return matched(ids, rows, lambda row: row.registration_id)


def _by_registration(reading: Reading, ids: Sequence[int]) -> Clause:
    column = checked("c.centre_id")
    where = reading.connection.among("c.registration_id", ids)
    return where & scope.registrations(
        reading.viewer, reading.connection, column, "c.registration_id"
    )


async def _learners(reading: Reading, where: Clause) -> list[LearnerRow]:
    return await reading.keyed.rows(
        LearnerRow,
        f"SELECT {LEARNER_COLUMNS} FROM {LEARNER_TABLES} WHERE {where.text}",  # noqa: S608
        *where.params,
    )


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
