"""Anticipated award months edited over HTTP, singly and for many."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from auth.permissions import Role
from database.connection import Database
from schema.ids import encode_id
from tests.exchange.feeds import ANNA_ULN, EAST, WEST
from tests.factories import Caller, add_user, log_in, served
from tests.graph.editing import (
    HISTORY,
    SET_AWARD,
    SET_AWARDS,
    key_of,
    registration_id,
    small_world,
    written,
)

LATE = "SERIES_AFTER_AWARD_DATE"


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> Database:
    await small_world(database, tmp_path / "feed")
    await add_user(database, "editor@example.org", WEST, role=Role.ADMINISTRATOR)
    await add_user(database, "viewer@example.org", WEST)
    await add_user(database, "stranger@example.org", EAST, role=Role.ADMINISTRATOR)
    return database


async def set_month(caller: Caller, key: str, month: str | None, version: int, **more: Any) -> Any:
    """What comes of setting a month."""
    wanted = {"id": key, "month": month, "expectedVersion": version, **more}
    return (await caller.data(SET_AWARD, input=wanted))["learnerSetAnticipatedAward"]


def project(answer: dict[str, Any], component: str) -> dict[str, Any]:
    """One component of the learner in an answer."""
    found = answer["learner"]["components"]
    return next(one for one in found if one["type"] == component)


async def test_moving_the_month_before_the_results_makes_entries_ineligible_and_back(
    world: Database, database_url: str
) -> None:
    key = await registration_id(world)
    async with served(database_url) as client:
        editor = await log_in(client, "editor@example.org")
        early = await set_month(editor, key, "2010-07", 1)
        component = project(early, "PRINCIPAL_LEARNING")
        assert component["entryFlag"] == "INELIGIBLE_ENTRY"
        (flag,) = [flag for flag in component["flags"] if flag["kind"] == "ENTRY"]
        assert flag["reasons"] == [LATE]
        assert flag["advice"] == [{"title": "The results come after the award month"}]
        assert LATE in {issue["code"] for issue in component["issues"]}
        assert early["registration"] == {
            "version": 2,
            "anticipatedAward": "2010-07",
            "anticipatedAwardSource": "USER",
            "awardingBodyAward": "2010-08",
        }

        back = await set_month(editor, key, "2010-08", 2)
        component = project(back, "PRINCIPAL_LEARNING")
        assert component["entryFlag"] == "ELIGIBLE_ENTRY"
        assert LATE not in {issue["code"] for issue in component["issues"]}

        history = (await editor.data(HISTORY, uln=ANNA_ULN))["learner"]["changes"]
        assert [
            (row["field"], row["before"], row["after"], row["superseded"])
            for row in history["nodes"]
        ] == [
            ("award", "2010-07", "2010-08", False),
            ("award_source", "FEED", "USER", True),
            ("award", "2010-08", "2010-07", True),
        ]
        assert {row["actor"] for row in history["nodes"]} == {"Robin Reader"}


async def test_who_may_only_read_is_refused_and_a_stranger_finds_nothing(
    world: Database, database_url: str
) -> None:
    key, nobody = await registration_id(world), encode_id("Registration", 999_999)
    before = await written(world)
    async with served(database_url) as client:
        viewer = await log_in(client, "viewer@example.org")
        stranger = await log_in(client, "stranger@example.org")
        refused = await set_month(viewer, key, "2010-07", 1)
        assert (refused["__typename"], refused["code"]) == ("Refused", "FORBIDDEN")
        missing = await set_month(stranger, key, "2010-07", 1)
        assert missing == await set_month(stranger, nobody, "2010-07", 1)
        assert (missing["__typename"], missing["code"]) == ("Missing", "NOT_FOUND")

        many = {"learners": [{"id": key, "expectedVersion": 1}], "month": "2010-07"}
        answers = [
            (await caller.data(SET_AWARDS, input={**many, "idempotencyKey": "k"}))[
                "learnersSetAnticipatedAward"
            ]
            for caller in (viewer, stranger)
        ]
        assert [(one["__typename"], one["code"]) for one in answers] == [
            ("Refused", "FORBIDDEN"),
            ("Missing", "NOT_FOUND"),
        ]
        other = {"learners": [{"id": nobody, "expectedVersion": 1}], "month": "2010-07"}
        asked = await stranger.data(SET_AWARDS, input={**other, "idempotencyKey": "k"})
        assert asked["learnersSetAnticipatedAward"] == answers[1]
    assert await written(world) == before


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_month_is_judged(world: Database, database_url: str) -> None:
    key = await registration_id(world)
    async with served(database_url) as client:
        editor = await log_in(client, "editor@example.org")
        too_early = await set_month(editor, key, "2008-08", 1)
        assert (too_early["code"], too_early["field"]) == ("AWARD_BEFORE_REGISTRATION", "month")
        too_late = await set_month(editor, key, "2201-01", 1)
        assert (too_late["code"], too_late["field"]) == ("MONTH_INVALID", "month")
        stale = await set_month(editor, key, "2010-07", 7)
        assert stale["__typename"] == "Conflict"
        assert stale["current"] == {"version": 1, "anticipatedAward": "2010-08"}
        for month, warnings in (
            ("2008-09", ["AWARD_IN_THE_PAST"]),
            ("2010-01", ["AWARD_IN_THE_PAST"]),
            ("2010-02", []),
            ("2014-09", []),
            ("2014-10", ["AWARD_FAR_AHEAD"]),
        ):
            ((version,),) = await world.reader.tuples(
                "SELECT version FROM registration WHERE ref = 'R-anna'"
            )
            done = await set_month(editor, key, month, version)
            assert [one["code"] for one in done["warnings"]] == warnings, month
        same = await set_month(editor, key, "2014-10", version + 1)
        assert (same["changed"], same["registration"]["version"]) == (False, version + 1)
        errors = await editor.errors(
            SET_AWARD, input={"id": key, "month": "2010-13", "expectedVersion": 1}
        )
        assert errors[0]["extensions"]["code"] == "MONTH_INVALID"
        for wrong in ({"expectedVersion": 1}, {"month": None, "followAwardingBody": True}):
            wanted = {"id": key, "expectedVersion": 1, **wrong}
            answer = await editor.data(SET_AWARD, input=wanted)
            assert answer["learnerSetAnticipatedAward"]["code"] == "ARGUMENT_CHOICE"


async def test_a_month_is_cleared_and_the_awarding_body_followed_again(
    world: Database, database_url: str
) -> None:
    learner = encode_id("Learner", await key_of(world, "learner", "anna"))
    async with served(database_url) as client:
        editor = await log_in(client, "editor@example.org")
        none = await set_month(editor, learner, None, 1)
        assert none["registration"]["anticipatedAward"] is None
        assert none["registration"]["awardingBodyAward"] == "2010-08"
        wanted = {"id": learner, "followAwardingBody": True, "expectedVersion": 2}
        back = (await editor.data(SET_AWARD, input=wanted))["learnerSetAnticipatedAward"]
        assert back["registration"] == {
            "version": 3,
            "anticipatedAward": "2010-08",
            "anticipatedAwardSource": "FEED",
            "awardingBodyAward": "2010-08",
        }


async def test_many_are_changed_or_none_and_once_for_a_key(
    world: Database, database_url: str
) -> None:
    anna, ben = await registration_id(world), await registration_id(world, "R-ben")
    async with served(database_url) as client:
        editor = await log_in(client, "editor@example.org")

        async def send(key: str, month: str, *versions: int) -> Any:
            wanted = {
                "learners": [
                    {"id": one, "expectedVersion": version}
                    for one, version in zip((anna, ben), versions, strict=True)
                ],
                "month": month,
                "idempotencyKey": key,
            }
            return (await editor.data(SET_AWARDS, input=wanted))["learnersSetAnticipatedAward"]

        before = await written(world)
        stale = await send("first", "2011-08", 1, 5)
        assert (stale["applied"], stale["changedCount"], stale["refusedCount"]) == (False, 0, 1)
        assert [one["code"] for one in stale["outcomes"]] == [None, "CONFLICT"]
        assert await written(world) == before

        done = await send("first", "2011-08", 1, 1)
        assert (done["applied"], done["changedCount"]) == (True, 2)
        after = await written(world)
        assert await send("first", "2011-08", 1, 1) == done
        assert await written(world) == after
        other = await send("first", "2012-08", 2, 2)
        assert (other["code"], other["field"]) == ("KEY_REUSED", "idempotencyKey")
        assert await written(world) == after

        months_ago = datetime.now(UTC) - timedelta(days=89)
        await world.writer.execute("UPDATE bulk_edit SET at = ?", months_ago)
        assert (await send("second", "2012-08", 2, 2))["changedCount"] == 2
        known = await send("first", "2011-08", 1, 1)
        assert (known["applied"], known["change"]) == (True, done["change"])


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_selection_that_cannot_be_is_refused(world: Database, database_url: str) -> None:
    key = await registration_id(world)
    one = {"id": key, "expectedVersion": 1}
    async with served(database_url) as client:
        editor = await log_in(client, "editor@example.org")
        for learners, code, end in (
            ([], "NOBODY_CHOSEN", "at least one learner."),
            ([one, one], "CHOSEN_TWICE", "at places 1 and 2 of the list."),
            ([one, one | {"id": "x"}], "ID_INVALID", "at place 2 of the list."),
        ):
            wanted = {"learners": learners, "month": "2011-08", "idempotencyKey": "k"}
            answer = (await editor.data(SET_AWARDS, input=wanted))["learnersSetAnticipatedAward"]
            assert (answer["__typename"], answer["code"]) == ("Invalid", code)
            assert (answer["field"], answer["message"].endswith(end)) == ("learners", True)
        wanted = {"learners": [one], "month": "2011-08", "idempotencyKey": ""}
        answer = (await editor.data(SET_AWARDS, input=wanted))["learnersSetAnticipatedAward"]
        assert answer["code"] == "KEY_INVALID"


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_things_that_are_no_registration_are_each_told_as_such(
    world: Database, database_url: str
) -> None:
    anna = await registration_id(world)
    others = [
        encode_id("Learner", await key_of(world, "learner", name)) for name in ("anna", "ben")
    ]

    async def send(*ids: str) -> Any:
        wanted = {
            "learners": [{"id": one, "expectedVersion": 1} for one in ids],
            "month": "2011-08",
            "idempotencyKey": "k",
        }
        return (await editor.data(SET_AWARDS, input=wanted))["learnersSetAnticipatedAward"]

    async with served(database_url) as client:
        editor = await log_in(client, "editor@example.org")
        before = await written(world)
        told = await send(anna, *others)
        assert (told["applied"], told["refusedCount"]) == (False, 2)
        assert [one["code"] for one in told["outcomes"]] == [None, "NOT_FOUND", "NOT_FOUND"]
        twice = await send(anna, others[0], others[0])
        assert (twice["code"], twice["message"]) == (
            "CHOSEN_TWICE",
            "A learner is chosen twice, at places 2 and 3 of the list.",
        )
        assert (await send(*others))["code"] == "NOT_FOUND"
        assert await written(world) == before
