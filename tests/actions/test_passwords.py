"""Changing one's password, and setting a new one by way of a mail."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from actions import passwords, tokens
from actions.sessions import LogIn
from auth.permissions import Staff
from auth.throttle import Throttle
from auth.tokens import TokenKind
from database.connection import Database
from domain.errors import Conflict, Invalid, ProblemError, RateLimited, Refused
from tests.actions.school import (
    ANN,
    ASKING,
    BAD_ADDRESSES,
    BEA,
    LATER,
    NEW_PASSWORD,
    NOW,
    PASSWORD,
    SCHOOL,
    accept,
    add_person,
    create,
    events,
    holder,
    let_in,
    letters,
    log_in,
    mailed_token,
    rows,
    run,
    take_on,
    written,
)

RESET = TokenKind.RESET_PASSWORD
WEAK = [
    ("short", "PASSWORD_TOO_SHORT"),
    ("password123", "PASSWORD_GUESSABLE"),
    ("my name is Example", "PASSWORD_GUESSABLE"),
    ("ann@example.org!", "PASSWORD_GUESSABLE"),
    ("Learner Tracking 1", "PASSWORD_GUESSABLE"),
    ("x" * 257, "PASSWORD_SHAPE"),
    ("", "PASSWORD_SHAPE"),
    ("ten chars\0 and a null", "PASSWORD_SHAPE"),
]


@pytest.fixture
async def ann(school: Database) -> Database:
    """A school that Ann may see, who has accepted the terms."""
    user_id = await take_on(school)
    async with school.transaction() as connection:
        await accept(connection, user_id)
    await let_in(school, ANN)
    await run(school, "DELETE FROM letter")
    return school


async def request(database: Database, throttle: Throttle, email: str) -> None:
    await passwords.request_reset(database, ASKING, email, throttle=throttle, now=NOW)


async def reset(database: Database, token: str, **changed: Any) -> None:
    values: dict[str, Any] = {
        "password": NEW_PASSWORD,
        "password_again": changed.get("password", NEW_PASSWORD),
        "throttle": Throttle(),
        "now": LATER,
    }
    await passwords.reset_password(database, ASKING, token=token, **(values | changed))


async def change(database: Database, session: LogIn, **changed: Any) -> None:
    values: dict[str, Any] = {
        "old": PASSWORD,
        "password": NEW_PASSWORD,
        "password_again": changed.get("password", NEW_PASSWORD),
        "throttle": Throttle(),
        "now": LATER,
    }
    await passwords.change_password(database, session.viewer, **(values | changed))


async def api_token(database: Database, session: LogIn) -> str:
    made = await tokens.create_api_token(
        database, session.viewer, name="nightly", centre_numbers=[SCHOOL], days=1, now=NOW
    )
    return made.token


async def hash_now(database: Database, email: str = ANN) -> str:
    ((found,),) = await rows(database, "SELECT password_hash FROM account WHERE email = ?", email)
    return str(found)


# Asking for the mail -----------------------------------------------------------------------------


async def test_asking_for_a_mail_looks_the_same_whoever_has_an_account(
    database: Database, throttle: Throttle
) -> None:
    await add_person(database, ANN)
    left = []
    for email in (f" {ANN.upper()}", "nobody@example.org"):
        await request(database, throttle, email)
        left.append(
            (
                await rows(database, "SELECT kind, facts FROM letter ORDER BY id DESC LIMIT 1"),
                (await events(database))[-1],
            )
        )

    assert left[0] == left[1]
    assert [letter[:2] for letter in await letters(database)] == [
        ("RESET_PASSWORD", ANN),
        ("RESET_PASSWORD", "nobody@example.org"),
    ]
    assert left[0][1] == ("PASSWORD_RESET_REQUESTED", None, "ANONYMOUS", None, None, None)


@pytest.mark.parametrize("email", [ANN, "nobody@example.org"])
async def test_one_person_is_sent_three_mails_an_hour_and_nobody_is_told_about_the_fourth(
    database: Database, throttle: Throttle, email: str
) -> None:
    await add_person(database, ANN)
    for _ in range(3):
        await request(database, throttle, email)
    before = await written(database)

    await request(database, throttle, email)

    assert await written(database) == before
    assert len(await letters(database)) == 3


async def test_one_address_asks_for_ten_mails_an_hour(
    database: Database, throttle: Throttle
) -> None:
    for n in range(10):
        await request(database, throttle, f"a{n}@example.org")
    with pytest.raises(RateLimited):
        await request(database, throttle, "another@example.org")

    assert len(await letters(database)) == 10


@pytest.mark.parametrize("email", BAD_ADDRESSES)
async def test_what_is_no_address_is_sent_no_mail(
    database: Database, throttle: Throttle, email: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        await request(database, throttle, email)

    assert (refusal.value.code, refusal.value.field) == ("EMAIL", "email")
    assert await letters(database) == []


# Setting a new one -------------------------------------------------------------------------------


async def test_a_mailed_token_sets_a_password_and_ends_whatever_was_open(ann: Database) -> None:
    await take_on(ann, BEA)
    his = await log_in(ann, BEA)
    opened, other = await log_in(ann), await log_in(ann)
    program = await api_token(ann, opened)
    token, replaced = await mailed_token(ann, RESET), await mailed_token(ann, RESET)

    await reset(ann, f" {token}\n")

    held = (opened.token, other.token, program)
    assert [await holder(ann, ended) for ended in held] == [None, None, None]
    assert await holder(ann, his.token) == his.viewer
    with pytest.raises(Refused):
        await log_in(ann)
    assert (await log_in(ann, password=NEW_PASSWORD)).viewer.email == ANN
    with pytest.raises(Invalid):
        await reset(ann, replaced, password="another long enough one")
    assert await letters(ann) == [("PASSWORD_CHANGED", ANN, {})]
    assert await events(ann, "PASSWORD_RESET") == [
        ("PASSWORD_RESET", None, "ANONYMOUS", ANN, None, None)
    ]


async def test_who_sets_a_password_by_mail_has_shown_that_the_address_is_theirs(
    ann: Database,
) -> None:
    await run(ann, "UPDATE account SET email_confirmed_at = NULL")
    await reset(ann, await mailed_token(ann, RESET))

    assert (await log_in(ann, password=NEW_PASSWORD)).viewer.email == ANN
    ((confirmed_at,),) = await rows(ann, "SELECT email_confirmed_at FROM account")
    assert str(confirmed_at) == str(LATER)

    await reset(ann, await mailed_token(ann, RESET), now=LATER + timedelta(minutes=1))
    assert (await rows(ann, "SELECT email_confirmed_at FROM account"))[0][0] == confirmed_at


async def test_who_sets_a_password_by_mail_gets_in_at_once_however_many_others_are_guessing(
    ann: Database, throttle: Throttle
) -> None:
    for n in range(600):
        attempt = await throttle.begin_log_in(ANN, f"198.51.{n // 250}.{n % 250}", known=False)
        await throttle.failed(attempt)
    with pytest.raises(Refused):
        await log_in(ann, password="forgotten", throttle=throttle)
    with pytest.raises(RateLimited):
        await log_in(ann, throttle=throttle)

    await reset(ann, await mailed_token(ann, RESET), throttle=throttle)

    with pytest.raises(Refused):
        await log_in(ann, password="mistyped", throttle=throttle, now=LATER)
    opened = await log_in(ann, password=NEW_PASSWORD, throttle=throttle, now=LATER)
    assert opened.viewer.email == ANN
    elsewhere = replace(ASKING, address="198.51.2.90")
    with pytest.raises(RateLimited):
        await log_in(ann, password=NEW_PASSWORD, throttle=throttle, now=LATER, viewer=elsewhere)
    assert await rows(
        ann, "SELECT address, ended_at IS NULL FROM session WHERE created_at = ? ORDER BY id", LATER
    ) == [(ASKING.address, False), (ASKING.address, True)]


async def test_a_token_that_is_used_old_wrong_or_for_something_else_sets_nothing(
    ann: Database,
) -> None:
    opened = await log_in(ann)
    used = [
        await mailed_token(ann, RESET, used_at=NOW),
        await mailed_token(ann, RESET, made_at=LATER - timedelta(minutes=60)),
        await mailed_token(ann, TokenKind.CONFIRM_EMAIL),
        opened.token,
        "lt_r_" + "a" * 43,
        "lt_r_" + "\ud800" * 43,
        "",
    ]
    before = await written(ann)

    for token in used:
        with pytest.raises(Invalid) as refusal:
            await reset(ann, token)
        assert (refusal.value.code, refusal.value.field) == ("TOKEN_INVALID", "token")

    assert await written(ann) == before
    assert await holder(ann, opened.token) == opened.viewer


async def test_a_token_works_until_just_before_its_hour_is_over_and_once(ann: Database) -> None:
    token, last = await mailed_token(ann, RESET), NOW + timedelta(minutes=60, microseconds=-1)

    await reset(ann, token, now=last)
    with pytest.raises(Invalid):
        await reset(ann, token, now=last)


async def test_of_two_who_use_a_token_at_once_one_is_first(ann: Database) -> None:
    token = await mailed_token(ann, RESET)
    wanted = [f"{word} quiet owls at noon" for word in ("seven", "eleven", "twenty")]

    answers = await asyncio.gather(
        *(reset(ann, token, password=password) for password in wanted), return_exceptions=True
    )

    assert sorted(str(type(answer).__name__) for answer in answers) == 2 * ["Invalid"] + [
        "NoneType"
    ]
    await log_in(ann, password=wanted[answers.index(None)])


@pytest.mark.parametrize(("password", "code"), WEAK)
async def test_a_weak_password_is_not_set_and_the_token_is_still_good(
    ann: Database, password: str, code: str
) -> None:
    token, session = await mailed_token(ann, RESET), await log_in(ann)
    before = await written(ann)

    for attempt in (
        reset(ann, token, password=password),
        change(ann, session, password=password),
    ):
        with pytest.raises(Invalid) as refusal:
            await attempt
        assert (refusal.value.code, refusal.value.field) == (code, "password")
    assert await written(ann) == before

    await reset(ann, token)


async def test_passwords_that_differ_are_not_set(ann: Database) -> None:
    token, session = await mailed_token(ann, RESET), await log_in(ann)
    before = await written(ann)

    for attempt in (
        reset(ann, token, password_again=PASSWORD),
        change(ann, session, password_again=PASSWORD),
    ):
        with pytest.raises(Invalid) as refusal:
            await attempt
        assert (refusal.value.code, refusal.value.field) == ("PASSWORDS_DIFFER", "passwordAgain")
    assert await written(ann) == before


async def test_a_service_account_and_a_closed_one_set_no_password(ann: Database) -> None:
    feeds = "feeds@example.org"
    await create(ann, feeds, password=None, staff=Staff.SERVICE)
    await run(ann, "UPDATE account SET disabled_at = ? WHERE email = ?", NOW, ANN)
    held = [await mailed_token(ann, RESET, email) for email in (feeds, ANN)]
    before = await written(ann)

    for token in held:
        with pytest.raises(Invalid) as refusal:
            await reset(ann, token)
        assert refusal.value.code == "TOKEN_INVALID"
    assert await written(ann) == before
    assert await hash_now(ann, feeds) == "!"


# Changing it -------------------------------------------------------------------------------------


async def test_changing_a_password_ends_everything_but_this_session(ann: Database) -> None:
    here, there = await log_in(ann), await log_in(ann)
    program, mailed = await api_token(ann, here), await mailed_token(ann, RESET)

    await change(ann, here)

    assert await holder(ann, here.token) == here.viewer
    assert [await holder(ann, ended) for ended in (there.token, program)] == [None, None]
    with pytest.raises(Invalid):
        await reset(ann, mailed)
    with pytest.raises(Refused):
        await log_in(ann)
    await log_in(ann, password=NEW_PASSWORD)
    assert await letters(ann) == [("PASSWORD_CHANGED", ANN, {})]
    assert await events(ann, "PASSWORD_CHANGED") == [
        ("PASSWORD_CHANGED", ANN, "REGISTERED", ANN, None, None)
    ]


async def test_without_the_old_password_nothing_changes(ann: Database) -> None:
    here = await log_in(ann)
    before = await written(ann)

    for old in (NEW_PASSWORD, PASSWORD.upper(), "", "\0"):
        with pytest.raises(Refused) as refusal:
            await change(ann, here, old=old)
        assert (refusal.value.code, refusal.value.field) == ("PASSWORD_WRONG", "oldPassword")
    assert await written(ann) == before


async def test_ten_old_passwords_are_tried_in_a_quarter_of_an_hour(
    ann: Database, throttle: Throttle
) -> None:
    here = await log_in(ann)
    for n in range(11):
        with pytest.raises(ProblemError) as refusal:
            await change(ann, here, old="wrong", throttle=throttle)
        assert refusal.value.code == ("PASSWORD_WRONG" if n < 10 else "RATE_LIMITED")


async def test_of_two_changes_at_once_one_is_first(ann: Database) -> None:
    here, there = await log_in(ann), await log_in(ann)
    wanted = [NEW_PASSWORD, "eleven quiet owls at noon"]

    answers = await asyncio.gather(
        *(
            change(ann, session, password=password)
            for session, password in zip((here, there), wanted, strict=True)
        ),
        return_exceptions=True,
    )

    (lost,) = (answer for answer in answers if answer is not None)
    # Whoever looks at the old password only after the other has done is told that it is wrong.
    assert isinstance(lost, Conflict | Refused)
    assert lost.code in {"CONFLICT", "PASSWORD_WRONG"}
    first = answers.index(None)
    await log_in(ann, password=wanted[first])
    assert await holder(ann, (here, there)[first].token) is not None
    assert await holder(ann, (there, here)[first].token) is None
    assert len(await letters(ann)) == 1


async def test_a_service_account_changes_no_password(database: Database) -> None:
    await take_on(database)
    here = await log_in(database)
    await run(database, "UPDATE account SET staff = 'SERVICE'")
    before = await written(database)

    with pytest.raises(Refused) as refusal:
        await change(database, here)

    assert refusal.value.code == "PASSWORD_WRONG"
    assert await written(database) == before
