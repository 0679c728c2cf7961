from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from actions import accounts
from auth import passwords
from auth.permissions import GrantKind, Role, Staff, Standing
from auth.sessions import viewer_of
from domain.errors import Conflict, Invalid, Missing, ProblemError, Refused
from models.database import Database

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PASSWORD = "correct horse battery staple"
ANN = "ann@example.org"
CENTRE = "10001"


@pytest.fixture(autouse=True)
def _least_cost_afterwards() -> Iterator[None]:
    yield
    passwords.use_cost(passwords.LEAST_COST)


@pytest.fixture
async def school(database: Database) -> Database:
    """One centre, and Ann, who has no access to it yet."""
    await run(
        database,
        "INSERT INTO centre (number, name, status) VALUES (?, 'North School', 'OPEN')",
        CENTRE,
    )
    await create(database)
    return database


async def run(database: Database, statement: str, *params: object) -> None:
    async with database.transaction() as connection:
        await connection.execute(statement, *params)


async def create(database: Database, email: str = ANN, **changes: Any) -> int:
    values: dict[str, Any] = {
        "password": PASSWORD,
        "title": "Ms",
        "first_name": "Ann",
        "last_name": "Example",
        "now": NOW,
    }
    return await accounts.create_user(database, email=email, **(values | changes))


async def grant(database: Database, email: str = ANN, **changes: Any) -> None:
    values: dict[str, Any] = {
        "centre_number": CENTRE,
        "kind": GrantKind.CENTRE,
        "role": Role.VIEWER,
        "manages_users": False,
        "affiliation": None,
        "now": NOW,
    }
    await accounts.grant_access(database, email=email, **(values | changes))


async def revoke(database: Database, email: str = ANN, centre_number: str = CENTRE) -> None:
    await accounts.revoke_access(database, email=email, centre_number=centre_number, now=NOW)


async def changes_of(database: Database, object_type: str = "GRANT") -> list[tuple[Any, ...]]:
    found = await database.reader.tuples(
        "SELECT source, field, before, after FROM change WHERE object_type = ? ORDER BY id",
        object_type,
    )
    return [tuple(row) for row in found]


async def standings(database: Database) -> list[tuple[str, Standing | None, str | None]]:
    return [
        (row.email, row.standing, row.affiliation) for row in await accounts.all_access(database)
    ]


async def refusal_of(database: Database, email: str, password: str = PASSWORD) -> tuple[str, str]:
    with pytest.raises(Refused) as refusal:
        await accounts.log_in(database, email, password, now=NOW)
    return refusal.value.code, refusal.value.message


async def count(database: Database, table: str) -> int:
    found = await database.reader.tuples(f"SELECT COUNT(*) FROM {table}")  # noqa: S608 - ours
    return int(found[0][0])


# Opening


async def test_an_account_is_opened_under_its_normal_address(database: Database) -> None:
    user_id = await create(database, "  Ann@Example.ORG ", staff=Staff.OPERATOR)

    opened = await accounts.log_in(database, "ANN@example.org", PASSWORD, now=NOW)
    assert opened.viewer.user_id == user_id
    assert opened.viewer.email == ANN
    assert opened.viewer.staff is Staff.OPERATOR
    assert await changes_of(database, "USER") == [("SYSTEM", "standing", None, "OPERATOR")]


async def test_an_address_has_one_account(school: Database) -> None:
    with pytest.raises(Conflict) as conflict:
        await create(school, "ANN@EXAMPLE.ORG")

    assert (conflict.value.code, conflict.value.field) == ("EMAIL_TAKEN", "email")
    assert await count(school, "account") == 1
    assert await count(school, "change") == 1


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ann",
        "ann@",
        "@example.org",
        "ann@example",
        "a b@example.org",
        "ann@example.org\0",
        "ann@ex..org",
        "a" * 250 + "@a.org",
        "ann\ud800@example.org",
        "Ann <ann@example.org>",
    ],
)
async def test_what_is_no_address_is_refused(database: Database, email: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await create(database, email)

    assert (refusal.value.code, refusal.value.field) == ("EMAIL", "email")
    assert await count(database, "account") == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"first_name": " "}, "firstName"),
        ({"last_name": "x" * 101}, "lastName"),
        ({"last_name": "two\nlines"}, "lastName"),
        ({"title": "\x1b[31m"}, "title"),
        ({"password": "short"}, "password"),
        ({"password": "I am Example here"}, "password"),
    ],
)
async def test_what_cannot_be_stored_or_trusted_is_refused(
    database: Database, changes: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        await create(database, **changes)

    assert refusal.value.field == field
    assert await count(database, "account") == 0


# Logging in and out


async def test_logging_in_opens_a_session_and_logging_out_ends_it(school: Database) -> None:
    await grant(school)

    opened = await accounts.log_in(school, ANN, PASSWORD, now=NOW)

    assert opened.expires_at == NOW + accounts.ABSOLUTE
    assert opened.viewer.name == "Ann Example"
    assert [held.standing for held in opened.viewer.grants.values()] == [Standing.CENTRE_VIEWER]
    assert [row.last_log_in_at for row in await accounts.all_access(school)] == [NOW]
    seen = await viewer_of(school, opened.token, now=NOW, idle=accounts.IDLE)
    assert seen == opened.viewer

    await accounts.log_out(school, opened.token, NOW)
    await accounts.log_out(school, opened.token, NOW)
    assert await viewer_of(school, opened.token, now=NOW, idle=accounts.IDLE) is None


async def test_every_refusal_is_the_same(school: Database) -> None:
    await create(school, "disabled@example.org")
    await run(school, "UPDATE account SET disabled_at = ? WHERE email LIKE 'disabled%'", NOW)
    await create(school, "unconfirmed@example.org", confirmed=False)

    refusals = {
        await refusal_of(school, ANN, "wrong password"),
        await refusal_of(school, "nobody@example.org"),
        await refusal_of(school, "no address \0 at all"),
        await refusal_of(school, "disabled@example.org"),
        await refusal_of(school, "unconfirmed@example.org"),
    }

    assert [code for code, _ in refusals] == ["LOG_IN_FAILED"]
    assert await count(school, "session") == 0


@pytest.mark.parametrize("email", [ANN, "nobody@example.org"])
async def test_an_impossible_password_does_not_tell_who_exists(
    school: Database, email: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        await accounts.log_in(school, email, "\0", now=NOW)

    assert refusal.value.code == "PASSWORD_SHAPE"


async def test_a_risen_cost_reaches_the_stored_hash_at_the_next_log_in(school: Database) -> None:
    passwords.use_cost(passwords.Cost(rounds=3))

    await accounts.log_in(school, ANN, PASSWORD, now=NOW)

    found = await school.reader.tuples("SELECT password_hash FROM account")
    assert "t=3," in found[0][0]
    await accounts.log_in(school, ANN, PASSWORD, now=NOW)


async def test_a_password_changed_meanwhile_lets_nobody_in(
    school: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def verify_slowly(password: str, hashed: str) -> tuple[bool, str | None]:
        answer = await passwords.verify(password, hashed)
        await run(school, "UPDATE account SET password_hash = 'another'")
        return answer

    monkeypatch.setattr(accounts, "verify", verify_slowly)

    assert (await refusal_of(school, ANN))[0] == "LOG_IN_FAILED"
    assert await count(school, "session") == 0


async def test_revoking_takes_effect_at_the_next_request(school: Database) -> None:
    await grant(school)
    opened = await accounts.log_in(school, ANN, PASSWORD, now=NOW)

    await revoke(school)

    seen = await viewer_of(school, opened.token, now=NOW, idle=timedelta(hours=1))
    assert seen is not None
    assert dict(seen.grants) == {}


# Access


async def test_access_is_granted_changed_and_revoked_with_its_history(school: Database) -> None:
    await grant(school)
    await grant(school)
    assert await standings(school) == [(ANN, Standing.CENTRE_VIEWER, None)]

    await grant(school, role=Role.ADMINISTRATOR, affiliation=" North consortium ")
    assert await standings(school) == [(ANN, Standing.CENTRE_ADMINISTRATOR, "North consortium")]

    await revoke(school)
    assert await standings(school) == [(ANN, None, None)]
    assert await changes_of(school) == [
        ("SYSTEM", "standing", None, "CENTRE_VIEWER"),
        ("SYSTEM", "standing", "CENTRE_VIEWER", "CENTRE_ADMINISTRATOR"),
        ("SYSTEM", "affiliation", None, "North consortium"),
        ("SYSTEM", "standing", "CENTRE_ADMINISTRATOR", None),
    ]
    assert await count(school, "access_grant") == 1
    found = await school.reader.tuples("SELECT version FROM access_grant")
    assert found[0][0] == 3


async def test_access_can_be_granted_again_after_it_was_revoked(school: Database) -> None:
    await grant(school)
    await revoke(school)
    await grant(school, kind=GrantKind.NON_CENTRE)

    assert await standings(school) == [(ANN, Standing.NON_CENTRE_VIEWER, None)]
    assert await count(school, "access_grant") == 2


async def test_a_centre_user_may_edit_and_works_at_the_centre(school: Database) -> None:
    await grant(school, manages_users=True)
    assert [row.role for row in await accounts.all_access(school)] == ["ADMINISTRATOR"]

    with pytest.raises(Invalid) as refusal:
        await grant(school, kind=GrantKind.NON_CENTRE, manages_users=True)
    assert refusal.value.code == "CENTRE_USER_KIND"
    assert await standings(school) == [(ANN, Standing.CENTRE_USER, None)]


async def test_a_centre_keeps_its_last_centre_user(school: Database) -> None:
    await create(school, "bob@example.org")
    await grant(school, manages_users=True)
    await grant(school, "bob@example.org", role=Role.ADMINISTRATOR)
    for attempt in (revoke(school), grant(school, role=Role.ADMINISTRATOR)):
        with pytest.raises(Refused) as refusal:
            await attempt
        assert refusal.value.code == "LAST_CENTRE_USER"
    assert len(await changes_of(school)) == 2

    await grant(school, "bob@example.org", manages_users=True)
    await revoke(school)

    assert await standings(school) == [
        (ANN, None, None),
        ("bob@example.org", Standing.CENTRE_USER, None),
    ]


@pytest.mark.parametrize("act", [grant, revoke])
@pytest.mark.parametrize(
    ("email", "centre_number", "code"),
    [
        ("nobody@example.org", CENTRE, "USER_NOT_REGISTERED"),
        ("no address \0", CENTRE, "USER_NOT_REGISTERED"),
        (ANN, "99999", "CENTRE_NOT_FOUND"),
        (ANN, "\0", "CENTRE_NOT_FOUND"),
    ],
)
async def test_access_needs_a_user_and_a_centre(
    school: Database, act: Any, email: str, centre_number: str, code: str
) -> None:
    with pytest.raises(Missing) as missing:
        await act(school, email, centre_number=centre_number)

    assert missing.value.code == code
    assert await changes_of(school) == []


async def test_only_access_that_exists_can_be_revoked(school: Database) -> None:
    with pytest.raises(ProblemError) as missing:
        await revoke(school)

    assert missing.value.code == "GRANT_NOT_FOUND"
