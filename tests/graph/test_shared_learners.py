"""A learner of two centres: what happens at one of them is no news at the other."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from auth.permissions import Role
from database.connection import Database
from exchange.feed.report import Mode
from exchange.refresh import refresh
from schema.ids import encode_id
from tests.domain.cases import qan
from tests.exchange.feeds import (
    ANNA_ULN,
    BEN_ULN,
    DAY,
    EAST,
    SPARE_ULN,
    WEST,
    Feed,
    entry,
    find,
    registration,
    send,
    tiny_feed,
)
from tests.exchange.projection_checks import assert_projection_is_derivation
from tests.factories import Caller, add_user, log_in, served
from tests.graph.editing import (
    ACKNOWLEDGE,
    DECLARE,
    PREVIEW,
    SET_AWARD,
    UNDO,
    component_id,
    registration_id,
)

IT: Final = "INFORMATION_TECHNOLOGY"
SINCE: Final = """
query ($since: DateTime!) { learners(filter: { modifiedSince: $since }) { nodes { uln } } }
"""


def both_centres() -> Feed:
    """Anna is registered in the east as well, for another line."""
    feed = tiny_feed()
    feed["registrations.csv"].append(registration("R-anna-it", "anna", EAST, line=IT))
    feed["entries.csv"].append(entry("anna-5", EAST, ANNA_ULN, "FS_MAT_L2"))
    known = find(feed, "das.csv", registration_ref="R-anna")
    feed["das.csv"].append(known | {"registration_ref": "R-anna-it", "line": IT})
    return feed


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> Database:
    await send(database, tmp_path / "feed", both_centres())
    return database


async def moments(database: Database) -> dict[str, datetime]:
    """When each registration was last modified, by its key."""
    rows = await database.reader.tuples(
        "SELECT r.ref, c.modified_at FROM completion c JOIN registration r"
        " ON r.id = c.registration_id"
    )
    return {row[0]: datetime.fromisoformat(str(row[1])) for row in rows}


async def modified_by(database: Database, act: Callable[[], Awaitable[object]]) -> set[str]:
    """The registrations that are told to have changed by what is done."""
    before = await moments(database)
    await act()
    await assert_projection_is_derivation(database, DAY)
    after = await moments(database)
    return {ref for ref, moment in after.items() if moment != before.get(ref)}


FED: Final[dict[str, tuple[str, dict[str, str], dict[str, str], set[str]]]] = {
    "an entry": (
        *("entries.csv", {"entry_ref": "anna-1"}, {"marks_submitted_on": "2010-02-01"}),
        {"R-anna"},
    ),
    "an entry elsewhere": (
        *("entries.csv", {"entry_ref": "anna-5"}, {"status": "WITHDRAWN"}),
        {"R-anna-it"},
    ),
    "an entry that another learner gets": (
        *("entries.csv", {"entry_ref": "anna-2"}, {"uln": BEN_ULN}),
        {"R-anna", "R-ben"},
    ),
    "a registration": (
        *("registrations.csv", {"registration_ref": "R-anna"}, {"status": "PENDING"}),
        {"R-anna"},
    ),
    "a registration that another learner gets": (
        *("registrations.csv", {"registration_ref": "R-anna-it"}, {"learner_ref": "ben"}),
        {"R-anna-it"},
    ),
    "a DAS record": ("das.csv", {"registration_ref": "R-anna"}, {"plts": "true"}, {"R-anna"}),
    "a component of DAS": (
        *("das_components.csv", {"registration_ref": "R-anna"}, {"complete": "false"}),
        {"R-anna"},
    ),
    "a window": (
        *("windows.csv", {"series": "June 2010"}, {"closes_on": "2010-05-20"}),
        {"R-anna"},
    ),
    "a qualification": (
        *("qualifications.csv", {"title": "FS_MAT_L2"}, {"valid_to": "2010-08-31"}),
        {"R-anna-it", "R-ben"},
    ),
    "a name": (
        *("learners.csv", {"learner_ref": "anna"}, {"given_name": "Annabel"}),
        {"R-anna", "R-anna-it"},
    ),
    "a ULN": (
        *("learners.csv", {"learner_ref": "anna"}, {"uln": SPARE_ULN}),
        {"R-anna", "R-anna-it"},
    ),
}
"""What a feed changes: the file, whose row, its new values, and who is told to have changed."""


@pytest.mark.parametrize("name", FED)
async def test_a_feed_modifies_the_courses_that_it_is_about(
    name: str, world: Database, tmp_path: Path
) -> None:
    file, which, values, expected = FED[name]
    feed = {file: [find(both_centres(), file, **which) | values]}
    found = await modified_by(world, lambda: send(world, tmp_path / "change", feed))
    assert found == expected


async def test_a_full_feed_modifies_what_it_closes(world: Database, tmp_path: Path) -> None:
    rows = [row for row in both_centres()["entries.csv"] if row["centre_number"] == WEST]
    feed = {"entries.csv": [row for row in rows if row["entry_ref"] != "anna-3"]}
    found = await modified_by(world, lambda: send(world, tmp_path / "full", feed, mode=Mode.FULL))
    assert found == {"R-anna"}


async def test_what_follows_at_the_other_centre_is_told_there(
    world: Database, tmp_path: Path
) -> None:
    """An unreleased result holds back what DAS says of the other course, as long as it lasts."""
    feed = {
        "das_components.csv": [
            {"registration_ref": "R-anna-it", "component": "FS_ICT", "complete": "true"}
        ],
        "entries.csv": [
            entry("anna-6", WEST, ANNA_ULN, "FS_ICT_L2", result="PASS")
            | {"result_release_on": "2010-03-11"}
        ],
    }
    found = await modified_by(world, lambda: send(world, tmp_path / "held", feed))
    assert found == {"R-anna"}

    async def turn() -> None:
        await refresh(world, date(2010, 3, 11))

    before = await moments(world)
    await turn()
    after = await moments(world)
    assert {ref for ref in after if after[ref] != before[ref]} >= {"R-anna", "R-anna-it"}


async def test_an_edit_modifies_the_course_that_is_edited(
    world: Database, database_url: str
) -> None:
    await add_user(world, "editor@example.org", WEST, role=Role.ADMINISTRATOR)
    await add_user(world, "east@example.org", EAST)
    qan_elsewhere = qan("OTHER_PROJ_L2")
    async with served(database_url) as client:
        editor = await log_in(client, "editor@example.org")
        east = await log_in(client, "east@example.org")
        key = await registration_id(world)
        project = await component_id(world, "PROJECT")

        async def set_award() -> None:
            given = {"id": key, "month": "2010-12", "expectedVersion": 1}
            answer = await editor.data(SET_AWARD, input=given)
            assert answer["learnerSetAnticipatedAward"]["changed"] is True

        async def declare() -> None:
            preview = await editor.data(PREVIEW, component=project, qan=qan_elsewhere)
            token = preview["declarationPreview"]["token"]
            given = {"componentId": project, "qan": qan_elsewhere, "previewToken": token}
            answer = await editor.data(DECLARE, input=given)
            assert answer["declarationAdd"]["created"] is True

        async def take_on() -> None:
            ((issue, version),) = await world.reader.tuples(
                "SELECT i.id, i.version FROM issue i JOIN registration r"
                " ON r.id = i.registration_id WHERE r.ref = 'R-anna' ORDER BY i.id LIMIT 1"
            )
            given = {"id": encode_id("Issue", issue), "note": "Mine", "expectedVersion": version}
            answer = await editor.data(ACKNOWLEDGE, input=given)
            assert answer["issueAcknowledge"]["__typename"] == "Issue"

        async def put_back() -> None:
            ((change,),) = await world.reader.tuples(
                "SELECT MAX(id) FROM change WHERE object_type = 'REGISTRATION'"
            )
            answer = await editor.data(UNDO, input={"id": encode_id("Change", change)})
            assert answer["changeUndo"]["__typename"] == "ChangeUndone"

        async def listed(caller: Caller) -> list[str]:
            found = await caller.data(SINCE, since=since)
            return [node["uln"] for node in found["learners"]["nodes"]]

        since = (max((await moments(world)).values()) + timedelta(microseconds=1)).isoformat()
        for act in (set_award, declare, take_on, put_back):
            assert await modified_by(world, act) == {"R-anna"}, act.__name__
        assert (await listed(editor), await listed(east)) == ([ANNA_ULN], [])
