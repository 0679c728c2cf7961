"""Callers of every kind, each made anew by hand: an account, what it holds, a token."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from actions.accounts import NO_PASSWORD
from auth.matrix import CallerKind
from auth.sessions import add_session
from auth.tokens import TokenKind, hash_of, new_token
from auth.viewer import ANONYMOUS
from database.connection import Connection, Database
from tests.factories import known_hash

RIGHTS: Final = {
    CallerKind.API_TOKEN: ("CENTRE", "ADMINISTRATOR", True),
    CallerKind.CENTRE_ADMINISTRATOR: ("CENTRE", "ADMINISTRATOR", False),
    CallerKind.CENTRE_USER: ("CENTRE", "ADMINISTRATOR", True),
    CallerKind.CENTRE_VIEWER: ("CENTRE", "VIEWER", False),
    CallerKind.NON_CENTRE_ADMINISTRATOR: ("NON_CENTRE", "ADMINISTRATOR", False),
    CallerKind.NON_CENTRE_VIEWER: ("NON_CENTRE", "VIEWER", False),
    CallerKind.REVOKED: ("CENTRE", "ADMINISTRATOR", True),
    CallerKind.TERMS_DUE: ("CENTRE", "ADMINISTRATOR", True),
}
"""Kind, role and managing users of the grant at the centre, for those who have one."""

STAFF: Final = (CallerKind.SUPPORT, CallerKind.OPERATOR, CallerKind.SERVICE)
BY_API_TOKEN: Final = (CallerKind.API_TOKEN, CallerKind.SERVICE)


@dataclass(frozen=True, slots=True)
class Made:
    """A caller that was made."""

    user_id: int
    email: str
    token: str | None
    grant_id: int | None = None
    session_id: int | None = None


class CallerMaker:
    """Makes callers at one centre, and people for things to be done to."""

    def __init__(self, database: Database, centre_id: int) -> None:
        self._database = database
        self._centre_id = centre_id
        self._number = 0

    async def caller(self, kind: CallerKind) -> Made:
        """Somebody of a kind, whom nobody else knows."""
        async with self._database.transaction() as connection:
            if kind is CallerKind.ANONYMOUS:
                return Made(0, "nobody@example.org", None)
            staff = kind.value if kind in STAFF else None
            made = await self._account(connection, staff)
            if kind is not CallerKind.TERMS_DUE and kind is not CallerKind.SERVICE:
                await _accept(connection, made.user_id)
            if kind in RIGHTS:
                made = await self._grant(connection, made, *RIGHTS[kind])
            if kind is CallerKind.REVOKED:
                await connection.execute(
                    "UPDATE access_grant SET revoked_at = ? WHERE id = ?", now(), made.grant_id
                )
            if kind in BY_API_TOKEN:
                return await _api_token(connection, made)
            opened = await add_session(
                connection,
                ANONYMOUS,
                made.user_id,
                now=now(),
                absolute=timedelta(hours=12),
            )
            ((session_id,),) = await connection.tuples(
                "SELECT id FROM session WHERE token_hash = ?", hash_of(opened.token)
            )
            return replace(made, token=opened.token, session_id=session_id)

    async def person(self, *, let_in: bool = False, bound: bool = False) -> Made:
        """Somebody to do things to: registered, let in as a viewer, or bound to the centre."""
        async with self._database.transaction() as connection:
            made = await self._account(connection, None)
            if bound:
                return await self._grant(connection, made, "CENTRE", "ADMINISTRATOR", True)  # noqa: FBT003
            if let_in:
                return await self._grant(connection, made, "CENTRE", "VIEWER", False)  # noqa: FBT003
            return made

    async def _account(self, connection: Connection, staff: str | None) -> Made:
        self._number += 1
        email = f"person-{self._number}@example.org"
        user_id = await connection.insert(
            "INSERT INTO account (email, password_hash, title, first_name, last_name, staff,"
            " created_at, email_confirmed_at) VALUES (?, ?, '', 'Robin', 'Reader', ?, ?, ?)",
            email,
            NO_PASSWORD,
            staff,
            now(),
            now(),
        )
        return Made(user_id, email, None)

    async def _grant(
        self, connection: Connection, made: Made, kind: str, role: str, manages: bool
    ) -> Made:
        grant_id = await connection.insert(
            "INSERT INTO access_grant (user_id, centre_id, kind, role, manages_users, granted_at,"
            " version) VALUES (?, ?, ?, ?, ?, ?, 1)",
            made.user_id,
            self._centre_id,
            kind,
            role,
            manages,
            now(),
        )
        return replace(made, grant_id=grant_id)


def now() -> datetime:
    """The real moment, by which sessions live."""
    return datetime.now(UTC)


async def give_password(database: Database, made: Made) -> None:
    """Let somebody know their password."""
    await database.writer.execute(
        "UPDATE account SET password_hash = ? WHERE id = ?", await known_hash(), made.user_id
    )


async def _accept(connection: Connection, user_id: int) -> None:
    await connection.execute(
        "INSERT INTO terms_acceptance (user_id, terms_id, at) SELECT ?, MAX(id), ? FROM terms",
        user_id,
        now(),
    )


async def _api_token(connection: Connection, made: Made) -> Made:
    token = new_token(TokenKind.API)
    token_id = await connection.insert(
        "INSERT INTO api_token (token_hash, user_id, name, created_at, expires_at)"
        " VALUES (?, ?, 'test', ?, ?)",
        hash_of(token),
        made.user_id,
        now(),
        now() + timedelta(days=1),
    )
    if made.grant_id is not None:
        await connection.execute(
            "INSERT INTO api_token_grant (api_token_id, grant_id) VALUES (?, ?)",
            token_id,
            made.grant_id,
        )
    return replace(made, token=token)
