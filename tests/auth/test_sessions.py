import hashlib
import logging
from dataclasses import replace

import pytest

from auth.permissions import GrantKind, Permission, Role, Staff
from auth.sessions import OpenedSession, end_session, end_sessions, viewer_by_email, viewer_of
from auth.tokens import TokenKind, kind_of, new_token
from auth.viewer import Grants, HeldGrant, Viewer
from database.connection import Database
from database.opening import open_database
from tests.auth.sessions import ABSOLUTE, ASKING, IDLE, MINUTE, NOW, last_used, open_one, run, seen


async def test_a_token_is_opaque_and_only_its_hash_is_stored(
    database: Database, opened: OpenedSession
) -> None:
    found = await database.reader.tuples("SELECT * FROM session")

    assert opened.token.startswith("lt_s_")
    assert len(opened.token) == 48
    assert hashlib.sha256(opened.token.encode()).hexdigest() in tuple(found[0])
    assert opened.token not in str(tuple(found[0]))
    assert opened.expires_at == NOW + ABSOLUTE


async def test_a_token_names_its_holder_and_the_grants_in_force(
    database: Database, opened: OpenedSession
) -> None:
    viewer = await seen(database, opened)

    assert viewer is not None
    assert viewer == Viewer(
        user_id=1,
        email="a@example.org",
        name="Ann Example",
        grants=Grants([HeldGrant(10, 1, GrantKind.CENTRE, Role.ADMINISTRATOR, manages_users=True)]),
        session_id=viewer.session_id,
        address="192.0.2.7",
        agent="browser",
        request_id="r-1",
    )
    assert viewer.session_id is not None
    assert viewer.in_person


@pytest.mark.parametrize("staff", Staff)
async def test_what_staff_were_granted_does_not_count(
    database: Database, opened: OpenedSession, staff: Staff
) -> None:
    await run(database, "UPDATE account SET staff = ?", staff.value)

    viewer = await seen(database, opened)

    assert viewer is not None
    assert viewer.staff is staff
    assert dict(viewer.grants) == {}
    assert not viewer.may(Permission.AWARD_EDIT, 1)


async def test_a_session_remembers_from_where_it_was_opened(
    database: Database, opened: OpenedSession
) -> None:
    nowhere = replace(ASKING, address=None, agent="")
    long = replace(ASKING, address="2001:db8::1%" + "x" * 60, agent="agent " * 50)
    for asking in (nowhere, long):
        await open_one(database, asking)

    found = await database.reader.tuples("SELECT address, agent FROM session ORDER BY id")

    assert [tuple(row) for row in found] == [
        ("192.0.2.7", "browser"),
        (None, None),
        (("2001:db8::1%" + "x" * 60)[:45], ("agent " * 50)[:200]),
    ]


async def test_somebody_without_grants_has_a_session_too(
    database: Database, opened: OpenedSession
) -> None:
    await run(database, "UPDATE access_grant SET revoked_at = ?", NOW)

    viewer = await seen(database, opened)

    assert viewer is not None
    assert dict(viewer.grants) == {}


async def test_one_statement_answers(
    database: Database, opened: OpenedSession, caplog: pytest.LogCaptureFixture
) -> None:
    await seen(database, opened)  # opens the connection
    with caplog.at_level(logging.DEBUG, logger="tortoise.db_client"):
        await seen(database, opened)

    assert len(caplog.records) == 1
    assert "SELECT" in caplog.records[0].getMessage()


@pytest.mark.parametrize(
    "token",
    [
        "",
        "lt_s_",
        "lt_s_" + "a" * 42,
        "lt_s_" + "a" * 44,
        "lt_p_" + "a" * 43,
        "lt_s_" + "é" * 43,
        "lt_s_" + "a" * 43 + "\n",
        "lt_s_" + "\ud800" * 43,
        "lt_c_" + "a" * 43,
        "lt_r_" + "a" * 43,
    ],
)
async def test_what_can_be_no_session_and_no_api_token_costs_no_statement(
    database: Database, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="tortoise.db_client"):
        assert await seen(database, token) is None

    assert not caplog.records


@pytest.mark.parametrize("kind", list(TokenKind))
def test_a_token_says_what_it_opens_and_no_two_are_alike(kind: TokenKind) -> None:
    tokens = {new_token(kind) for _ in range(100)}

    assert len(tokens) == 100
    assert {kind_of(token) for token in tokens} == {kind}
    assert {len(token) for token in tokens} == {48}


async def test_an_unknown_token_opens_nothing(database: Database, opened: OpenedSession) -> None:
    assert await seen(database, "lt_s_" + "a" * 43) is None
    assert await seen(database, "lt_a_" + "a" * 43) is None
    assert await seen(database, opened.token.replace("lt_s_", "lt_a_")) is None


async def test_a_session_ends_when_it_is_not_used(
    database: Database, opened: OpenedSession
) -> None:
    assert await seen(database, opened, NOW + IDLE) is None
    assert await seen(database, opened, NOW + IDLE - MINUTE) is not None
    assert await seen(database, opened, NOW + 2 * IDLE - 2 * MINUTE) is not None


async def test_a_session_ends_after_its_time_however_much_it_is_used(
    database: Database, opened: OpenedSession
) -> None:
    at = NOW
    while at < NOW + ABSOLUTE:
        assert await seen(database, opened, at) is not None
        at += IDLE / 2

    assert await seen(database, opened, at) is None


async def test_use_is_noted_at_most_once_a_minute(
    database: Database, opened: OpenedSession
) -> None:
    await seen(database, opened, NOW + MINUTE / 2)
    assert await last_used(database) == NOW

    await seen(database, opened, NOW + MINUTE)
    assert await last_used(database) == NOW + MINUTE


async def test_a_look_that_is_no_use_keeps_no_session_from_its_end(
    database: Database, opened: OpenedSession
) -> None:
    late = NOW + IDLE - MINUTE
    found = await viewer_of(database, opened.token, ASKING, now=late, idle=IDLE, used=False)
    assert found is not None
    assert await last_used(database) == NOW
    over = NOW + IDLE
    assert await viewer_of(database, opened.token, ASKING, now=over, idle=IDLE, used=False) is None


async def test_a_reader_does_not_wait_for_a_writer(
    database: Database, database_url: str, opened: OpenedSession
) -> None:
    other = await open_database(database_url)
    async with other.transaction() as connection:
        await connection.execute("UPDATE session SET created_at = created_at")

        assert await seen(database, opened, NOW + 2 * MINUTE) is not None

    await other.close()
    assert await last_used(database) == NOW


@pytest.mark.parametrize("column", ["disabled_at", "email_confirmed_at"])
async def test_a_closed_account_has_no_session(
    database: Database, opened: OpenedSession, column: str
) -> None:
    value = NOW if column == "disabled_at" else None
    await run(database, f"UPDATE account SET {column} = ?", value)  # noqa: S608 - ours

    assert await seen(database, opened) is None


async def test_an_ended_session_stays_ended(database: Database, opened: OpenedSession) -> None:
    for at in (NOW, NOW + MINUTE):
        async with database.transaction() as connection:
            await end_session(connection, opened.token, at)

    assert await seen(database, opened) is None
    found = await database.reader.tuples("SELECT ended_at FROM session")
    assert str(found[0][0]) == str(NOW)


async def test_all_sessions_of_somebody_end_or_all_but_one(
    database: Database, opened: OpenedSession
) -> None:
    other, third = await open_one(database), await open_one(database)
    viewer = await seen(database, opened)
    assert viewer is not None

    async with database.transaction() as connection:
        await end_sessions(connection, 2, NOW)
        await end_sessions(connection, 1, NOW, except_id=viewer.session_id)

    assert await seen(database, opened) is not None
    assert [await seen(database, ended) for ended in (other, third)] == [None, None]

    async with database.transaction() as connection:
        await end_sessions(connection, 1, NOW)
    assert await seen(database, opened) is None


async def test_terms_are_due_to_whoever_has_not_accepted_the_latest(
    database: Database, opened: OpenedSession
) -> None:
    viewer = await seen(database, opened)
    assert viewer is not None
    assert not viewer.terms_due

    await run(
        database,
        "INSERT INTO terms (version, title, body, published_at) VALUES ('2', 'T', 'B', ?)",
        NOW,
    )

    for staff in ("SUPPORT", "OPERATOR", None):
        await run(database, "UPDATE account SET staff = ?", staff)
        viewer = await seen(database, opened)
        assert viewer is not None
        assert viewer.terms_due
    await run(database, "UPDATE account SET staff = 'SERVICE'")
    viewer = await seen(database, opened)
    assert viewer is not None
    assert not viewer.terms_due


async def test_who_somebody_would_be_is_told_by_their_address(
    database: Database, opened: OpenedSession
) -> None:
    viewer = await seen(database, opened)
    assert viewer is not None
    anywhere = replace(viewer, session_id=None, address=None, agent=None, request_id=None)

    assert await viewer_by_email(database, "a@example.org") == anywhere
    assert await viewer_by_email(database, "b@example.org") is None
    await run(database, "UPDATE account SET disabled_at = ?", NOW)
    assert await viewer_by_email(database, "a@example.org") is None
