"""Who may see a centre: letting people in, changing what they may do, ending it."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from actions import access, accounts
from actions.grants import CENTRE_USER, Rights
from auth.permissions import GrantKind, Role, Standing
from auth.throttle import Throttle
from auth.viewer import CONSOLE, Viewer
from database.connection import Database
from database.opening import open_database
from domain.errors import Conflict, Invalid, Missing, ProblemError, RateLimited, Refused
from tests.actions.school import (
    ANN,
    BEA,
    COLLEGE,
    NOW,
    SCHOOL,
    add_person,
    asking,
    changes,
    events,
    grant_of,
    let_in,
    letters,
    run,
    standings,
    written,
)

CAROL = "carol@example.org"


@pytest.fixture
async def staffed(school: Database) -> Database:
    """A school with two centre users, and Carol who is registered."""
    await add_person(school, ANN, Standing.CENTRE_USER)
    await add_person(school, BEA, Standing.CENTRE_USER)
    await add_person(school, CAROL)
    return school


async def add(database: Database, viewer: Viewer, login: str = CAROL, **other: Any) -> int:
    wanted: dict[str, Any] = {
        "centre_number": SCHOOL,
        "kind": GrantKind.CENTRE,
        "affiliation": None,
        "line": None,
        "throttle": Throttle(),
    }
    return await access.add_user(database, viewer, login=login, now=NOW, **(wanted | other))


async def tick(
    database: Database, viewer: Viewer, key: int, *, administrator: bool = True, version: int = 1
) -> int:
    return await access.set_administrator(
        *(database, viewer, key), administrator=administrator, expected_version=version, now=NOW
    )


async def revoke(database: Database, viewer: Viewer, key: int, version: int = 1) -> None:
    await access.revoke_access(database, viewer, key, expected_version=version, now=NOW)


async def test_a_registered_person_is_let_in_as_a_viewer_and_everybody_concerned_is_told(
    staffed: Database,
) -> None:
    key = await add(staffed, await asking(staffed, ANN), "  CAROL@Example.org ")

    assert await grant_of(staffed, CAROL) == key
    assert (await standings(staffed))[CAROL] is Standing.CENTRE_VIEWER
    assert await changes(staffed, "GRANT") == [
        ("USER", ANN, "CENTRE_USER", "standing", None, "CENTRE_VIEWER")
    ]
    assert await events(staffed) == [
        ("ACCESS_GRANTED", ANN, "CENTRE_USER", CAROL, SCHOOL, "CENTRE_VIEWER")
    ]
    told = await letters(staffed)
    assert [(kind, recipient) for kind, recipient, _ in told] == [
        ("USERS_CHANGED", BEA),
        ("ACCESS_GRANTED", CAROL),
    ]
    assert told[1][2] == {
        "centre_number": SCHOOL,
        "centre_name": "North School",
        "by": "Ann Person",
        "standing": "Centre viewer",
    }


async def test_letting_somebody_in_twice_is_no_change_and_with_other_rights_a_conflict(
    staffed: Database,
) -> None:
    ann = await asking(staffed, ANN)
    key = await add(staffed, ann)
    before = await written(staffed)

    assert await add(staffed, ann) == key
    with pytest.raises(Conflict) as conflict:
        await add(staffed, ann, kind=GrantKind.NON_CENTRE, affiliation="LEA officer")
    assert (conflict.value.code, conflict.value.current) == ("ACCESS_EXISTS", ("Access", key))
    assert await written(staffed) == before


async def test_an_administrator_is_ticked_and_unticked_and_access_revoked(
    staffed: Database,
) -> None:
    ann = await asking(staffed, ANN)
    key = await add(staffed, ann)

    await tick(staffed, ann, key)
    assert (await standings(staffed))[CAROL] is Standing.CENTRE_ADMINISTRATOR
    await tick(staffed, ann, key, administrator=False, version=2)
    assert (await standings(staffed))[CAROL] is Standing.CENTRE_VIEWER
    await revoke(staffed, ann, key, version=3)
    assert CAROL not in await standings(staffed)
    assert [(row[4], row[5]) for row in await changes(staffed, "GRANT")] == [
        (None, "CENTRE_VIEWER"),
        ("CENTRE_VIEWER", "CENTRE_ADMINISTRATOR"),
        ("CENTRE_ADMINISTRATOR", "CENTRE_VIEWER"),
        ("CENTRE_VIEWER", None),
    ]
    assert [kind for kind, recipient, _ in await letters(staffed) if recipient == CAROL] == [
        "ACCESS_GRANTED",
        "ACCESS_CHANGED",
        "ACCESS_CHANGED",
        "ACCESS_REVOKED",
    ]
    again = await add(staffed, ann)
    assert again != key, "what was revoked stays revoked"


async def test_somebody_gives_up_their_own_access(staffed: Database) -> None:
    await let_in(staffed, CAROL)
    await access.give_up_access(
        staffed, await asking(staffed, CAROL), centre_number=SCHOOL, now=NOW
    )

    assert CAROL not in await standings(staffed)
    assert (await events(staffed))[-1] == (
        *("ACCESS_GIVEN_UP", CAROL, "CENTRE_VIEWER", CAROL, SCHOOL, "CENTRE_VIEWER"),
    )
    with pytest.raises(Missing):
        await access.give_up_access(
            staffed, await asking(staffed, CAROL), centre_number=SCHOOL, now=NOW
        )


async def test_a_grant_may_be_for_one_line_and_carry_a_label(staffed: Database) -> None:
    await add(
        staffed,
        await asking(staffed, ANN),
        kind=GrantKind.NON_CENTRE,
        affiliation=" Domain assessor ",
        line="ENGINEERING",
    )

    carol = await asking(staffed, CAROL)
    (grant,) = carol.grants.values()
    assert (grant.standing, grant.line) == (Standing.NON_CENTRE_VIEWER, "ENGINEERING")
    assert ("affiliation", None, "Domain assessor") in [
        row[3:] for row in await changes(staffed, "GRANT")
    ]


@pytest.mark.parametrize(
    ("wanted", "kind", "code"),
    [
        ({"login": "nobody@example.org"}, Missing, "USER_NOT_REGISTERED"),
        ({"login": "\0"}, Missing, "USER_NOT_REGISTERED"),
        ({"centre_number": COLLEGE}, Missing, "NOT_FOUND"),
        ({"centre_number": "99999"}, Missing, "NOT_FOUND"),
        ({"centre_number": "1\x002"}, Missing, "NOT_FOUND"),
        ({"line": "SINGING"}, Invalid, "LINE_UNKNOWN"),
        ({"affiliation": "two\nlines"}, Invalid, "VALIDATION"),
    ],
)
async def test_what_cannot_be_given_is_refused_and_nothing_written(
    staffed: Database, wanted: dict[str, Any], kind: type[ProblemError], code: str
) -> None:
    ann, before = await asking(staffed, ANN), await written(staffed)

    with pytest.raises(kind) as refusal:
        await add(staffed, ann, **wanted)

    assert refusal.value.code == code
    assert await written(staffed) == before


@pytest.mark.parametrize(
    "standing",
    [
        Standing.CENTRE_VIEWER,
        Standing.CENTRE_ADMINISTRATOR,
        Standing.NON_CENTRE_VIEWER,
        Standing.NON_CENTRE_ADMINISTRATOR,
        Standing.SUPPORT,
    ],
)
async def test_only_those_who_manage_users_change_access(
    staffed: Database, standing: Standing
) -> None:
    await add_person(staffed, "other@example.org", standing)
    key = await let_in(staffed, CAROL)
    other, before = await asking(staffed, "other@example.org"), await written(staffed)
    visible = standing not in {Standing.NON_CENTRE_VIEWER, Standing.NON_CENTRE_ADMINISTRATOR}

    for work in (add(staffed, other), tick(staffed, other, key), revoke(staffed, other, key)):
        with pytest.raises((Refused, Missing)) as refusal:
            await work
        if isinstance(refusal.value, Refused):
            assert refusal.value.needs == "USER_MANAGE"
        else:
            assert not visible, "a grant that one cannot see is no grant"
    with pytest.raises(Refused):
        await add(staffed, other)
    assert await written(staffed) == before


async def test_who_manages_another_centre_finds_nothing(staffed: Database) -> None:
    key = await let_in(staffed, CAROL)
    await add_person(staffed, "dan@example.org", Standing.CENTRE_USER, centre=COLLEGE)
    dan, before = await asking(staffed, "dan@example.org"), await written(staffed)

    for work in (add(staffed, dan), tick(staffed, dan, key), revoke(staffed, dan, key)):
        with pytest.raises(Missing):
            await work
    assert await written(staffed) == before


async def test_a_version_that_is_not_the_one_that_was_read_is_a_conflict(
    staffed: Database,
) -> None:
    ann = await asking(staffed, ANN)
    key = await add(staffed, ann)
    await tick(staffed, ann, key)
    before = await written(staffed)

    for work in (tick(staffed, ann, key, administrator=False), revoke(staffed, ann, key)):
        with pytest.raises(Conflict) as conflict:
            await work
        assert conflict.value.current == ("Access", key)
    assert await written(staffed) == before


async def test_centre_users_are_bound_and_unbound_by_operators_only(staffed: Database) -> None:
    ann = await asking(staffed, ANN)
    for login, rights in ((CAROL, CENTRE_USER), (BEA, Rights(role=Role.ADMINISTRATOR))):
        before = await written(staffed)
        with pytest.raises(Refused) as refusal:
            await access.set_access(
                staffed, ann, centre_number=SCHOOL, login=login, rights=rights, now=NOW
            )
        assert refusal.value.needs == "CENTRE_USER_BIND"
        assert await written(staffed) == before

    await let_in(staffed, CAROL, rights=CENTRE_USER)
    assert (await standings(staffed))[CAROL] is Standing.CENTRE_USER
    await let_in(staffed, BEA, rights=Rights(role=Role.ADMINISTRATOR))
    assert (await standings(staffed))[BEA] is Standing.CENTRE_ADMINISTRATOR
    with pytest.raises(Invalid):
        await let_in(staffed, CAROL, rights=CENTRE_USER._replace(kind=GrantKind.NON_CENTRE))


async def test_a_centre_always_keeps_somebody_who_manages_its_users(school: Database) -> None:
    await add_person(school, ANN, Standing.CENTRE_USER)
    ann, key = await asking(school, ANN), await grant_of(school, ANN)
    before = await written(school)

    for work in (
        access.give_up_access(school, ann, centre_number=SCHOOL, now=NOW),
        revoke(school, ann, key),
        let_in(school, ANN, rights=Rights(role=Role.ADMINISTRATOR)),
        access.end_access(school, CONSOLE, centre_number=SCHOOL, login=ANN, now=NOW),
    ):
        with pytest.raises(Refused) as refusal:
            await work
        assert refusal.value.code == "LAST_CENTRE_USER"
    assert await written(school) == before


async def test_who_cannot_log_in_does_not_count_as_somebody_who_manages_users(
    staffed: Database,
) -> None:
    await run(staffed, "UPDATE account SET disabled_at = ? WHERE email = ?", NOW, BEA)
    with pytest.raises(Refused):
        await access.give_up_access(
            staffed, await asking(staffed, ANN), centre_number=SCHOOL, now=NOW
        )


@pytest.mark.parametrize("standing", [Standing.SERVICE, Standing.SUPPORT, Standing.OPERATOR])
async def test_staff_are_let_in_nowhere(school: Database, standing: Standing) -> None:
    await add_person(school, ANN, Standing.CENTRE_USER)
    await add_person(school, BEA, standing)
    await add_person(school, CAROL, Standing.CENTRE_VIEWER)
    await run(school, "UPDATE account SET staff = ? WHERE email = ?", standing.value, CAROL)
    before = await written(school)

    for somebody in (BEA, CAROL):
        for rights in (CENTRE_USER, Rights(role=Role.ADMINISTRATOR)):
            with pytest.raises(Refused) as refusal:
                await let_in(school, somebody, rights=rights)
            assert (refusal.value.code, refusal.value.field) == ("STAFF_ACCOUNT", "login")
    assert await written(school) == before


@pytest.mark.parametrize("standing", [Standing.SERVICE, Standing.SUPPORT, Standing.OPERATOR])
async def test_what_staff_hold_keeps_no_centre_and_can_be_ended(
    school: Database, standing: Standing
) -> None:
    for somebody in (ANN, BEA, CAROL):
        await add_person(school, somebody, Standing.CENTRE_USER)
    await run(
        school, "UPDATE account SET staff = ? WHERE email IN (?, ?)", standing.value, BEA, CAROL
    )
    assert (await asking(school, CAROL)).grants == {}

    with pytest.raises(Refused) as refusal:
        await access.end_access(school, CONSOLE, centre_number=SCHOOL, login=ANN, now=NOW)
    assert refusal.value.code == "LAST_CENTRE_USER"
    await accounts.disable_account(school, CONSOLE, BEA, now=NOW)
    await run(school, "UPDATE account SET disabled_at = ? WHERE email = ?", NOW, ANN)
    await access.end_access(school, CONSOLE, centre_number=SCHOOL, login=CAROL, now=NOW)


async def test_of_two_centre_users_who_leave_at_the_same_moment_one_stays(
    staffed: Database, database_url: str
) -> None:
    other = await open_database(database_url)
    ann, bea = await asking(staffed, ANN), await asking(staffed, BEA)

    answers = await asyncio.gather(
        access.give_up_access(staffed, ann, centre_number=SCHOOL, now=NOW),
        access.give_up_access(other, bea, centre_number=SCHOOL, now=NOW),
        return_exceptions=True,
    )

    await other.close()
    (refused,) = [answer for answer in answers if answer is not None]
    assert isinstance(refused, Refused)
    assert refused.code == "LAST_CENTRE_USER"
    assert list((await standings(staffed)).values()) == [Standing.CENTRE_USER]


async def test_looking_people_up_is_slowed(staffed: Database) -> None:
    ann, throttle = await asking(staffed, ANN), Throttle()
    for _ in range(20):
        with pytest.raises(Missing):
            await add(staffed, ann, "nobody@example.org", throttle=throttle)
    before = await written(staffed)

    with pytest.raises(RateLimited) as refusal:
        await add(staffed, ann, throttle=throttle)
    assert refusal.value.retry_after > 0
    assert await written(staffed) == before
    bea = await asking(staffed, BEA)
    await add(staffed, replace(bea, request_id="r-2"), throttle=throttle)
