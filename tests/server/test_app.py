"""The edge without the graph: health, readiness, the contract, headers, starting and stopping."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from time import sleep
from typing import Any

import httpx2
import pytest
import uvicorn

from auth.tokens import TokenKind, new_token
from cli.serving import serve
from database.connection import Database
from domain.errors import Conflict
from server.app import create_app
from server.settings import Settings
from tests.factories import DAY, counted, served
from tests.ports import free_port

CONTRACT = Path(__file__).parents[2] / "schema" / "schema.graphql"
HEADERS = {
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}
JSON = {"content-type": "application/json"}


async def test_a_server_says_that_it_lives_and_on_which_day_it_is_ready(
    database_url: str,
) -> None:
    async with served(database_url) as client:
        alive, ready = await client.get("/healthz"), await client.get("/readyz")

    assert (alive.status_code, alive.json()) == (200, {"alive": True})
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "day": "2010-02-19"})


async def test_who_asks_often_whether_a_server_is_ready_does_not_keep_its_database_busy(
    database_url: str,
) -> None:
    async with served(database_url) as client:
        with counted() as statements:
            answers = [await client.get("/readyz") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert len([text for text in statements if "FROM completion" in text]) == 1


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_an_address_with_one_slash_too_many_leads_nowhere(database_url: str) -> None:
    async with served(database_url) as client:
        for path in ("/graphql/", "/healthz/", "/export/learners.csv/", "/staff/"):
            answer = await client.get(path, headers={"host": "evil.example"})
            assert (answer.status_code, answer.headers.get("location")) == (404, None), path


async def test_a_server_whose_tables_fell_behind_is_not_ready(
    database: Database, database_url: str
) -> None:
    async with served(database_url) as client:
        async with database.transaction() as connection:
            await connection.execute(
                "DELETE FROM tortoise_migrations WHERE name = "
                "(SELECT MAX(name) FROM tortoise_migrations WHERE app = 'models')"
            )
        ready, alive = await client.get("/readyz"), await client.get("/healthz")

    assert (ready.status_code, ready.json()) == (503, {"ready": False, "reason": "migrations"})
    assert alive.status_code == 200


async def test_a_server_whose_database_does_not_answer_is_not_ready(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_arguments: object) -> None:
        raise OSError

    async with served(database_url) as client:
        monkeypatch.setattr("database.connection.Connection.tuples", away)
        ready, alive = await client.get("/readyz"), await client.get("/healthz")

    assert (ready.status_code, ready.json()) == (503, {"ready": False, "reason": "database"})
    assert alive.status_code == 200


async def test_the_contract_is_told_as_it_is_published(database_url: str) -> None:
    async with served(database_url) as client:
        told = await client.get("/schema.graphql")

    assert told.status_code == 200
    assert told.headers["content-type"] == "text/plain; charset=utf-8"
    assert told.text == CONTRACT.read_text("utf-8")


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_every_answer_tells_browsers_to_be_careful(database_url: str) -> None:
    question = {"query": "{ serviceInfo { date } }"}
    async with served(database_url) as client:
        answers = {
            200: [
                await client.get("/healthz"),
                await client.get("/readyz"),
                await client.get("/schema.graphql"),
                await client.post("/graphql", json=question),
                await client.post("/graphql", json={"query": "{ nothing }"}),
            ],
            400: [
                await client.post("/graphql", content=b"{", headers=JSON),
                await client.post("/graphql", json={}),
            ],
            404: [await client.get("/"), await client.get("/graphql/more")],
            405: [
                await client.get("/graphql", params=question),
                await client.post("/healthz"),
            ],
        }

    for status, found in answers.items():
        for answer in found:
            place = answer.request.method, answer.request.url.path
            assert answer.status_code == status, place
            assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, place
            assert "server" not in answer.headers, place


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_an_answer_to_our_own_fault_is_as_careful_and_tells_nothing(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_arguments: object, **_named: object) -> None:
        message = "hunter2"
        raise RuntimeError(message)

    monkeypatch.setattr("server.callers.held_by", broken)
    app = create_app(Settings(DATABASE_URL=database_url, today=DAY))
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://tracker.example") as client,
    ):
        answer = await client.post(
            "/graphql",
            json={"query": "{ me { email } }"},
            headers={"authorization": f"Bearer {new_token(TokenKind.SESSION)}"},
        )

    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


async def test_sqlite_is_migrated_at_start_and_postgresql_by_its_operator(
    empty_url: str, dialect: str
) -> None:
    app = create_app(Settings(DATABASE_URL=empty_url, today=DAY))
    if dialect == "sqlite":
        async with served(empty_url) as client:
            assert (await client.get("/readyz")).status_code == 200
        return

    with pytest.raises(Conflict) as caught:
        async with app.router.lifespan_context(app):
            pass

    assert caught.value.message == (
        "The database is not up to date; run `learner-tracking migrate` first."
    )


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_nothing_tells_which_server_answers(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setattr(uvicorn, "run", lambda app, **options: asked.update(options, app=app))

    port = free_port()
    serve(port=port)

    assert asked["app"] == "server.app:served_app"
    assert asked["factory"] is True
    assert asked["server_header"] is False
    assert asked["access_log"] is False
    assert (asked["host"], asked["port"], asked["workers"]) == ("127.0.0.1", port, 1)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_served_graph_answers_over_a_socket_and_ends_when_it_is_told_to(
    database_url: str, tmp_path: Path
) -> None:
    port = free_port()
    program = Path(sys.executable).with_name("learner-tracking")
    serving = subprocess.Popen(  # noqa: S603 - our own program
        [program, "serve", "--port", str(port)],
        cwd=tmp_path,
        env={**os.environ, "DATABASE_URL": database_url, "LEARNER_TRACKING_TODAY": "2010-02-19"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client:
            for _ in range(300):
                try:
                    answer = client.get("/readyz")
                    break
                except httpx2.TransportError:
                    assert serving.poll() is None
                    sleep(0.1)
            told = client.post("/graphql", json={"query": "{ serviceInfo { date } }"})
    finally:
        serving.send_signal(signal.SIGTERM)
        _, err = serving.communicate(timeout=30)

    assert answer.json() == {"ready": True, "day": "2010-02-19"}
    assert "server" not in answer.headers
    assert told.json()["data"] == {"serviceInfo": {"date": "2010-02-19"}}
    assert b"Traceback" not in err
    assert serving.returncode in {0, -signal.SIGTERM}
