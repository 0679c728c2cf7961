"""Tokens for programs: what they carry, and how long they live."""

from datetime import timedelta

import pytest

from auth.sessions import OpenedSession
from auth.tokens import TokenKind, hash_of, new_token
from database.connection import Database
from tests.auth.sessions import ABSOLUTE, MINUTE, NOW, last_used, run, seen


async def add_token(database: Database, *grants: int, life: timedelta = ABSOLUTE) -> str:
    """A token for programs of user 1, made now, that carries some grants."""
    token = new_token(TokenKind.API)
    async with database.transaction() as connection:
        token_id = await connection.insert(
            "INSERT INTO api_token (token_hash, user_id, name, created_at, expires_at)"
            " VALUES (?, 1, 'nightly', ?, ?)",
            hash_of(token),
            NOW,
            NOW + life,
        )
        for grant_id in grants:
            await connection.execute(
                "INSERT INTO api_token_grant (api_token_id, grant_id) VALUES (?, ?)",
                token_id,
                grant_id,
            )
    return token


async def test_an_api_token_carries_the_grants_that_were_chosen_and_are_in_force(
    database: Database, opened: OpenedSession
) -> None:
    both, none = await add_token(database, 10, 20), await add_token(database)

    viewer = await seen(database, both)

    assert viewer is not None
    assert (viewer.user_id, viewer.session_id) == (1, None)
    assert viewer.api_token_id is not None
    assert not viewer.in_person
    assert list(viewer.grants) == [1]
    viewer = await seen(database, none)
    assert viewer is not None
    assert dict(viewer.grants) == {}


async def test_an_api_token_lives_for_its_time_used_or_not(
    database: Database, opened: OpenedSession
) -> None:
    token = await add_token(database, 10, life=timedelta(days=30))

    assert await seen(database, token, NOW + timedelta(days=30) - MINUTE) is not None
    assert await seen(database, token, NOW + timedelta(days=30)) is None


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("account", "disabled_at"),
        ("account", "email_confirmed_at"),
        ("api_token", "revoked_at"),
    ],
)
async def test_an_api_token_opens_nothing_once_it_or_its_owner_is_out(
    database: Database, opened: OpenedSession, table: str, column: str
) -> None:
    token = await add_token(database, 10)
    value = None if column == "email_confirmed_at" else NOW
    await run(database, f"UPDATE {table} SET {column} = ?", value)  # noqa: S608 - ours

    assert await seen(database, token) is None


async def test_the_first_use_of_an_api_token_is_noted_and_then_one_a_minute(
    database: Database, opened: OpenedSession
) -> None:
    token = await add_token(database, 10)
    assert await last_used(database, "api_token") is None

    for seconds in (1, 30, 60, 61, 90, 121):
        await seen(database, token, NOW + timedelta(seconds=seconds))

    assert await last_used(database, "api_token") == NOW + timedelta(seconds=121)
    found = await database.reader.tuples(
        "SELECT kind, actor_id, subject, address, request_id FROM event"
    )
    (token_id,) = (await database.reader.tuples("SELECT id FROM api_token"))[0]
    used = ("TOKEN_USED", 1, f"API token {token_id}", "192.0.2.7", "r-1")
    assert [tuple(row) for row in found] == 3 * [used]
