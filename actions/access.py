"""Who may see a centre: letting people in, changing what they may do, ending it."""

from datetime import datetime

from actions.changes import Subject, record_change
from actions.grants import (
    Centre,
    Grant,
    Person,
    Rights,
    centre_with,
    held_by,
    keep_a_centre_user,
    lock_centre,
    lock_person_and_centre,
    locked_grant,
    no_centre,
    other_centre_users,
    person_with,
)
from actions.letters import write_letter
from auth.events import EventKind, append, event
from auth.explain import demand
from auth.permissions import GRANTS, GrantKind, Permission, Role
from auth.sessions import viewer_now
from auth.throttle import Limit, Throttle
from auth.viewer import Viewer
from database.connection import Connection, Database
from domain.errors import Conflict, Invalid, Missing, Refused
from domain.letters import LetterKind
from domain.people import LONGEST_NAME, parse_line


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
        viewer = await viewer_now(connection, viewer)  # sessions come before centres
        centre = await centre_with(connection, viewer, centre_number)
        demand(viewer, Permission.USER_MANAGE, centre.id)
        rights = await _checked(connection, Rights(kind, affiliation=affiliation, line=line))
        viewer, person = await lock_person_and_centre(connection, viewer, login, centre)
        demand(viewer, Permission.USER_MANAGE, centre.id)  # it may have ended meanwhile
        held = await held_by(connection, person.id, centre.id)
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
        viewer = await viewer_now(connection, viewer)  # sessions come before centres
        centre = await centre_with(connection, viewer, centre_number)
        viewer, person = await lock_person_and_centre(connection, viewer, login, centre)
        held = await held_by(connection, person.id, centre.id)
        was_bound = held is not None and held.manages_users
        bound = rights.manages_users or was_bound
        needed = Permission.CENTRE_USER_BIND if bound else Permission.USER_MANAGE
        demand(viewer, needed, centre.id)
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
        viewer = await viewer_now(connection, viewer)  # sessions come before centres
        viewer, centre, held = await locked_grant(connection, viewer, grant_id)
        demand(viewer, Permission.USER_MANAGE, centre.id)
        _expect(held, expected_version)
        if held.manages_users:
            if administrator:
                return held.id
            message = "A centre user edits by being one; only an operator can unbind them."
            raise Refused(message, code="CENTRE_USER_EDITS")
        role = Role.ADMINISTRATOR if administrator else Role.VIEWER
        rights = held.rights._replace(role=role)
        person = Person(held.user_id, held.email, held.name, held.staff)
        return await _set(connection, viewer, now, centre, person, held, rights)


async def revoke_access(
    database: Database, viewer: Viewer, grant_id: int, *, expected_version: int, now: datetime
) -> None:
    """End somebody's access to a centre."""
    async with database.transaction() as connection:
        viewer = await viewer_now(connection, viewer)  # sessions come before centres
        viewer, centre, held = await locked_grant(connection, viewer, grant_id)
        demand(viewer, Permission.USER_MANAGE, centre.id)
        _expect(held, expected_version)
        await _end(connection, viewer, now, centre, held, EventKind.ACCESS_REVOKED)


async def end_access(
    database: Database, viewer: Viewer, *, centre_number: str, login: str, now: datetime
) -> None:
    """End a person's access to a centre; raises Missing when there is none."""
    async with database.transaction() as connection:
        viewer = await viewer_now(connection, viewer)  # sessions come before centres
        viewer, centre = await lock_centre(connection, viewer, centre_number)
        demand(viewer, Permission.USER_MANAGE, centre.id)
        held = await held_by(connection, (await person_with(connection, login)).id, centre.id)
        if held is None:
            message = "This user has no access to this centre."
            raise Missing(message, code="GRANT_NOT_FOUND")
        await _end(connection, viewer, now, centre, held, EventKind.ACCESS_REVOKED)


async def give_up_access(
    database: Database, viewer: Viewer, *, centre_number: str, now: datetime
) -> None:
    """Give up one's own access to a centre."""
    async with database.transaction() as connection:
        viewer = await viewer_now(connection, viewer)  # sessions come before centres
        viewer, centre = await lock_centre(connection, viewer, centre_number)
        demand(viewer, Permission.GRANT_RELINQUISH, centre.id)
        held = await held_by(connection, viewer.user_id or 0, centre.id)
        if held is None:
            raise no_centre()
        await _end(connection, viewer, now, centre, held, EventKind.ACCESS_GIVEN_UP)


async def _set(
    connection: Connection,
    viewer: Viewer,
    now: datetime,
    centre: Centre,
    person: Person,
    held: Grant | None,
    rights: Rights,
) -> int:
    """Write rights down, tell the history, the log, the person and the centre's managers."""
    if held is not None and held.rights == rights:
        return held.id
    _may_give(viewer, rights, centre.id)
    if person.staff is not None:
        message = "This account is the awarding body's own, and works at no centre."
        raise Refused(message, code="STAFF_ACCOUNT", field="login")
    before = held.rights if held else None
    if held and held.manages_users and not rights.manages_users:
        await keep_a_centre_user(connection, centre.id, held.id)
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
    centre: Centre,
    held: Grant,
    kind: EventKind,
) -> None:
    if held.manages_users:
        await keep_a_centre_user(connection, centre.id, held.id)
    await connection.execute(
        "UPDATE access_grant SET revoked_at = ?, version = version + 1 WHERE id = ?", now, held.id
    )
    subject, before = Subject("GRANT", held.id, centre.id), held.rights.standing.value
    await record_change(connection, viewer, now, subject, "standing", before, None)
    told = event(kind, viewer, now, centre_id=centre.id, user_id=held.user_id, code=before)
    await append(connection, told)
    person = Person(held.user_id, held.email, held.name)
    await _tell(connection, viewer, now, centre, person, held.rights, None)


async def _tell(
    connection: Connection,
    viewer: Viewer,
    now: datetime,
    centre: Centre,
    person: Person,
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
    for email in await other_centre_users(connection, centre.id, person.id):
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


def _may_give(viewer: Viewer, rights: Rights, centre_id: int) -> None:
    """Nobody gives a right they do not hold there, those apart who bind the centre's own users."""
    if viewer.may(Permission.CENTRE_USER_BIND, centre_id):
        return
    lacking = GRANTS[rights.standing] - GRANTS[viewer.standing_at(centre_id)]
    if lacking:
        message = "Nobody can give rights that they do not have themselves."
        raise Refused(message)


def _expect(held: Grant, version: int) -> None:
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
