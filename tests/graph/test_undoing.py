"""Issues taken on, and edits put back, over HTTP."""

from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from auth.permissions import GrantKind, Role
from database.connection import Database
from schema.ids import encode_id, key_of
from tests.domain.cases import qan
from tests.exchange.feeds import ANNA_ULN, EAST, NEXT_DAY, WEST, find, send, tiny_feed
from tests.factories import Caller, add_user, log_in, served
from tests.graph.editing import (
    ACKNOWLEDGE,
    CANDIDATES,
    DECLARE,
    DECLARE_MANY,
    HISTORY,
    PREVIEW,
    REMOVE,
    SET_AWARD,
    SET_AWARDS,
    UNACKNOWLEDGE,
    UNDO,
    component_id,
    registration_id,
    small_world,
    written,
)


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> Database:
    await small_world(database, tmp_path / "feed")
    await add_user(database, "editor@example.org", WEST, role=Role.ADMINISTRATOR)
    await add_user(database, "viewer@example.org", WEST)
    await add_user(database, "guest@example.org", WEST, kind=GrantKind.NON_CENTRE)
    await add_user(database, "stranger@example.org", EAST, role=Role.ADMINISTRATOR)
    return database


async def an_issue(database: Database) -> str:
    """The id of an issue of Anna's."""
    ((key,),) = await database.reader.tuples(
        "SELECT MIN(i.id) FROM issue i JOIN registration r ON r.id = i.registration_id"
        " WHERE r.ref = 'R-anna' AND i.component_type <> ''"
    )
    return encode_id("Issue", key)


async def history(caller: Caller) -> list[dict[str, Any]]:
    """Anna's history, the newest change first."""
    found: list[dict[str, Any]] = (await caller.data(HISTORY, uln=ANNA_ULN))["learner"]["changes"][
        "nodes"
    ]
    return found


async def undo(caller: Caller, key: str) -> Any:
    """What comes of putting an edit back."""
    return (await caller.data(UNDO, input={"id": key}))["changeUndo"]


async def test_an_issue_is_taken_on_with_a_note_and_given_back(
    world: Database, database_url: str
) -> None:
    key = await an_issue(world)
    async with served(database_url) as client:
        editor = await log_in(client, "editor@example.org")
        wanted = {"id": key, "note": " Asked the line lead. ", "expectedVersion": 1}
        taken = (await editor.data(ACKNOWLEDGE, input=wanted))["issueAcknowledge"]
        assert (taken["acknowledgedBy"], taken["note"], taken["version"]) == (
            "Robin Reader",
            "Asked the line lead.",
            2,
        )
        stale = (await editor.data(ACKNOWLEDGE, input=wanted))["issueAcknowledge"]
        assert (stale["__typename"], stale["current"]["version"]) == ("Conflict", 2)
        given = {"id": key, "expectedVersion": 2}
        back = (await editor.data(UNACKNOWLEDGE, input=given))["issueUnacknowledge"]
        assert (back["acknowledgedBy"], back["note"], back["version"]) == (None, None, 3)
        ((code, component),) = await world.reader.tuples(
            "SELECT code, component_type FROM issue WHERE id = ?", key_of(key, "Issue")
        )
        about = f"{code} {component}"
        changes = await history(editor)
        assert [(row["about"], row["before"], row["after"]) for row in changes] == [
            (about, "Asked the line lead.", None),
            (about, None, "Asked the line lead."),
        ]
        assert {row["field"] for row in changes} == {"acknowledged"}
        step = import_module("models.migrations.0015_issues_in_the_history")
        async with world.transaction() as connection:
            await connection.execute("UPDATE change SET about = NULL")
            await step.name_issues(None, SimpleNamespace(client=connection.client))
        assert await history(editor) == changes


async def test_only_editors_take_issues_on(world: Database, database_url: str) -> None:
    key, before = await an_issue(world), await written(world)
    async with served(database_url) as client:
        for email, answer in (
            ("viewer@example.org", ("Refused", "FORBIDDEN")),
            ("stranger@example.org", ("Missing", "NOT_FOUND")),
        ):
            caller = await log_in(client, email)
            for document, name in ((ACKNOWLEDGE, "issueAcknowledge"), (UNACKNOWLEDGE, "issueUn")):
                found = await caller.data(document, input={"id": key, "expectedVersion": 1})
                (one,) = found.values()
                assert (one["__typename"], one["code"]) == answer, name
    assert await written(world) == before


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_note_that_is_too_long_is_refused(world: Database, database_url: str) -> None:
    key = await an_issue(world)
    async with served(database_url) as client:
        editor = await log_in(client, "editor@example.org")
        for note in ("x" * 1_001, "a\0b"):
            wanted = {"id": key, "note": note, "expectedVersion": 1}
            answer = (await editor.data(ACKNOWLEDGE, input=wanted))["issueAcknowledge"]
            assert (answer["__typename"], answer["field"]) == ("Invalid", "note")


async def test_an_edit_is_put_back_and_the_putting_back_too(
    world: Database, database_url: str
) -> None:
    key = await registration_id(world)
    award = "SELECT award, award_source FROM registration WHERE ref = 'R-anna'"
    async with served(database_url) as client:
        editor = await log_in(client, "editor@example.org")
        for version, month in ((1, "2010-07"), (2, "2011-06")):
            wanted = {"id": key, "month": month, "expectedVersion": version}
            await editor.data(SET_AWARD, input=wanted)
        (second, _source, first) = await history(editor)

        viewer = await log_in(client, "viewer@example.org")
        assert (await undo(viewer, first["id"]))["code"] == "FORBIDDEN"
        blocked = await undo(editor, first["id"])
        assert (blocked["__typename"], blocked["code"]) == ("Conflict", "SUPERSEDED")
        assert blocked["current"] == {
            "__typename": "Registration",
            "id": key,
            "version": 3,
            "anticipatedAward": "2011-06",
        }
        done = await undo(editor, second["id"])
        assert (done["learnerCount"], done["change"]["after"]) == (1, "2010-07")
        assert [tuple(row) for row in await world.reader.tuples(award)] == [("2010-07", "USER")]
        twice = await undo(editor, second["id"])
        assert twice["code"] == "SUPERSEDED"
        assert (twice["current"]["version"], twice["current"]["anticipatedAward"]) == (4, "2010-07")

        again = await undo(editor, done["change"]["id"])
        assert again["change"]["after"] == "2011-06"
        assert (await undo(editor, again["change"]["id"]))["change"]["after"] == "2010-07"


async def test_the_first_edit_put_back_lets_the_feed_be_followed_again(
    world: Database, database_url: str, tmp_path: Path
) -> None:
    key = await registration_id(world)
    async with served(database_url) as client:
        editor = await log_in(client, "editor@example.org")
        wanted = {"id": key, "month": "2010-07", "expectedVersion": 1}
        await editor.data(SET_AWARD, input=wanted)
        await undo(editor, (await history(editor))[0]["id"])

    feed = tiny_feed()
    find(feed, "registrations.csv", registration_ref="R-anna")["anticipated_award"] = "2011-08"
    await send(world, tmp_path / "later", feed, day=NEXT_DAY)
    rows = await world.reader.tuples(
        "SELECT award, award_source FROM registration WHERE ref = 'R-anna'"
    )
    assert [tuple(row) for row in rows] == [("2011-08", "FEED")]


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_month_of_the_feed_is_put_back_even_where_nobody_could_set_it(
    world: Database, database_url: str, tmp_path: Path
) -> None:
    feed = tiny_feed()
    find(feed, "registrations.csv", registration_ref="R-anna")["anticipated_award"] = "2007-08"
    await send(world, tmp_path / "odd", feed, day=NEXT_DAY)
    key = await registration_id(world)
    async with served(database_url) as client:
        editor = await log_in(client, "editor@example.org")
        wanted = {"id": key, "month": "2010-08", "expectedVersion": 2}
        await editor.data(SET_AWARD, input=wanted)
        done = await undo(editor, (await history(editor))[0]["id"])
        assert done["change"]["after"] == "2007-08"


async def test_an_edit_of_many_is_put_back_as_a_whole(world: Database, database_url: str) -> None:
    keys = [await registration_id(world, ref) for ref in ("R-anna", "R-ben")]
    course = {"line": "ENGINEERING", "level": "HIGHER", "centre": WEST, "component": "PROJECT"}
    other = qan("OTHER_PROJ_L2")
    async with served(database_url) as client:
        editor = await log_in(client, "editor@example.org")
        before = await written(world)
        listed = (await editor.data(CANDIDATES, **course, qan=other))["declarationCandidates"]
        wanted = {
            "learners": keys,
            "component": "PROJECT",
            "qan": other,
            "previewToken": listed["preview"]["token"],
            "idempotencyKey": "k",
        }
        done = (await editor.data(DECLARE_MANY, input=wanted))["declarationsAdd"]
        back = await undo(editor, done["change"]["id"])
        assert back["learnerCount"] == 2
        standing = await world.reader.tuples(
            "SELECT COUNT(*) FROM declaration WHERE removed_at IS NULL"
        )
        assert standing[0][0] == 0
        after = await written(world)
        assert after[3] == before[3], "the flags are those from before"

        again = await undo(editor, back["change"]["id"])
        assert again["learnerCount"] == 2

        many = {
            "learners": [{"id": key, "expectedVersion": 1} for key in keys],
            "month": "2011-08",
            "idempotencyKey": "months",
        }
        moved = (await editor.data(SET_AWARDS, input=many))["learnersSetAnticipatedAward"]
        one = {"id": keys[0], "month": "2011-09", "expectedVersion": 2}
        await editor.data(SET_AWARD, input=one)
        blocked = await undo(editor, moved["change"]["id"])
        assert blocked["code"] == "SUPERSEDED", "one of them was edited since"
        assert (blocked["current"]["id"], blocked["current"]["version"]) == (keys[0], 3)


async def test_what_stands_in_the_way_of_a_declaration_or_an_issue_is_shown(
    world: Database, database_url: str
) -> None:
    component = await component_id(world, "PROJECT")
    other = qan("OTHER_PROJ_L2")
    async with served(database_url) as client:
        editor = await log_in(client, "editor@example.org")

        async def declare() -> str:
            asked = {"component": component, "qan": other}
            preview = (await editor.data(PREVIEW, **asked))["declarationPreview"]
            wanted = {"componentId": component, "qan": other, "previewToken": preview["token"]}
            done = (await editor.data(DECLARE, input=wanted))["declarationAdd"]
            return str(done["declaration"]["id"])

        await editor.data(REMOVE, input={"id": await declare()})
        (removal, declared) = await history(editor)
        blocked = await undo(editor, declared["id"])
        shown = {"__typename": "Component", "id": component, "type": "PROJECT"}
        assert blocked["current"] == {**shown, "declarations": []}
        await declare()
        again = await undo(editor, removal["id"])
        assert (again["__typename"], again["code"]) == ("Conflict", "SUPERSEDED")
        assert again["current"] == {**shown, "declarations": [{"qan": other}]}

        issue = await an_issue(world)
        for version, note in ((1, "First."), (2, "Second.")):
            wanted = {"id": issue, "note": note, "expectedVersion": version}
            await editor.data(ACKNOWLEDGE, input=wanted)
        (second, first) = (await history(editor))[:2]
        blocked = await undo(editor, first["id"])
        assert blocked["current"] == {
            "__typename": "Issue",
            "id": issue,
            "version": 3,
            "note": "Second.",
        }
        async with world.transaction() as connection:
            await connection.execute("DELETE FROM issue WHERE id = ?", key_of(issue, "Issue"))
        gone = await undo(editor, second["id"])
        assert (gone["__typename"], gone["code"]) == ("Conflict", "SUPERSEDED")
        assert (gone["current"]["__typename"], gone["current"]["uln"]) == ("Learner", ANNA_ULN)


async def test_only_who_may_edit_puts_back_and_names_are_for_insiders(
    world: Database, database_url: str
) -> None:
    key = await registration_id(world)
    async with served(database_url) as client:
        editor = await log_in(client, "editor@example.org")
        wanted = {"id": key, "month": "2010-07", "expectedVersion": 1}
        await editor.data(SET_AWARD, input=wanted)
        change = (await history(editor))[0]["id"]
        before = await written(world)
        viewer = await log_in(client, "viewer@example.org")
        assert (await undo(viewer, change))["code"] == "FORBIDDEN"
        stranger = await log_in(client, "stranger@example.org")
        missing = await undo(stranger, change)
        assert missing == await undo(stranger, encode_id("Change", 999_999))
        assert await written(world) == before
        assert await stranger.data("{ changes { totalCount nodes { id } } }") == {
            "changes": {"totalCount": 0, "nodes": []}
        }
        assert (await stranger.data("query ($id: ID!) { node(id: $id) { id } }", id=change)) == {
            "node": None
        }
        guest = await log_in(client, "guest@example.org")
        answer = await guest.ask(HISTORY, uln=ANNA_ULN)
        nodes = answer["data"]["learner"]["changes"]["nodes"]
        assert {(row["actor"], row["after"]) for row in nodes} == {
            (None, "2010-07"),
            (None, "USER"),
        }
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
        by = "query ($login: String!) { changes(filter: { login: $login }) { totalCount } }"
        for caller, count in ((viewer, 2), (guest, 0)):
            found = await caller.data(by, login="editor@example.org")
            assert found["changes"]["totalCount"] == count


async def test_edits_are_put_back_one_after_the_other_the_latest_first(
    world: Database, database_url: str
) -> None:
    async with served(database_url) as client:
        editor = await log_in(client, "editor@example.org")
        key = await registration_id(world)

        async def set_to(month: str, version: int) -> str:
            given = {"id": key, "month": month, "expectedVersion": version}
            done = (await editor.data(SET_AWARD, input=given))["learnerSetAnticipatedAward"]
            assert done["changed"] is True
            return str((await history(editor))[0]["id"])

        def standing(rows: list[dict[str, Any]]) -> list[tuple[str, str, bool]]:
            return [
                (row["before"], row["after"], row["superseded"])
                for row in rows
                if row["field"] == "award"
            ]

        first, second = await set_to("2011-06", 1), await set_to("2011-07", 2)
        assert (await undo(editor, first))["code"] == "SUPERSEDED"
        assert (await undo(editor, second))["__typename"] == "ChangeUndone"
        again = await undo(editor, second)
        assert (again["__typename"], again["code"]) == ("Conflict", "SUPERSEDED")
        assert standing(await history(editor)) == [
            ("2011-07", "2011-06", False),
            ("2011-06", "2011-07", True),
            ("2010-08", "2011-06", False),
        ]
        assert (await undo(editor, first))["change"]["after"] == "2010-08"
        rows = await history(editor)
        assert standing(rows)[0] == ("2011-06", "2010-08", False)
        assert [superseded for _, _, superseded in standing(rows)[1:]] == [True, True, True]

        redone = await undo(editor, str(rows[0]["id"]))
        assert redone["change"]["after"] == "2011-06"
        assert (await undo(editor, first))["change"]["after"] == "2010-08"
        third = await set_to("2011-06", 7)
        assert (await undo(editor, first))["code"] == "SUPERSEDED"
        assert (await undo(editor, third))["change"]["after"] == "2010-08"
