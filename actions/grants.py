"""Finds and locks the grants of a centre for a change."""

from typing import Final, NamedTuple

import msgspec

from auth import scope
from auth.permissions import GrantKind, Role, Standing
from auth.sessions import viewer_now
from auth.viewer import Viewer, standing_of
from database.connection import Connection
from database.query import Clause, Dialect
from domain.editing import LAST_CENTRE_USER
from domain.errors import Missing, Refused
from domain.people import normal_email
from models.grant import CENTRE_USERS


class Rights(NamedTuple):
    """The rights of a grant."""

    kind: GrantKind = GrantKind.CENTRE
    role: Role = Role.VIEWER
    manages_users: bool = False
    affiliation: str | None = None
    line: str | None = None

    @property
    def standing(self) -> Standing:
        """Who these rights make somebody at the centre."""
        return standing_of(self.kind, self.role, manages_users=self.manages_users)


CENTRE_USER: Final = Rights(role=Role.ADMINISTRATOR, manages_users=True)


class Grant(msgspec.Struct, frozen=True):
    """A grant in force, with its holder."""

    id: int
    user_id: int
    email: str
    name: str
    centre_id: int
    kind: str
    role: str
    manages_users: bool
    affiliation: str | None
    line: str | None
    version: int
    staff: str | None

    @property
    def rights(self) -> Rights:
        """What it says."""
        return Rights(
            GrantKind(self.kind),
            Role(self.role),
            self.manages_users,
            self.affiliation,
            self.line,
        )


class Centre(msgspec.Struct, frozen=True):
    """A centre whose grants change."""

    id: int
    number: str
    name: str


class Person(msgspec.Struct, frozen=True):
    """Somebody with an account."""

    id: int
    email: str
    name: str
    staff: str | None = None


_GRANT: Final = """
    SELECT g.id, g.user_id, u.email, u.first_name || ' ' || u.last_name, g.centre_id,
           g.kind, g.role, g.manages_users, g.affiliation, g.line, g.version, u.staff
    FROM access_grant g JOIN account u ON u.id = g.user_id
    WHERE g.revoked_at IS NULL AND {} ORDER BY g.id
"""


async def keep_centre_users(connection: Connection, user_id: int) -> None:
    """Refuse to lose somebody who is the last centre user of a centre; locks their centres."""
    rows = await connection.tuples(
        "SELECT centre_id, id FROM access_grant WHERE user_id = ? AND manages_users"
        " AND revoked_at IS NULL ORDER BY centre_id",
        user_id,
    )
    for centre_id, _ in rows:
        await _lock(connection, centre_id)
    for centre_id, grant_id in rows:
        await keep_a_centre_user(connection, centre_id, grant_id)


async def other_centre_users(connection: Connection, centre_id: int, user_id: int) -> list[str]:
    """The e-mail addresses of those who manage the centre's users beside somebody."""
    query = f"SELECT u.email FROM {CENTRE_USERS} AND g.centre_id = ? AND g.user_id <> ?"  # noqa: S608 - names are ours
    rows = await connection.tuples(f"{query} ORDER BY u.id", centre_id, user_id)
    return [email for (email,) in rows]


async def person_with(connection: Connection, login: str) -> Person:
    """Whoever registered with an e-mail address; raises Missing."""
    return await _person(connection, login, "")


async def lock_person_and_centre(
    connection: Connection, viewer: Viewer, login: str, centre: Centre
) -> tuple[Viewer, Person]:
    """Whoever is to be let in at a centre, which cannot be closed to them meanwhile.

    The account comes before the centre, as for those who close an account. Gives the viewer as of
    now, too, as all do that lock a centre: its grants may have changed while one waited.
    """
    shared = "FOR SHARE" if connection.dialect is Dialect.POSTGRESQL else ""
    person = await _person(connection, login, shared)
    await _lock(connection, centre.id)
    return await viewer_now(connection, viewer), person


async def _person(connection: Connection, login: str, lock: str) -> Person:
    found = await connection.rows(
        Person,
        "SELECT id, email, first_name || ' ' || last_name, staff FROM account"  # noqa: S608 - ours
        f" WHERE email = ? AND disabled_at IS NULL {lock}",
        normal_email(login) or "",
    )
    if not found:
        message = "There is no account with this e-mail address; the person must register first."
        raise Missing(message, code="USER_NOT_REGISTERED", field="login")
    return found[0]


async def centre_with(connection: Connection, viewer: Viewer, number: str) -> Centre:
    """A centre in reach; raises Missing."""
    key = number.strip()
    if not key.isprintable():
        raise no_centre()
    reach = scope.centres(viewer, connection, "id")
    found = await _centres(connection, Clause("number = ?", (key,)) & reach)
    if not found:
        raise no_centre()
    return found[0]


async def lock_centre(connection: Connection, viewer: Viewer, number: str) -> tuple[Viewer, Centre]:
    """The viewer as of now, and a centre in reach; its grants change one transaction at a time."""
    centre = await centre_with(connection, viewer, number)
    await _lock(connection, centre.id)
    return await viewer_now(connection, viewer), centre


async def locked_grant(
    connection: Connection, viewer: Viewer, grant_id: int
) -> tuple[Viewer, Centre, Grant]:
    """The viewer as of now, the centre of a grant that they can see, locked, and the grant."""
    reach = scope.users(viewer, connection, "g.centre_id")
    where = Clause("g.id = ?", (grant_id,)) & reach
    statement = _GRANT.format(where.text)
    found = await connection.rows(Grant, statement, *where.params)
    if found:
        await _lock(connection, found[0].centre_id)
        found = await connection.rows(Grant, statement, *where.params)
    if not found:
        message = "There is no such access."
        raise Missing(message, field="id")
    (centre,) = await _centres(connection, Clause("id = ?", (found[0].centre_id,)))
    return await viewer_now(connection, viewer), centre, found[0]


async def _centres(connection: Connection, where: Clause) -> list[Centre]:
    return await connection.rows(
        Centre,
        f"SELECT id, number, name FROM centre WHERE {where.text}",  # noqa: S608 - clauses are ours
        *where.params,
    )


async def _lock(connection: Connection, centre_id: int) -> None:
    await connection.execute("UPDATE centre SET name = name WHERE id = ?", centre_id)


def no_centre() -> Missing:
    """What is told of a centre that does not exist, or is out of reach."""
    message = "There is no centre with this number."
    return Missing(message, field="centre")


async def held_by(connection: Connection, user_id: int, centre_id: int) -> Grant | None:
    """The grant of somebody at a centre."""
    found = await connection.rows(
        Grant, _GRANT.format("g.user_id = ? AND g.centre_id = ?"), user_id, centre_id
    )
    return found[-1] if found else None


async def keep_a_centre_user(connection: Connection, centre_id: int, grant_id: int) -> None:
    """Refuse to take a centre its last user who can manage the others."""
    query = f"SELECT g.id FROM {CENTRE_USERS} AND g.centre_id = ?"  # noqa: S608 - names are ours
    rows = await connection.tuples(query, centre_id)
    if [id_ for (id_,) in rows] == [grant_id]:
        raise Refused(LAST_CENTRE_USER.reason, code=LAST_CENTRE_USER.code)
