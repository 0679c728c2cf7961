"""The history of changes of learners."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from auth import scope
from auth.permissions import Permission
from database.query import NEVER, Clause
from database.slotted import SlottedRow
from domain.people import normal_email
from loaders.each import count_of_each, slices
from loaders.paging import PageRequest, Slice, sliced
from loaders.reading import Reading, matched
from loaders.select import columns_of
from models.change import superseded


class ChangeRow(SlottedRow, frozen=True):
    """One entry of the history."""

    id: int
    at: datetime
    source: str
    actor: str | None
    standing: str | None
    centre_id: int | None
    learner_id: int | None
    object_type: str
    object_id: int
    about: str | None
    field: str
    before: str | None
    after: str | None
    request_id: str | None
    batch: str | None
    undoes_id: int | None
    superseded: bool


_ACTOR = "u.first_name || ' ' || u.last_name"
_COLUMNS = {
    knows_staff: columns_of(
        ChangeRow,
        "h",
        {
            "actor": _ACTOR if knows_staff else f"CASE WHEN u.staff IS NULL THEN {_ACTOR} END",
            "superseded": superseded("h"),
        },
    )
    for knows_staff in (True, False)
}
_TABLES = "change h LEFT JOIN account u ON u.id = h.actor_id"


class ChangeFilter(msgspec.Struct, frozen=True):
    """Conditions joined by AND; an empty tuple or None is no condition."""

    centres: tuple[str, ...] = ()
    learner_id: int | None = None
    sources: tuple[str, ...] = ()
    object_types: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    """The end of the period, exclusive."""
    login: str | None = None
    """The e-mail address of who made the change."""


async def change_by_id(reading: Reading, ids: Sequence[int]) -> list[ChangeRow | None]:
    """Changes in view by id."""
    rows = await _changes(reading, reading.connection.among("h.id", ids))
    return matched(ids, rows, lambda row: row.id)


async def change_by_batch(
    reading: Reading, batches: Sequence[str | None]
) -> list[ChangeRow | None]:
    """The first change in view of each edit."""
    wanted = reading.connection.among("h.batch", batches)
    rows = await _changes(
        reading,
        Clause(
            f"h.id IN (SELECT MIN(h.id) FROM change h WHERE {wanted.text} GROUP BY h.batch)",  # noqa: S608
            wanted.params,
        ),
    )
    return matched(batches, rows, lambda row: row.batch)


async def _changes(reading: Reading, wanted: Clause) -> list[ChangeRow]:
    where = wanted & scope.changes(reading.viewer, reading.connection, "h.centre_id")
    return await reading.connection.rows(
        ChangeRow,
        f"SELECT {_COLUMNS[reading.knows_staff]} FROM {_TABLES} WHERE {where.text} ORDER BY h.id",  # noqa: S608
        *where.params,
    )


async def change_page(reading: Reading, wanted: ChangeFilter, page: PageRequest) -> Slice:
    """Changes in view, the newest first."""
    where = _where(reading, wanted) & page.clause
    rows = await reading.connection.rows(
        ChangeRow,
        f"SELECT {_COLUMNS[reading.knows_staff]} FROM {_TABLES} WHERE {where.text} {page.tail}",  # noqa: S608
        *where.params,
    )
    return sliced(rows, page.first)


async def change_count(reading: Reading, wanted: ChangeFilter) -> int:
    """How many changes are in view."""
    where = _where(reading, wanted)
    return await reading.connection.number(
        f"SELECT COUNT(*) FROM change h WHERE {where.text}",  # noqa: S608
        *where.params,
    )


async def change_page_by_learner_id(
    reading: Reading, ids: Sequence[int], page: PageRequest
) -> list[Slice]:
    """The newest changes of each learner, in one statement for all learners."""
    where = reading.connection.among("h.learner_id", ids) & page.clause
    where &= scope.changes(reading.viewer, reading.connection, "h.centre_id")
    rows = await reading.connection.rows(
        ChangeRow,
        f"""SELECT {_COLUMNS[reading.knows_staff]} FROM {_TABLES} JOIN (
            SELECT h.id, row_number() OVER (PARTITION BY h.learner_id ORDER BY {page.order.text})
                AS place FROM change h WHERE {where.text}) p ON p.id = h.id
        WHERE p.place <= ? ORDER BY h.learner_id, p.place""",  # noqa: S608
        *where.params,
        page.first + 1,
    )
    return slices(ids, rows, "learner_id", page)


async def change_count_by_learner_id(reading: Reading, ids: Sequence[int]) -> list[int]:
    """How many changes of each learner are in view."""
    where = reading.connection.among("h.learner_id", ids)
    where &= scope.changes(reading.viewer, reading.connection, "h.centre_id")
    return await count_of_each(reading.connection, "change h", "h.learner_id", ids, where)


def _where(reading: Reading, wanted: ChangeFilter) -> Clause:
    connection = reading.connection
    clause = scope.changes(reading.viewer, connection, "h.centre_id")
    if wanted.centres:
        numbers = connection.among("z.number", wanted.centres)
        clause &= Clause(
            f"h.centre_id IN (SELECT z.id FROM centre z WHERE {numbers.text})",  # noqa: S608
            numbers.params,
        )
    for column, values in (("h.source", wanted.sources), ("h.object_type", wanted.object_types)):
        if values:
            clause &= connection.among(column, values)
    if wanted.since is not None:
        clause &= Clause("h.at >= ?", (wanted.since,))
    if wanted.until is not None:
        clause &= Clause("h.at < ?", (wanted.until,))
    if wanted.learner_id is not None:
        clause &= Clause("h.learner_id = ?", (wanted.learner_id,))
    return clause if wanted.login is None else clause & _by(reading, wanted.login)


def _by(reading: Reading, login: str) -> Clause:
    """Made by somebody, where the viewer may know who made what; staff are found by staff alone."""
    email = normal_email(login)
    if email is None:
        return NEVER
    known = scope.within(
        reading.viewer, Permission.CHANGE_ACTOR_READ, reading.connection, "h.centre_id"
    )
    others = "" if reading.knows_staff else " AND p.staff IS NULL"
    by = Clause(f"h.actor_id = (SELECT p.id FROM account p WHERE p.email = ?{others})", (email,))  # noqa: S608 - names are ours
    return by & known
