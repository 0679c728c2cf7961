import hashlib
import logging
from datetime import UTC, datetime, timedelta

import pytest

from auth.permissions import GrantKind, Role, Staff
from auth.sessions import OpenedSession, end_session, open_session, viewer_of
from auth.viewer import HeldGrant, Viewer
from models.database import Database

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
IDLE = timedelta(hours=1)
ABSOLUTE = timedelta(hours=12)
MINUTE = timedelta(minutes=1)


async def run(database: Database, statement: str, *params: object) -> None:
    async with database.transaction() as connection:
        await connection.execute(statement, *params)


@pytest.fixture
async def opened(database: Database) -> OpenedSession:
    """A session of user 1, who has access to centre 1 and had access to centre 2."""
    await run(
        database,
        "INSERT INTO account (id, email, password_hash, title, first_name, last_name, staff,"
        " created_at, email_confirmed_at) VALUES (1, 'a@example.org', '', '', 'Ann', 'Example',"
        " 'SUPPORT', ?, ?)",
        NOW,
        NOW,
    )
    for n in (1, 2):
        await run(
            database,
            "INSERT INTO centre (id, number, name, status) VALUES (?, ?, 'C', 'OPEN')",
            n,
            f"1000{n}",
        )
        await run(
            database,
            "INSERT INTO access_grant (id, user_id, centre_id, kind, role, manages_users,"
            " granted_at, revoked_at, version) VALUES (?, 1, ?, 'CENTRE', 'ADMINISTRATOR', TRUE,"
            " ?, ?, 1)",
            n * 10,
            n,
            NOW,
            NOW if n == 2 else None,
        )
    return await open_session(database, 1, now=NOW, idle=IDLE, absolute=ABSOLUTE)


async def seen(database: Database, opened: OpenedSession, at: datetime = NOW) -> Viewer | None:
    return await viewer_of(database, opened.token, now=at, idle=IDLE)


async def last_used(database: Database) -> datetime:
    found = await database.writer.tuples("SELECT last_used_at FROM session")
    value = found[0][0]
    return datetime.fromisoformat(value) if isinstance(value, str) else value


async def test_a_token_is_opaque_and_only_its_hash_is_stored(
    database: Database, opened: OpenedSession
) -> None:
    found = await database.reader.tuples("SELECT * FROM session")

    assert opened.token.startswith("lt_s_")
    assert len(opened.token) == 48
    assert hashlib.sha256(opened.token.encode()).hexdigest() in tuple(found[0])
    assert opened.token not in str(tuple(found[0]))
    assert opened.expires_at == NOW + ABSOLUTE
    assert opened.idles_out_at == NOW + IDLE


async def test_a_token_names_its_holder_and_the_grants_in_force(
    database: Database, opened: OpenedSession
) -> None:
    viewer = await seen(database, opened)

    assert viewer is not None
    assert viewer == Viewer(
        user_id=1,
        email="a@example.org",
        name="Ann Example",
        staff=Staff.SUPPORT,
        grants={1: HeldGrant(10, 1, GrantKind.CENTRE, Role.ADMINISTRATOR, manages_users=True)},
        session_id=viewer.session_id,
    )


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
    ],
)
async def test_a_malformed_token_costs_no_statement(
    database: Database, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="tortoise.db_client"):
        assert await viewer_of(database, token, now=NOW, idle=IDLE) is None
        await end_session(database, token, NOW)

    assert not caplog.records


async def test_an_unknown_token_opens_nothing(database: Database, opened: OpenedSession) -> None:
    assert await viewer_of(database, "lt_s_" + "a" * 43, now=NOW, idle=IDLE) is None


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


async def test_a_reader_does_not_wait_for_a_writer(
    database: Database, opened: OpenedSession
) -> None:
    async with database.transaction() as connection:
        await connection.execute("UPDATE session SET created_at = created_at")

        assert await seen(database, opened, NOW + 2 * MINUTE) is not None

    assert await last_used(database) == NOW


@pytest.mark.parametrize("column", ["disabled_at", "email_confirmed_at"])
async def test_a_closed_account_has_no_session(
    database: Database, opened: OpenedSession, column: str
) -> None:
    value = NOW if column == "disabled_at" else None
    await run(database, f"UPDATE account SET {column} = ?", value)  # noqa: S608 - ours

    assert await seen(database, opened) is None


async def test_an_ended_session_stays_ended(database: Database, opened: OpenedSession) -> None:
    await end_session(database, opened.token, NOW)
    await end_session(database, opened.token, NOW + MINUTE)

    assert await seen(database, opened) is None
    found = await database.reader.tuples("SELECT ended_at FROM session")
    assert str(found[0][0]) == str(NOW)


async def test_a_session_can_be_ended_by_its_id(database: Database, opened: OpenedSession) -> None:
    other = await open_session(database, 1, now=NOW, idle=IDLE, absolute=ABSOLUTE)
    viewer = await seen(database, opened)
    assert viewer is not None
    assert viewer.session_id is not None

    await end_session(database, viewer.session_id, NOW)

    assert await seen(database, opened) is None
    assert await seen(database, other) is not None
