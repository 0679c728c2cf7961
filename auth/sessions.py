"""Finds the viewer of a token: log-in sessions, and tokens for programs."""

import asyncio
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Final, NamedTuple, Self

import orjson
from tortoise.exceptions import OperationalError

from auth.events import EventKind, append, event
from auth.permissions import GrantKind, Role, Staff
from auth.tokens import TokenKind, hash_of, kind_of, new_token
from auth.viewer import ANONYMOUS, Grants, HeldGrant, Viewer
from database.connection import Connection, Database
from database.query import Clause, Dialect, RowQuery, json_rows
from database.slotted import SlottedRow
from database.transactions import BusyError
from domain.errors import Refused

_NOTED_EVERY: Final = timedelta(minutes=1)
_PATIENCE_SECONDS: Final = 0.25
_MOST_NOTED: Final = 10_000
_LONGEST_ADDRESS: Final = 45
_LONGEST_AGENT: Final = 200

_noted: dict[str, datetime] = {}
"""When this process last tried to note the use of a token, by its hash."""


class OpenedSession(NamedTuple):
    """A session just opened: the only moment at which its token is known."""

    token: str
    expires_at: datetime
    """The end of its life, however much it is used."""


class Held(SlottedRow, frozen=True):
    """Whose token it is, and the grants of its user."""

    key: int
    last_used_at: datetime | None
    """None for a token for programs that never was."""
    expires_at: datetime
    terms_accepted: int | None
    user_id: int
    email: str
    first_name: str
    last_name: str
    staff: str | None
    grants: str | None
    """The grants as JSON text; parsed results are cached by text."""


_ACCOUNT: Final = """
    (SELECT a.id FROM terms_acceptance a
     WHERE a.user_id = u.id AND a.terms_id = (SELECT MAX(t.id) FROM terms t)),
    u.id, u.email, u.first_name, u.last_name, u.staff
"""
_GRANT: Final = "g.id, g.centre_id, g.kind, g.role, g.manages_users, g.line"
_GRANTS: Final = """
    FROM (SELECT * FROM access_grant g WHERE g.user_id = u.id AND g.revoked_at IS NULL
    ORDER BY g.id) g
"""
_CARRIED: Final = """
    WHERE g.id IN (SELECT c.grant_id FROM api_token_grant c WHERE c.api_token_id = k.id)
"""
_USABLE: Final = "u.disabled_at IS NULL AND u.email_confirmed_at IS NOT NULL"


@cache
def _by_session(dialect: Dialect, column: str = "token_hash") -> str:
    return f"""
    SELECT s.id, s.last_used_at, s.expires_at, {_ACCOUNT},
    (SELECT {json_rows(dialect, _GRANT)} {_GRANTS})
    FROM session s JOIN account u ON u.id = s.user_id
    WHERE s.{column} = ? AND s.ended_at IS NULL AND {_USABLE}
    """  # noqa: S608 - columns are ours


@cache
def _by_api_token(dialect: Dialect, column: str = "token_hash") -> str:
    return f"""
    SELECT k.id, k.last_used_at, k.expires_at, {_ACCOUNT},
    (SELECT {json_rows(dialect, _GRANT)} {_GRANTS} {_CARRIED})
    FROM api_token k JOIN account u ON u.id = k.user_id
    WHERE k.{column} = ? AND k.revoked_at IS NULL AND {_USABLE}
    """  # noqa: S608 - columns are ours


@cache
def _by_email(dialect: Dialect) -> str:
    return f"""
    SELECT u.id, u.created_at, u.created_at, {_ACCOUNT},
    (SELECT {json_rows(dialect, _GRANT)} {_GRANTS})
    FROM account u WHERE u.email = ? AND {_USABLE}
    """  # noqa: S608 - columns are ours


async def add_session(
    connection: Connection,
    asking: Viewer,
    user_id: int,
    *,
    now: datetime,
    absolute: timedelta,
) -> OpenedSession:
    """Let somebody in who has shown who they are; `asking` tells from where."""
    token = new_token(TokenKind.SESSION)
    expires_at = now + absolute
    await connection.execute(
        "INSERT INTO session (token_hash, user_id, created_at, last_used_at, expires_at,"
        " address, agent) VALUES (?, ?, ?, ?, ?, ?, ?)",
        hash_of(token),
        user_id,
        now,
        now,
        expires_at,
        asking.address[:_LONGEST_ADDRESS] if asking.address else None,
        asking.agent[:_LONGEST_AGENT] if asking.agent else None,
    )
    return OpenedSession(token, expires_at)


async def know_address(connection: Connection, asking: Viewer, user_id: int, now: datetime) -> None:
    """Keep that somebody showed at this address who they are, as a session that has ended."""
    none = timedelta(0)
    opened = await add_session(connection, asking, user_id, now=now, absolute=none)
    await end_session(connection, opened.token, now)


class Credential(NamedTuple):
    """A token as somebody shows it at a moment."""

    kind: TokenKind
    hashed: str
    asking: Viewer
    """The viewer as far as is known without the token: from where, in which request."""
    now: datetime
    idle: timedelta
    """How long a session lives without use."""

    @classmethod
    def shown(cls, token: str, asking: Viewer, *, now: datetime, idle: timedelta) -> Self | None:
        """What was shown; None if it is no token of a session or a program."""
        kind = kind_of(token)
        if kind not in (TokenKind.SESSION, TokenKind.API):
            return None
        return cls(kind, hash_of(token), asking, now, idle)

    def question(self, dialect: Dialect) -> RowQuery:
        """Asks whose the token is: one row `Held`, or none."""
        by_token = _by_session if self.kind is TokenKind.SESSION else _by_api_token
        return RowQuery(Held, Clause(by_token(dialect), (self.hashed,)))

    def opens(self, held: Held | None) -> Viewer | None:
        """Who holds the token; None when it opens nothing, for any reason."""
        if held is None or self.now >= held.expires_at:
            return None
        if self.kind is TokenKind.SESSION and self.unused(held) >= self.idle:
            return None
        return _viewer(held, self.asking, self.kind)

    def unused(self, held: Held) -> timedelta:
        """For how long nobody showed it."""
        return timedelta.max if held.last_used_at is None else self.now - held.last_used_at

    def counts_as_use(self, held: Held) -> bool:
        """Whether it is to be noted that it is used now: once a minute, and tried once a minute."""
        tried = _noted.get(self.hashed)
        lately = tried is not None and timedelta(0) <= self.now - tried < _NOTED_EVERY
        return self.unused(held) >= _NOTED_EVERY and not lately


async def viewer_of(
    database: Database,
    token: str,
    asking: Viewer,
    *,
    now: datetime,
    idle: timedelta,
    used: bool = True,
) -> Viewer | None:
    """Who holds a token, read in one statement; None when it opens nothing, for any reason.

    `used` says whether it counts as a use, which keeps a session from its end.
    """
    shown = Credential.shown(token, asking, now=now, idle=idle)
    if shown is None:
        return None
    return shown.opens(await held_by(database, shown, used=used))


async def held_by(database: Database, shown: Credential, *, used: bool = True) -> Held | None:
    """Whose a token is, read in one statement, and noted as used where it opens anything."""
    (found,) = await database.reader.keyed.together([shown.question(database.dialect)])
    if not found:
        return None
    held: Held = found[0]
    viewer = shown.opens(held)
    if used and viewer is not None and shown.counts_as_use(held):
        await _note_use(database, viewer, shown.hashed, shown.now)
    return held


async def viewer_now(connection: Connection, viewer: Viewer) -> Viewer:
    """The viewer with what they may do at this moment, for a transaction that writes.

    What was read when the request began may be over, above all where something had to be waited
    for. The session, or the token, cannot be ended before the transaction is. Raises Refused
    (UNAUTHENTICATED) where it is.
    """
    dialect, key = connection.dialect, viewer.session_id or viewer.api_token_id
    if key is None:
        return viewer  # the console, or nobody
    kind = TokenKind.API if viewer.session_id is None else TokenKind.SESSION
    statement, table = (_by_api_token, "k") if kind is TokenKind.API else (_by_session, "s")
    kept = f"FOR SHARE OF {table}" if dialect is Dialect.POSTGRESQL else ""
    found = await connection.rows(Held, f"{statement(dialect, 'id')} {kept}", key)
    if not found:
        message = "Your session has been ended meanwhile. Log in again."
        raise Refused(message, code="UNAUTHENTICATED")
    return _viewer(found[0], viewer, kind)


async def viewer_by_email(database: Database, email: str) -> Viewer | None:
    """Who somebody would be with a session, or a service account with its token; else None."""
    found = await database.reader.rows(Held, _by_email(database.dialect), email)
    return _viewer(found[0], ANONYMOUS, None) if found else None


async def end_session(connection: Connection, token: str, now: datetime) -> None:
    """Close the session of a token for good; one that is closed stays as it is."""
    await connection.execute(
        "UPDATE session SET ended_at = ? WHERE token_hash = ? AND ended_at IS NULL",
        now,
        hash_of(token),
    )


async def end_sessions(
    connection: Connection, user_id: int, now: datetime, *, except_id: int | None = None
) -> None:
    """Close all sessions of somebody, or all but one."""
    await connection.execute(
        "UPDATE session SET ended_at = ? WHERE user_id = ? AND id <> ? AND ended_at IS NULL",
        now,
        user_id,
        except_id or 0,
    )


def _viewer(held: Held, asking: Viewer, kind: TokenKind | None) -> Viewer:
    staff = Staff(held.staff) if held.staff else None
    return Viewer(
        user_id=held.user_id,
        email=held.email,
        name=f"{held.first_name} {held.last_name}",
        staff=staff,
        grants=_grants("[]" if staff else held.grants or "[]"),  # staff work at no centre
        session_id=held.key if kind is TokenKind.SESSION else None,
        api_token_id=held.key if kind is TokenKind.API else None,
        terms_due=held.terms_accepted is None and staff is not Staff.SERVICE,
        address=asking.address,
        agent=asking.agent,
        request_id=asking.request_id,
    )


@lru_cache(maxsize=1024)
def _grants(rows: str) -> Grants:
    """Grants from their rows as they were read now; equal rows share what follows from them."""
    return Grants(
        HeldGrant(
            id=id_,
            centre_id=centre_id,
            kind=GrantKind(kind),
            role=Role(role),
            manages_users=bool(manages_users),
            line=line,
        )
        for id_, centre_id, kind, role, manages_users, line in orjson.loads(rows)
    )


async def _note_use(database: Database, viewer: Viewer, hashed: str, now: datetime) -> None:
    """Keep when a token was last used, unless a writer is in the way for too long."""
    if len(_noted) >= _MOST_NOTED:
        _noted.clear()
    _noted[hashed] = now
    table, key = "session", viewer.session_id
    if viewer.api_token_id is not None:
        table, key = "api_token", viewer.api_token_id
    # A reader is never refused, nor kept waiting, because a feed holds the database.
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS), database.brief_transaction() as connection:
            await connection.execute(
                f"UPDATE {table} SET last_used_at = ? WHERE id = ?"  # noqa: S608 - tables are ours
                " AND (last_used_at IS NULL OR last_used_at < ?)",
                now,
                key,
                now,
            )
            if viewer.api_token_id is not None:
                subject = f"API token {viewer.api_token_id}"
                used = event(EventKind.TOKEN_USED, viewer, now, subject=subject)
                await append(connection, used)
    except (BusyError, OperationalError, TimeoutError):
        return
