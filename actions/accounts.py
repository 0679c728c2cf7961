"""Accounts: opening them, logging in and out, and access to centres."""

import re
import unicodedata
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import msgspec
from tortoise.exceptions import IntegrityError

from auth.passwords import check_shape, check_strength, hash_password, verify, verify_nobody
from auth.permissions import GrantKind, Role, Staff, Standing
from auth.sessions import add_session, end_session, viewer_of
from auth.viewer import Viewer, standing_of
from domain.errors import Conflict, Invalid, Missing, Refused
from models.database import Connection, Database

IDLE: Final = timedelta(hours=1)
ABSOLUTE: Final = timedelta(hours=12)

_EMAIL: Final = re.compile(
    r'[^@\s"(),:;<>\[\]\\]+@[^@\s"(),:;<>\[\]\\.]+(\.[^@\s"(),:;<>\[\]\\.]+)+'
)
_LONGEST_EMAIL: Final = 254
_LONGEST_TITLE: Final = 40
_LONGEST_NAME: Final = 100


class LogIn(NamedTuple):
    """A log-in that succeeded."""

    token: str
    expires_at: datetime
    viewer: Viewer


class Access(msgspec.Struct, frozen=True):
    """One account with one of its grants in force, or with none."""

    email: str
    first_name: str
    last_name: str
    staff: str | None
    disabled_at: datetime | None
    last_log_in_at: datetime | None
    centre_number: str | None
    kind: str | None
    role: str | None
    manages_users: bool | None
    affiliation: str | None

    @property
    def standing(self) -> Standing | None:
        """Who the grant makes its holder at its centre."""
        if self.kind is None or self.role is None:
            return None
        kind, role = GrantKind(self.kind), Role(self.role)
        return standing_of(kind, role, manages_users=bool(self.manages_users))


class _Account(msgspec.Struct, frozen=True):
    id: int
    password_hash: str
    email_confirmed_at: datetime | None
    disabled_at: datetime | None


class _Grant(msgspec.Struct, frozen=True):
    id: int
    kind: str
    role: str
    manages_users: bool
    affiliation: str | None

    @property
    def standing(self) -> Standing:
        kind, role = GrantKind(self.kind), Role(self.role)
        return standing_of(kind, role, manages_users=self.manages_users)


async def log_in(
    database: Database,
    email: str,
    password: str,
    *,
    now: datetime,
    idle: timedelta = IDLE,
    absolute: timedelta = ABSOLUTE,
) -> LogIn:
    """Open a session; raises Refused alike for whatever reason somebody is not let in."""
    check_shape(password)
    account = await _account(database.reader, email)
    if account is None:
        await verify_nobody(password)
        raise _not_let_in()
    right, new_hash = await verify(password, account.password_hash)
    if not right or not _may_enter(account):
        raise _not_let_in()
    async with database.transaction() as connection:
        await connection.execute(
            "UPDATE account SET last_log_in_at = ?, password_hash = ?"
            " WHERE id = ? AND password_hash = ?",
            now,
            new_hash or account.password_hash,
            account.id,
            account.password_hash,
        )
        # The account may have been closed, or its password changed, while this one was checked.
        current = await _account(connection, email)
        if (
            current is None
            or current.password_hash != (new_hash or account.password_hash)
            or not _may_enter(current)
        ):
            raise _not_let_in()
        opened = await add_session(connection, account.id, now=now, idle=idle, absolute=absolute)
    viewer = await viewer_of(database, opened.token, now=now, idle=idle)
    if viewer is None:
        raise _not_let_in()
    return LogIn(opened.token, opened.expires_at, viewer)


async def log_out(database: Database, token: str, now: datetime) -> None:
    """End the session of a token; one that opens nothing is no error."""
    await end_session(database, token, now)


async def create_user(
    database: Database,
    *,
    email: str,
    password: str,
    title: str,
    first_name: str,
    last_name: str,
    staff: Staff | None = None,
    now: datetime,
    confirmed: bool = True,
) -> int:
    """Open an account and give its id; raises Conflict when the e-mail address has one."""
    email = _email(email)
    title = _text(title, "title", least=0, most=_LONGEST_TITLE)
    first_name = _text(first_name, "firstName", least=1, most=_LONGEST_NAME)
    last_name = _text(last_name, "lastName", least=1, most=_LONGEST_NAME)
    check_strength(password, email=email, name=f"{first_name} {last_name}")
    password_hash = await hash_password(password)
    try:
        async with database.transaction() as connection:
            await connection.execute(
                "INSERT INTO account (email, password_hash, title, first_name, last_name, staff,"
                " created_at, email_confirmed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                email,
                password_hash,
                title,
                first_name,
                last_name,
                staff.value if staff else None,
                now,
                now if confirmed else None,
            )
            found = await connection.tuples("SELECT id FROM account WHERE email = ?", email)
            user_id = int(found[0][0])
            after = staff.value if staff else Standing.REGISTERED.value
            await _record(connection, now, None, ("USER", user_id), "standing", None, after)
    except IntegrityError as error:
        message = "There is an account with this e-mail address already."
        raise Conflict(message, code="EMAIL_TAKEN", field="email") from error
    return user_id


async def grant_access(
    database: Database,
    *,
    email: str,
    centre_number: str,
    kind: GrantKind,
    role: Role,
    manages_users: bool,
    affiliation: str | None,
    now: datetime,
) -> None:
    """Let a user in at a centre, or change what they may do there; a centre user may edit."""
    if manages_users and kind is not GrantKind.CENTRE:
        message = "Only somebody who works at the centre can be its centre user."
        raise Invalid(message, code="CENTRE_USER_KIND", field="kind")
    role = Role.ADMINISTRATOR if manages_users else role
    label = _text(affiliation or "", "affiliation", least=0, most=_LONGEST_NAME) or None
    standing = standing_of(kind, role, manages_users=manages_users)
    values = (kind.value, role.value, manages_users, label)
    async with database.transaction() as connection:
        centre_id = await _lock_centre(connection, centre_number)
        user_id = await _user_id(connection, email)
        held = await _grant(connection, user_id, centre_id)
        if held and (held.standing, held.affiliation) == (standing, label):
            return
        if held and held.standing is Standing.CENTRE_USER and standing is not held.standing:
            await _keep_a_centre_user(connection, centre_id, held.id)
        if held:
            grant_id = held.id
            await connection.execute(
                "UPDATE access_grant SET kind = ?, role = ?, manages_users = ?, affiliation = ?,"
                " version = version + 1 WHERE id = ?",
                *values,
                grant_id,
            )
        else:
            grant_id = await _add_grant(connection, user_id, centre_id, now, values)
        subject = ("GRANT", grant_id)
        standing_before = held.standing if held else None
        label_before = held.affiliation if held else None
        await _record(connection, now, centre_id, subject, "standing", standing_before, standing)
        await _record(connection, now, centre_id, subject, "affiliation", label_before, label)


async def revoke_access(
    database: Database, *, email: str, centre_number: str, now: datetime
) -> None:
    """End a user's access to a centre; raises Missing when there is none."""
    async with database.transaction() as connection:
        centre_id = await _lock_centre(connection, centre_number)
        held = await _grant(connection, await _user_id(connection, email), centre_id)
        if held is None:
            message = "This user has no access to this centre."
            raise Missing(message, code="GRANT_NOT_FOUND")
        if held.standing is Standing.CENTRE_USER:
            await _keep_a_centre_user(connection, centre_id, held.id)
        await connection.execute(
            "UPDATE access_grant SET revoked_at = ?, version = version + 1 WHERE id = ?",
            now,
            held.id,
        )
        subject = ("GRANT", held.id)
        await _record(connection, now, centre_id, subject, "standing", held.standing, None)


async def all_access(database: Database) -> list[Access]:
    """Every account with its grants in force, for those who run the service."""
    return await database.reader.rows(
        Access,
        """
        SELECT u.email, u.first_name, u.last_name, u.staff, u.disabled_at, u.last_log_in_at,
               c.number, g.kind, g.role, g.manages_users, g.affiliation
        FROM account u
        LEFT JOIN access_grant g ON g.user_id = u.id AND g.revoked_at IS NULL
        LEFT JOIN centre c ON c.id = g.centre_id
        ORDER BY u.email, c.number
        """,
    )


def _not_let_in() -> Refused:
    message = "The e-mail address or the password is wrong, or the account cannot be used."
    return Refused(message, code="LOG_IN_FAILED")


def _may_enter(account: _Account) -> bool:
    return account.disabled_at is None and account.email_confirmed_at is not None


def _normal(email: str) -> str | None:
    """The e-mail address as it is stored; None for what cannot be one."""
    normal = unicodedata.normalize("NFC", email.strip()).lower()
    if len(normal) > _LONGEST_EMAIL or not _EMAIL.fullmatch(normal) or not normal.isprintable():
        return None
    return normal


def _email(email: str) -> str:
    normal = _normal(email)
    if normal is None:
        message = "This is not an e-mail address."
        raise Invalid(message, code="EMAIL", field="email")
    return normal


def _text(value: str, field: str, *, least: int, most: int) -> str:
    """A short text for one line, without space around it."""
    text = unicodedata.normalize("NFC", value.strip())
    if not least <= len(text) <= most or not text.isprintable():
        message = f"This must have {least} to {most} characters, all of them printable."
        raise Invalid(message, field=field)
    return text


async def _account(connection: Connection, email: str) -> _Account | None:
    # What cannot be an address is looked for all the same: every refusal takes the same work.
    found = await connection.rows(
        _Account,
        "SELECT id, password_hash, email_confirmed_at, disabled_at FROM account WHERE email = ?",
        _normal(email) or "",
    )
    return found[0] if found else None


async def _user_id(connection: Connection, email: str) -> int:
    found = await connection.tuples("SELECT id FROM account WHERE email = ?", _normal(email) or "")
    if not found:
        message = "There is no account with this e-mail address; the person must register first."
        raise Missing(message, code="USER_NOT_REGISTERED", field="email")
    return int(found[0][0])


async def _lock_centre(connection: Connection, number: str) -> int:
    """The centre's id; its grants change one transaction at a time."""
    key = number.strip()
    if key.isprintable():
        await connection.execute("UPDATE centre SET name = name WHERE number = ?", key)
        found = await connection.tuples("SELECT id FROM centre WHERE number = ?", key)
        if found:
            return int(found[0][0])
    message = "There is no centre with this number."
    raise Missing(message, code="CENTRE_NOT_FOUND", field="centreNumber")


async def _grant(connection: Connection, user_id: int, centre_id: int) -> _Grant | None:
    found = await connection.rows(
        _Grant,
        "SELECT id, kind, role, manages_users, affiliation FROM access_grant"
        " WHERE user_id = ? AND centre_id = ? AND revoked_at IS NULL ORDER BY id",
        user_id,
        centre_id,
    )
    return found[-1] if found else None


async def _add_grant(
    connection: Connection, user_id: int, centre_id: int, now: datetime, values: tuple[object, ...]
) -> int:
    await connection.execute(
        "INSERT INTO access_grant (user_id, centre_id, granted_at, version,"
        " kind, role, manages_users, affiliation) VALUES (?, ?, ?, 1, ?, ?, ?, ?)",
        user_id,
        centre_id,
        now,
        *values,
    )
    found = await connection.tuples(
        "SELECT id FROM access_grant WHERE user_id = ? AND centre_id = ? AND revoked_at IS NULL",
        user_id,
        centre_id,
    )
    return int(found[0][0])


async def _keep_a_centre_user(connection: Connection, centre_id: int, grant_id: int) -> None:
    """Refuse to take a centre its last user who can manage the others."""
    found = await connection.tuples(
        "SELECT 1 FROM access_grant g JOIN account u ON u.id = g.user_id"
        " WHERE g.centre_id = ? AND g.id <> ? AND g.manages_users AND g.kind = 'CENTRE'"
        " AND g.revoked_at IS NULL AND u.disabled_at IS NULL LIMIT 1",
        centre_id,
        grant_id,
    )
    if not found:
        message = "This is the centre's last centre user; bind another one first."
        raise Refused(message, code="LAST_CENTRE_USER")


async def _record(
    connection: Connection,
    now: datetime,
    centre_id: int | None,
    subject: tuple[str, int],
    field: str,
    before: str | None,
    after: str | None,
) -> None:
    """Keep what became of one field; nothing is kept when nothing became of it."""
    if before == after:
        return
    await connection.execute(
        "INSERT INTO change (at, source, centre_id, object_type, object_id, field, before, after)"
        " VALUES (?, 'SYSTEM', ?, ?, ?, ?, ?, ?)",
        now,
        centre_id,
        *subject,
        field,
        before,
        after,
    )
