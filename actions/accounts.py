"""Accounts: asking for one, confirming its address, closing it."""

from datetime import datetime
from typing import Final

from tortoise.exceptions import IntegrityError

from actions.changes import Subject, record_change
from actions.grants import keep_centre_users
from actions.letters import write_letter
from actions.passwords import check_alike, close_all, owner_of, use_up
from auth.events import EventKind, append, event
from auth.explain import demand
from auth.passwords import check_strength, hash_password, verify
from auth.permissions import Permission, Staff, Standing
from auth.sessions import viewer_now
from auth.throttle import Limit, Throttle
from auth.tokens import TokenKind
from auth.viewer import Viewer
from database.connection import Connection, Database
from domain.errors import Conflict, Missing, Refused
from domain.letters import LetterKind
from domain.people import LONGEST_NAME, LONGEST_TITLE, normal_email, parse_email, parse_name

NO_PASSWORD: Final = "!"  # noqa: S105 - no password has this hash
"""What stands in place of a hash for those who never log in."""


async def register(
    database: Database,
    viewer: Viewer,
    *,
    email: str,
    password: str,
    password_again: str,
    title: str,
    first_name: str,
    last_name: str,
    throttle: Throttle,
    now: datetime,
) -> None:
    """Ask for an account; the same answer and work whether or not the address has one already."""
    email = parse_email(email)
    title, first_name, last_name = _names(title, first_name, last_name)
    check_alike(password, password_again)
    await throttle.check(Limit.REGISTER, viewer.address)
    await check_strength(password, email=email, name=f"{first_name} {last_name}")
    password_hash = await hash_password(password)
    async with database.transaction() as connection:
        # Who asks again before confirming changes nothing: only the mailbox's owner can tell
        # which of two registrations is theirs, and recovers the password if it was the other one.
        await connection.execute(
            "INSERT INTO account (email, password_hash, title, first_name, last_name, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (email) DO NOTHING",
            email,
            password_hash,
            title,
            first_name,
            last_name,
            now,
        )
        await write_letter(connection, LetterKind.CONFIRM_EMAIL, email, now)
        await append(connection, event(EventKind.ACCOUNT_REGISTERED, viewer, now))


async def confirm_email(
    database: Database,
    viewer: Viewer,
    *,
    token: str,
    password: str,
    throttle: Throttle,
    now: datetime,
) -> str:
    """Confirm an address by its mailed token; gives the address.

    The password shows that the mailbox's owner and whoever registered are the same person.
    """
    await throttle.check(Limit.ONE_TIME_TOKEN, viewer.address)
    owner = await owner_of(database.reader, token, TokenKind.CONFIRM_EMAIL, now)
    right, _ = await verify(password, owner.password_hash)
    if not right:
        message = "This is not the password chosen on registering; recover the password instead."
        raise Refused(message, code="PASSWORD_WRONG", field="password")
    async with database.transaction() as connection:
        await use_up(connection, owner, now)
        await connection.execute(
            "UPDATE account SET email_confirmed_at = COALESCE(email_confirmed_at, ?) WHERE id = ?",
            now,
            owner.id,
        )
        await append(connection, event(EventKind.EMAIL_CONFIRMED, viewer, now, user_id=owner.id))
    return owner.email


async def update_account(
    database: Database,
    viewer: Viewer,
    *,
    title: str,
    first_name: str,
    last_name: str,
    now: datetime,
) -> None:
    """Change one's own names."""
    wanted = _names(title, first_name, last_name)
    async with database.transaction() as connection:
        viewer = await viewer_now(connection, viewer)
        (held,) = await connection.tuples(
            "SELECT title, first_name, last_name FROM account WHERE id = ?", viewer.user_id
        )
        if tuple(held) == wanted:
            return
        await connection.execute(
            "UPDATE account SET title = ?, first_name = ?, last_name = ? WHERE id = ?",
            *wanted,
            viewer.user_id,
        )
        subject = Subject("USER", viewer.user_id or 0)
        for field, before, after in zip(
            ("title", "first_name", "last_name"), held, wanted, strict=True
        ):
            await record_change(connection, viewer, now, subject, field, before, after)
        told = event(EventKind.ACCOUNT_CHANGED, viewer, now, user_id=viewer.user_id)
        await append(connection, told)


async def create_user(
    database: Database,
    viewer: Viewer,
    *,
    email: str,
    password: str | None,
    title: str,
    first_name: str,
    last_name: str,
    staff: Staff | None = None,
    now: datetime,
) -> int:
    """Open a confirmed account and give its id; raises Conflict when the address has one.

    Only a service account has no password.
    """
    demand(viewer, Permission.ACCOUNT_DISABLE, everywhere=True)
    email = parse_email(email)
    title, first_name, last_name = _names(title, first_name, last_name)
    if staff is Staff.SERVICE:
        password_hash = NO_PASSWORD
    else:
        await check_strength(password or "", email=email, name=f"{first_name} {last_name}")
        password_hash = await hash_password(password or "")
    return await open_account(
        database,
        viewer,
        email=email,
        password_hash=password_hash,
        names=(title, first_name, last_name),
        staff=staff,
        now=now,
    )


async def open_account(
    database: Database,
    viewer: Viewer,
    *,
    email: str,
    password_hash: str,
    names: tuple[str, str, str],
    staff: Staff | None,
    now: datetime,
) -> int:
    """Write down a confirmed account of somebody with a title, a first and a last name.

    Whoever calls has looked whether it may be, and made the hash.
    """
    standing = staff.value if staff else None
    try:
        async with database.transaction() as connection:
            user_id = await connection.insert(
                "INSERT INTO account (email, password_hash, title, first_name, last_name, staff,"
                " created_at, email_confirmed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                email,
                password_hash,
                *names,
                standing,
                now,
                now,
            )
            after = standing or Standing.REGISTERED.value
            subject = Subject("USER", user_id)
            await record_change(connection, viewer, now, subject, "standing", None, after)
            told = event(EventKind.ACCOUNT_REGISTERED, viewer, now, user_id=user_id, code=after)
            await append(connection, told)
    except IntegrityError as error:
        message = "There is an account with this e-mail address already."
        raise Conflict(message, code="EMAIL_TAKEN", field="email") from error
    return user_id


async def disable_account(database: Database, viewer: Viewer, login: str, *, now: datetime) -> int:
    """Close an account to its owner at once.

    Raises Refused for one's own, and for a centre's last centre user.
    """
    async with database.transaction() as connection:
        viewer = await viewer_now(connection, viewer)
        demand(viewer, Permission.ACCOUNT_DISABLE, everywhere=True)
        user_id, disabled = await _user(connection, login)
        if user_id == viewer.user_id:
            message = "This is your own account; another operator has to close it."
            raise Refused(message, code="OWN_ACCOUNT", field="login")
        if not disabled:
            await close_all(connection, user_id, now)  # sessions come before centres
            await keep_centre_users(connection, user_id)
            await connection.execute(
                "UPDATE account SET disabled_at = ? WHERE id = ?", now, user_id
            )
            subject = Subject("USER", user_id)
            await record_change(connection, viewer, now, subject, "disabled", "false", "true")
            told = event(EventKind.ACCOUNT_DISABLED, viewer, now, user_id=user_id)
            await append(connection, told)
    return user_id


async def enable_account(database: Database, viewer: Viewer, login: str, *, now: datetime) -> int:
    """Open a closed account again; its sessions and tokens stay ended."""
    async with database.transaction() as connection:
        viewer = await viewer_now(connection, viewer)
        demand(viewer, Permission.ACCOUNT_DISABLE, everywhere=True)
        user_id, disabled = await _user(connection, login)
        if disabled:
            await connection.execute("UPDATE account SET disabled_at = NULL WHERE id = ?", user_id)
            subject = Subject("USER", user_id)
            await record_change(connection, viewer, now, subject, "disabled", "true", "false")
            told = event(EventKind.ACCOUNT_ENABLED, viewer, now, user_id=user_id)
            await append(connection, told)
    return user_id


def _names(title: str, first_name: str, last_name: str) -> tuple[str, str, str]:
    return (
        parse_name(title, "title", least=0, most=LONGEST_TITLE),
        parse_name(first_name, "firstName", least=1, most=LONGEST_NAME),
        parse_name(last_name, "lastName", least=1, most=LONGEST_NAME),
    )


async def _user(connection: Connection, login: str) -> tuple[int, bool]:
    """An account, locked: nobody is let in anywhere while it is being closed."""
    found = await connection.tuples(
        "UPDATE account SET email = email WHERE email = ? RETURNING id, disabled_at",
        normal_email(login) or "",
    )
    if not found:
        message = "There is no account with this e-mail address."
        raise Missing(message, code="USER_NOT_REGISTERED", field="login")
    return int(found[0][0]), found[0][1] is not None
