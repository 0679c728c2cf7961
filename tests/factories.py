"""What tests are made of: a server over a database, callers of every kind, the sample feed."""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx2

from actions import accounts
from auth.permissions import GrantKind, Role, Staff
from exchange.feed import Options, Report, apply_feed
from exchange.sample import write_sample_feed
from exchange.source import Source
from models.database import Database
from server.app import create_app
from server.settings import Settings

DAY = date(2010, 2, 19)
PASSWORD = "a long enough secret"


class Caller:
    """Somebody who sends operations over HTTP."""

    def __init__(self, client: httpx2.AsyncClient, token: str | None = None) -> None:
        self._client = client
        self._headers = {"authorization": f"Bearer {token}"} if token else {}

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The whole answer to an operation."""
        response = await self._client.post(
            "/graphql", json={"query": query, "variables": variables}, headers=self._headers
        )
        answer: dict[str, Any] = response.json()
        return answer

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


@asynccontextmanager
async def served(
    url: str, *, today: date = DAY, **settings: Any
) -> AsyncIterator[httpx2.AsyncClient]:
    """The whole application over a database, without a socket."""
    app = create_app(
        Settings(DATABASE_URL=url, today=today, secure_cookies=False, pool_size=4, **settings)
    )
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app), base_url="http://tracker.example"
        ) as client,
    ):
        yield client


async def import_sample(
    database: Database, folder: Path, *, centres: int = 3, learners: int = 60, seed: int = 1
) -> Report:
    """The sample feed through the real importer."""
    write_sample_feed(folder, centres=centres, learners=learners, seed=seed)
    report = await apply_feed(database, Source(folder), Options("test"), day=DAY)
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
) -> str:
    """Somebody who may log in, let in at some centres."""
    now = datetime.now(UTC)
    await accounts.create_user(
        database,
        email=email,
        password=PASSWORD,
        title="",
        first_name="Robin",
        last_name="Reader",
        staff=staff,
        now=now,
    )
    for number in centres:
        await accounts.grant_access(
            database,
            email=email,
            centre_number=number,
            kind=kind,
            role=role,
            manages_users=manages_users,
            affiliation=None,
            now=now,
        )
    return email


LOG_IN = """
mutation ($input: SessionLogInInput!) {
  sessionLogIn(input: $input) {
    __typename
    ... on SessionLogIn { token expiresAt me { email } }
    ... on Problem { code message field }
  }
}
"""


async def log_in(client: httpx2.AsyncClient, email: str, password: str = PASSWORD) -> Caller:
    """A caller with a session of their own."""
    answer = await Caller(client).data(LOG_IN, input={"email": email, "password": password})
    return Caller(client, answer["sessionLogIn"]["token"])


class _Statements(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if text.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
            self.texts.append(text)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile."""
    handler, logger = _Statements(), logging.getLogger("tortoise.db_client")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield handler.texts
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
