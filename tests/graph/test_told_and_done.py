"""What somebody is told that they may do, and what becomes of it when they try."""

from pathlib import Path
from typing import Any, Final

import pytest

from actions import access
from actions.grants import Rights
from auth.permissions import GrantKind, Role
from auth.viewer import CONSOLE
from database.connection import Database
from tests.domain.cases import qan
from tests.exchange.feeds import EAST, WEST, learner, registration, send, tiny_feed
from tests.factories import Caller, add_user, log_in, served
from tests.graph.editing import (
    CANDIDATES,
    DECLARE_MANY,
    SET_AWARDS,
    now,
    registration_id,
    small_world,
    written,
)

LAST, OTHER_ONE, MIXED = "last@west.example", "other@west.example", "mixed@example.org"
MAY_GIVE_UP: Final = """
query ($number: CentreNumber!) {
  centre(number: $number) { viewerMay { giveUpAccess { allowed code } } }
}
"""
GIVE_UP: Final = """
mutation ($centre: CentreNumber!) {
  accessGiveUp(input: { centre: $centre }) { __typename ... on Problem { code } }
}
"""
OWN: Final = "{ me { sessions { id current } apiTokens { id name } } }"
NODES: Final = """
query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename ... on Session { current } } }
"""
MAKE_TOKEN: Final = """
mutation ($input: ApiTokenCreateInput!) {
  apiTokenCreate(input: $input) { ... on ApiTokenCreate { token apiToken { id } } }
}
"""
MAY_EDIT: Final = """
query ($uln: ULN!) { learner(uln: $uln) {
  viewerMay { editAwardMonth { code } }
  registrations { homeCentre { number } viewerMay { editAwardMonth { code } } }
} }
"""


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> Database:
    """Two centres; somebody edits at one of them and only looks at the other."""
    await small_world(database, tmp_path / "feed")
    await add_user(database, LAST, WEST, role=Role.ADMINISTRATOR, manages_users=True)
    await add_user(database, MIXED, WEST, role=Role.ADMINISTRATOR)
    await access.set_access(
        database,
        CONSOLE,
        centre_number=EAST,
        login=MIXED,
        rights=Rights(GrantKind.CENTRE, Role.VIEWER),
        now=now(),
    )
    return database


async def give_up(caller: Caller) -> tuple[Any, Any]:
    """What is told of giving up the western centre, and what comes of it."""
    told = (await caller.data(MAY_GIVE_UP, number=WEST))["centre"]["viewerMay"]["giveUpAccess"]
    done = (await caller.data(GIVE_UP, centre=WEST))["accessGiveUp"]
    return told, done


async def test_the_last_centre_user_is_told_that_they_cannot_leave(
    world: Database, database_url: str
) -> None:
    refused = {"__typename": "Refused", "code": "LAST_CENTRE_USER"}
    async with served(database_url) as client:
        last = await log_in(client, LAST)
        assert await give_up(last) == ({"allowed": False, "code": "LAST_CENTRE_USER"}, refused)
        await add_user(world, OTHER_ONE, WEST, role=Role.ADMINISTRATOR, manages_users=True)
        told, done = await give_up(last)
        assert told == {"allowed": True, "code": "ALLOWED"}
        assert done["__typename"] == "Done"
        told, done = await give_up(await log_in(client, MIXED))
        assert (told["allowed"], done["__typename"]) == (True, "Done")


async def test_a_selection_that_is_partly_out_of_one_s_rights_tells_of_each_learner(
    world: Database, database_url: str
) -> None:
    ids = [await registration_id(world, ref) for ref in ("R-anna", "R-cleo")]
    async with served(database_url) as client:
        mixed = await log_in(client, MIXED)
        before = await written(world)
        given = {
            "learners": [{"id": key, "expectedVersion": 1} for key in ids],
            "month": "2010-07",
            "idempotencyKey": "some",
        }
        done = (await mixed.data(SET_AWARDS, input=given))["learnersSetAnticipatedAward"]
        assert (done["applied"], done["refusedCount"]) == (False, 1)
        assert [one["code"] for one in done["outcomes"]] == [None, "FORBIDDEN"]

        course = {"line": "ENGINEERING", "level": "HIGHER", "centre": WEST}
        asked = {**course, "component": "PROJECT", "qan": qan("OTHER_PROJ_L2")}
        listed = (await mixed.data(CANDIDATES, **asked))["declarationCandidates"]
        given = {
            "learners": ids,
            "component": "PROJECT",
            "qan": qan("OTHER_PROJ_L2"),
            "previewToken": listed["preview"]["token"],
            "idempotencyKey": "others",
        }
        done = (await mixed.data(DECLARE_MANY, input=given))["declarationsAdd"]
        assert (done["applied"], [one["code"] for one in done["outcomes"]]) == (
            False,
            [None, "FORBIDDEN"],
        )
    assert await written(world) == before


async def candidates(caller: Caller, **other: str) -> tuple[Any, set[str]]:
    """Whether anything may be declared for a course, and the verdicts on its learners."""
    course = {"line": "ENGINEERING", "level": "HIGHER", "centre": WEST, "component": "PROJECT"}
    asked = {**course, "qan": qan("OTHER_PROJ_L2"), **other}
    listed = (await caller.data(CANDIDATES, **asked))["declarationCandidates"]
    told = listed["preview"]["mayDeclare"]["code"], listed["preview"]["token"]
    return told, {row["selectable"]["code"] for row in listed["learners"]["nodes"]}


async def test_nobody_can_be_chosen_for_what_cannot_be_declared(
    world: Database, database_url: str
) -> None:
    async with served(database_url) as client:
        editor = await log_in(client, MIXED)
        entered_here = await candidates(editor, qan=qan("PROJ_L2"))
        assert entered_here == (("QAN_IS_EDEXCEL", None), {"QAN_IS_EDEXCEL"})
        none_asked = await candidates(editor, level="PROGRESSION", component="ASL")
        assert none_asked == (("COMPONENT_NOT_REQUIRED", None), set())
        assert (await candidates(editor, level="NOPE"))[0] == ("COMPONENT_NOT_REQUIRED", None)


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
async def test_candidates_stand_in_the_order_of_lists(
    world: Database, database_url: str, tmp_path: Path
) -> None:
    names = ("Zimmer", "ap Gwynfor", "Ångström", "O'Brien", "Ash")
    people = [learner(f"l{n}", "", "Sam", name) for n, name in enumerate(names)]
    courses = [registration(f"G{n}", f"l{n}", WEST) for n in range(len(names))]
    await send(world, tmp_path / "more", {"learners.csv": people, "registrations.csv": courses})
    query = "{ learners(filter: {centres: [%s]}, first: 100) { nodes { familyName } } }"
    asked = CANDIDATES.replace("givenName", "familyName")
    async with served(database_url) as client:
        editor = await log_in(client, MIXED)
        listed = await editor.data(query % f'"{WEST}"')
        found = await editor.data(
            asked,
            line="ENGINEERING",
            level="HIGHER",
            centre=WEST,
            component="PROJECT",
            qan=qan("OTHER_PROJ_L2"),
        )
    rows = found["declarationCandidates"]["learners"]["nodes"]
    expected = [node["familyName"] for node in listed["learners"]["nodes"]]
    assert [row["familyName"] for row in rows] == expected
    assert len(expected) == len(names) + 2


async def test_one_s_own_sessions_and_tokens_are_nodes_for_nobody_else(
    world: Database, database_url: str
) -> None:
    async with served(database_url) as client:
        owner, other = await log_in(client, MIXED), await log_in(client, LAST)
        wanted = {"name": "Reports", "centres": [WEST], "days": 30}
        made = (await owner.data(MAKE_TOKEN, input=wanted))["apiTokenCreate"]
        me = (await owner.data(OWN))["me"]
        ids = [me["sessions"][0]["id"], me["apiTokens"][0]["id"]]
        assert ids[1] == made["apiToken"]["id"]
        assert (await owner.data(NODES, ids=ids))["nodes"] == [
            {"id": ids[0], "__typename": "Session", "current": True},
            {"id": ids[1], "__typename": "ApiToken"},
        ]
        program = Caller(client, made["token"])
        for stranger in (other, program):
            assert (await stranger.data(NODES, ids=ids))["nodes"] == [None, None]


async def test_each_registration_tells_what_may_be_done_to_it(
    world: Database, database_url: str, tmp_path: Path
) -> None:
    row = registration("R-anna-east", "anna", EAST, anticipated_award="2011-08")
    await send(world, tmp_path / "east", {"registrations.csv": [row]})
    uln = next(row["uln"] for row in tiny_feed()["learners.csv"] if row["learner_ref"] == "anna")
    async with served(database_url) as client:
        found = (await (await log_in(client, MIXED)).data(MAY_EDIT, uln=uln))["learner"]
    assert found["viewerMay"]["editAwardMonth"]["code"] == "FORBIDDEN"
    assert {
        one["homeCentre"]["number"]: one["viewerMay"]["editAwardMonth"]["code"]
        for one in found["registrations"]
    } == {WEST: "ALLOWED", EAST: "FORBIDDEN"}
