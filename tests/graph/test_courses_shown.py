"""A learner with several registrations is shown by the one that is asked or told about."""

from pathlib import Path

import pytest

from auth.permissions import Role
from database.connection import Database
from tests.exchange.feeds import ANNA_ULN, WEST, registration, send, tiny_feed
from tests.factories import Caller, add_user, log_in, served
from tests.graph.editing import DECLARE, PREVIEW

EDITOR = "editor@example.org"
ISSUES = """
query ($levels: [CourseCode!]) {
  issues(filter: {levels: $levels}, first: 100) {
    nodes { id learner { uln registration { level } issues { id } } }
  }
}
"""
RECORD = """
query ($uln: ULN!) {
  learner(uln: $uln) { id registrations { id level version anticipatedAward } }
}
"""
SET_AWARD = """
mutation ($input: LearnerSetAnticipatedAwardInput!) {
  learnerSetAnticipatedAward(input: $input) {
    ... on LearnerAwardSet { changed learner { registration { level anticipatedAward } } }
    ... on Problem { code field }
  }
}
"""
DECLARED = "{ declarations { nodes { learner { registration { level } } } } }"
DECLARED_BY_LEVEL = """
{
  all: declarations { totalCount }
  learners(filter: {declaredElsewhere: true}) { totalCount }
  higher: learners(filter: {declaredElsewhere: true, levels: [HIGHER]}) { totalCount }
  ofHigher: declarations(filter: {levels: [HIGHER]}) { totalCount }
  ofAdvanced: declarations(filter: {levels: [ADVANCED]}) { totalCount }
}
"""
"""Declarations of every course; learners by the course that they are listed by."""

COMPONENTS = """
query ($uln: ULN!) { learner(uln: $uln) { registrations { level components { id type } } } }
"""


@pytest.fixture
async def school(database: Database, tmp_path: Path) -> None:
    """Anna is on a Higher Diploma, and on an Advanced one, which is the foremost."""
    feed = tiny_feed()
    second = {"level": "ADVANCED", "anticipated_award": "2012-08"}
    feed["registrations.csv"].append(registration("R-anna-2", "anna", WEST, **second))
    await send(database, tmp_path / "feed", feed)
    await add_user(database, EDITOR, WEST, role=Role.ADMINISTRATOR)


async def levels_of(caller: Caller, *levels: str) -> set[tuple[str, str, bool]]:
    """Whose issues are listed, by which course they are shown, and whether it has the issue."""
    found = await caller.data(ISSUES, levels=list(levels))
    return {
        (
            node["learner"]["uln"],
            node["learner"]["registration"]["level"],
            node["id"] in {issue["id"] for issue in node["learner"]["issues"]},
        )
        for node in found["issues"]["nodes"]
    }


async def test_an_issue_shows_its_learner_by_the_course_that_it_is_about(
    school: None, database_url: str
) -> None:
    async with served(database_url) as client:
        caller = await log_in(client, EDITOR)
        higher = await levels_of(caller, "HIGHER")
        assert (ANNA_ULN, "HIGHER", True) in higher
        assert {level for _, level, _ in higher} == {"HIGHER"}
        assert {own for _, _, own in higher} == {True}
        assert (ANNA_ULN, "ADVANCED", True) in await levels_of(caller, "ADVANCED")


async def test_an_award_month_is_set_for_a_registration_where_there_are_several(
    school: None, database_url: str
) -> None:
    async with served(database_url) as client:
        caller = await log_in(client, EDITOR)
        anna = (await caller.data(RECORD, uln=ANNA_ULN))["learner"]
        before = anna["registrations"]
        assert [row["level"] for row in before] == ["ADVANCED", "HIGHER"]
        wanted = {"month": "2011-03", "expectedVersion": 1}
        refused = await caller.data(SET_AWARD, input={"id": anna["id"], **wanted})
        assert refused["learnerSetAnticipatedAward"] == {
            "code": "REGISTRATION_AMBIGUOUS",
            "field": "id",
        }
        assert (await caller.data(RECORD, uln=ANNA_ULN))["learner"]["registrations"] == before

        done = await caller.data(SET_AWARD, input={"id": before[1]["id"], **wanted})
        assert done["learnerSetAnticipatedAward"] == {
            "changed": True,
            "learner": {"registration": {"level": "HIGHER", "anticipatedAward": "2011-03"}},
        }


async def test_a_declaration_shows_its_learner_by_the_course_that_it_stands_for(
    school: None, database_url: str
) -> None:
    async with served(database_url) as client:
        caller = await log_in(client, EDITOR)
        anna = (await caller.data(COMPONENTS, uln=ANNA_ULN))["learner"]
        (higher,) = [row for row in anna["registrations"] if row["level"] == "HIGHER"]
        project = next(part["id"] for part in higher["components"] if part["type"] == "FS_ICT")
        seen = await caller.data(PREVIEW, component=project, qan="700/0001/X")
        given = {"componentId": project, "qan": "700/0001/X"}
        given["previewToken"] = seen["declarationPreview"]["token"]
        done = await caller.data(DECLARE, input=given)
        assert done["declarationAdd"]["__typename"] == "DeclarationAdded"
        found = await caller.data(DECLARED)
        levels = [
            node["learner"]["registration"]["level"] for node in found["declarations"]["nodes"]
        ]
        assert levels == ["HIGHER"]
        both = await caller.data(DECLARED_BY_LEVEL)
        counts = {name: one["totalCount"] for name, one in both.items()}
        assert counts == {"all": 1, "learners": 0, "higher": 1, "ofHigher": 1, "ofAdvanced": 0}
