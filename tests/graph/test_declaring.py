"""Qualifications with other awarding bodies over HTTP: looked at, declared, removed."""

from pathlib import Path
from typing import Any

import pytest

from auth.permissions import Role
from database.connection import Database
from schema.ids import encode_id
from tests.domain.cases import qan
from tests.exchange.feeds import EAST, WEST
from tests.factories import Caller, add_user, log_in, served
from tests.graph.editing import (
    CANDIDATES,
    DECLARE,
    DECLARE_MANY,
    PREVIEW,
    REMOVE,
    component_id,
    registration_id,
    small_world,
    written,
)

OTHER = qan("OTHER_PROJ_L2")


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> Database:
    await small_world(database, tmp_path / "feed")
    await add_user(database, "editor@example.org", WEST, role=Role.ADMINISTRATOR)
    await add_user(database, "viewer@example.org", WEST)
    await add_user(database, "stranger@example.org", EAST, role=Role.ADMINISTRATOR)
    return database


async def preview(caller: Caller, component: str, number: str = OTHER) -> Any:
    """What is shown before declaring."""
    return (await caller.data(PREVIEW, component=component, qan=number))["declarationPreview"]


async def declare(caller: Caller, component: str, number: str, token: str) -> Any:
    """What comes of declaring."""
    wanted = {"componentId": component, "qan": number, "previewToken": token}
    return (await caller.data(DECLARE, input=wanted))["declarationAdd"]


async def test_what_was_looked_at_is_declared_and_removed_again(
    world: Database, database_url: str
) -> None:
    component = await component_id(world, "PROJECT")
    async with served(database_url) as client:
        editor = await log_in(client, "editor@example.org")
        shown = await preview(editor, component, OTHER.replace("/", ""))
        assert (shown["qan"], shown["alreadyDeclared"]) == (OTHER, False)
        assert shown["mayDeclare"] == {"allowed": True, "code": "ALLOWED"}
        done = await declare(editor, component, OTHER, shown["token"])
        assert (done["created"], done["component"]) == (
            True,
            {"entryFlag": "OTHER_AWARDING_BODY"},
        )
        before = await written(world)
        again = await declare(editor, component, OTHER, shown["token"])
        assert (again["created"], again["declaration"]) == (False, done["declaration"])
        assert await written(world) == before
        assert (await preview(editor, component))["alreadyDeclared"]

        key = done["declaration"]["id"]
        for _ in range(2):
            removed = (await editor.data(REMOVE, input={"id": key}))["declarationRemove"]
            assert removed["component"] == {
                "entryFlag": "MISSING_OR_INVALID_ENTRY",
                "declarations": [],
            }


async def test_only_what_was_shown_in_this_session_can_be_confirmed(
    world: Database, database_url: str
) -> None:
    component, other = [await component_id(world, kind) for kind in ("PROJECT", "FS_ICT")]
    before = await written(world)
    async with served(database_url) as client:
        editor = await log_in(client, "editor@example.org")
        again = await log_in(client, "editor@example.org")
        token = (await preview(editor, component))["token"]
        for caller, what, number, given, code in (
            (editor, component, OTHER, "made up", "PREVIEW_INVALID"),
            (editor, component, OTHER, "", "PREVIEW_INVALID"),
            (again, component, OTHER, token, "PREVIEW_INVALID"),
            (editor, other, OTHER, token, "PREVIEW_STALE"),
            (editor, component, "500/9909/7", token, "PREVIEW_STALE"),
        ):
            answer = await declare(caller, what, number, given)
            assert (answer["__typename"], answer["code"]) == ("Invalid", code)
    assert await written(world) == before


async def test_warnings_are_told_and_edexcels_own_refused(
    world: Database, database_url: str
) -> None:
    component = await component_id(world, "PROJECT")
    async with served(database_url) as client:
        editor = await log_in(client, "editor@example.org")
        for number, warnings in (
            ("500/9909/8", ["QAN_CHECK_CHARACTER_MISMATCH", "QUALIFICATION_UNKNOWN"]),
            ("500/9909/7", ["QUALIFICATION_UNKNOWN"]),
            (qan("OTHER_FS_MAT_L2"), ["WRONG_COMPONENT"]),
            (OTHER, []),
        ):
            shown = await preview(editor, component, number)
            assert [one["code"] for one in shown["warnings"] if "CHECK" not in one["code"]] == [
                code for code in warnings if "CHECK" not in code
            ], number
        refused = await preview(editor, component, qan("PROJ_L2"))
        assert (refused["mayDeclare"]["code"], refused["token"]) == ("QAN_IS_EDEXCEL", None)
        errors = await editor.errors(PREVIEW, component=component, qan="500-9909-7")
        assert errors[0]["extensions"]["code"] == "QAN_FORMAT"


async def test_a_qualification_of_another_line_is_warned_of_and_declared_all_the_same(
    world: Database, database_url: str
) -> None:
    component = await component_id(world, "PROJECT")
    async with served(database_url) as client:
        editor = await log_in(client, "editor@example.org")
        for lines, warnings in (
            ("RETAIL_BUSINESS|ENGINEERING", []),
            ("RETAIL_BUSINESS", ["WRONG_LINE"]),
        ):
            async with world.transaction() as connection:
                await connection.execute(
                    "UPDATE qualification SET lines = ? WHERE qan = ?", lines, OTHER
                )
            shown = await preview(editor, component, OTHER)
            assert [one["code"] for one in shown["warnings"]] == warnings
        done = await declare(editor, component, OTHER, shown["token"])
        assert [one["code"] for one in done["warnings"]] == ["WRONG_LINE"]


async def test_edexcel_is_itself_however_a_feed_spells_it(
    world: Database, database_url: str
) -> None:
    component = await component_id(world, "PROJECT")
    async with world.transaction() as connection:
        await connection.execute(
            "UPDATE qualification SET awarding_body = 'Edexcel' WHERE qan = ?", OTHER
        )
    async with served(database_url) as client:
        shown = await preview(await log_in(client, "editor@example.org"), component, OTHER)
    assert (shown["mayDeclare"]["code"], shown["token"]) == ("QAN_IS_EDEXCEL", None)


async def test_a_component_that_is_complete_takes_no_declaration(
    world: Database, database_url: str
) -> None:
    component = await component_id(world, "FS_ENGLISH")
    async with served(database_url) as client:
        editor = await log_in(client, "editor@example.org")
        shown = await preview(editor, component)
        assert (shown["mayDeclare"]["code"], shown["token"]) == ("COMPONENT_COMPLETE", None)


async def test_a_viewer_is_refused_and_a_stranger_finds_nothing(
    world: Database, database_url: str
) -> None:
    component, key = await component_id(world, "PROJECT"), await registration_id(world)
    nobody = encode_id("Component", 999_999)
    async with served(database_url) as client:
        editor = await log_in(client, "editor@example.org")
        token = (await preview(editor, component))["token"]
        done = await declare(editor, component, OTHER, token)
        before = await written(world)
        viewer = await log_in(client, "viewer@example.org")
        stranger = await log_in(client, "stranger@example.org")
        seen = await preview(viewer, component)
        assert (seen["mayDeclare"]["code"], seen["token"]) == ("FORBIDDEN", None)
        assert await preview(stranger, component) is None
        assert (await declare(viewer, component, OTHER, token))["code"] == "FORBIDDEN"
        missing = await declare(stranger, component, OTHER, token)
        assert missing == await declare(stranger, nobody, OTHER, token)
        assert missing["__typename"] == "Missing"

        removal = {"id": done["declaration"]["id"]}
        refused = (await viewer.data(REMOVE, input=removal))["declarationRemove"]
        assert refused["code"] == "FORBIDDEN"
        missing = (await stranger.data(REMOVE, input=removal))["declarationRemove"]
        other = {"id": encode_id("Declaration", 999_999)}
        assert missing == (await stranger.data(REMOVE, input=other))["declarationRemove"]

        many = {"learners": [key], "component": "FS_ICT", "qan": OTHER, "previewToken": token}
        answers = [
            (await caller.data(DECLARE_MANY, input={**many, "idempotencyKey": "k"}))[
                "declarationsAdd"
            ]["__typename"]
            for caller in (viewer, stranger)
        ]
        assert answers == ["Refused", "Missing"]
    assert await written(world) == before


async def test_a_course_is_listed_and_its_learners_declared_for_at_once(
    world: Database, database_url: str
) -> None:
    course = {
        "line": "ENGINEERING",
        "level": "HIGHER",
        "centre": WEST,
        "component": "PROJECT",
        "qan": OTHER,
    }
    async with served(database_url) as client:
        editor = await log_in(client, "editor@example.org")
        listed = (await editor.data(CANDIDATES, **course))["declarationCandidates"]
        assert listed["learners"]["totalCount"] == 2
        assert [
            (row["givenName"], row["entryFlag"], row["selectable"]["code"])
            for row in listed["learners"]["nodes"]
        ] == [
            ("Anna", "MISSING_OR_INVALID_ENTRY", "ALLOWED"),
            ("Ben", "ELIGIBLE_ENTRY", "ALLOWED"),
        ]
        wanted = {
            "learners": [row["registrationId"] for row in listed["learners"]["nodes"]],
            "component": "PROJECT",
            "qan": OTHER,
            "previewToken": listed["preview"]["token"],
            "idempotencyKey": "project for all",
        }
        done = (await editor.data(DECLARE_MANY, input=wanted))["declarationsAdd"]
        assert (done["applied"], done["changedCount"], done["refusedCount"]) == (True, 2, 0)
        after = await written(world)
        assert (await editor.data(DECLARE_MANY, input=wanted))["declarationsAdd"] == done
        assert await written(world) == after

        listed = (await editor.data(CANDIDATES, **course))["declarationCandidates"]
        assert [row["selectable"]["code"] for row in listed["learners"]["nodes"]] == [
            "ALREADY_DECLARED",
            "ALREADY_DECLARED",
        ]
        other = {**wanted, "idempotencyKey": "once more"}
        again = (await editor.data(DECLARE_MANY, input=other))["declarationsAdd"]
        assert (again["applied"], again["changedCount"], again["unchangedCount"]) == (True, 0, 2)
        assert again["change"] is None

        viewer = await log_in(client, "viewer@example.org")
        (error,) = await viewer.errors(CANDIDATES, **course)
        assert error["extensions"]["code"] == "FORBIDDEN"
        stranger = await log_in(client, "stranger@example.org")
        assert (await stranger.data(CANDIDATES, **course))["declarationCandidates"] is None


@pytest.mark.parametrize(
    ("line", "level"),
    [("CREATIVE_AND_MEDIA", "HIGHER"), ("ENGINEERING", "FOUNDATION"), ("HOSPITALITY", "ADVANCED")],
)
@pytest.mark.parametrize("chosen", [("R-ben",), ("R-anna", "R-ben")])
async def test_what_was_looked_at_for_a_course_is_not_declared_on_another(
    world: Database, database_url: str, line: str, level: str, chosen: tuple[str, ...]
) -> None:
    async with world.transaction() as connection:
        await connection.execute(
            "UPDATE registration SET line = ?, level = ? WHERE ref = 'R-ben'", line, level
        )
    course = {"line": "ENGINEERING", "level": "HIGHER", "centre": WEST}
    about = {"component": "PROJECT", "qan": OTHER}
    before = await written(world)
    async with served(database_url) as client:
        editor = await log_in(client, "editor@example.org")
        listed = (await editor.data(CANDIDATES, **course, **about))["declarationCandidates"]
        wanted = {
            **about,
            "learners": [await registration_id(world, ref) for ref in chosen],
            "previewToken": listed["preview"]["token"],
            "idempotencyKey": "k",
        }
        answer = (await editor.data(DECLARE_MANY, input=wanted))["declarationsAdd"]
    assert answer == {"__typename": "Invalid", "code": "PREVIEW_STALE", "field": "previewToken"}
    assert await written(world) == before


async def test_one_learner_who_cannot_be_changed_keeps_all_from_it(
    world: Database, database_url: str
) -> None:
    course = {
        "line": "ENGINEERING",
        "level": "HIGHER",
        "centre": WEST,
        "component": "FS_ENGLISH",
        "qan": OTHER,
    }
    keys = [await registration_id(world, ref) for ref in ("R-ben", "R-anna")]
    before = await written(world)
    async with served(database_url) as client:
        editor = await log_in(client, "editor@example.org")
        listed = (await editor.data(CANDIDATES, **course))["declarationCandidates"]
        wanted = {
            "learners": [*keys, encode_id("Registration", 999_999)],
            "component": "FS_ENGLISH",
            "qan": OTHER,
            "previewToken": listed["preview"]["token"],
            "idempotencyKey": "k",
        }
        done = (await editor.data(DECLARE_MANY, input=wanted))["declarationsAdd"]
    assert (done["applied"], done["changedCount"], done["refusedCount"]) == (False, 0, 2)
    assert [(one["changed"], one["code"]) for one in done["outcomes"]] == [
        (True, None),
        (False, "COMPONENT_COMPLETE"),
        (False, "NOT_FOUND"),
    ]
    assert await written(world) == before
