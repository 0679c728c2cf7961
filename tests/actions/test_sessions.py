"""Logging in and out, and ending sessions elsewhere."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from actions import sessions
from actions.grants import Rights
from auth import passwords
from auth.events import Event
from auth.permissions import Staff, Standing
from auth.throttle import Attempt, Throttle
from database.connection import Database
from domain.errors import Missing, RateLimited, Refused
from tests.actions.school import (
    ANN,
    ASKING,
    BEA,
    LATER,
    NOW,
    PASSWORD,
    count,
    create,
    events,
    holder,
    let_in,
    log_in,
    rows,
    run,
    take_on,
    written,
)

WRONG = "not the password at all"


@pytest.fixture(autouse=True)
def _least_cost_afterwards() -> Iterator[None]:
    yield
    passwords.use_cost(passwords.LEAST_COST)


@pytest.fixture
async def ann(school: Database) -> int:
    """Ann's account, with access to the school."""
    user_id = await take_on(school)
    await let_in(school, ANN)
    return user_id


async def refusal_of(
    database: Database, email: str, password: str = PASSWORD, noted: list[Event] | None = None
) -> tuple[str, str]:
    with pytest.raises(Refused) as refusal:
        await log_in(database, email, password, noted=noted)
    return refusal.value.code, refusal.value.message


async def test_logging_in_opens_a_session_and_logging_out_ends_it(
    school: Database, ann: int
) -> None:
    opened = await log_in(school)

    assert opened.expires_at == NOW + sessions.ABSOLUTE
    assert opened.viewer.name == "Ann Example"
    assert [held.standing for held in opened.viewer.grants.values()] == [Standing.CENTRE_VIEWER]
    assert str((await rows(school, "SELECT last_log_in_at FROM account"))[0][0]) == str(NOW)
    assert await holder(school, opened.token) == opened.viewer

    for viewer in (opened.viewer, ASKING):
        await sessions.log_out(school, viewer, opened.token, now=NOW)
    assert await holder(school, opened.token) is None
    assert await events(school, "LOG_IN", "LOG_OUT") == [
        ("LOG_IN", ANN, None, ANN, None, None),
        ("LOG_OUT", ANN, "REGISTERED", ANN, None, None),
    ]


async def test_every_refusal_is_the_same_whatever_its_reason(school: Database, ann: int) -> None:
    await take_on(school, "disabled@example.org")
    await run(school, "UPDATE account SET disabled_at = ? WHERE email LIKE 'disabled%'", NOW)
    await take_on(school, "unconfirmed@example.org")
    await run(school, "UPDATE account SET email_confirmed_at = NULL WHERE email LIKE 'unconf%'")
    await create(school, "feeds@example.org", password=None, staff=Staff.SERVICE)
    await take_on(school, "spoiled@example.org")
    await run(school, "UPDATE account SET staff = 'SERVICE' WHERE email LIKE 'spoiled%'")
    noted: list[Event] = []
    before = await written(school)

    refusals = {
        await refusal_of(school, email, password, noted)
        for email, password in (
            (ANN, WRONG),
            (ANN, PASSWORD.upper()),
            (ANN, ""),
            (ANN, "\0"),
            (ANN, "x" * 257),
            ("nobody@example.org", PASSWORD),
            ("nobody@example.org", "\0"),
            ("no address \0 at all", PASSWORD),
            ("", PASSWORD),
            ("disabled@example.org", PASSWORD),
            ("unconfirmed@example.org", PASSWORD),
            ("feeds@example.org", "!"),
            ("spoiled@example.org", PASSWORD),
        )
    }

    assert [code for code, _ in refusals] == ["LOG_IN_FAILED"]
    assert await written(school) == before
    assert {(told.kind, told.code, told.actor_id) for told in noted} == {
        ("LOG_IN_REFUSED", "LOG_IN_FAILED", None)
    }
    assert [told.user_id for told in noted[:6]] == 5 * [ann] + [None]
    assert len(noted) == 13


async def test_the_sixth_wrong_log_in_from_one_address_has_to_wait(
    school: Database, ann: int, throttle: Throttle
) -> None:
    for _ in range(5):
        with pytest.raises(Refused):
            await log_in(school, ANN, WRONG, throttle=throttle)

    with pytest.raises(RateLimited) as refusal:
        await log_in(school, ANN, PASSWORD, throttle=throttle)
    assert 1 <= refusal.value.retry_after <= 60

    elsewhere = replace(ASKING, address="198.51.100.1")
    assert (await log_in(school, throttle=throttle, viewer=elsewhere)).viewer.user_id == ann
    with pytest.raises(Refused):
        await log_in(school, BEA, PASSWORD, throttle=throttle)


async def test_a_risen_cost_reaches_the_stored_hash_at_the_next_log_in(
    school: Database, ann: int
) -> None:
    passwords.use_cost(passwords.HashCost(rounds=3))

    await log_in(school)

    ((password_hash,),) = await rows(school, "SELECT password_hash FROM account")
    assert "t=3," in password_hash
    await log_in(school)


class _Meanwhile(Throttle):
    """Something happens to the account after it was read and before its password is checked."""

    def __init__(self, database: Database, statement: str) -> None:
        super().__init__()
        self.database, self.statement = database, statement

    async def begin_log_in(self, account: str, address: str | None, *, known: bool) -> Attempt:
        await run(self.database, self.statement)
        return await super().begin_log_in(account, address, known=known)


@pytest.mark.parametrize(
    "change",
    [
        "password_hash = 'another'",
        "disabled_at = '2026-01-01 00:00:00+00:00'",
        "email_confirmed_at = NULL",
        "staff = 'SERVICE'",
    ],
)
async def test_an_account_that_changes_meanwhile_lets_nobody_in(
    school: Database, ann: int, change: str
) -> None:
    throttle = _Meanwhile(school, f"UPDATE account SET {change}")  # noqa: S608 - ours

    with pytest.raises(Refused) as refusal:
        await log_in(school, throttle=throttle)

    assert refusal.value.code == "LOG_IN_FAILED"
    assert await count(school, "session") == 0
    assert await events(school, "LOG_IN") == []


async def test_an_account_that_vanishes_meanwhile_lets_nobody_in(database: Database) -> None:
    await take_on(database)
    throttle = _Meanwhile(database, "DELETE FROM account")

    with pytest.raises(Refused) as refusal:
        await log_in(database, throttle=throttle)

    assert refusal.value.code == "LOG_IN_FAILED"


async def test_lesser_rights_take_effect_at_the_next_request(school: Database, ann: int) -> None:
    await let_in(school, ANN, rights=Rights(manages_users=True))
    opened = await log_in(school)
    await run(school, "UPDATE access_grant SET manages_users = FALSE, role = 'VIEWER'")

    seen = await holder(school, opened.token)
    assert seen is not None
    assert [held.standing for held in seen.grants.values()] == [Standing.CENTRE_VIEWER]

    await run(school, "UPDATE access_grant SET revoked_at = ?", NOW)
    seen = await holder(school, opened.token)
    assert seen is not None
    assert dict(seen.grants) == {}


# Ending them elsewhere ---------------------------------------------------------------------------


async def test_somebody_ends_one_of_their_sessions(school: Database, ann: int) -> None:
    here, there = await log_in(school), await log_in(school)
    key = there.viewer.session_id or 0

    await sessions.end_own_session(school, here.viewer, key, now=NOW)
    await sessions.end_own_session(school, here.viewer, key, now=LATER)

    assert await holder(school, there.token) is None
    assert await holder(school, here.token) == here.viewer
    ((ended_at,),) = await rows(school, "SELECT ended_at FROM session WHERE ended_at IS NOT NULL")
    assert str(ended_at) == str(NOW)
    assert ("SESSION_ENDED", ANN, "REGISTERED", ANN, None, None) in await events(school)


async def test_a_session_of_somebody_else_is_missing_and_goes_on(
    school: Database, ann: int
) -> None:
    await take_on(school, BEA)
    hers, his = await log_in(school), await log_in(school, BEA)
    before = await written(school)

    for key in (hers.viewer.session_id or 0, 987_654_321):
        with pytest.raises(Missing) as missing:
            await sessions.end_own_session(school, his.viewer, key, now=NOW)
        assert (missing.value.code, missing.value.field) == ("NOT_FOUND", "id")

    assert await written(school) == before
    assert await holder(school, hers.token) == hers.viewer


async def test_somebody_ends_all_their_sessions_but_this_one(school: Database, ann: int) -> None:
    await take_on(school, BEA)
    his = await log_in(school, BEA)
    here, *there = [await log_in(school) for _ in range(3)]

    await sessions.end_other_sessions(school, here.viewer, now=NOW)

    assert [await holder(school, opened.token) for opened in there] == [None, None]
    assert await holder(school, here.token) == here.viewer
    assert await holder(school, his.token) == his.viewer
    assert await events(school, "SESSION_ENDED") == [
        ("SESSION_ENDED", ANN, "REGISTERED", ANN, None, "OTHERS")
    ]


async def test_a_session_lives_as_long_as_it_is_told_to(school: Database, ann: int) -> None:
    hour, noted = timedelta(hours=1), list[Event]()
    opened = await sessions.log_in(
        school,
        ASKING,
        ANN,
        PASSWORD,
        throttle=Throttle(),
        note=noted.append,
        now=NOW,
        idle=hour,
        absolute=2 * hour,
    )

    assert opened.expires_at == NOW + 2 * hour
    assert await holder(school, opened.token, NOW + hour) is None
    for minutes in (59, 118):
        assert await holder(school, opened.token, NOW + timedelta(minutes=minutes)) is not None
    assert await holder(school, opened.token, NOW + 2 * hour) is None
