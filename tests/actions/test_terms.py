"""The terms of use: publishing a version, and accepting it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from actions.terms import LONGEST_BODY, accept_terms, publish_terms
from auth.permissions import Standing
from auth.viewer import CONSOLE, Viewer
from database.connection import Database
from domain.errors import Conflict, Invalid, Refused
from tests.actions.school import (
    ANN,
    BEA,
    LATER,
    NOW,
    add_person,
    asking,
    changes,
    events,
    rows,
    take_on,
    written,
)

OPERATOR = "operator@example.org"


async def publish(
    database: Database,
    viewer: Viewer = CONSOLE,
    *,
    version: str = "2",
    title: str = "Terms",
    body: str = "Be kind.",
) -> None:
    await publish_terms(database, viewer, version=version, title=title, body=body, now=NOW)


async def accepted(database: Database) -> list[tuple[str, str, str | None]]:
    return [
        (email, version, address)
        for email, version, address in await rows(
            database,
            "SELECT u.email, t.version, a.address FROM terms_acceptance a"
            " JOIN account u ON u.id = a.user_id JOIN terms t ON t.id = a.terms_id ORDER BY a.id",
        )
    ]


async def test_somebody_accepts_the_current_terms_once_and_for_themselves(
    database: Database,
) -> None:
    for email in (ANN, BEA):
        await take_on(database, email)
    viewer = await asking(database, ANN)
    assert viewer.terms_due

    for at in (NOW, LATER):
        await accept_terms(database, viewer, " 1 ", now=at)

    assert not (await asking(database, ANN)).terms_due
    assert (await asking(database, BEA)).terms_due
    assert await accepted(database) == [(ANN, "1", "192.0.2.7")]
    assert await events(database, "TERMS_ACCEPTED") == [
        ("TERMS_ACCEPTED", ANN, "REGISTERED", ANN, None, "1")
    ]


async def test_a_new_version_is_due_to_everybody_and_the_old_one_can_no_longer_be_accepted(
    database: Database,
) -> None:
    await add_person(database, ANN)
    await add_person(database, OPERATOR, Standing.OPERATOR)
    await publish(database, await asking(database, OPERATOR), version=" 2010-03 ")
    viewer = await asking(database, ANN)
    assert viewer.terms_due
    assert (await asking(database, OPERATOR)).terms_due
    before = await accepted(database)

    for version in ("1", "", "2010-3", "\0"):
        with pytest.raises(Conflict) as conflict:
            await accept_terms(database, viewer, version, now=LATER)
        assert (conflict.value.code, conflict.value.field) == ("TERMS_OUTDATED", "version")
        assert "2010-03" in conflict.value.message
    assert await accepted(database) == before
    assert (await asking(database, ANN)).terms_due

    await accept_terms(database, viewer, "2010-03", now=LATER)
    assert not (await asking(database, ANN)).terms_due


async def test_what_was_published_is_kept_with_its_history(database: Database) -> None:
    await add_person(database, OPERATOR, Standing.OPERATOR)

    await publish(database, await asking(database, OPERATOR), body="\n One.\n\nTwo. \n")

    found = await rows(database, "SELECT version, title, body FROM terms WHERE version = '2'")
    assert found == [("2", "Terms", "One.\n\nTwo.")]
    assert await changes(database, "TERMS") == [
        ("USER", OPERATOR, "OPERATOR", "version", None, "2")
    ]
    assert await events(database, "TERMS_PUBLISHED") == [
        ("TERMS_PUBLISHED", OPERATOR, "OPERATOR", None, None, "2")
    ]


async def test_a_version_is_never_altered(database: Database) -> None:
    before = [await written(database), await rows(database, "SELECT * FROM terms")]

    with pytest.raises(Conflict) as conflict:
        await publish(database, version="1")

    assert (conflict.value.code, conflict.value.field) == ("TERMS_PUBLISHED", "version")
    assert [await written(database), await rows(database, "SELECT * FROM terms")] == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", " "),
        ("version", "x" * 41),
        ("title", "two\nlines"),
        ("title", "x" * 201),
        ("body", " \n "),
        ("body", "x" * (LONGEST_BODY + 1)),
        ("body", "a null\0"),
    ],
)
async def test_terms_that_cannot_be_shown_are_not_published(
    database: Database, field: str, value: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        await publish(database, CONSOLE, **{field: value})

    assert refusal.value.field == field
    assert len(await rows(database, "SELECT id FROM terms")) == 1


@pytest.mark.parametrize(
    "standing", [Standing.REGISTERED, Standing.CENTRE_USER, Standing.SUPPORT, Standing.SERVICE]
)
async def test_only_operators_publish_terms(school: Database, standing: Standing) -> None:
    await add_person(school, ANN, standing)
    viewer = await asking(school, ANN)
    before = await written(school)

    for asks in (viewer, replace(viewer, terms_due=True)):
        with pytest.raises(Refused) as refusal:
            await publish(school, asks)
        assert refusal.value.code == "FORBIDDEN"

    assert await written(school) == before
    assert len(await rows(school, "SELECT id FROM terms")) == 1


async def test_the_version_that_was_published_last_holds(database: Database) -> None:
    """Not the one with the greatest name or the latest moment."""
    for version, at in (("9", NOW), ("10", NOW), ("2", NOW - timedelta(days=1))):
        await publish_terms(
            database, CONSOLE, version=version, title="Terms", body="Be kind.", now=at
        )
    await take_on(database)
    viewer = await asking(database, ANN)

    with pytest.raises(Conflict):
        await accept_terms(database, viewer, "10", now=NOW)
    await accept_terms(database, viewer, "2", now=NOW)
    assert not (await asking(database, ANN)).terms_due
