"""Asking for an account and confirming its address: nobody learns who has one."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from actions import accounts
from auth.permissions import Standing
from auth.throttle import Throttle
from auth.tokens import TokenKind
from auth.viewer import CONSOLE
from database.connection import Database
from domain.errors import Invalid, ProblemError, RateLimited, Refused
from tests.actions.school import (
    ANN,
    ASKING,
    BAD_ADDRESSES,
    BAD_VALUES,
    LATER,
    NEW_PASSWORD,
    NOW,
    PASSWORD,
    add_person,
    events,
    letters,
    log_in,
    mailed_token,
    rows,
    written,
)

WHOLE = {
    "email": ANN,
    "password": PASSWORD,
    "password_again": PASSWORD,
    "title": "Ms",
    "first_name": "Ann",
    "last_name": "Example",
}


async def register(database: Database, throttle: Throttle, **changed: Any) -> None:
    values: dict[str, Any] = {"throttle": throttle, "now": NOW, **WHOLE, **changed}
    await accounts.register(database, ASKING, **values)


async def confirm(
    database: Database, token: str, password: str = PASSWORD, *, now: datetime = LATER
) -> str:
    return await accounts.confirm_email(
        database, ASKING, token=token, password=password, throttle=Throttle(), now=now
    )


# Asking for one ----------------------------------------------------------------------------------


async def test_whoever_registers_gets_a_mail_and_cannot_log_in_yet(
    database: Database, throttle: Throttle
) -> None:
    await register(database, throttle, email=" Ann@Example.org")

    assert await rows(
        database,
        "SELECT email, title, first_name, last_name, staff, email_confirmed_at FROM account",
    ) == [(ANN, "Ms", "Ann", "Example", None, None)]
    assert await letters(database) == [("CONFIRM_EMAIL", ANN, {})]
    assert await events(database) == [
        ("ACCOUNT_REGISTERED", None, "ANONYMOUS", None, None, None),
    ]
    with pytest.raises(Refused) as refusal:
        await log_in(database)
    assert refusal.value.code == "LOG_IN_FAILED"


async def test_who_registers_again_before_confirming_changes_nothing_but_is_sent_another_mail(
    database: Database, throttle: Throttle
) -> None:
    await register(database, throttle)
    before = await written(database)

    again = {"password": NEW_PASSWORD, "password_again": NEW_PASSWORD, "first_name": "Mallory"}
    await register(database, throttle, **again)

    assert (await written(database))["account"] == before["account"]
    assert await letters(database) == 2 * [("CONFIRM_EMAIL", ANN, {})]
    token = await mailed_token(database, TokenKind.CONFIRM_EMAIL)
    with pytest.raises(Refused):
        await confirm(database, token, NEW_PASSWORD)
    assert await confirm(database, token) == ANN


async def test_registering_an_address_that_has_an_account_looks_the_same_and_changes_nothing(
    school: Database, throttle: Throttle
) -> None:
    await add_person(school, ANN, Standing.CENTRE_USER)
    before = await written(school)

    await register(school, throttle, email=ANN)
    await register(school, throttle, email="new@example.org", first_name="New")

    after = await written(school)
    assert after["account"][:1] == before["account"]
    assert len(after["account"]) == 2
    assert await letters(school) == [
        ("CONFIRM_EMAIL", ANN, {}),
        ("CONFIRM_EMAIL", "new@example.org", {}),
    ]
    assert await events(school) == 2 * [
        ("ACCOUNT_REGISTERED", None, "ANONYMOUS", None, None, None),
    ]


async def test_one_of_many_who_register_an_address_at_once_has_it(database: Database) -> None:
    names = [f"Ann{chr(ord('a') + n)}" for n in range(4)]

    await asyncio.gather(*(register(database, Throttle(), first_name=name) for name in names))

    ((first_name,),) = await rows(database, "SELECT first_name FROM account")
    assert first_name in names


@pytest.mark.parametrize("email", BAD_ADDRESSES)
async def test_what_is_no_address_is_refused(
    database: Database, throttle: Throttle, email: str
) -> None:
    before = await written(database)
    with pytest.raises(Invalid) as refusal:
        await register(database, throttle, email=email)

    assert (refusal.value.code, refusal.value.field) == ("EMAIL", "email")
    assert await written(database) == before


@pytest.mark.parametrize(("changed", "field", "code"), BAD_VALUES)
async def test_what_cannot_be_stored_or_trusted_is_refused(
    database: Database, throttle: Throttle, changed: dict[str, str], field: str, code: str
) -> None:
    before = await written(database)
    again = {"password_again": changed["password"]} if "password" in changed else {}
    with pytest.raises(Invalid) as refusal:
        await register(database, throttle, **changed, **again)

    assert (refusal.value.code, refusal.value.field) == (code, field)
    assert await written(database) == before


async def test_two_passwords_that_differ_are_refused(
    database: Database, throttle: Throttle
) -> None:
    before = await written(database)
    with pytest.raises(Invalid) as refusal:
        await register(database, throttle, password_again=f"{PASSWORD} ")

    assert (refusal.value.code, refusal.value.field) == ("PASSWORDS_DIFFER", "passwordAgain")
    assert await written(database) == before


async def test_one_address_opens_ten_accounts_an_hour(
    database: Database, throttle: Throttle
) -> None:
    for n in range(10):
        await register(database, throttle, email=f"a{n}@example.org")
    before = await written(database)

    with pytest.raises(RateLimited) as refusal:
        await register(database, throttle, email="eleventh@example.org")

    assert 3_590 <= refusal.value.retry_after <= 3_600
    assert await written(database) == before


# Confirming its address --------------------------------------------------------------------------


async def test_a_mailed_token_and_the_password_confirm_an_address(
    database: Database, throttle: Throttle
) -> None:
    await register(database, throttle)
    token = await mailed_token(database, TokenKind.CONFIRM_EMAIL)

    assert await confirm(database, f" {token}\n") == ANN

    assert (await log_in(database, now=LATER)).viewer.email == ANN
    assert await events(database, "EMAIL_CONFIRMED") == [
        ("EMAIL_CONFIRMED", None, "ANONYMOUS", ANN, None, None)
    ]


async def test_the_wrong_password_confirms_nothing_and_the_right_one_still_does(
    database: Database, throttle: Throttle
) -> None:
    await register(database, throttle)
    token = await mailed_token(database, TokenKind.CONFIRM_EMAIL)
    before = await written(database)

    for password in (NEW_PASSWORD, "", "\0", "x" * 300):
        with pytest.raises(Refused) as refusal:
            await confirm(database, token, password)
        assert (refusal.value.code, refusal.value.field) == ("PASSWORD_WRONG", "password")

    assert await written(database) == before
    assert await confirm(database, token) == ANN


async def test_a_token_that_is_used_old_wrong_or_for_something_else_confirms_nothing(
    database: Database, throttle: Throttle
) -> None:
    await register(database, throttle)
    kind = TokenKind.CONFIRM_EMAIL
    tokens = [
        await mailed_token(database, kind, used_at=NOW),
        await mailed_token(database, kind, made_at=LATER - timedelta(minutes=60)),
        await mailed_token(database, TokenKind.RESET_PASSWORD),
        "lt_c_" + "a" * 43,
        "lt_c_" + "\ud800" * 43,
        "",
        "\0",
    ]
    before = await written(database)

    for token in tokens:
        with pytest.raises(Invalid) as refusal:
            await confirm(database, token)
        assert (refusal.value.code, refusal.value.field) == ("TOKEN_INVALID", "token")

    assert await written(database) == before


async def test_a_token_lives_for_just_under_an_hour_and_works_once(
    database: Database, throttle: Throttle
) -> None:
    await register(database, throttle)
    end = NOW + timedelta(minutes=60)
    token = await mailed_token(database, TokenKind.CONFIRM_EMAIL)

    with pytest.raises(Invalid):
        await confirm(database, token, now=end)
    await confirm(database, token, now=end - timedelta(seconds=1))
    with pytest.raises(Invalid) as refusal:
        await confirm(database, token, now=end - timedelta(seconds=1))

    assert refusal.value.code == "TOKEN_INVALID"
    assert len(await events(database, "EMAIL_CONFIRMED")) == 1


async def test_of_two_who_use_a_token_at_once_one_is_first(
    database: Database, throttle: Throttle
) -> None:
    await register(database, throttle)
    token = await mailed_token(database, TokenKind.CONFIRM_EMAIL)

    answers = await asyncio.gather(
        *(confirm(database, token) for _ in range(3)), return_exceptions=True
    )

    assert answers.count(ANN) == 1
    assert [error.code for error in answers if isinstance(error, Invalid)] == 2 * ["TOKEN_INVALID"]


async def test_the_token_of_a_closed_account_confirms_nothing(
    database: Database, throttle: Throttle
) -> None:
    await register(database, throttle)
    token = await mailed_token(database, TokenKind.CONFIRM_EMAIL)
    await accounts.disable_account(database, CONSOLE, ANN, now=NOW)

    with pytest.raises(Invalid):
        await confirm(database, token)
    await accounts.enable_account(database, CONSOLE, ANN, now=NOW)
    with pytest.raises(Invalid):
        await confirm(database, token)


async def test_one_address_tries_twenty_tokens_an_hour(database: Database) -> None:
    throttle = Throttle()
    for n in range(21):
        with pytest.raises(ProblemError) as refusal:
            await accounts.confirm_email(
                database, ASKING, token="x", password="x", throttle=throttle, now=NOW
            )
        assert refusal.value.code == ("TOKEN_INVALID" if n < 20 else "RATE_LIMITED")
