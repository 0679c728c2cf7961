"""Who may see a centre: letting people in, changing what they may do, ending it."""

from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from actions.changes import Subject, record_change
from actions.letters import write_letter
from auth import scope
from auth.events import EventKind, append, event
from auth.explain import refusal_of
from auth.permissions import GRANTS, GrantKind, Permission, Role, Standing
from auth.throttle import Limit, Throttle
from auth.viewer import Viewer, standing_of
from domain.errors import Conflict, Invalid, Missing, Refused
from domain.letters import LetterKind
from domain.people import LONGEST_NAME, normal_email, parse_line
from models.database import Clause, Connection, Database


class Rights(NamedTuple):
    """What a grant says."""

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


class _Grant(msgspec.Struct, frozen=True):
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

    @property
    def rights(self) -> Rights:
        return Rights(
            GrantKind(self.kind),
            Role(self.role),
            self.manages_users,
            self.affiliation,
            self.line,
        )


class _Centre(msgspec.Struct, frozen=True):
    id: int
    number: str
    name: str


class _Person(msgspec.Struct, frozen=True):
    id: int
    email: str
    name: str


_GRANT: Final = """
    SELECT g.id, g.user_id, u.email, u.first_name || ' ' || u.last_name, g.centre_id,
           g.kind, g.role, g.manages_users, g.affiliation, g.line, g.version
    FROM access_grant g JOIN account u ON u.id = g.user_id
    WHERE g.revoked_at IS NULL AND {} ORDER BY g.id
"""
_OTHER_CENTRE_USERS: Final = """
    SELECT u.email FROM access_grant g JOIN account u ON u.id = g.user_id
    WHERE g.centre_id = ? AND g.user_id <> ? AND g.manages_users AND g.kind = 'CENTRE'
    AND g.revoked_at IS NULL AND u.disabled_at IS NULL AND u.email_confirmed_at IS NOT NULL
    ORDER BY u.id
"""


async def add_user(
    database: Database,
    viewer: Viewer,
    *,
    centre_number: str,
    login: str,
    kind: GrantKind,
    affiliation: str | None,
    line: str | None,
    throttle: Throttle,
    now: datetime,
) -> int:
    """Let a registered person in as a viewer; gives the grant's id.

    Somebody who has just these rights keeps them; raises Conflict where they have others.
    """
    await throttle.check(Limit.FIND_USER, viewer.user_id)
    async with database.transaction() as connection:
        centre = await _lock_centre(connection, viewer, centre_number)
        _demand(viewer, Permission.USER_MANAGE, centre.id)
        rights = await _checked(connection, Rights(kind, affiliation=affiliation, line=line))
        person = await _person(connection, login)
        held = await _held(connection, person.id, centre.id)
        if held is not None and held.rights != rights:
            message = "This person has access to the centre already, with other rights."
            raise Conflict(message, code="ACCESS_EXISTS", current=("Access", held.id))
        return await _set(connection, viewer, now, centre, person, held, rights)


async def set_access(
    database: Database,
    viewer: Viewer,
    *,
    centre_number: str,
    login: str,
    rights: Rights,
    now: datetime,
) -> int:
    """Give a person just these rights at a centre, whatever they had; gives the grant's id.

    Binding a centre user, and unbinding one, takes the permission to do so.
    """
    async with database.transaction() as connection:
        centre = await _lock_centre(connection, viewer, centre_number)
        person = await _person(connection, login)
        held = await _held(connection, person.id, centre.id)
        was_bound = held is not None and held.manages_users
        bound = rights.manages_users or was_bound
        needed = Permission.CENTRE_USER_BIND if bound else Permission.USER_MANAGE
        _demand(viewer, needed, centre.id)
        rights = await _checked(connection, rights)
        return await _set(connection, viewer, now, centre, person, held, rights)


async def set_administrator(
    database: Database,
    viewer: Viewer,
    grant_id: int,
    *,
    administrator: bool,
    expected_version: int,
    now: datetime,
) -> int:
    """Tick or untick "learner tracking administrator"; gives the grant's id."""
    async with database.transaction() as connection:
        centre, held = await _locked_grant(connection, viewer, grant_id)
        _demand(viewer, Permission.USER_MANAGE, centre.id)
        _expect(held, expected_version)
        if held.manages_users:
            if administrator:
                return held.id
            message = "A centre user edits by being one; only an operator can unbind them."
            raise Refused(message, code="CENTRE_USER_EDITS")
        role = Role.ADMINISTRATOR if administrator else Role.VIEWER
        rights = held.rights._replace(role=role)
        person = _Person(held.user_id, held.email, held.name)
        return await _set(connection, viewer, now, centre, person, held, rights)


async def revoke_access(
    database: Database, viewer: Viewer, grant_id: int, *, expected_version: int, now: datetime
) -> None:
    """End somebody's access to a centre."""
    async with database.transaction() as connection:
        centre, held = await _locked_grant(connection, viewer, grant_id)
        _demand(viewer, Permission.USER_MANAGE, centre.id)
        _expect(held, expected_version)
        await _end(connection, viewer, now, centre, held, EventKind.ACCESS_REVOKED)


async def end_access(
    database: Database, viewer: Viewer, *, centre_number: str, login: str, now: datetime
) -> None:
    """End a person's access to a centre; raises Missing when there is none."""
    async with database.transaction() as connection:
        centre = await _lock_centre(connection, viewer, centre_number)
        _demand(viewer, Permission.USER_MANAGE, centre.id)
        held = await _held(connection, (await _person(connection, login)).id, centre.id)
        if held is None:
            message = "This user has no access to this centre."
            raise Missing(message, code="GRANT_NOT_FOUND")
        await _end(connection, viewer, now, centre, held, EventKind.ACCESS_REVOKED)


async def give_up_access(
    database: Database, viewer: Viewer, *, centre_number: str, now: datetime
) -> None:
    """Give up one's own access to a centre."""
    async with database.transaction() as connection:
        centre = await _lock_centre(connection, viewer, centre_number)
        _demand(viewer, Permission.GRANT_RELINQUISH, centre.id)
        held = await _held(connection, viewer.user_id or 0, centre.id)
        if held is None:
            raise _no_centre()
        await _end(connection, viewer, now, centre, held, EventKind.ACCESS_GIVEN_UP)


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
        await _keep_a_centre_user(connection, centre_id, grant_id)


async def _set(
    connection: Connection,
    viewer: Viewer,
    now: datetime,
    centre: _Centre,
    person: _Person,
    held: _Grant | None,
    rights: Rights,
) -> int:
    """Write rights down, tell the history, the log, the person and the centre's managers."""
    if held is not None and held.rights == rights:
        return held.id
    _may_give(viewer, rights, centre.id)
    before = held.rights if held else None
    if held and held.manages_users and not rights.manages_users:
        await _keep_a_centre_user(connection, centre.id, held.id)
    values = (
        rights.kind.value,
        rights.role.value,
        rights.manages_users,
        rights.affiliation,
        rights.line,
    )
    if held is None:
        grant_id = await connection.insert(
            "INSERT INTO access_grant (kind, role, manages_users, affiliation, line, user_id,"
            " centre_id, granted_at, granted_by_id, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
            *values,
            person.id,
            centre.id,
            now,
            viewer.user_id,
        )
    else:
        grant_id = held.id
        await connection.execute(
            "UPDATE access_grant SET kind = ?, role = ?, manages_users = ?, affiliation = ?,"
            " line = ?, version = version + 1 WHERE id = ?",
            *values,
            grant_id,
        )
    subject = Subject("GRANT", grant_id, centre.id)
    for field in ("standing", "affiliation", "line"):
        old, new = getattr(before, field, None), getattr(rights, field)
        await record_change(connection, viewer, now, subject, field, old, new)
    kind = EventKind.ACCESS_GRANTED if held is None else EventKind.ACCESS_CHANGED
    told = event(
        kind,
        viewer,
        now,
        centre_id=centre.id,
        user_id=person.id,
        code=rights.standing.value,
    )
    await append(connection, told)
    if before is None or before.standing is not rights.standing:
        await _tell(connection, viewer, now, centre, person, before, rights)
    return grant_id


async def _end(
    connection: Connection,
    viewer: Viewer,
    now: datetime,
    centre: _Centre,
    held: _Grant,
    kind: EventKind,
) -> None:
    if held.manages_users:
        await _keep_a_centre_user(connection, centre.id, held.id)
    await connection.execute(
        "UPDATE access_grant SET revoked_at = ?, version = version + 1 WHERE id = ?", now, held.id
    )
    subject, before = Subject("GRANT", held.id, centre.id), held.rights.standing.value
    await record_change(connection, viewer, now, subject, "standing", before, None)
    told = event(kind, viewer, now, centre_id=centre.id, user_id=held.user_id, code=before)
    await append(connection, told)
    person = _Person(held.user_id, held.email, held.name)
    await _tell(connection, viewer, now, centre, person, held.rights, None)


async def _tell(
    connection: Connection,
    viewer: Viewer,
    now: datetime,
    centre: _Centre,
    person: _Person,
    before: Rights | None,
    after: Rights | None,
) -> None:
    """Mail the person, and those who manage the centre's users beside whoever did it."""
    facts = {
        "centre_number": centre.number,
        "centre_name": centre.name,
        "by": "the awarding body" if viewer.staff is not None else viewer.name,
    }
    if after is None:
        await write_letter(connection, LetterKind.ACCESS_REVOKED, person.email, now, **facts)
    else:
        kind = LetterKind.ACCESS_GRANTED if before is None else LetterKind.ACCESS_CHANGED
        label = after.standing.label
        await write_letter(connection, kind, person.email, now, **facts, standing=label)
    managers = await connection.tuples(_OTHER_CENTRE_USERS, centre.id, person.id)
    for (email,) in managers:
        if email != viewer.email:
            await write_letter(
                connection,
                LetterKind.USERS_CHANGED,
                email,
                now,
                **facts,
                person=person.name,
                email=person.email,
                before=before.standing.label if before else None,
                after=after.standing.label if after else None,
            )


def _demand(viewer: Viewer, permission: Permission, centre_id: int) -> None:
    refusal = refusal_of(viewer, permission, centre_id)
    if refusal is not None:
        raise refusal


def _may_give(viewer: Viewer, rights: Rights, centre_id: int) -> None:
    """Nobody gives a right they do not hold there, those apart who bind the centre's own users."""
    if viewer.may(Permission.CENTRE_USER_BIND, centre_id):
        return
    lacking = GRANTS[rights.standing] - GRANTS[viewer.standing_at(centre_id)]
    if lacking:
        message = "Nobody can give rights that they do not have themselves."
        raise Refused(message)


def _expect(held: _Grant, version: int) -> None:
    if held.version != version:
        message = "Somebody else changed this access in the meantime."
        raise Conflict(message, field="expectedVersion", current=("Access", held.id))


async def _checked(connection: Connection, rights: Rights) -> Rights:
    """The rights as they are kept; raises Invalid for those that cannot be."""
    if rights.manages_users:
        if rights.kind is not GrantKind.CENTRE or rights.line is not None:
            message = "Only somebody who works at the centre, on all its lines, can be its user."
            raise Invalid(message, code="CENTRE_USER_KIND", field="kind")
        rights = rights._replace(role=Role.ADMINISTRATOR)
    if rights.line is not None:
        known = await connection.tuples(
            "SELECT 1 FROM line_of_learning WHERE code = ?", rights.line.replace("\0", "")
        )
        if not known:
            message = "There is no such line of learning."
            raise Invalid(message, code="LINE_UNKNOWN", field="line")
    label = parse_line(rights.affiliation or "", "affiliation", least=0, most=LONGEST_NAME)
    return rights._replace(affiliation=label or None)


async def _person(connection: Connection, login: str) -> _Person:
    found = await connection.rows(
        _Person,
        "SELECT id, email, first_name || ' ' || last_name FROM account"
        " WHERE email = ? AND disabled_at IS NULL",
        normal_email(login) or "",
    )
    if not found:
        message = "There is no account with this e-mail address; the person must register first."
        raise Missing(message, code="USER_NOT_REGISTERED", field="login")
    return found[0]


async def _lock_centre(connection: Connection, viewer: Viewer, number: str) -> _Centre:
    """A centre in reach; its grants change one transaction at a time."""
    key = number.strip()
    if not key.isprintable():
        raise _no_centre()
    reach = scope.centres(viewer, connection, "id")
    found = await _centres(connection, Clause("number = ?", (key,)) & reach)
    if not found:
        raise _no_centre()
    await _lock(connection, found[0].id)
    return found[0]


async def _locked_grant(
    connection: Connection, viewer: Viewer, grant_id: int
) -> tuple[_Centre, _Grant]:
    """A grant that the viewer can see, and its centre, locked."""
    reach = scope.users(viewer, connection, "g.centre_id")
    where = Clause("g.id = ?", (grant_id,)) & reach
    statement = _GRANT.format(where.text)
    found = await connection.rows(_Grant, statement, *where.params)
    if found:
        await _lock(connection, found[0].centre_id)
        found = await connection.rows(_Grant, statement, *where.params)
    if not found:
        message = "There is no such access."
        raise Missing(message, field="id")
    (centre,) = await _centres(connection, Clause("id = ?", (found[0].centre_id,)))
    return centre, found[0]


async def _centres(connection: Connection, where: Clause) -> list[_Centre]:
    return await connection.rows(
        _Centre,
        f"SELECT id, number, name FROM centre WHERE {where.text}",  # noqa: S608 - clauses are ours
        *where.params,
    )


async def _lock(connection: Connection, centre_id: int) -> None:
    await connection.execute("UPDATE centre SET name = name WHERE id = ?", centre_id)


def _no_centre() -> Missing:
    message = "There is no centre with this number."
    return Missing(message, code="CENTRE_NOT_FOUND", field="centre")


async def _held(connection: Connection, user_id: int, centre_id: int) -> _Grant | None:
    found = await connection.rows(
        _Grant, _GRANT.format("g.user_id = ? AND g.centre_id = ?"), user_id, centre_id
    )
    return found[-1] if found else None


async def _keep_a_centre_user(connection: Connection, centre_id: int, grant_id: int) -> None:
    """Refuse to take a centre its last user who can manage the others."""
    found = await connection.tuples(
        "SELECT 1 FROM access_grant g JOIN account u ON u.id = g.user_id"
        " WHERE g.centre_id = ? AND g.id <> ? AND g.manages_users AND g.kind = 'CENTRE'"
        " AND g.revoked_at IS NULL AND u.disabled_at IS NULL"
        " AND u.email_confirmed_at IS NOT NULL LIMIT 1",
        centre_id,
        grant_id,
    )
    if not found:
        message = "This is the centre's last centre user; bind another one first."
        raise Refused(message, code="LAST_CENTRE_USER")
