"""The only door to rows: each clause narrows a table to what exists for the viewer."""

from collections import defaultdict
from collections.abc import Iterable

from auth.permissions import Permission
from auth.viewer import HeldGrant, Viewer
from domain.errors import Refused
from models.database import ALWAYS, NEVER, Clause, Connection


def within(viewer: Viewer, permission: Permission, connection: Connection, column: str) -> Clause:
    """The column holds a centre where the viewer has the permission, if only for one line."""
    grants = _grants(viewer, permission)
    return ALWAYS if grants is None else _at(connection, column, grants)


def along(
    viewer: Viewer, permission: Permission, connection: Connection, column: str, key: str
) -> Clause:
    """Rows of registrations: a grant for one line opens only those that are on it.

    `column` holds the centre and `key` the registration.
    """
    grants = _grants(viewer, permission)
    if grants is None:
        return ALWAYS
    whole = _at(connection, column, (grant for grant in grants if grant.line is None))
    by_line: dict[str, list[HeldGrant]] = defaultdict(list)
    for grant in grants:
        if grant.line is not None:
            by_line[grant.line].append(grant)
    if not by_line:
        return whole
    parts, params = [whole.text], list(whole.params)
    for line, limited in by_line.items():
        at = _at(connection, "narrow.centre_id", limited)
        parts.append(
            f"{key} IN (SELECT narrow.id FROM registration narrow"  # noqa: S608 - columns are ours
            f" WHERE narrow.line = ? AND {at.text})"
        )
        params += [line, *at.params]
    return Clause(f"({' OR '.join(parts)})", tuple(params))


def _grants(viewer: Viewer, permission: Permission) -> tuple[HeldGrant, ...] | None:
    """The grants that open rows; before the terms are accepted, nothing but the centres' names."""
    if viewer.terms_due and permission is not Permission.CENTRE_READ:
        message = "Read and accept the current terms of use first."
        raise Refused(message, code="TERMS_NOT_ACCEPTED")
    return viewer.grants_with(permission)


def _at(connection: Connection, column: str, grants: Iterable[HeldGrant]) -> Clause:
    centre_ids = sorted(grant.centre_id for grant in grants)
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
    grants = _grants(viewer, Permission.UNMATCHED_ENTRY_READ)
    if grants is None:
        return unmatched
    return _at(connection, column, (grant for grant in grants if grant.line is None)) & unmatched


def events(viewer: Viewer, connection: Connection, column: str = "centre_id") -> Clause:
    """What happened at centres whose log is open; a grant for one line opens none of it."""
    grants = _grants(viewer, Permission.ACCESS_LOG_READ)
    if grants is None:
        return ALWAYS
    return _at(connection, column, (grant for grant in grants if grant.line is None))


def changes(viewer: Viewer, connection: Connection, column: str = "centre_id") -> Clause:
    """The history of learners in reach, as far as it was made at centres in reach."""
    reach = within(viewer, Permission.CHANGE_READ, connection, column)
    own = _beside(column, "learner_id")
    return reach & Clause(f"{own} IS NOT NULL") & learners(viewer, connection, own)


def feed_runs(viewer: Viewer) -> Clause:
    """Runs of the importer, which are about all centres at once."""
    return ALWAYS if viewer.may_everywhere(Permission.FEED_RUN_READ) else NEVER


def verifications(viewer: Viewer, connection: Connection, column: str = "centre_id") -> Clause:
    """Standards verifications of centres whose entries the viewer may see."""
    return within(viewer, Permission.ENTRY_READ, connection, column)


def qualifications(viewer: Viewer) -> Clause:
    """The catalogue, for whoever may look qualifications up."""
    return NEVER if _grants(viewer, Permission.QUALIFICATION_READ) == () else ALWAYS


def users(viewer: Viewer, connection: Connection, column: str = "centre_id") -> Clause:
    """Grants the viewer may see: those of centres whose users they may list, and their own."""
    reach = within(viewer, Permission.USER_READ, connection, column)
    if viewer.user_id is None or reach == ALWAYS:
        return reach
    own = own_access(viewer, connection, column)
    return Clause(f"({reach.text} OR {own.text})", reach.params + own.params)


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
