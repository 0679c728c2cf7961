"""Row-level authorisation: SQL clauses that narrow each table to the viewer's rows."""

from collections.abc import Sequence
from itertools import chain
from typing import Final

from auth.permissions import Permission
from auth.viewer import Reach, Viewer
from database.connection import Connection
from database.query import ALWAYS, NEVER, Clause
from domain.errors import Refused

CHECKED: Final = "+"
"""Sign before the column of the centre, for rows that are found by their keys: see
`loaders.reading.checked`."""


def within(viewer: Viewer, permission: Permission, connection: Connection, column: str) -> Clause:
    """The column holds a centre where the viewer has the permission, if only for one line."""
    reach = _reach(viewer, permission)
    if reach is None:
        return ALWAYS
    centre_ids = [*reach.whole, *chain.from_iterable(reach.by_line.values())]
    return _at(connection, column, sorted(centre_ids))


def along(
    viewer: Viewer, permission: Permission, connection: Connection, column: str, key: str
) -> Clause:
    """Rows of registrations: a grant for one line opens only those that are on it.

    `column` holds the centre and `key` the registration.
    """
    reach = _reach(viewer, permission)
    if reach is None:
        return ALWAYS
    about = (connection.dialect, column, key)
    known: Clause | None = reach.worked_out.get(about)
    if known is None:
        known = reach.worked_out[about] = _along(reach, connection, column, key)
    return known


def _along(reach: Reach, connection: Connection, column: str, key: str) -> Clause:
    whole = _at(connection, column, reach.whole)
    for line, centre_ids in reach.by_line.items():
        at = _at(connection, "narrow.centre_id", centre_ids)
        on_line = f"FROM registration narrow WHERE narrow.line = ? AND {at.text}"
        opened = f"{key} IN (SELECT narrow.id {on_line})"
        if column.startswith(CHECKED):  # few rows: each is looked up, not all that the line opens
            if "." not in key:
                message = f"{key} would be a column of the registration that is looked for."
                raise ValueError(message)
            opened = f"EXISTS (SELECT 1 {on_line} AND narrow.id = {key})"
        whole |= Clause(opened, (line, *at.params))
    return whole


def _reach(viewer: Viewer, permission: Permission) -> Reach | None:
    """Where rows are open; before the terms are accepted, nothing but the centres' names."""
    if viewer.terms_due and permission is not Permission.CENTRE_READ:
        message = "Read and accept the current terms of use first."
        raise Refused(message, code="TERMS_NOT_ACCEPTED")
    return viewer.reach(permission)


def _at(connection: Connection, column: str, centre_ids: Sequence[int]) -> Clause:
    return connection.among(column, centre_ids) if centre_ids else NEVER


def centres(viewer: Viewer, connection: Connection, column: str = "c.id") -> Clause:
    """Centres the viewer may see, by the column of their id."""
    return within(viewer, Permission.CENTRE_READ, connection, column)


def learners(viewer: Viewer, connection: Connection, column: str = "l.id") -> Clause:
    """Learners with a registration that the viewer may see, by the column of their id."""
    reach = registrations(viewer, connection, "reach.centre_id", "reach.id")
    if reach in (ALWAYS, NEVER):
        return reach
    return Clause(
        f"{column} IN (SELECT reach.learner_id FROM registration reach WHERE {reach.text})",  # noqa: S608 - columns are ours
        reach.params,
    )


def registrations(
    viewer: Viewer, connection: Connection, column: str = "centre_id", key: str = "id"
) -> Clause:
    """Registrations the viewer may see, by the columns of their centre and of their id."""
    return along(viewer, Permission.LEARNER_READ, connection, column, key)


def components(viewer: Viewer, connection: Connection, column: str = "centre_id") -> Clause:
    """Components the viewer may see."""
    key = _beside(column, "registration_id")
    return along(viewer, Permission.LEARNER_READ, connection, column, key)


def flags(viewer: Viewer, connection: Connection, column: str = "centre_id") -> Clause:
    """Flags the viewer may see."""
    return components(viewer, connection, column)


def issues(viewer: Viewer, connection: Connection, column: str = "centre_id") -> Clause:
    """Issues the viewer may see."""
    key = _beside(column, "registration_id")
    return along(viewer, Permission.ISSUE_READ, connection, column, key)


def declarations(viewer: Viewer, connection: Connection, column: str = "centre_id") -> Clause:
    """Declarations the viewer may see."""
    key = _beside(column, "registration_id")
    return along(viewer, Permission.DECLARATION_READ, connection, column, key)


def entries(viewer: Viewer, connection: Connection, column: str = "centre_id") -> Clause:
    """Entries of known learners that the viewer may see; the others are unmatched."""
    matched = Clause(f"{_beside(column, 'learner_id')} IS NOT NULL")
    key = _beside(column, "registration_id")
    return along(viewer, Permission.ENTRY_READ, connection, column, key) & matched


def unmatched_entries(viewer: Viewer, connection: Connection, column: str = "centre_id") -> Clause:
    """Entries that belong to no learner; a grant for one line opens none of them."""
    unmatched = Clause(f"{_beside(column, 'learner_id')} IS NULL")
    reach = _reach(viewer, Permission.UNMATCHED_ENTRY_READ)
    return unmatched if reach is None else _at(connection, column, reach.whole) & unmatched


def events(viewer: Viewer, connection: Connection, column: str = "centre_id") -> Clause:
    """What happened at centres whose log is open; a grant for one line opens none of it."""
    reach = _reach(viewer, Permission.ACCESS_LOG_READ)
    return ALWAYS if reach is None else _at(connection, column, reach.whole)


def changes(viewer: Viewer, connection: Connection, column: str = "centre_id") -> Clause:
    """The history of learners in reach, as far as it was made at centres in reach.

    A grant for one line opens what was made of learners and of registrations on this line.
    """
    reach = within(viewer, Permission.CHANGE_READ, connection, column)
    open_at = _reach(viewer, Permission.CHANGE_READ)
    if open_at is not None and open_at.by_line:
        reach = _at(connection, column, open_at.whole)
        for line, centre_ids in open_at.by_line.items():
            reach |= _changes_on(line, centre_ids, connection, column)
    own = _beside(column, "learner_id")
    return reach & Clause(f"{own} IS NOT NULL") & learners(viewer, connection, own)


_COURSE: Final = """
    CASE {type} WHEN 'REGISTRATION' THEN {id}
    WHEN 'DECLARATION' THEN (SELECT d.registration_id FROM declaration d WHERE d.id = {id})
    WHEN 'ISSUE' THEN (SELECT i.registration_id FROM issue i WHERE i.id = {id}) END
"""
"""The registration that a change's object belongs to; null for a learner, and for what is gone."""

_CHANGES_ON: Final = """
    ({at} AND ({learner}, {centre}) IN (SELECT k.learner_id, k.centre_id {on_the_line})
    AND ({type} = 'LEARNER'
        OR ({course}, {centre}) IN (SELECT k.id, k.centre_id {on_the_line})
        OR (COALESCE((SELECT k.line FROM registration k WHERE k.id = {course}), ?) = ?
            AND ({learner}, {centre}) NOT IN (SELECT k.learner_id, k.centre_id {on_another}))))
"""


def _changes_on(
    line: str, centre_ids: Sequence[int], connection: Connection, column: str
) -> Clause:
    """Changes at centres that are open for one line only.

    Nothing tells any more to which line an issue belonged that is gone, so what became of it is
    seen where all of the learner's registrations at the centre are on this line.
    """
    at, kept = (_at(connection, name, centre_ids) for name in (column, "k.centre_id"))
    object_type = _beside(column, "object_type")
    text = _CHANGES_ON.format(
        at=at.text,
        centre=column,
        learner=_beside(column, "learner_id"),
        type=object_type,
        course=_COURSE.format(type=object_type, id=_beside(column, "object_id")),
        on_the_line=f"FROM registration k WHERE k.line = ? AND {kept.text}",
        on_another=f"FROM registration k WHERE k.line <> ? AND {kept.text}",
    )
    beside = (line, *kept.params)
    return Clause(text, (*at.params, *beside, *beside, line, line, *beside))


def feed_runs(viewer: Viewer) -> Clause:
    """Runs of the importer, which are about all centres at once."""
    return ALWAYS if viewer.may_everywhere(Permission.FEED_RUN_READ) else NEVER


def verifications(viewer: Viewer, connection: Connection, column: str = "centre_id") -> Clause:
    """Standards verifications of centres whose entries the viewer may see."""
    return within(viewer, Permission.ENTRY_READ, connection, column)


def qualifications(viewer: Viewer) -> Clause:
    """The catalogue, for whoever may look qualifications up."""
    reach = _reach(viewer, Permission.QUALIFICATION_READ)
    return NEVER if reach is not None and not reach.grants else ALWAYS


def users(viewer: Viewer, connection: Connection, column: str = "centre_id") -> Clause:
    """Grants the viewer may see: those of centres whose users they may list, and their own."""
    reach = within(viewer, Permission.USER_READ, connection, column)
    if viewer.user_id is None or reach == ALWAYS:
        return reach
    return reach | own_access(viewer, connection, column)


def own_access(viewer: Viewer, connection: Connection, column: str = "centre_id") -> Clause:
    """The viewer's own grants; to a program with a token, those that it carries."""
    own = Clause(f"{_beside(column, 'user_id')} = ?", (viewer.user_id,))
    if viewer.api_token_id is None:
        return own
    carried = sorted(grant.id for grant in viewer.grants.values())
    return own & connection.among(_beside(column, "id"), carried)


def _beside(column: str, name: str) -> str:
    """Another column of the same table as the column of the centre."""
    return f"{column.removesuffix('centre_id')}{name}"
