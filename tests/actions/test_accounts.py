"""Asking for an account, confirming its address, its names, closing it and opening it again."""

from dataclasses import replace

import pytest

from actions import accounts
from auth.permissions import Staff, Standing
from auth.tokens import TokenKind
from auth.viewer import CONSOLE
from database.connection import Database
from domain.errors import Conflict, Invalid, Missing, Refused
from tests.actions.school import (
    ANN,
    BAD_ADDRESSES,
    BAD_VALUES,
    BEA,
    LATER,
    NOW,
    PASSWORD,
    accept,
    add_person,
    asking,
    changes,
    count,
    create,
    events,
    holder,
    letters,
    log_in,
    mailed_token,
    rows,
    written,
)

OPERATOR = "operator@example.org"

# Opening one for somebody ------------------------------------------------------------------------


async def test_an_account_is_opened_under_its_normal_address(database: Database) -> None:
    user_id = await create(database, "  Ann@Example.ORG ", staff=Staff.OPERATOR)

    opened = await log_in(database, "ANN@example.org")
    assert opened.viewer.user_id == user_id
    assert opened.viewer.email == ANN
    assert opened.viewer.staff is Staff.OPERATOR
    assert await changes(database, "USER") == [
        ("SYSTEM", None, "OPERATOR", "standing", None, "OPERATOR")
    ]
    assert await events(database, "ACCOUNT_REGISTERED") == [
        ("ACCOUNT_REGISTERED", None, "OPERATOR", ANN, None, "OPERATOR")
    ]
    assert await letters(database) == []


async def test_a_service_account_has_no_password(database: Database) -> None:
    await create(database, "feeds@example.org", password=None, staff=Staff.SERVICE)

    assert await rows(database, "SELECT password_hash, staff FROM account") == [("!", "SERVICE")]


async def test_an_address_has_one_account(school: Database) -> None:
    await create(school)
    before = await written(school)

    with pytest.raises(Conflict) as conflict:
        await create(school, "ANN@EXAMPLE.ORG")

    assert (conflict.value.code, conflict.value.field) == ("EMAIL_TAKEN", "email")
    assert await written(school) == before


@pytest.mark.parametrize(
    "standing", [Standing.REGISTERED, Standing.CENTRE_USER, Standing.SUPPORT, Standing.SERVICE]
)
async def test_only_operators_open_and_close_accounts(school: Database, standing: Standing) -> None:
    await add_person(school, ANN, standing)
    await add_person(school, BEA)
    viewer = await asking(school, ANN)
    before = await written(school)

    for attempt in (
        accounts.create_user(
            school,
            viewer,
            email="new@example.org",
            password=PASSWORD,
            title="",
            first_name="New",
            last_name="Person",
            now=NOW,
        ),
        accounts.disable_account(school, viewer, BEA, now=NOW),
        accounts.enable_account(school, viewer, BEA, now=NOW),
    ):
        with pytest.raises(Refused) as refusal:
            await attempt
        assert refusal.value.code == "FORBIDDEN"
    assert await written(school) == before


@pytest.mark.parametrize("email", BAD_ADDRESSES)
async def test_what_is_no_address_is_refused(database: Database, email: str) -> None:
    before = await written(database)
    with pytest.raises(Invalid) as refusal:
        await create(database, email)

    assert (refusal.value.code, refusal.value.field) == ("EMAIL", "email")
    assert await written(database) == before


@pytest.mark.parametrize(("changed", "field", "code"), BAD_VALUES)
async def test_what_cannot_be_stored_or_trusted_is_refused(
    database: Database, changed: dict[str, str], field: str, code: str
) -> None:
    before = await written(database)
    with pytest.raises(Invalid) as refusal:
        await create(database, **changed)

    assert (refusal.value.code, refusal.value.field) == (code, field)
    assert await written(database) == before


# Names -------------------------------------------------------------------------------------------


async def update(database: Database, **changed: str) -> None:
    values = {"title": "", "first_name": "Ann", "last_name": "Person", **changed}
    await accounts.update_account(database, await asking(database, ANN), now=LATER, **values)


async def test_somebody_changes_their_own_names_and_the_history_says_how(
    database: Database,
) -> None:
    for email in (ANN, BEA):
        await add_person(database, email)

    await update(database, title="Dr", first_name=" Anna ")
    await update(database, title="Dr", first_name="Anna")

    assert await rows(database, "SELECT title, first_name, last_name FROM account ORDER BY id") == [
        ("Dr", "Anna", "Person"),
        ("", "Bea", "Person"),
    ]
    assert await changes(database, "USER") == [
        ("USER", ANN, "REGISTERED", "title", "", "Dr"),
        ("USER", ANN, "REGISTERED", "first_name", "Ann", "Anna"),
    ]
    assert await events(database) == [("ACCOUNT_CHANGED", ANN, "REGISTERED", ANN, None, None)]


async def test_names_that_are_none_change_nothing(database: Database) -> None:
    await add_person(database, ANN)
    before = await written(database)

    for changed, field, _ in BAD_VALUES[:7]:
        with pytest.raises(Invalid) as refusal:
            await update(database, **changed)
        assert refusal.value.field == field
    assert await written(database) == before


# Closing it --------------------------------------------------------------------------------------


async def test_a_closed_account_is_nobody_at_once_and_opened_again_has_to_log_in_anew(
    database: Database,
) -> None:
    user_id = await create(database)
    async with database.transaction() as connection:
        await accept(connection, user_id)
    await add_person(database, OPERATOR, Standing.OPERATOR)
    operator = await asking(database, OPERATOR)
    opened = await log_in(database)

    assert await accounts.disable_account(database, operator, " ANN@example.org", now=NOW) == (
        user_id
    )
    await accounts.disable_account(database, operator, ANN, now=LATER)

    assert await holder(database, opened.token) is None
    with pytest.raises(Refused):
        await log_in(database)

    await accounts.enable_account(database, operator, ANN, now=LATER)
    await accounts.enable_account(database, operator, ANN, now=LATER)

    assert await holder(database, opened.token) is None
    assert (await log_in(database)).viewer.user_id == user_id
    assert (await changes(database, "USER"))[1:] == [
        ("USER", OPERATOR, "OPERATOR", "disabled", "false", "true"),
        ("USER", OPERATOR, "OPERATOR", "disabled", "true", "false"),
    ]
    assert await events(database, "ACCOUNT_DISABLED", "ACCOUNT_ENABLED") == [
        ("ACCOUNT_DISABLED", OPERATOR, "OPERATOR", ANN, None, None),
        ("ACCOUNT_ENABLED", OPERATOR, "OPERATOR", ANN, None, None),
    ]


async def test_a_token_in_a_mail_is_worth_nothing_after_the_account_was_closed(
    database: Database,
) -> None:
    await add_person(database, ANN)
    await mailed_token(database, TokenKind.RESET_PASSWORD)

    await accounts.disable_account(database, CONSOLE, ANN, now=LATER)

    assert await count(database, "one_time_token") == 1
    ((used_at,),) = await rows(database, "SELECT used_at FROM one_time_token")
    assert str(used_at) == str(LATER)


@pytest.mark.parametrize("login", ["nobody@example.org", "no address \0", ""])
async def test_only_an_account_that_is_there_can_be_closed_or_opened(
    database: Database, login: str
) -> None:
    before = await written(database)
    for act in (accounts.disable_account, accounts.enable_account):
        with pytest.raises(Missing) as missing:
            await act(database, CONSOLE, login, now=NOW)
        assert (missing.value.code, missing.value.field) == ("USER_NOT_REGISTERED", "login")
    assert await written(database) == before


async def test_nobody_closes_their_own_account(school: Database) -> None:
    await add_person(school, OPERATOR, Standing.OPERATOR)
    operator = await asking(school, OPERATOR)
    before = await written(school)

    with pytest.raises(Refused) as refusal:
        await accounts.disable_account(school, operator, OPERATOR, now=NOW)
    assert (refusal.value.code, refusal.value.field) == ("OWN_ACCOUNT", "login")
    assert await written(school) == before
    await accounts.disable_account(school, CONSOLE, OPERATOR, now=NOW)


async def test_the_last_centre_user_cannot_be_closed_out(school: Database) -> None:
    await add_person(school, ANN, Standing.CENTRE_USER)
    await add_person(school, OPERATOR, Standing.OPERATOR)
    operator = await asking(school, OPERATOR)
    before = await written(school)

    with pytest.raises(Refused) as refusal:
        await accounts.disable_account(school, operator, ANN, now=NOW)
    assert refusal.value.code == "LAST_CENTRE_USER"
    assert await written(school) == before

    await add_person(school, BEA, Standing.CENTRE_USER)
    await accounts.disable_account(school, replace(operator, address=None), ANN, now=NOW)
    with pytest.raises(Refused):
        await accounts.disable_account(school, operator, BEA, now=NOW)
    assert await rows(school, "SELECT email FROM account WHERE disabled_at IS NOT NULL") == [(ANN,)]
