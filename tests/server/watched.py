"""What tests of streams share: a server, its people, and somebody who watches a centre."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
from starlette.applications import Starlette

from auth.permissions import GrantKind, Role, Staff
from database.connection import Database
from database.query import Dialect
from server.app import create_app
from server.settings import Settings
from tests.exchange.feeds import WEST, begin
from tests.factories import DAY, add_user
from tests.graph.editing import SET_AWARD, registration_id
from tests.server.connections import Connection
from tests.server.exporting import Taker, taker

EDITOR, VISITOR, OPERATOR = "editor@west.example", "visitor@west.example", "op@example.org"
WATCH: Final = """
subscription ($centre: CentreNumber!) {
  centreChanged(centre: $centre) { number kinds centre { name } }
}
"""
FOLLOW: Final = "subscription ($id: ID!) { feedRun(id: $id) { outcome finishedAt } }"
ME: Final = "{ me { email } }"
LOG_OUT: Final = "mutation { sessionLogOut { __typename } }"


@pytest.fixture
async def app(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Starlette]:
    """A server over two centres, with people at one of them."""
    await begin(database, tmp_path / "feed")
    await add_user(database, EDITOR, WEST, role=Role.ADMINISTRATOR)
    await add_user(database, VISITOR, WEST, kind=GrantKind.NON_CENTRE)
    await add_user(database, OPERATOR, staff=Staff.OPERATOR)
    async with serving(database_url, tmp_path) as app:
        while database.dialect is Dialect.POSTGRESQL and not await listening(database):  # noqa: ASYNC110 - a client of PostgreSQL has no other way
            await asyncio.sleep(0.01)
        yield app


async def listening(database: Database) -> list[int]:
    """The processes of PostgreSQL over which news are heard."""
    rows = await database.writer.tuples(
        "SELECT pid FROM pg_stat_activity"
        " WHERE datname = current_database() AND state = 'idle' AND query LIKE 'LISTEN%'"
    )
    return [row[0] for row in rows]


@asynccontextmanager
async def serving(url: str, folder: Path) -> AsyncIterator[Starlette]:
    """A process that serves."""
    built = create_app(
        Settings(
            DATABASE_URL=url,
            today=DAY,
            secure_cookies=False,
            pool_size=4,
            mail_folder=folder / "mail",
            feed_folder=folder / "shelf",
        )
    )
    async with built.router.lifespan_context(built):
        yield built


async def person(app: Starlette, email: str) -> Taker:
    """Somebody, logged in."""
    transport = httpx2.ASGITransport(app)
    client = httpx2.AsyncClient(transport=transport, base_url="http://tracker.example")
    return await taker(client, email)


def token_of(someone: Taker) -> str:
    return someone.headers["authorization"].removeprefix("Bearer ")


def going(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    return asyncio.create_task(work)


def told(*kinds: str) -> dict[str, Any]:
    """A message about the western centre."""
    centre = {"name": "Westgate School"}
    change = {"number": WEST, "kinds": list(kinds), "centre": centre}
    return {"data": {"centreChanged": change}}


async def edit(someone: Taker, database: Database, month: str, version: int) -> None:
    """Move Anna's award month."""
    given = {"id": await registration_id(database), "month": month, "expectedVersion": version}
    answer = await someone.data(SET_AWARD, input=given)
    assert answer["learnerSetAnticipatedAward"]["__typename"] == "LearnerAwardSet"


async def watching(app: Starlette, someone: Taker) -> tuple[Connection, asyncio.Task[None]]:
    """Somebody who watches the western centre, and has been told that it began."""
    connection = Connection(token_of(someone))
    task = going(connection.watch(app, WATCH, centre=WEST))
    assert (await connection.wait_for(1))[0] == told()
    return connection, task
