"""Logging in and out over HTTP: tokens, the cookie, and who one is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from database.connection import Database
from server.app import create_app
from server.settings import Settings
from tests.exchange.feeds import WEST, begin
from tests.factories import DAY, LOG_IN, PASSWORD, Caller, add_user, log_in, served
from tests.graph.asking import codes

ME = "{ me { email name staff access { centre { number name } kind role managesUsers } } }"
LOG_OUT = "mutation { sessionLogOut { done } }"
ODD = ("", "x" * 257, "a\0b")
"""What can be nobody's password."""
OWN_HEADER = {"x-learner-tracking": "1"}


@asynccontextmanager
async def served_with(url: str, *, secure: bool) -> AsyncIterator[httpx2.AsyncClient]:
    """The application with or without cookies for encrypted connections only."""
    app = create_app(Settings(DATABASE_URL=url, today=DAY, secure_cookies=secure, pool_size=4))
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app), base_url="http://tracker.example"
        ) as client,
    ):
        yield client


async def try_to_log_in(client: httpx2.AsyncClient, email: str, password: str) -> dict[str, Any]:
    """The answer to a log-in, the token left out."""
    data = await Caller(client).data(LOG_IN, input={"email": email, "password": password})
    answer: dict[str, Any] = data["sessionLogIn"]
    return answer


async def email_of(client: httpx2.AsyncClient, **headers: str) -> str | None:
    """Who a request with these headers is taken for."""
    response = await client.post("/graphql", json={"query": "{ me { email } }"}, headers=headers)
    me = response.json()["data"]["me"]
    return None if me is None else str(me["email"])


async def test_the_e_mail_address_is_read_without_regard_to_case(
    database: Database, database_url: str
) -> None:
    await add_user(database, "Reader@Example.org")
    async with served(database_url) as client:
        for email in ("reader@example.org", "READER@EXAMPLE.ORG", "  Reader@example.Org "):
            answer = await try_to_log_in(client, email, PASSWORD)
            assert answer["__typename"] == "SessionLogIn"
            assert answer["me"] == {"email": "reader@example.org"}
            assert answer["token"].startswith("lt_s_")
            assert datetime.fromisoformat(answer["expiresAt"]) > datetime.now(UTC)


async def test_every_log_in_that_fails_answers_the_same(
    database: Database, database_url: str
) -> None:
    await add_user(database, "reader@example.org")
    await add_user(database, "closed@example.org")
    async with database.transaction() as connection:
        await connection.execute(
            "UPDATE account SET disabled_at = ? WHERE email = 'closed@example.org'",
            datetime.now(UTC),
        )
    async with served(database_url) as client:
        for email, password in (
            ("reader@example.org", "not the password"),
            ("reader@example.org", PASSWORD.upper()),
            ("stranger@example.org", PASSWORD),
            ("closed@example.org", PASSWORD),
            ("no address", PASSWORD),
            ("", PASSWORD),
            ("a\0b@example.org", PASSWORD),
            *((f"{name}@example.org", odd) for name in ("reader", "stranger") for odd in ODD),
        ):
            assert await try_to_log_in(client, email, password) == {
                "__typename": "Refused",
                "code": "LOG_IN_FAILED",
                "message": "The e-mail address or the password is wrong, or the account cannot be"
                " used.",
                "field": None,
            }
        assert not client.cookies


async def test_logging_out_ends_the_session_at_once_and_no_other(
    database: Database, database_url: str
) -> None:
    await add_user(database, "reader@example.org")
    async with served(database_url) as client:
        one = await log_in(client, "reader@example.org")
        two = await log_in(client, "reader@example.org")
        assert await one.data(LOG_OUT) == {"sessionLogOut": {"done": True}}
        assert codes(await one.errors(ME)) == {"UNAUTHENTICATED"}
        assert (await two.data(ME))["me"]["email"] == "reader@example.org"
        assert await one.data(LOG_OUT) == {"sessionLogOut": {"done": True}}
        assert await Caller(client).data(LOG_OUT) == {"sessionLogOut": {"done": True}}


@pytest.mark.parametrize(("secure", "name"), [(False, "lt_session"), (True, "__Host-lt_session")])
async def test_the_cookie_is_set_on_logging_in_and_dropped_on_logging_out(
    database: Database, database_url: str, secure: bool, name: str
) -> None:
    await add_user(database, "reader@example.org")
    body = {
        "query": LOG_IN,
        "variables": {"input": {"email": "reader@example.org", "password": PASSWORD}},
    }
    async with served_with(database_url, secure=secure) as client:
        response = await client.post("/graphql", json=body)
        token = response.json()["data"]["sessionLogIn"]["token"]
        first, *attributes = response.headers["set-cookie"].split("; ")
        assert first == f"{name}={token}"
        wanted = {"HttpOnly", "Path=/", "SameSite=lax", "Max-Age=43200"}
        assert set(attributes) == wanted | ({"Secure"} if secure else set())
        client.cookies.clear()
        response = await client.post(
            "/graphql",
            json={"query": LOG_OUT},
            headers={**OWN_HEADER, "cookie": f"{name}={token}"},
        )
        first, *attributes = response.headers["set-cookie"].split("; ")
        assert first == f'{name}=""'
        assert {"Max-Age=0", "HttpOnly", "Path=/", "SameSite=lax"} <= set(attributes)
        assert await email_of(client, cookie=f"{name}={token}", **OWN_HEADER) is None


async def test_a_cookie_counts_only_beside_the_services_own_header(
    database: Database, database_url: str
) -> None:
    await add_user(database, "reader@example.org")
    async with served(database_url) as client:
        token = (await try_to_log_in(client, "reader@example.org", PASSWORD))["token"]
        client.cookies.clear()
        cookie = f"lt_session={token}"
        assert await email_of(client, cookie=cookie) is None
        assert await email_of(client, cookie=cookie, **OWN_HEADER) == "reader@example.org"
        assert await email_of(client, **OWN_HEADER) is None
        assert await email_of(client, cookie="lt_session=other", **OWN_HEADER) is None


async def test_a_bearer_token_goes_before_the_cookie_even_when_it_opens_nothing(
    database: Database, database_url: str
) -> None:
    await add_user(database, "one@example.org")
    await add_user(database, "two@example.org")
    async with served(database_url) as client:
        one = (await try_to_log_in(client, "one@example.org", PASSWORD))["token"]
        two = (await try_to_log_in(client, "two@example.org", PASSWORD))["token"]
        client.cookies.clear()
        both = {"cookie": f"lt_session={one}", **OWN_HEADER}
        assert await email_of(client, authorization=f"Bearer {two}", **both) == "two@example.org"
        assert await email_of(client, authorization=f"bearer  {two} ", **both) == "two@example.org"
        for nothing in ("Bearer nothing", "Bearer ", f"Bearer {two[:-1]}", f"Bearer {two}x"):
            assert await email_of(client, authorization=nothing, **both) is None


@pytest.mark.parametrize("column", ["expires_at", "last_used_at"])
async def test_a_session_that_is_over_makes_its_holder_nobody(
    database: Database, database_url: str, column: str
) -> None:
    await add_user(database, "reader@example.org")
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        assert (await caller.data(ME))["me"]["email"] == "reader@example.org"
        async with database.transaction() as connection:
            await connection.execute(
                f"UPDATE session SET {column} = ?",  # noqa: S608
                datetime.now(UTC) - timedelta(minutes=60 if column == "last_used_at" else 0),
            )
        assert codes(await caller.errors(ME)) == {"UNAUTHENTICATED"}
        data = await caller.data("{ serviceInfo { date } }")
        assert data == {"serviceInfo": {"date": "2010-02-19"}}


async def test_me_tells_who_one_is_and_where_one_was_let_in(
    database: Database, database_url: str, tmp_path: Any
) -> None:
    await begin(database, tmp_path / "feed")
    await add_user(database, "reader@example.org", WEST, manages_users=True)
    async with served(database_url) as client:
        assert await (await log_in(client, "reader@example.org")).data(ME) == {
            "me": {
                "email": "reader@example.org",
                "name": "Robin Reader",
                "staff": None,
                "access": [
                    {
                        "centre": {"number": WEST, "name": "Westgate School"},
                        "kind": "CENTRE",
                        "role": "ADMINISTRATOR",
                        "managesUsers": True,
                    }
                ],
            }
        }
