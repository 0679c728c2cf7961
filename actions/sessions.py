"""Logging in and out."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Final, NamedTuple

import msgspec
import orjson

from auth.events import Event, EventKind, append, event
from auth.passwords import verify, verify_nobody
from auth.permissions import Staff
from auth.sessions import add_session, end_session, end_sessions, viewer_of
from auth.throttle import UNKNOWN, Throttle, place_of
from auth.viewer import Viewer
from database.connection import Connection, Database
from database.query import Dialect, json_rows
from domain.errors import Missing, RateLimited, Refused
from domain.people import normal_email

IDLE: Final = timedelta(hours=1)
ABSOLUTE: Final = timedelta(hours=12)
KNOWN_FOR: Final = timedelta(days=90)
"""How long a network address counts as known for an account after a log-in.

What is one address is what the throttle counts as one: of IPv6 a /64 network, in which the devices
of one customer have other addresses every day.
"""


class LogIn(NamedTuple):
    """A log-in that succeeded."""

    token: str
    expires_at: datetime
    viewer: Viewer


class _Account(msgspec.Struct, frozen=True):
    id: int
    password_hash: str
    staff: str | None
    email_confirmed_at: datetime | None
    disabled_at: datetime | None
    addresses: str | None
    """The network addresses at which it was logged in to of late, each once, as JSON text."""

    def known_at(self, address: str | None) -> bool:
        """Whether somebody logged in to it there, or elsewhere in the same IPv6 network."""
        place = place_of(address)
        known = orjson.loads(self.addresses or "[]")
        return place != UNKNOWN and any(place_of(one) == place for (one,) in known)

    @property
    def may_enter(self) -> bool:
        return (
            self.disabled_at is None
            and self.email_confirmed_at is not None
            and self.staff != Staff.SERVICE.value
        )


@cache
def _by_email(dialect: Dialect) -> str:
    return f"""
    SELECT u.id, u.password_hash, u.staff, u.email_confirmed_at, u.disabled_at,
           (SELECT {json_rows(dialect, "s.address")} FROM (
                SELECT DISTINCT s.address FROM session s WHERE s.user_id = u.id
                AND s.created_at > ? AND s.address IS NOT NULL) s)
    FROM account u WHERE u.email = ?
    """  # noqa: S608 - columns are ours


async def log_in(
    database: Database,
    viewer: Viewer,
    email: str,
    password: str,
    *,
    throttle: Throttle,
    note: Callable[[Event], None],
    now: datetime,
    idle: timedelta = IDLE,
    absolute: timedelta = ABSOLUTE,
) -> LogIn:
    """Open a session; raises Refused alike for whatever reason somebody is not let in.

    `note` takes the event of a refusal, which is written later: nothing is done here that an
    account that exists would make longer.
    """
    account = await _account(database.reader, email, now)
    known = account is not None and account.known_at(viewer.address)
    attempt = await throttle.begin_log_in(email, viewer.address, known=known)
    try:
        if account is None:
            await verify_nobody(password)
            right, new_hash = False, None
        else:
            right, new_hash = await verify(password, account.password_hash)
    except RateLimited:
        await throttle.untried(attempt)
        raise
    if account is None or not right or not account.may_enter:
        await throttle.failed(attempt)
        note(
            event(
                EventKind.LOG_IN_REFUSED,
                viewer,
                now,
                user_id=account.id if account else None,
                code="LOG_IN_FAILED",
            )
        )
        raise _not_let_in()
    opened = await _open(
        database, viewer, email, account, new_hash, now=now, idle=idle, absolute=absolute
    )
    await throttle.succeeded(attempt)
    return opened


async def _open(
    database: Database,
    viewer: Viewer,
    email: str,
    account: _Account,
    new_hash: str | None,
    *,
    now: datetime,
    idle: timedelta,
    absolute: timedelta,
) -> LogIn:
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
        current = await _account(connection, email, now)
        if (
            current is None
            or current.password_hash != (new_hash or account.password_hash)
            or not current.may_enter
        ):
            raise _not_let_in()
        opened = await add_session(connection, viewer, account.id, now=now, absolute=absolute)
        told = event(EventKind.LOG_IN, viewer, now, user_id=account.id)
        await append(connection, msgspec.structs.replace(told, actor_id=account.id, standing=None))
    entered = await viewer_of(database, opened.token, viewer, now=now, idle=idle)
    if entered is None:
        raise _not_let_in()
    return LogIn(opened.token, opened.expires_at, entered)


async def log_out(database: Database, viewer: Viewer, token: str, *, now: datetime) -> None:
    """End the session of a token; one that opens nothing is no error."""
    async with database.transaction() as connection:
        await end_session(connection, token, now)
        if viewer.session_id is not None:
            told = event(EventKind.LOG_OUT, viewer, now, user_id=viewer.user_id)
            await append(connection, told)


async def end_own_session(
    database: Database, viewer: Viewer, session_id: int, *, now: datetime
) -> None:
    """End one of one's own sessions; raises Missing for any other."""
    async with database.transaction() as connection:
        found = await connection.tuples(
            "UPDATE session SET ended_at = COALESCE(ended_at, ?) WHERE id = ? AND user_id = ?"
            " RETURNING id",
            now,
            session_id,
            viewer.user_id,
        )
        if not found:
            message = "You have no such session."
            raise Missing(message, field="id")
        told = event(EventKind.SESSION_ENDED, viewer, now, user_id=viewer.user_id)
        await append(connection, told)


async def end_other_sessions(database: Database, viewer: Viewer, *, now: datetime) -> None:
    """End all of one's own sessions but the one that asks."""
    if viewer.user_id is None:
        return
    async with database.transaction() as connection:
        await end_sessions(connection, viewer.user_id, now, except_id=viewer.session_id)
        told = event(EventKind.SESSION_ENDED, viewer, now, user_id=viewer.user_id, code="OTHERS")
        await append(connection, told)


def _not_let_in() -> Refused:
    message = "The e-mail address or the password is wrong, or the account cannot be used."
    return Refused(message, code="LOG_IN_FAILED")


async def _account(connection: Connection, email: str, now: datetime) -> _Account | None:
    # What cannot be an address is looked for all the same: every refusal takes the same work.
    found = await connection.rows(
        _Account,
        _by_email(connection.dialect),
        now - KNOWN_FOR,
        normal_email(email) or "",
    )
    return found[0] if found else None
