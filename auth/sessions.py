"""Log-in sessions: an opaque token outside, its hash inside."""

import asyncio
import hashlib
import re
import secrets
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple

import msgspec
from tortoise.exceptions import OperationalError

from auth.permissions import GrantKind, Role, Staff
from auth.viewer import HeldGrant, Viewer
from models.database import Connection, Database

PREFIX: Final = "lt_s_"

_SHAPE: Final = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")
_NOTED_EVERY: Final = timedelta(minutes=1)
_PATIENCE_SECONDS: Final = 0.25
_MOST_NOTED: Final = 10_000

_noted: dict[str, datetime] = {}
"""When this process last tried to note the use of a session, by the hash of its token."""


class OpenedSession(NamedTuple):
    """A session just opened: the only moment at which its token is known."""

    token: str
    expires_at: datetime
    """The end of its life, however much it is used."""
    idles_out_at: datetime
    """The end of its life if it is not used."""


class _Held(msgspec.Struct, frozen=True):
    """One grant of a session's user; without any there is one row with nulls."""

    session_id: int
    last_used_at: datetime
    expires_at: datetime
    user_id: int
    email: str
    first_name: str
    last_name: str
    staff: str | None
    grant_id: int | None
    centre_id: int | None
    kind: str | None
    role: str | None
    manages_users: bool | None


_HELD: Final = """
    SELECT s.id, s.last_used_at, s.expires_at,
           u.id, u.email, u.first_name, u.last_name, u.staff,
           g.id, g.centre_id, g.kind, g.role, g.manages_users
    FROM session s
    JOIN account u ON u.id = s.user_id
    LEFT JOIN access_grant g ON g.user_id = u.id AND g.revoked_at IS NULL
    WHERE s.token_hash = ? AND s.ended_at IS NULL
      AND u.disabled_at IS NULL AND u.email_confirmed_at IS NOT NULL
    ORDER BY g.id
"""


async def open_session(
    database: Database, user_id: int, *, now: datetime, idle: timedelta, absolute: timedelta
) -> OpenedSession:
    """Let somebody in who has shown who they are."""
    async with database.transaction() as connection:
        return await add_session(connection, user_id, now=now, idle=idle, absolute=absolute)


async def add_session(
    connection: Connection, user_id: int, *, now: datetime, idle: timedelta, absolute: timedelta
) -> OpenedSession:
    """Open a session as part of a transaction."""
    token = f"{PREFIX}{secrets.token_urlsafe(32)}"
    expires_at = now + absolute
    await connection.execute(
        "INSERT INTO session (token_hash, user_id, created_at, last_used_at, expires_at)"
        " VALUES (?, ?, ?, ?, ?)",
        hash_of(token),
        user_id,
        now,
        now,
        expires_at,
    )
    return OpenedSession(token, expires_at, min(expires_at, now + idle))


async def viewer_of(
    database: Database, token: str, *, now: datetime, idle: timedelta
) -> Viewer | None:
    """Who holds a token, read in one statement; None when it opens nothing, for any reason."""
    if _SHAPE.fullmatch(token) is None:
        return None
    hashed = hash_of(token)
    rows = await database.reader.rows(_Held, _HELD, hashed)
    if not rows:
        return None
    held = rows[0]
    if now >= held.expires_at or now - held.last_used_at >= idle:
        return None
    if now - held.last_used_at >= _NOTED_EVERY:
        await _note_use(database, held.session_id, hashed, now)
    return Viewer(
        user_id=held.user_id,
        email=held.email,
        name=f"{held.first_name} {held.last_name}",
        staff=Staff(held.staff) if held.staff else None,
        grants=MappingProxyType({grant.centre_id: grant for grant in _grants(rows)}),
        session_id=held.session_id,
    )


async def end_session(database: Database, token_or_id: str | int, now: datetime) -> None:
    """Close a session for good, by its token or its id; one that is closed stays as it is."""
    key: str | int
    if isinstance(token_or_id, int):
        column, key = "id", token_or_id
    elif _SHAPE.fullmatch(token_or_id):
        column, key = "token_hash", hash_of(token_or_id)
    else:
        return
    async with database.transaction() as connection:
        await connection.execute(
            f"UPDATE session SET ended_at = ? WHERE {column} = ? AND ended_at IS NULL",  # noqa: S608 - columns are ours
            now,
            key,
        )


def hash_of(token: str) -> str:
    """What is stored of a token: enough to recognise it, too little to use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def _grants(rows: list[_Held]) -> list[HeldGrant]:
    return [
        HeldGrant(
            id=row.grant_id,
            centre_id=row.centre_id,
            kind=GrantKind(row.kind),
            role=Role(row.role),
            manages_users=bool(row.manages_users),
        )
        for row in rows
        if row.grant_id is not None and row.centre_id is not None and row.kind and row.role
    ]


async def _note_use(database: Database, session_id: int, hashed: str, now: datetime) -> None:
    """Keep when the session was last used, unless a writer is in the way for too long."""
    tried = _noted.get(hashed)
    if tried is not None and timedelta(0) <= now - tried < _NOTED_EVERY:
        return
    if len(_noted) >= _MOST_NOTED:
        _noted.clear()
    _noted[hashed] = now
    # A reader is never refused, nor kept waiting, because a feed holds the database.
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await database.writer.execute(
                "UPDATE session SET last_used_at = ? WHERE id = ? AND last_used_at < ?",
                now,
                session_id,
                now,
            )
    except (TimeoutError, OperationalError):
        return
