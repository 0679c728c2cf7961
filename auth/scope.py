"""The only door to rows: each clause narrows a table to what exists for the viewer."""

from auth.permissions import Permission
from auth.viewer import Viewer
from models.database import ALWAYS, NEVER, Clause, Connection


def within(viewer: Viewer, permission: Permission, connection: Connection, column: str) -> Clause:
    """The column holds a centre where the viewer has the permission."""
    centre_ids = viewer.centres_with(permission)
    if centre_ids is None:
        return ALWAYS
    return connection.among(column, sorted(centre_ids)) if centre_ids else NEVER


def centres(viewer: Viewer, connection: Connection, column: str = "c.id") -> Clause:
    """Centres the viewer may see, by the column of their id."""
    return within(viewer, Permission.CENTRE_READ, connection, column)


def learners(viewer: Viewer, connection: Connection, column: str = "l.id") -> Clause:
    """Learners with a registration at a centre of the viewer, by the column of their id."""
    reach = within(viewer, Permission.LEARNER_READ, connection, "reach.centre_id")
    if reach in (ALWAYS, NEVER):
        return reach
    return Clause(
        f"{column} IN (SELECT reach.learner_id FROM registration reach WHERE {reach.text})",  # noqa: S608 - columns are ours
        reach.params,
    )


def registrations(viewer: Viewer, connection: Connection, column: str = "centre_id") -> Clause:
    """Registrations the viewer may see."""
    return within(viewer, Permission.LEARNER_READ, connection, column)


def components(viewer: Viewer, connection: Connection, column: str = "centre_id") -> Clause:
    """Components the viewer may see."""
    return within(viewer, Permission.LEARNER_READ, connection, column)


def flags(viewer: Viewer, connection: Connection, column: str = "centre_id") -> Clause:
    """Flags the viewer may see."""
    return within(viewer, Permission.LEARNER_READ, connection, column)


def issues(viewer: Viewer, connection: Connection, column: str = "centre_id") -> Clause:
    """Issues the viewer may see."""
    return within(viewer, Permission.ISSUE_READ, connection, column)


def declarations(viewer: Viewer, connection: Connection, column: str = "centre_id") -> Clause:
    """Declarations the viewer may see."""
    return within(viewer, Permission.DECLARATION_READ, connection, column)


def entries(viewer: Viewer, connection: Connection, column: str = "centre_id") -> Clause:
    """Entries of known learners that the viewer may see; the others are unmatched."""
    matched = Clause(f"{_beside(column, 'learner_id')} IS NOT NULL")
    return within(viewer, Permission.ENTRY_READ, connection, column) & matched


def unmatched_entries(viewer: Viewer, connection: Connection, column: str = "centre_id") -> Clause:
    """Entries that belong to no learner and that the viewer may see."""
    unmatched = Clause(f"{_beside(column, 'learner_id')} IS NULL")
    return within(viewer, Permission.UNMATCHED_ENTRY_READ, connection, column) & unmatched


def qualifications(viewer: Viewer) -> Clause:
    """The catalogue, for whoever may look qualifications up."""
    return ALWAYS if viewer.may_anywhere(Permission.QUALIFICATION_READ) else NEVER


def users(viewer: Viewer, connection: Connection, column: str = "centre_id") -> Clause:
    """Grants the viewer may see: those of centres whose users they may list, and their own."""
    reach = within(viewer, Permission.USER_READ, connection, column)
    if viewer.user_id is None or reach == ALWAYS:
        return reach
    own = f"{_beside(column, 'user_id')} = ?"
    return Clause(f"({reach.text} OR {own})", (*reach.params, viewer.user_id))


def _beside(column: str, name: str) -> str:
    """Another column of the same table as the column of the centre."""
    return f"{column.removesuffix('centre_id')}{name}"
