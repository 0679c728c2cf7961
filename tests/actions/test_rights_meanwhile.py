"""What one may do is asked when it is done: rights that ended since the request began are none."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from actions import access, accounts, tokens
from actions.awards import WantedAward, set_award, set_awards
from actions.cohorts import add_declarations
from actions.declarations import WantedDeclaration, add_declaration
from actions.grants import Rights
from actions.sessions import end_other_sessions
from actions.support_texts import Wording, remove_text, set_text
from actions.terms import publish_terms
from auth.permissions import GrantKind, Role, Standing
from auth.sessions import add_session
from auth.throttle import Throttle
from auth.viewer import CONSOLE, Viewer
from database.connection import Database
from domain.errors import Missing, Refused
from domain.identifiers import YearMonth
from domain.vocabulary import ComponentType, TextKind
from tests.actions.school import (
    ANN,
    ASKING,
    BEA,
    LATER,
    NOW,
    SCHOOL,
    add_person,
    grant_of,
    holder,
    rows,
    written,
)
from tests.factories import DAY, import_sample

Write = Callable[[Database, Viewer], Awaitable[Any]]
OPERATOR, STRANGER = "operator@example.org", "stranger@example.org"


async def entered(database: Database, email: str) -> Viewer:
    """Somebody in a session of their own, as a request of theirs begins."""
    ((user_id,),) = await rows(database, "SELECT id FROM account WHERE email = ?", email)
    async with database.transaction() as connection:
        opened = await add_session(
            connection, ASKING, user_id, now=NOW, absolute=timedelta(hours=1)
        )
    found = await holder(database, opened.token)
    assert found is not None
    return found


async def let_in(database: Database, viewer: Viewer) -> None:
    await access.add_user(
        database,
        viewer,
        centre_number=SCHOOL,
        login=STRANGER,
        kind=GrantKind.CENTRE,
        affiliation=None,
        line=None,
        throttle=Throttle(),
        now=LATER,
    )


async def raise_up(database: Database, viewer: Viewer) -> None:
    await access.set_administrator(
        database,
        viewer,
        await grant_of(database, BEA),
        administrator=True,
        expected_version=1,
        now=LATER,
    )


async def send_away(database: Database, viewer: Viewer) -> None:
    key = await grant_of(database, BEA)
    await access.revoke_access(database, viewer, key, expected_version=1, now=LATER)


async def make_token(database: Database, viewer: Viewer) -> None:
    await tokens.create_api_token(
        database, viewer, name="reports", centre_numbers=[SCHOOL], days=30, now=LATER
    )


async def rename(database: Database, viewer: Viewer) -> None:
    await accounts.update_account(
        database, viewer, title="Dr", first_name="Other", last_name="Name", now=LATER
    )


async def close(database: Database, viewer: Viewer) -> None:
    await accounts.disable_account(database, viewer, BEA, now=LATER)


async def explain(database: Database, viewer: Viewer) -> None:
    await set_text(
        database,
        viewer,
        TextKind.HELP,
        "new",
        Wording("New", "Text", None, 1),
        expected_version=None,
        now=LATER,
    )


async def explain_no_more(database: Database, viewer: Viewer) -> None:
    ((key, version),) = await rows(
        database, "SELECT key, version FROM support_text WHERE kind = 'HELP' ORDER BY id LIMIT 1"
    )
    await remove_text(database, viewer, TextKind.HELP, key, expected_version=version, now=LATER)


async def publish(database: Database, viewer: Viewer) -> None:
    await publish_terms(database, viewer, version="9", title="Terms", body="Be good.", now=LATER)


@pytest.fixture
async def people(school: Database) -> Database:
    """Ann, who manages the school, Bea, who looks at it, a stranger, and an operator."""
    await add_person(school, ANN, Standing.CENTRE_USER)
    await add_person(school, "second@example.org", Standing.CENTRE_USER)
    await add_person(school, BEA, Standing.CENTRE_VIEWER)
    await add_person(school, STRANGER)
    await add_person(school, OPERATOR, Standing.OPERATOR)
    return school


@pytest.mark.parametrize(
    ("email", "write"),
    [
        *((ANN, write) for write in (let_in, raise_up, send_away, make_token, rename)),
        *((OPERATOR, write) for write in (close, explain, explain_no_more, publish)),
    ],
)
async def test_whose_session_ended_since_the_request_began_writes_nothing(
    people: Database, email: str, write: Write
) -> None:
    stale, other = await entered(people, email), await entered(people, email)
    await end_other_sessions(people, other, now=LATER)
    before = await written(people)

    with pytest.raises(Refused) as refused:
        await write(people, stale)

    assert refused.value.code == "UNAUTHENTICATED"
    assert await written(people) == before
    await write(people, other)


@pytest.mark.parametrize("write", [let_in, raise_up, send_away, make_token])
async def test_whose_access_ended_since_the_request_began_writes_nothing(
    people: Database, write: Write
) -> None:
    stale = await entered(people, ANN)
    await access.end_access(people, CONSOLE, centre_number=SCHOOL, login=ANN, now=LATER)
    before = await written(people)

    with pytest.raises((Refused, Missing)) as refused:
        await write(people, stale)

    assert refused.value.code == "NOT_FOUND"
    assert await written(people) == before


# Edits -------------------------------------------------------------------------------------------

PROJECT = ComponentType.PROJECT
WANTED = WantedAward(YearMonth(2011, 8), follow=False)


async def award(database: Database, viewer: Viewer, key: int) -> None:
    await set_award(database, viewer, key, WANTED, expected_version=1, day=DAY, now=NOW)


async def awards(database: Database, viewer: Viewer, key: int) -> None:
    await set_awards(database, viewer, [(key, 1)], WANTED, key="k", day=DAY, now=NOW)


async def declare(database: Database, viewer: Viewer, key: int) -> None:
    await add_declaration(
        database, viewer, registration_id=key, component=PROJECT, qan="500/1234/5", day=DAY, now=NOW
    )


async def declare_many(database: Database, viewer: Viewer, key: int) -> None:
    chosen = [(key, WantedDeclaration.read(PROJECT, "500/1234/5"))]
    await add_declarations(
        database, viewer, chosen, key="k", confirm=lambda _: None, day=DAY, now=NOW
    )


@pytest.mark.parametrize("edit", [award, awards, declare, declare_many])
@pytest.mark.parametrize("left", [None, Rights()])
async def test_whose_right_to_edit_ended_since_the_request_began_edits_nothing(
    database: Database,
    tmp_path: Path,
    edit: Callable[[Database, Viewer, int], Awaitable[None]],
    left: Rights | None,
) -> None:
    await import_sample(database, tmp_path / "feed", centres=1, learners=20)
    ((number,),) = await rows(database, "SELECT number FROM centre")
    await add_person(database, ANN, Standing.CENTRE_ADMINISTRATOR, centre=number)
    ((key,),) = await rows(
        database,
        "SELECT r.id FROM registration r JOIN component k ON k.registration_id = r.id WHERE"
        " r.status = 'ACCEPTED' AND k.type = 'PROJECT' AND NOT k.complete ORDER BY r.id LIMIT 1",
    )
    stale = await entered(database, ANN)
    if left is None:
        await access.end_access(database, CONSOLE, centre_number=number, login=ANN, now=LATER)
    else:
        await access.set_access(
            database, CONSOLE, centre_number=number, login=ANN, rights=left, now=LATER
        )
    before = await written(database)

    with pytest.raises((Missing, Refused) if left is None else Refused):
        await edit(database, stale, key)

    assert await written(database) == before
    back = Rights(role=Role.ADMINISTRATOR)
    await access.set_access(
        database, CONSOLE, centre_number=number, login=ANN, rights=back, now=LATER
    )
    await edit(database, await entered(database, ANN), key)
    assert await written(database) != before


async def test_who_edits_while_their_account_is_closed_comes_before_or_is_told(
    database: Database, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", centres=1, learners=20)
    ((number,),) = await rows(database, "SELECT number FROM centre")
    await add_person(database, ANN, Standing.CENTRE_USER, centre=number)
    await add_person(database, "second@example.org", Standing.CENTRE_USER, centre=number)
    keys = await rows(database, "SELECT id FROM registration WHERE status = 'ACCEPTED' ORDER BY id")
    told = set()
    for (key,) in keys:
        viewer = await entered(database, ANN)
        editing, closing = await asyncio.gather(
            set_award(database, viewer, key, WANTED, expected_version=1, day=DAY, now=NOW),
            accounts.disable_account(database, CONSOLE, ANN, now=NOW),
            return_exceptions=True,
        )
        assert isinstance(closing, int), closing
        told.add(editing.code if isinstance(editing, Refused) else type(editing).__name__)
        await accounts.enable_account(database, CONSOLE, ANN, now=NOW)
    assert told <= {"AwardSet", "UNAUTHENTICATED"}
