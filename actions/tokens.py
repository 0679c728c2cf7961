"""Tokens for programs: making them, which shows them once, and ending them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from auth.events import EventKind, append, event
from auth.explain import demand
from auth.permissions import Permission, Staff
from auth.sessions import viewer_now
from auth.tokens import TokenKind, hash_of, new_token
from auth.viewer import Viewer
from database.connection import Connection, Database
from domain.errors import Invalid, Missing, Refused
from domain.people import LONGEST_NAME, normal_email, parse_line

LONGEST_DAYS: Final = 366
MOST_TOKENS: Final = 20


class MadeToken(NamedTuple):
    """A token just made: the only moment at which it is known."""

    id: int
    token: str
    expires_at: datetime


async def create_api_token(
    database: Database,
    viewer: Viewer,
    *,
    name: str,
    centre_numbers: Sequence[str],
    days: int,
    now: datetime,
) -> MadeToken:
    """Make a token that reads at some of one's own centres; raises Missing for any other."""
    if viewer.staff is not None:
        message = "Tokens are for access to chosen centres; staff read everywhere and make none."
        raise Refused(message, code="STAFF_TOKEN")
    if not centre_numbers:
        message = "Choose at least one centre."
        raise Invalid(message, field="centres")
    async with database.transaction() as connection:
        viewer = await viewer_now(connection, viewer)
        grants = await _grants(connection, viewer, [number.strip() for number in centre_numbers])
        made = await _make(connection, viewer, viewer.user_id or 0, name, days, now)
        await connection.execute_many(
            "INSERT INTO api_token_grant (api_token_id, grant_id) VALUES (?, ?)",
            [(made.id, grant_id) for grant_id in grants],
        )
    return made


async def create_service_token(
    database: Database, viewer: Viewer, *, login: str, name: str, days: int, now: datetime
) -> MadeToken:
    """Make a token for a service account, which has no other way in."""
    async with database.transaction() as connection:
        viewer = await viewer_now(connection, viewer)
        demand(viewer, Permission.ACCOUNT_DISABLE, everywhere=True)
        found = await connection.tuples(
            "SELECT id FROM account WHERE email = ? AND staff = ? AND disabled_at IS NULL",
            normal_email(login) or "",
            Staff.SERVICE.value,
        )
        if not found:
            message = "There is no service account with this e-mail address."
            raise Missing(message, code="USER_NOT_REGISTERED", field="login")
        return await _make(connection, viewer, int(found[0][0]), name, days, now)


async def revoke_api_token(
    database: Database, viewer: Viewer, token_id: int, *, now: datetime
) -> None:
    """End a token of one's own, or of anybody for those who may close accounts."""
    async with database.transaction() as connection:
        viewer = await viewer_now(connection, viewer)
        anybody = viewer.may_everywhere(Permission.ACCOUNT_DISABLE)
        found = await connection.tuples(
            "UPDATE api_token SET revoked_at = COALESCE(revoked_at, ?)"
            " WHERE id = ? AND (user_id = ? OR ?) RETURNING user_id",
            now,
            token_id,
            viewer.user_id,
            anybody,
        )
        if not found:
            message = "There is no such token."
            raise Missing(message, field="id")
        told = event(
            EventKind.TOKEN_REVOKED,
            viewer,
            now,
            user_id=int(found[0][0]),
            subject=f"API token {token_id}",
        )
        await append(connection, told)


async def _make(
    connection: Connection, viewer: Viewer, user_id: int, name: str, days: int, now: datetime
) -> MadeToken:
    name = parse_line(name, "name", least=1, most=LONGEST_NAME)
    if not 1 <= days <= LONGEST_DAYS:
        message = f"A token lives for 1 to {LONGEST_DAYS} days."
        raise Invalid(message, field="days")
    # The account is locked, so that two requests cannot both make the last token.
    await connection.execute("UPDATE account SET email = email WHERE id = ?", user_id)
    held = await connection.number(
        "SELECT COUNT(*) FROM api_token WHERE user_id = ? AND revoked_at IS NULL"
        " AND expires_at > ?",
        user_id,
        now,
    )
    if held >= MOST_TOKENS:
        message = f"There are {MOST_TOKENS} tokens already; revoke one that is not needed."
        raise Refused(message, code="TOO_MANY_TOKENS")
    token, expires_at = new_token(TokenKind.API), now + timedelta(days=days)
    token_id = await connection.insert(
        "INSERT INTO api_token (token_hash, user_id, name, created_at, expires_at)"
        " VALUES (?, ?, ?, ?, ?)",
        hash_of(token),
        user_id,
        name,
        now,
        expires_at,
    )
    told = event(
        EventKind.TOKEN_CREATED, viewer, now, user_id=user_id, subject=f"API token {token_id}"
    )
    await append(connection, told)
    return MadeToken(token_id, token, expires_at)


async def _grants(connection: Connection, viewer: Viewer, numbers: Sequence[str]) -> list[int]:
    """One's own grants at these centres; raises Missing where there is none."""
    wanted = connection.among("c.number", [number for number in numbers if number.isprintable()])
    rows = await connection.tuples(
        "SELECT c.number, g.id FROM access_grant g JOIN centre c ON c.id = g.centre_id"  # noqa: S608
        f" WHERE g.user_id = ? AND g.revoked_at IS NULL AND {wanted.text} ORDER BY g.id",
        viewer.user_id,
        *wanted.params,
    )
    found = {str(row[0]): int(row[1]) for row in rows}
    if set(numbers) - set(found):
        message = "One of the centres is not among those you have access to."
        raise Missing(message, field="centres")
    return sorted(found.values())
