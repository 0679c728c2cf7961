"""Changing one's password, and setting a new one by way of a mail."""

from datetime import datetime
from typing import Final

import msgspec

from actions.letters import write_letter
from auth.events import EventKind, append, event
from auth.passwords import check_strength, hash_password, verify
from auth.permissions import Staff
from auth.sessions import end_sessions, know_address
from auth.throttle import Limit, Throttle
from auth.tokens import TokenKind, hash_of, kind_of
from auth.viewer import Viewer
from database.connection import Connection, Database
from domain.errors import Conflict, Invalid, Refused
from domain.letters import LetterKind
from domain.people import parse_email


class Owner(msgspec.Struct, frozen=True):
    """The account that a mailed token belongs to."""

    token_id: int
    id: int
    email: str
    first_name: str
    last_name: str
    password_hash: str

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"


_OWNER: Final = """
    SELECT k.id, u.id, u.email, u.first_name, u.last_name, u.password_hash
    FROM one_time_token k JOIN account u ON u.id = k.user_id
    WHERE k.token_hash = ? AND k.purpose = ? AND k.used_at IS NULL AND k.expires_at > ?
    AND u.disabled_at IS NULL AND (u.staff IS NULL OR u.staff <> 'SERVICE')
"""


async def owner_of(connection: Connection, token: str, kind: TokenKind, now: datetime) -> Owner:
    """Whose mailed token this is; raises Invalid for one that opens nothing (any more)."""
    if kind_of(token.strip()) is kind:
        found = await connection.rows(Owner, _OWNER, hash_of(token.strip()), kind.name, now)
        if found:
            return found[0]
    message = "This code is wrong, used or older than an hour; ask for a new one."
    raise Invalid(message, code="TOKEN_INVALID", field="token")


async def use_up(connection: Connection, owner: Owner, now: datetime) -> None:
    """A mailed token works once; raises Invalid where another request was faster."""
    found = await connection.tuples(
        "UPDATE one_time_token SET used_at = ? WHERE id = ? AND used_at IS NULL RETURNING id",
        now,
        owner.token_id,
    )
    if not found:
        message = "This code has just been used."
        raise Invalid(message, code="TOKEN_INVALID", field="token")


async def request_reset(
    database: Database, viewer: Viewer, email: str, *, throttle: Throttle, now: datetime
) -> None:
    """Have a mail sent that lets its reader set a password, if there is such an account."""
    recipient = parse_email(email)
    await throttle.check(Limit.RESET_PASSWORD, viewer.address)
    if not await throttle.allows(Limit.RESET_PASSWORD_ACCOUNT, recipient):
        return
    async with database.transaction() as connection:
        await write_letter(connection, LetterKind.RESET_PASSWORD, recipient, now)
        await append(connection, event(EventKind.PASSWORD_RESET_REQUESTED, viewer, now))


async def reset_password(
    database: Database,
    viewer: Viewer,
    *,
    token: str,
    password: str,
    password_again: str,
    throttle: Throttle,
    now: datetime,
) -> None:
    """Set a password by a mailed token, and end whatever was open.

    The address that asks is known as the owner's from then on, so that guessing by others does
    not keep them out.
    """
    check_alike(password, password_again)
    await throttle.check(Limit.ONE_TIME_TOKEN, viewer.address)
    owner = await owner_of(database.reader, token, TokenKind.RESET_PASSWORD, now)
    await check_strength(password, email=owner.email, name=owner.name)
    password_hash = await hash_password(password)
    async with database.transaction() as connection:
        await use_up(connection, owner, now)
        # Whoever reads the mailbox has shown that the address is theirs.
        await connection.execute(
            "UPDATE account SET password_hash = ?,"
            " email_confirmed_at = COALESCE(email_confirmed_at, ?) WHERE id = ?",
            password_hash,
            now,
            owner.id,
        )
        await close_all(connection, owner.id, now)
        await know_address(connection, viewer, owner.id, now)
        await write_letter(connection, LetterKind.PASSWORD_CHANGED, owner.email, now)
        await append(connection, event(EventKind.PASSWORD_RESET, viewer, now, user_id=owner.id))
    await throttle.welcome(owner.email, viewer.address)


async def change_password(
    database: Database,
    viewer: Viewer,
    *,
    old: str,
    password: str,
    password_again: str,
    throttle: Throttle,
    now: datetime,
) -> None:
    """Set another password for oneself; every other session and every API token ends."""
    check_alike(password, password_again)
    await throttle.check(Limit.PASSWORD_CHECK, str(viewer.user_id))
    ((held, staff),) = await database.reader.tuples(
        "SELECT password_hash, staff FROM account WHERE id = ?", viewer.user_id
    )
    right, _ = await verify(old, held)
    if not right or staff == Staff.SERVICE.value:
        message = "The old password is wrong."
        raise Refused(message, code="PASSWORD_WRONG", field="oldPassword")
    await check_strength(password, email=viewer.email, name=viewer.name)
    password_hash = await hash_password(password)
    async with database.transaction() as connection:
        found = await connection.tuples(
            "UPDATE account SET password_hash = ? WHERE id = ? AND password_hash = ? RETURNING id",
            password_hash,
            viewer.user_id,
            held,
        )
        if not found:
            message = "The password was changed elsewhere at the same moment."
            raise Conflict(message)
        await close_all(connection, viewer.user_id or 0, now, except_id=viewer.session_id)
        await write_letter(connection, LetterKind.PASSWORD_CHANGED, viewer.email, now)
        told = event(EventKind.PASSWORD_CHANGED, viewer, now, user_id=viewer.user_id)
        await append(connection, told)


async def close_all(
    connection: Connection, user_id: int, now: datetime, *, except_id: int | None = None
) -> None:
    """End all sessions of somebody, or all but one, their API tokens and mailed tokens."""
    await end_sessions(connection, user_id, now, except_id=except_id)
    await connection.execute(
        "UPDATE api_token SET revoked_at = ? WHERE user_id = ? AND revoked_at IS NULL",
        now,
        user_id,
    )
    await connection.execute(
        "UPDATE one_time_token SET used_at = ? WHERE user_id = ? AND used_at IS NULL",
        now,
        user_id,
    )


def check_alike(password: str, again: str) -> None:
    """The password was typed twice; raises Invalid when the two differ."""
    if password != again:
        message = "The two passwords differ."
        raise Invalid(message, code="PASSWORDS_DIFFER", field="passwordAgain")
