"""What tests are made of: a server over a database, callers of every kind, the sample feed."""

import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx2
from starlette.applications import Starlette

from actions import access, accounts
from actions.accounts import NO_PASSWORD
from actions.grants import Rights
from actions.terms import accept_terms
from auth.passwords import hash_password
from auth.permissions import GrantKind, Role, Staff
from auth.sessions import add_session
from auth.viewer import ANONYMOUS, CONSOLE
from database.connection import Database
from domain.people import parse_email
from exchange.feed.report import Report
from server.app import create_app
from server.settings import Settings
from tests.samples import imported

DAY = date(2010, 2, 19)
PASSWORD = "a long enough secret"

UNHURRIED = {
    "secure_cookies": False,
    **dict.fromkeys(("rate_anonymous", "rate_user", "rate_api_token", "rate_staff"), 0),
    **dict.fromkeys(
        ("most_cost_anonymous", "most_cost_user", "most_cost_api_token", "most_cost_staff"), 10**7
    ),
}
"""Settings for tests that are not about how much may be asked for."""


class Caller:
    """Somebody who sends operations over HTTP."""

    def __init__(self, client: httpx2.AsyncClient, token: str | None = None) -> None:
        self._client = client
        self._headers = {"authorization": f"Bearer {token}"} if token else {}

    def through(self, client: httpx2.AsyncClient) -> "Caller":
        """The same person, asking another server of the same database."""
        caller = Caller(client)
        caller._headers = self._headers
        return caller

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The answer to an operation, data and errors, without what it cost."""
        answer: dict[str, Any] = (await self.response(query, **variables)).json()
        answer.pop("extensions", None)
        return answer

    async def response(self, query: str, **variables: Any) -> httpx2.Response:
        """The answer to an operation with its status and headers."""
        return await self._client.post(
            "/graphql", json={"query": query, "variables": variables}, headers=self._headers
        )

    async def data(self, query: str, **variables: Any) -> Any:
        """The data of an answer that must have no errors."""
        answer = await self.ask(query, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def errors(self, query: str, **variables: Any) -> list[dict[str, Any]]:
        """The errors of an answer that must have some."""
        answer = await self.ask(query, **variables)
        errors: list[dict[str, Any]] = answer["errors"]
        return errors


class Served(httpx2.AsyncClient):
    """Asks an application without a socket; its database is at hand."""

    def __init__(self, app: Starlette) -> None:
        super().__init__(transport=httpx2.ASGITransport(app), base_url="http://tracker.example")
        self._app = app

    @property
    def database(self) -> Database:
        """The database of the application, open while it runs."""
        found: Database = self._app.state.database
        return found


@asynccontextmanager
async def served(url: str, *, today: date = DAY, **settings: Any) -> AsyncIterator[Served]:
    """The whole application over a database, without a socket."""
    with TemporaryDirectory() as mail:
        given = {**UNHURRIED, "pool_size": 4, "mail_folder": mail, **settings}
        app = create_app(Settings(DATABASE_URL=url, today=today, **given))
        async with app.router.lifespan_context(app), Served(app) as client:
            yield client


async def import_sample(
    database: Database, folder: Path, *, centres: int = 3, learners: int = 60, seed: int = 1
) -> Report:
    """The sample feed, as the real importer brings it in."""
    report = await imported(database, folder, (centres, learners, seed), DAY)
    assert report.problem_count == 0, report.problems
    return report


async def add_user(
    database: Database,
    email: str,
    *centres: str,
    kind: GrantKind = GrantKind.CENTRE,
    role: Role = Role.VIEWER,
    manages_users: bool = False,
    staff: Staff | None = None,
    line: str | None = None,
    terms: bool = True,
) -> str:
    """Somebody who may log in and accepted the terms, let in at some centres."""
    now = datetime.now(UTC)
    user_id = await accounts.open_account(
        database,
        CONSOLE,
        email=parse_email(email),
        password_hash=NO_PASSWORD if staff is Staff.SERVICE else await known_hash(),
        names=("", "Robin", "Reader"),
        staff=staff,
        now=now,
    )
    if terms:
        await accept_terms(database, replace(ANONYMOUS, user_id=user_id), "1", now=now)
    for number in centres:
        await access.set_access(
            database,
            CONSOLE,
            centre_number=number,
            login=email,
            rights=Rights(kind, role, manages_users, line=line),
            now=now,
        )
    return email


_known_hashes: dict[str, str] = {}


async def known_hash(password: str = PASSWORD) -> str:
    """A hash of a password that many have; making one takes longer than most tests."""
    if password not in _known_hashes:
        _known_hashes[password] = await hash_password(password)
    return _known_hashes[password]


LOG_IN = """
mutation ($input: SessionLogInInput!) {
  sessionLogIn(input: $input) {
    __typename
    ... on SessionLogIn { token expiresAt me { email } }
    ... on Problem { code message field }
  }
}
"""


async def log_in(client: Served, email: str) -> Caller:
    """A caller with a session of their own, as if they had logged in."""
    now = datetime.now(UTC)
    async with client.database.transaction() as connection:
        ((user_id,),) = await connection.tuples("SELECT id FROM account WHERE email = ?", email)
        opened = await add_session(
            connection,
            ANONYMOUS,
            user_id,
            now=now,
            absolute=timedelta(hours=12),
        )
    return Caller(client, opened.token)


async def log_in_by_password(
    client: httpx2.AsyncClient, email: str, password: str = PASSWORD
) -> Caller:
    """A caller with a session of their own, who has logged in over HTTP."""
    answer = await Caller(client).data(LOG_IN, input={"email": email, "password": password})
    return Caller(client, answer["sessionLogIn"]["token"])


_own: ContextVar[object] = ContextVar("_own", default=None)
"""Who counts the statements of whatever is called from there; older tasks do not know it."""


class _Statements(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if _own.get() is self and text.lstrip().upper().startswith(
            ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
        ):
            self.texts.append(text)


_WHO_ASKS: Final = ("SELECT s.id, s.last_used_at", "SELECT k.id, k.last_used_at")


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements sent to the database by what is called meanwhile, not behind its back."""
    handler, logger = _Statements(), logging.getLogger("tortoise.db_client")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    counting = _own.set(handler)
    try:
        yield handler.texts
    finally:
        _own.reset(counting)
        logger.removeHandler(handler)
        logger.setLevel(level)


def beside_session(statements: Sequence[str]) -> list[str]:
    """The statements apart from those that ask for nothing but who asks.

    One is sent before an operation, or after it, unless it goes along with another statement.
    """
    return [text for text in statements if not text.lstrip().startswith(_WHO_ASKS)]
