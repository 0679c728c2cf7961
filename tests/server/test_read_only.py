"""A PostgreSQL that only reads, or takes no connections: a coded 503, not ready, and recovery."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from uuid import uuid4

import asyncpg
import httpx2
import pytest

from database.opening import open_database
from tests.conftest import postgres_server
from tests.factories import PASSWORD, Served, add_user, log_in, served

READER = "reader@example.org"
LOG_IN = """mutation ($email: String!, $password: String!) {
    sessionLogIn(input: {email: $email, password: $password}) { __typename } }"""


async def administer(*statements: str) -> None:
    """Run statements beside the database that they are about."""
    connection = await asyncpg.connect(f"{postgres_server()}/postgres", timeout=5)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
def own_name(postgresql_template: str) -> Iterator[str]:
    """A database that no other test gets, whatever becomes of it."""
    name = f"lt_test_{uuid4().hex[:12]}"
    asyncio.run(administer(f"CREATE DATABASE {name} TEMPLATE {postgresql_template}"))
    yield name
    asyncio.run(
        administer(
            f"ALTER DATABASE {name} ALLOW_CONNECTIONS true",
            f"DROP DATABASE {name} WITH (FORCE)",
        )
    )


def altered(name: str, how: str) -> tuple[str, str]:
    """The statements that change a database for all connections, which are ended."""
    return (
        f"ALTER DATABASE {name} {how}",
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",  # noqa: S608
    )


async def log_in_answer(client: Served) -> httpx2.Response:
    body = {"query": LOG_IN, "variables": {"email": READER, "password": PASSWORD}}
    return await client.post("/graphql", json=body)


def told_away(answer: httpx2.Response) -> None:
    (error,) = answer.json()["errors"]
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert error["extensions"] == {"code": "UNAVAILABLE"}


async def settled(ask: Callable[[], Awaitable[httpx2.Response]], status: int) -> httpx2.Response:
    """The answer, once no connection is left that has yet to hear of its end."""
    for _ in range(10):
        answer = await ask()
        if answer.status_code == status:
            break
    return answer


async def test_a_primary_that_only_reads_is_told_and_not_ready_until_it_writes_again(
    own_name: str,
) -> None:
    url = f"{postgres_server()}/{own_name}"
    database = await open_database(url)
    await add_user(database, READER)
    await database.close()
    async with served(url) as client:
        reader = await log_in(client, READER)
        await administer(*altered(own_name, "SET default_transaction_read_only = on"))
        read = await settled(lambda: reader.response("{ me { email } }"), 200)
        assert read.json()["data"] == {"me": {"email": READER}}
        for _ in range(3):
            told_away(await log_in_answer(client))
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()) == (503, {"ready": False, "reason": "database"})

        await administer(*altered(own_name, "RESET default_transaction_read_only"))
        written = await settled(lambda: log_in_answer(client), 200)
        assert written.json()["data"] == {"sessionLogIn": {"__typename": "SessionLogIn"}}
        assert (await client.get("/readyz")).status_code == 200


async def test_a_database_that_takes_no_connections_is_told_until_it_takes_them_again(
    own_name: str,
) -> None:
    async with served(f"{postgres_server()}/{own_name}") as client:
        await administer(*altered(own_name, "ALLOW_CONNECTIONS false"))
        for _ in range(3):
            told_away(await log_in_answer(client))
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()) == (503, {"ready": False, "reason": "database"})

        await administer(*altered(own_name, "ALLOW_CONNECTIONS true"))
        answer = await settled(lambda: log_in_answer(client), 200)
        assert answer.json()["data"] == {"sessionLogIn": {"__typename": "Refused"}}
        assert (await client.get("/readyz")).status_code == 200
