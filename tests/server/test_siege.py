"""Guessing passwords over HTTP: slowed and logged, while the owner gets in; also without Redis."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
import orjson
import pytest

from database.connection import Database
from server.app import create_app
from server.settings import Settings
from tests.auth.redis_server import RedisServer
from tests.factories import DAY, PASSWORD, add_user

OWNER = "owner@example.org"
LOG_IN = """mutation ($input: SessionLogInInput!) { sessionLogIn(input: $input) {
    __typename ... on RateLimited { retryAfterSeconds } ... on Problem { code } } }"""

From = Callable[[str], AbstractAsyncContextManager[httpx2.AsyncClient]]


@asynccontextmanager
async def served_to_all(url: str, **settings: Any) -> AsyncIterator[From]:
    """The application, and clients at network addresses of their own."""
    with TemporaryDirectory() as mail:
        given = {"secure_cookies": False, "mail_folder": Path(mail), **settings}
        app = create_app(Settings(DATABASE_URL=url, today=DAY, **given))

        def client_at(address: str) -> httpx2.AsyncClient:
            transport = httpx2.ASGITransport(app, client=(address, 1234))
            return httpx2.AsyncClient(transport=transport, base_url="http://tracker.example")

        async with app.router.lifespan_context(app):
            yield client_at


async def log_in(client: httpx2.AsyncClient, password: str, email: str = OWNER) -> str:
    """What comes of a log-in; one that is slowed tells for how long in a header as well."""
    body = {"query": LOG_IN, "variables": {"input": {"email": email, "password": password}}}
    answer = await client.post("/graphql", json=body)
    found = answer.json()["data"]["sessionLogIn"]
    if found["__typename"] == "RateLimited":
        assert int(answer.headers["retry-after"]) == found["retryAfterSeconds"] > 0
    return str(found["__typename"])


async def logged(database: Database, kind: str) -> int:
    """How often something is in the log, once what is behind has been written."""
    await asyncio.sleep(0.5)
    rows = await database.reader.tuples("SELECT COUNT(*) FROM event WHERE kind = ?", kind)
    return int(rows[0][0])


async def test_one_account_guessed_from_one_address_is_slowed_and_its_owner_elsewhere_is_not(
    database: Database, database_url: str
) -> None:
    await add_user(database, OWNER)
    async with served_to_all(database_url) as at:
        async with at("198.51.100.1") as guesser:
            answers = Counter([await log_in(guesser, f"guess {n}") for n in range(12)])
            assert answers == {"Refused": 5, "RateLimited": 7}
            assert await log_in(guesser, PASSWORD) == "RateLimited", "the right one waits as well"
        async with at("203.0.113.9") as home:
            assert await log_in(home, PASSWORD) == "SessionLogIn"
        assert await logged(database, "LOG_IN_REFUSED") == 5
        assert await logged(database, "THROTTLED") == 8


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_one_account_guessed_from_many_addresses_stays_open_to_its_owner(
    database: Database, database_url: str
) -> None:
    await add_user(database, OWNER)
    async with served_to_all(database_url) as at:
        async with at("203.0.113.9") as home:
            assert await log_in(home, PASSWORD) == "SessionLogIn"
        for n in range(60):
            async with at(f"198.51.100.{n}") as guesser:
                assert await log_in(guesser, "a guess") == "Refused"
        async with at("198.51.100.200") as guesser:
            answers = [await log_in(guesser, f"guess {n}") for n in range(4)]
            assert answers == ["Refused", *["RateLimited"] * 3], "one guess from a new address"
        async with at("203.0.113.9") as home:
            assert await log_in(home, "a slip") == "Refused"
            assert await log_in(home, PASSWORD) == "SessionLogIn"
        async with at("203.0.113.77") as travelling:
            assert await log_in(travelling, PASSWORD) == "SessionLogIn"


async def test_the_owner_of_a_besieged_account_is_known_in_the_whole_ipv6_network_of_a_log_in(
    database: Database, database_url: str
) -> None:
    await add_user(database, OWNER)
    yesterday, today, again = (f"2001:db8:0:1:{tail}" for tail in ("a1::1", "b2::2", "c3:0:0:3"))
    async with served_to_all(database_url) as at:
        async with at(yesterday) as home:
            assert await log_in(home, PASSWORD) == "SessionLogIn"
        for n in range(60):
            async with at(f"198.51.100.{n}") as guesser:
                assert await log_in(guesser, "a guess") == "Refused"
        async with at("2001:db8:0:2::1") as neighbour:
            answers = [await log_in(neighbour, f"guess {n}") for n in range(3)]
            assert answers == ["Refused", "RateLimited", "RateLimited"]
        for address in (today, again):
            async with at(address) as home:
                assert await log_in(home, "a slip") == "Refused"
                assert await log_in(home, PASSWORD) == "SessionLogIn"

    kept = "SELECT address FROM session ORDER BY id"
    assert [row[0] for row in await database.reader.tuples(kept)] == [yesterday, today, again]


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_many_accounts_guessed_from_one_address_are_slowed(
    database: Database, database_url: str
) -> None:
    await add_user(database, OWNER)
    async with served_to_all(database_url) as at, at("198.51.100.1") as guesser:
        answers = [
            await log_in(guesser, "a guess", email=f"person-{n}@example.org") for n in range(70)
        ]
        assert Counter(answers) == {"Refused": 60, "RateLimited": 10}
        assert await log_in(guesser, PASSWORD) == "RateLimited"
        async with at("203.0.113.9") as home:
            assert await log_in(home, PASSWORD) == "SessionLogIn"


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_without_redis_each_process_goes_on_counting_and_says_so(
    database: Database,
    database_url: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await add_user(database, OWNER)
    redis = RedisServer(tmp_path)
    redis.start()
    try:
        async with (
            served_to_all(database_url, REDIS_URL=redis.url, log_format="json") as at,
            at("198.51.100.1") as guesser,
            at("203.0.113.9") as home,
        ):
            assert [await log_in(guesser, f"guess {n}") for n in range(3)] == ["Refused"] * 3
            assert b"log-in" in redis.ask("KEYS *")
            redis.kill()
            answers = Counter([await log_in(guesser, f"another {n}") for n in range(8)])
            assert answers["RateLimited"] >= 3, "what is counted in the process still holds"
            assert "SessionLogIn" not in answers
            assert await log_in(home, PASSWORD) == "SessionLogIn"
    finally:
        redis.kill()
    told = [orjson.loads(line) for line in capsys.readouterr().err.splitlines()]
    warnings = [line["event"] for line in told if line["level"] == "warning"]
    assert warnings, "the log says that Redis is gone"
