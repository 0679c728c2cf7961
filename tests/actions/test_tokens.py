"""Tokens for programs: making them, what ends them, and whose they are."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from actions import access, accounts, tokens
from actions.grants import Rights
from actions.tokens import LONGEST_DAYS, MOST_TOKENS, MadeToken
from auth.permissions import Staff, Standing
from auth.tokens import hash_of
from auth.viewer import CONSOLE, Viewer
from database.connection import Database
from database.opening import open_database
from domain.errors import Invalid, Missing, Refused
from tests.actions.school import (
    ANN,
    BEA,
    COLLEGE,
    LATER,
    NOW,
    SCHOOL,
    add_person,
    asking,
    count,
    create,
    events,
    grant_of,
    holder,
    let_in,
    rows,
    run,
    written,
)

FEEDS = "feeds@example.org"
DAY = timedelta(days=1)


@pytest.fixture
async def ann(school: Database) -> Viewer:
    """Ann, who may see the school and the college."""
    await add_person(school, ANN, Standing.CENTRE_VIEWER)
    await let_in(school, ANN, COLLEGE)
    return await asking(school, ANN)


async def make(
    database: Database,
    viewer: Viewer,
    *centres: str,
    name: str = "nightly",
    days: int = 30,
) -> MadeToken:
    return await tokens.create_api_token(
        database, viewer, name=name, centre_numbers=centres or (SCHOOL,), days=days, now=NOW
    )


async def centres_of(database: Database, made: MadeToken) -> list[str] | None:
    """The centres that a token opens; None when it opens nothing at all."""
    viewer = await holder(database, made.token, LATER)
    if viewer is None:
        return None
    found = await rows(database, "SELECT id, number FROM centre ORDER BY number")
    return [number for centre_id, number in found if centre_id in viewer.grants]


async def test_a_token_is_shown_once_and_only_its_hash_is_kept(
    school: Database, ann: Viewer
) -> None:
    made = await make(school, ann, name="  School's own system ")

    assert made.token.startswith("lt_a_")
    assert made.expires_at == NOW + 30 * DAY
    ((key, token_hash, user_id, name),) = await rows(
        school, "SELECT id, token_hash, user_id, name FROM api_token"
    )
    assert (key, token_hash, user_id) == (made.id, hash_of(made.token), ann.user_id)
    assert name == "School's own system"
    assert await events(school, "TOKEN_CREATED") == [
        ("TOKEN_CREATED", ANN, "REGISTERED", ANN, None, None)
    ]
    assert await rows(school, "SELECT subject FROM event WHERE kind = 'TOKEN_CREATED'") == [
        (f"API token {made.id}",)
    ]


async def test_a_token_opens_the_centres_that_were_chosen(school: Database, ann: Viewer) -> None:
    one = await make(school, ann, COLLEGE)
    both = await make(school, ann, COLLEGE, f" {SCHOOL} ", COLLEGE)

    assert await centres_of(school, one) == [COLLEGE]
    assert await centres_of(school, both) == [SCHOOL, COLLEGE]
    assert await count(school, "api_token_grant") == 3


async def test_a_token_follows_what_its_owner_may_from_request_to_request(
    school: Database, ann: Viewer
) -> None:
    made = await make(school, ann)

    await let_in(school, ANN, rights=Rights(manages_users=True))

    viewer = await holder(school, made.token, LATER)
    assert viewer is not None
    assert [held.standing for held in viewer.grants.values()] == [Standing.CENTRE_USER]


@pytest.mark.parametrize("number", [COLLEGE, "99999", "", "\0", "100\ud80001"])
async def test_a_centre_that_is_not_ones_own_is_missing_whether_or_not_it_is_there(
    school: Database, number: str
) -> None:
    await add_person(school, ANN, Standing.CENTRE_VIEWER)
    before = await written(school)

    with pytest.raises(Missing) as missing:
        await make(school, await asking(school, ANN), SCHOOL, number)

    assert (missing.value.code, missing.value.field) == ("NOT_FOUND", "centres")
    assert await written(school) == before


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"days": 0}, "days"),
        ({"days": LONGEST_DAYS + 1}, "days"),
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"centre_numbers": []}, "centres"),
    ],
)
async def test_what_is_no_token_is_not_made(
    school: Database, ann: Viewer, changed: dict[str, object], field: str
) -> None:
    before = await written(school)
    whole: dict[str, object] = {"name": "nightly", "centre_numbers": [SCHOOL], "days": 1}
    with pytest.raises(Invalid) as refusal:
        await tokens.create_api_token(school, ann, **{**whole, **changed}, now=NOW)  # type: ignore[arg-type]  # what is tested

    assert refusal.value.field == field
    assert await written(school) == before


@pytest.mark.parametrize("standing", [Standing.SUPPORT, Standing.OPERATOR, Standing.SERVICE])
async def test_staff_make_no_tokens_for_themselves(school: Database, standing: Standing) -> None:
    await add_person(school, ANN)
    await let_in(school, ANN)
    await run(school, "UPDATE account SET staff = ? WHERE email = ?", standing.value, ANN)
    before = await written(school)

    with pytest.raises(Refused) as refusal:
        await make(school, await asking(school, ANN))

    assert refusal.value.code == "STAFF_TOKEN"
    assert await written(school) == before


# What ends them ----------------------------------------------------------------------------------


async def test_a_token_dies_with_the_access_it_carries_also_when_the_person_is_let_in_again(
    school: Database, ann: Viewer
) -> None:
    one, both = await make(school, ann), await make(school, ann, SCHOOL, COLLEGE)

    await access.end_access(school, CONSOLE, centre_number=SCHOOL, login=ANN, now=NOW)
    assert [await centres_of(school, made) for made in (one, both)] == [[], [COLLEGE]]

    await let_in(school, ANN)
    assert [await centres_of(school, made) for made in (one, both)] == [[], [COLLEGE]]


async def test_a_token_ends_with_its_time(school: Database, ann: Viewer) -> None:
    made = await make(school, ann, days=2)

    assert await holder(school, made.token, NOW + 2 * DAY - timedelta(seconds=1)) is not None
    assert await holder(school, made.token, NOW + 2 * DAY) is None


async def test_a_token_ends_when_its_owners_account_is_closed_and_stays_ended(
    school: Database, ann: Viewer
) -> None:
    made = await make(school, ann)

    await accounts.disable_account(school, CONSOLE, ANN, now=NOW)
    assert await centres_of(school, made) is None
    await accounts.enable_account(school, CONSOLE, ANN, now=NOW)
    assert await centres_of(school, made) is None


async def test_a_token_is_ended_by_its_owner_or_an_operator(school: Database, ann: Viewer) -> None:
    operator = "operator@example.org"
    await add_person(school, operator, Standing.OPERATOR)
    for viewer in (ann, await asking(school, operator)):
        made, kept = await make(school, ann), await make(school, ann)

        await tokens.revoke_api_token(school, viewer, made.id, now=NOW)
        await tokens.revoke_api_token(school, viewer, made.id, now=LATER)

        assert await centres_of(school, made) is None
        assert await centres_of(school, kept) == [SCHOOL]
        found = await rows(school, "SELECT revoked_at FROM api_token WHERE id = ?", made.id)
        assert str(found[0][0]) == str(NOW)
    assert {row[:4] for row in await events(school, "TOKEN_REVOKED")} == {
        ("TOKEN_REVOKED", ANN, "REGISTERED", ANN),
        ("TOKEN_REVOKED", operator, "OPERATOR", ANN),
    }


@pytest.mark.parametrize("standing", [Standing.CENTRE_USER, Standing.SUPPORT])
async def test_a_token_of_somebody_else_is_missing_like_one_that_is_not_there(
    school: Database, ann: Viewer, standing: Standing
) -> None:
    made = await make(school, ann)
    await add_person(school, BEA, standing)
    viewer = await asking(school, BEA)
    before = await written(school)

    for key in (made.id, 987_654_321):
        with pytest.raises(Missing) as missing:
            await tokens.revoke_api_token(school, viewer, key, now=NOW)
        assert (missing.value.code, missing.value.field) == ("NOT_FOUND", "id")
    assert await written(school) == before


# How many ----------------------------------------------------------------------------------------


async def test_somebody_has_twenty_tokens_that_are_good_for_anything(
    school: Database, ann: Viewer
) -> None:
    made = [await make(school, ann, name=f"program {n}", days=n) for n in range(1, 21)]
    assert len(made) == MOST_TOKENS
    before = await written(school)

    with pytest.raises(Refused) as refusal:
        await make(school, ann)
    assert refusal.value.code == "TOO_MANY_TOKENS"
    assert await written(school) == before

    await tokens.revoke_api_token(school, ann, made[7].id, now=NOW)
    await make(school, ann)
    await tokens.create_api_token(
        school, ann, name="later", centre_numbers=[SCHOOL], days=1, now=NOW + 3 * DAY
    )


async def test_of_many_who_make_the_twentieth_at_once_one_does(
    school: Database, database_url: str, ann: Viewer
) -> None:
    for n in range(19):
        await make(school, ann, name=f"program {n}")
    others = [await open_database(database_url) for _ in range(3)]

    answers = await asyncio.gather(
        *(make(database, ann) for database in others), return_exceptions=True
    )

    for database in others:
        await database.close()
    assert sum(isinstance(answer, MadeToken) for answer in answers) == 1
    assert [answer.code for answer in answers if isinstance(answer, Refused)] == 2 * [
        "TOO_MANY_TOKENS"
    ]
    assert await count(school, "api_token") == 20


# Service accounts --------------------------------------------------------------------------------


async def test_an_operator_makes_the_token_of_a_service_account(school: Database) -> None:
    await create(school, FEEDS, password=None, staff=Staff.SERVICE)

    made = await tokens.create_service_token(
        school, CONSOLE, login=" Feeds@example.org", name="nightly", days=366, now=NOW
    )

    viewer = await holder(school, made.token, LATER)
    assert viewer is not None
    assert viewer.standing_at(None) is Standing.SERVICE
    assert not viewer.terms_due
    assert await events(school, "TOKEN_CREATED") == [
        ("TOKEN_CREATED", None, "OPERATOR", FEEDS, None, None)
    ]


@pytest.mark.parametrize("login", [ANN, "support@example.org", "nobody@example.org", "\0"])
async def test_nobody_else_is_made_a_token_for(school: Database, login: str) -> None:
    await add_person(school, ANN, Standing.CENTRE_USER)
    await add_person(school, "support@example.org", Standing.SUPPORT)
    before = await written(school)

    with pytest.raises(Missing) as missing:
        await tokens.create_service_token(school, CONSOLE, login=login, name="x", days=1, now=NOW)

    assert (missing.value.code, missing.value.field) == ("USER_NOT_REGISTERED", "login")
    assert await written(school) == before


@pytest.mark.parametrize("standing", [Standing.CENTRE_USER, Standing.SUPPORT, Standing.SERVICE])
async def test_only_operators_make_tokens_of_service_accounts(
    school: Database, standing: Standing
) -> None:
    await add_person(school, ANN, standing)
    await add_person(school, FEEDS, Standing.SERVICE)
    before = await written(school)

    with pytest.raises(Refused) as refusal:
        await tokens.create_service_token(
            school, await asking(school, ANN), login=FEEDS, name="x", days=1, now=NOW
        )

    assert refusal.value.code == "FORBIDDEN"
    assert await written(school) == before


async def test_a_closed_service_account_is_made_no_token_and_its_tokens_are_dead(
    school: Database,
) -> None:
    await add_person(school, FEEDS, Standing.SERVICE)
    made = await tokens.create_service_token(
        school, CONSOLE, login=FEEDS, name="x", days=1, now=NOW
    )
    await run(school, "UPDATE account SET disabled_at = ?", NOW)

    assert await holder(school, made.token) is None
    with pytest.raises(Missing):
        await tokens.create_service_token(school, CONSOLE, login=FEEDS, name="x", days=1, now=NOW)


async def test_terms_that_are_due_to_its_owner_are_due_to_a_token(
    school: Database, ann: Viewer
) -> None:
    made = await make(school, ann)
    await run(school, "DELETE FROM terms_acceptance")

    viewer = await holder(school, made.token, LATER)

    assert viewer is not None
    assert viewer.terms_due
    assert await grant_of(school, ANN) == next(iter(viewer.grants.values())).id
    assert replace(viewer, terms_due=False).grants == viewer.grants
