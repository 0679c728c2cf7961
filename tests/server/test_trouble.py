"""A database that is slow, crowded or gone: a coded 503, nothing left running, and recovery."""

import asyncio
from typing import Any, Final

import httpx2
import pytest

from auth.matrix import CallerKind
from database import deadline
from database.connection import Database
from database.query import Dialect
from loaders.reading import Reading
from server.app import create_app
from server.settings import Settings
from tests.callers import CallerMaker
from tests.factories import DAY, LOG_IN, PASSWORD, UNHURRIED, add_user, log_in, served
from tests.server.proxy import way_to

ENDLESS: Final = {
    Dialect.POSTGRESQL: "SELECT pg_sleep(600)",
    Dialect.SQLITE: "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"
    " SELECT count(*) FROM n",
}
LEARNERS: Final = "{ serviceInfo { date } learners { nodes { uln } } }"


async def endless(reading: Reading, *_arguments: Any) -> Any:
    """A page that the database never comes to the end of."""
    return await reading.connection.tuples(ENDLESS[reading.connection.dialect])


def told(answer: httpx2.Response, code: str) -> None:
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    body = answer.json()
    (error,) = body["errors"]
    assert error["extensions"] == {"code": code}
    assert "path" not in error
    assert body.get("data") is None
    for word in ("postgres", "127.0.0.1", "pool", "asyncpg", "Error", "sqlite"):
        assert word not in answer.text


async def test_an_operation_that_takes_too_long_is_ended_in_the_database_too(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = await CallerMaker(database, 0).caller(CallerKind.REGISTERED)
    headers = {"authorization": f"Bearer {reader.token}"}
    monkeypatch.setattr("loaders.learner_pages.learner_page", endless)
    async with served(database_url, deadline_seconds=1.0) as client:
        asking = [
            client.post("/graphql", json={"query": LEARNERS}, headers=headers) for _ in range(3)
        ]
        for answer in await asyncio.gather(*asking):
            told(answer, "DEADLINE_EXCEEDED")
        fine = await client.post("/graphql", json={"query": "{ me { email } }"}, headers=headers)
        if database.dialect is Dialect.POSTGRESQL:
            left = await database.reader.tuples(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND state = 'active' AND query LIKE 'SELECT pg_sleep%'"
            )
            assert left[0][0] == 0

    assert fine.json()["data"] == {"me": {"email": reader.email}}


async def test_a_change_that_takes_too_long_is_taken_back(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_user(database, "reader@example.org", terms=False)

    async def slow_events(connection: Any, *_arguments: Any) -> None:
        await connection.tuples(ENDLESS[connection.dialect])

    query = 'mutation { termsAccept(input: {version: "1"}) { __typename } }'
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        before = await database.reader.tuples("SELECT count(*) FROM terms_acceptance")
        with monkeypatch.context() as patched:
            patched.setattr("actions.terms.append", slow_events)
            async with served(database_url, deadline_seconds=1.0) as hurried:
                told(await caller.through(hurried).response(query), "DEADLINE_EXCEEDED")
        assert await database.reader.tuples("SELECT count(*) FROM terms_acceptance") == before
        assert (await caller.data(query))["termsAccept"]["__typename"] == "Me"


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_a_database_that_goes_and_comes_back_is_told_and_used_again(
    database: Database, database_url: str
) -> None:
    reader = await CallerMaker(database, 0).caller(CallerKind.REGISTERED)
    headers = {"authorization": f"Bearer {reader.token}"}
    async with way_to(database_url) as way, served(way.url) as client:

        async def ask(query: str) -> httpx2.Response:
            return await client.post("/graphql", json={"query": query}, headers=headers)

        assert (await ask(LEARNERS)).status_code == 200
        await way.cut()
        for _ in range(3):
            told(await ask(LEARNERS), "UNAVAILABLE")
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()) == (503, {"ready": False, "reason": "database"})
        assert ready.headers["retry-after"] == "5"
        assert (await client.get("/healthz")).status_code == 200
        nobody = await client.post("/graphql", json={"query": "{ serviceInfo { date } }"})
        assert nobody.json()["data"] == {"serviceInfo": {"date": "2010-02-19"}}
        await way.open()
        assert (await ask("{ me { email } }")).json()["data"] == {"me": {"email": reader.email}}
        assert (await client.get("/readyz")).status_code == 200


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_a_database_that_falls_silent_keeps_nobody_beyond_their_deadline(
    database: Database, database_url: str
) -> None:
    reader = await CallerMaker(database, 0).caller(CallerKind.REGISTERED)
    headers = {"authorization": f"Bearer {reader.token}"}
    change = 'mutation { termsAccept(input: {version: "1"}) { __typename } }'
    async with way_to(database_url) as way, served(way.url, deadline_seconds=1.0) as client:

        async def ask(query: str) -> httpx2.Response:
            return await client.post("/graphql", json={"query": query}, headers=headers)

        assert (await ask(LEARNERS)).status_code == 200
        way.flows.clear()
        async with asyncio.timeout(30):
            answers = await asyncio.gather(*map(ask, (LEARNERS, LEARNERS, change, change, change)))
        for answer in answers:
            told(answer, "DEADLINE_EXCEEDED")
        way.flows.set()
        for _ in range(3):
            assert (await ask(LEARNERS)).status_code == 200
        assert "errors" not in (await ask(change)).json()


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_who_finds_all_connections_in_use_is_asked_to_come_back(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = await CallerMaker(database, 0).caller(CallerKind.REGISTERED)
    headers = {"authorization": f"Bearer {reader.token}"}
    monkeypatch.setattr(deadline, "LONGEST_QUEUE", 0.2)
    given: dict[str, Any] = {**UNHURRIED, "pool_size": 1}
    app = create_app(Settings(DATABASE_URL=database_url, today=DAY, **given))
    transport = httpx2.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://tracker.example") as client,
    ):
        pool = app.state.database.reader.client.acquire_connection()
        await app.state.database.reader.close()  # what it keeps would be taken without a wait
        async with pool:
            crowded = await client.post("/graphql", json={"query": LEARNERS}, headers=headers)
        told(crowded, "UNAVAILABLE")
        fine = await client.post("/graphql", json={"query": LEARNERS}, headers=headers)

    assert "errors" not in fine.json()


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_server_that_has_not_derived_the_day_is_not_ready(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_arguments: Any) -> None:
        await asyncio.Event().wait()

    due = [True]

    async def is_due(*_arguments: Any) -> bool:
        return due[0]

    monkeypatch.setattr("server.life.follow_the_day", never)
    monkeypatch.setattr("server.health.is_due", is_due)
    monkeypatch.setattr("server.health.LOOKED_EVERY", 0.0)
    async with served(database_url) as client:
        early = await client.get("/readyz")
        due[0] = False
        ready = await client.get("/readyz")
        due[0] = True
        turning = await client.get("/readyz")  # the day has just turned
        monkeypatch.setattr("server.health.LAG", -1.0)
        late = await client.get("/readyz")

    assert (early.status_code, early.json()["reason"]) == (503, "projection")
    assert (ready.status_code, turning.status_code) == (200, 200)
    assert (late.status_code, late.json()["reason"]) == (503, "projection")


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_full_disk_is_told_and_nothing_is_half_written(
    database: Database, database_url: str
) -> None:
    await add_user(database, "reader@example.org")
    given: dict[str, Any] = UNHURRIED
    app = create_app(Settings(DATABASE_URL=database_url, today=DAY, **given))
    transport = httpx2.ASGITransport(app)
    who = {"email": "reader@example.org", "password": PASSWORD}
    asked = {"query": LOG_IN, "variables": {"input": who}}
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://tracker.example") as client,
    ):
        writer = app.state.database.writer
        await writer.execute("PRAGMA max_page_count = 1")  # as many as there are now
        let_in = 0
        while (answer := await client.post("/graphql", json=asked)).status_code == 200:
            let_in += 1
        told(answer, "UNAVAILABLE")
        for kept in ("session", "event WHERE kind = 'LOG_IN'"):
            ((count,),) = await writer.tuples(f"SELECT count(*) FROM {kept}")  # noqa: S608
            assert count == let_in
        await writer.execute("PRAGMA max_page_count = 1000000")
        answer = await client.post("/graphql", json=asked)

    assert answer.json()["data"]["sessionLogIn"]["__typename"] == "SessionLogIn"
