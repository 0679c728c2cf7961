"""Support texts: written and removed by operators, read by anybody, and nothing is overwritten."""

import re
from typing import Any

import pytest

from actions.support_texts import LONGEST_BODY, Wording, remove_text, set_text
from auth.permissions import Standing
from auth.viewer import ANONYMOUS, CONSOLE, Viewer
from database.connection import Database
from domain.errors import Conflict, Invalid, Missing, Refused
from domain.vocabulary import TextKind
from loaders.reading import Reading
from loaders.support_texts import SupportTextRow, support_texts
from models.migrations.frozen.support_texts import BUILT_IN_TEXTS
from tests.actions.school import LATER, NOW, add_person, asking, rows
from tests.factories import DAY

OPERATOR, SUPPORT = "operator@example.org", "support@example.org"
WORDING = Wording("Why?", " Because.\n", "https://example.org/why", 3)


async def texts(database: Database, kind: TextKind, key: str | None = None) -> list[SupportTextRow]:
    return await support_texts(Reading(database.reader, ANONYMOUS, DAY), kind, key)


async def write(
    database: Database,
    wording: Wording = WORDING,
    *,
    viewer: Viewer = CONSOLE,
    key: str = "why",
    expected_version: int | None = None,
) -> None:
    await set_text(
        database,
        viewer,
        TextKind.HELP,
        key,
        wording,
        expected_version=expected_version,
        now=NOW if expected_version is None else LATER,
    )


async def left(database: Database) -> list[tuple[Any, ...]]:
    """What is written down of texts."""
    held = await rows(database, "SELECT * FROM support_text ORDER BY id")
    history = await rows(
        database,
        "SELECT field, before, after, actor_id FROM change WHERE object_type = 'TEXT' ORDER BY id",
    )
    log = await rows(
        database, "SELECT kind, code, subject FROM event WHERE kind = 'TEXT_CHANGED' ORDER BY id"
    )
    return [*held, *history, *log]


async def test_a_new_installation_has_the_built_in_texts_in_their_order(
    database: Database,
) -> None:
    found = [row for kind in TextKind for row in await texts(database, kind)]
    assert [(row.kind, row.key, row.title, row.body, row.url) for row in found] == [
        tuple(text) for text in BUILT_IN_TEXTS
    ]
    (qan,) = await texts(database, TextKind.HELP, "qan-code")
    assert (qan.title, qan.version) == ("What is a QAN code?", 1)
    assert await texts(database, TextKind.LINK, "qan-code") == []
    assert await texts(database, TextKind.HELP, "\0") == []


def test_every_built_in_text_could_have_been_written_by_an_operator() -> None:
    for text in BUILT_IN_TEXTS:
        assert Wording(text.title, text.body, text.url, 1).checked().body == text.body
        assert re.fullmatch(r"[a-z-]+", text.key)


async def test_an_operator_writes_changes_and_removes_a_text(database: Database) -> None:
    await add_person(database, OPERATOR, Standing.OPERATOR)
    viewer = await asking(database, OPERATOR)
    await write(database, viewer=viewer)
    (row,) = await texts(database, TextKind.HELP, "why")
    assert (row.title, row.body, row.url, row.place, row.version, row.changed_at) == (
        *("Why?", "Because.", "https://example.org/why", 3, 1, NOW),
    )
    await write(database, WORDING._replace(title="Why not?"), viewer=viewer, expected_version=1)
    (row,) = await texts(database, TextKind.HELP, "why")
    assert (row.title, row.version, row.changed_at) == ("Why not?", 2, LATER)

    await remove_text(database, viewer, TextKind.HELP, "why", expected_version=2, now=LATER)
    assert await texts(database, TextKind.HELP, "why") == []
    assert len(await texts(database, TextKind.HELP)) == sum(
        text.kind == TextKind.HELP for text in BUILT_IN_TEXTS
    )
    history = await rows(
        database,
        "SELECT field, before, after FROM change WHERE actor_id = ? ORDER BY id",
        viewer.user_id,
    )
    assert history[:5] == [
        ("title", None, "Why?"),
        ("body", None, "Because."),
        ("url", None, "https://example.org/why"),
        ("place", None, "3"),
        ("title", "Why?", "Why not?"),
    ]
    assert [row[2] for row in history[5:]] == [None] * 4
    log = await rows(database, "SELECT kind, code, subject, actor_id FROM event ORDER BY id")
    assert log == [("TEXT_CHANGED", "HELP", "why", viewer.user_id)] * 3


async def test_a_text_that_changed_meanwhile_is_not_overwritten(database: Database) -> None:
    await write(database)
    await write(database, WORDING._replace(title="Newer"), expected_version=1)
    before = await left(database)
    for expected in (None, 1, 3):
        with pytest.raises(Conflict):
            await write(database, expected_version=expected)
    with pytest.raises(Conflict):
        await remove_text(database, CONSOLE, TextKind.HELP, "why", expected_version=1, now=LATER)
    with pytest.raises(Missing):
        await write(database, key="where", expected_version=1)
    with pytest.raises(Missing):
        await remove_text(database, CONSOLE, TextKind.LINK, "why", expected_version=2, now=LATER)
    assert await left(database) == before


async def test_nobody_but_operators_writes_texts(database: Database) -> None:
    await add_person(database, SUPPORT, Standing.SUPPORT)
    before = await left(database)
    for viewer in (ANONYMOUS, await asking(database, SUPPORT)):
        with pytest.raises(Refused):
            await write(database, viewer=viewer)
        with pytest.raises(Refused):
            await remove_text(database, viewer, TextKind.HELP, "das", expected_version=1, now=NOW)
    assert await left(database) == before


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_what_no_text_can_be_is_refused_with_the_field(database: Database) -> None:
    before = await left(database)
    for wording, field in (
        (WORDING._replace(title=" "), "title"),
        (WORDING._replace(title="two\nlines"), "title"),
        (WORDING._replace(body="\n"), "body"),
        (WORDING._replace(body="a\0b"), "body"),
        (WORDING._replace(body="x" * (LONGEST_BODY + 1)), "body"),
        (WORDING._replace(url="javascript:alert(1)"), "url"),
        (WORDING._replace(url="https://"), "url"),
        (WORDING._replace(url="https://example.org/" + "x" * 500), "url"),
        (WORDING._replace(place=-1), "place"),
    ):
        with pytest.raises(Invalid) as refused:
            await write(database, wording)
        assert refused.value.field == field
    for key in ("", "Why", "a b", "-a", "a--b", "x" * 61, "\0"):
        with pytest.raises(Invalid) as refused:
            await write(database, key=key)
        assert refused.value.field == "key"
    assert await left(database) == before
