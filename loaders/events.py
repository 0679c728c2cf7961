"""Reads the audit log: who did what, and who read which record."""

from datetime import datetime

import msgspec

from auth import scope
from auth.permissions import Staff
from database.query import ALWAYS, NEVER, Clause
from domain.people import normal_email
from loaders.paging import PageRequest, Slice, sliced
from loaders.reading import Reading
from loaders.rows import EventRow
from loaders.select import columns_of

_STAFF = ", ".join(f"'{staff.value}'" for staff in Staff)
_BY_STAFF = f"COALESCE(v.standing, '') IN ({_STAFF})"

_WHOLE = {
    "actor_name": "a.first_name || ' ' || a.last_name",
    "actor_email": "a.email",
    "user": "u.first_name || ' ' || u.last_name",
}
_DISCREET = {
    **_WHOLE,
    "actor_name": f"CASE WHEN {_BY_STAFF} THEN NULL ELSE {_WHOLE['actor_name']} END",
    "actor_email": f"CASE WHEN {_BY_STAFF} THEN NULL ELSE {_WHOLE['actor_email']} END",
}
"""Columns that hide from others which member of staff it was."""

_COLUMNS = {
    knows_staff: columns_of(EventRow, "v", _WHOLE if knows_staff else _DISCREET)
    for knows_staff in (True, False)
}


class EventFilter(msgspec.Struct, frozen=True):
    """Conditions joined by AND; an empty tuple or None is no condition."""

    kinds: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    """The end of the period, exclusive."""
    login: str | None = None
    """The e-mail address of who acted."""
    learner_id: int | None = None


async def event_page(
    reading: Reading, centre_id: int | None, wanted: EventFilter, page: PageRequest
) -> Slice:
    """What happened at a centre, or anywhere."""
    where = _where(reading, centre_id, wanted) & page.clause
    columns = _COLUMNS[reading.knows_staff]
    rows = await reading.connection.rows(
        EventRow,
        f"SELECT {columns} FROM event v LEFT JOIN account a ON a.id = v.actor_id"  # noqa: S608
        f" LEFT JOIN account u ON u.id = v.user_id WHERE {where.text} {page.tail}",
        *where.params,
    )
    return sliced(rows, page.first)


async def event_count(reading: Reading, centre_id: int | None, wanted: EventFilter) -> int:
    """How much happened at a centre, or anywhere."""
    where = _where(reading, centre_id, wanted)
    return await reading.connection.number(
        f"SELECT COUNT(*) FROM event v WHERE {where.text}",  # noqa: S608
        *where.params,
    )


def _where(reading: Reading, centre_id: int | None, wanted: EventFilter) -> Clause:
    connection = reading.connection
    clause = scope.events(reading.viewer, connection, "v.centre_id")
    if centre_id is not None:
        clause &= Clause("v.centre_id = ?", (centre_id,))
    if wanted.kinds:
        clause &= connection.among("v.kind", wanted.kinds)
    if wanted.since is not None:
        clause &= Clause("v.at >= ?", (wanted.since,))
    if wanted.until is not None:
        clause &= Clause("v.at < ?", (wanted.until,))
    if wanted.learner_id is not None:
        clause &= Clause("v.learner_id = ?", (wanted.learner_id,))
        clause &= scope.learners(reading.viewer, connection, "v.learner_id")
    return clause & _by(reading, wanted.login)


def _by(reading: Reading, login: str | None) -> Clause:
    """Done by the account with a log-in; staff are found by theirs only by staff."""
    if login is None:
        return ALWAYS
    email = normal_email(login)
    if email is None:
        return NEVER
    clause = Clause("v.actor_id = (SELECT p.id FROM account p WHERE p.email = ?)", (email,))
    return clause if reading.knows_staff else clause & Clause(f"NOT ({_BY_STAFF})")
