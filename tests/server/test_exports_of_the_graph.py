"""Lists as files: the same rows and fields as in the graph, today and on another day."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from auth.permissions import Role
from database.connection import Database
from domain.codes import CompletionStatus, IssueCode
from domain.vocabulary import ComponentType
from tests.factories import DAY, add_user, import_sample, served
from tests.graph.asking import centre_numbers, complete_the_sample
from tests.server.exporting import (
    issue_of,
    learner_of,
    shown_issue,
    shown_learner,
    taker,
    workbook,
)

MANAGER: Final = "manager@west.example"

LEARNERS: Final = """
query ($filter: LearnerFilter, $orderBy: LearnerOrder!, $on: Date) {
  learners(filter: $filter, orderBy: $orderBy, first: 100, on: $on) {
    nodes {
      uln givenName familyName completionStatus(on: $on) percentComplete(on: $on)
      registration { anticipatedAward homeCentre { number } }
      components { type entryFlag(on: $on) assessmentDetail(on: $on) }
    }
  }
}
"""
ISSUES: Final = """
query ($filter: LearnerFilter, $orderBy: IssueOrder!, $on: Date) {
  issues(filter: $filter, orderBy: $orderBy, first: 100, on: $on) {
    totalCount
    nodes { label subject dueOn componentType learner { uln } advice { title steps { text } } }
  }
}
"""
COUNTS: Final = """
query ($filter: LearnerFilter, $on: Date) {
  completion(filter: $filter, groupBy: CENTRE, on: $on) {
    groups { key statuses { status count share } }
  }
  flagCounts(filter: $filter, on: $on) { groups { flags { code components learners } } }
  issueCounts(filter: $filter, groupBy: LEVEL, on: $on) {
    groups { issues { code issues learners } }
  }
}
"""
DEADLINES: Final = """
query ($filter: LearnerFilter, $until: Date) {
  deadlines(filter: $filter, until: $until) {
    on label lastDayToAct
    learners(first: 100) {
      nodes { uln familyName registration { anticipatedAward homeCentre { number } } }
    }
  }
}
"""
OTHERS: Final = """
query ($centre: CentreNumber!) {
  declarations(first: 100) { totalCount nodes { qan component learner { uln } } }
  unmatchedEntries(centre: $centre) { nodes { uln qan dateOfBirth } }
}
"""


@pytest.mark.parametrize(
    ("wanted", "order", "on"),
    [
        ({}, "NAME", None),
        ({}, "AWARD_MONTH", "2010-05-20"),
        ({"entryFlag": ["ELIGIBLE_ENTRY"], "component": ["PROJECT"]}, "AWARD_MONTH", None),
        ({"entryFlag": ["ELIGIBLE_ENTRY"], "component": ["PROJECT"]}, "NAME", "2009-09-01"),
    ],
)
async def test_lists_and_counts_are_those_of_the_graph(
    database: Database,
    database_url: str,
    tmp_path: Path,
    wanted: Any,
    order: str,
    on: str | None,
) -> None:
    await import_sample(database, tmp_path / "feed", learners=40)
    numbers = await centre_numbers(database)
    await complete_the_sample(database)
    await add_user(database, MANAGER, *numbers, role=Role.ADMINISTRATOR)
    async with served(database_url) as client:
        person = await taker(client, MANAGER)
        asked = {"filter": json.dumps(wanted)} | ({} if on is None else {"on": on})

        data = await person.data(LEARNERS, filter=wanted, orderBy=order, on=on)
        rows = await person.csv("learners", orderBy=order, **asked)
        assert [learner_of(row) for row in rows] == [
            shown_learner(node) for node in data["learners"]["nodes"]
        ]
        assert len(rows) > 5

        data = await person.data(ISSUES, filter=wanted, orderBy="DUE_DATE", on=on)
        rows = await person.csv("issues", orderBy="DUE_DATE", **asked)
        assert len(rows) == data["issues"]["totalCount"]
        assert [issue_of(row) for row in rows[:100]] == [
            shown_issue(node) for node in data["issues"]["nodes"]
        ]

        data = await person.data(COUNTS, filter=wanted, on=on)
        assert [
            (row["Centre number"], row["Completion status"], row["Learners"], row["Share"])
            for row in await person.csv("completion", groupBy="CENTRE", **asked)
        ] == [
            (group["key"], CompletionStatus(one["status"]).label, *_texts(one, "count", "share"))
            for group in data["completion"]["groups"]
            for one in group["statuses"]
        ]
        assert [
            (row["Components"], row["Learners"]) for row in await person.csv("flag-counts", **asked)
        ] == [
            _texts(one, "components", "learners")
            for one in data["flagCounts"]["groups"][0]["flags"]
        ]
        assert [
            (row["Issue"], row["Issues"], row["Learners"])
            for row in await person.csv("issue-counts", groupBy="LEVEL", **asked)
        ] == [
            (IssueCode(one["code"]).label, *_texts(one, "issues", "learners"))
            for group in data["issueCounts"]["groups"]
            for one in group["issues"]
        ]

        data = await person.data(OTHERS, centre=numbers[0])
        rows = await person.csv("declarations")
        assert len(rows) == data["declarations"]["totalCount"]
        assert [(row["QAN"], row["Component"], row["ULN"]) for row in rows[:100]] == [
            (node["qan"], ComponentType(node["component"]).label, node["learner"]["uln"] or "")
            for node in data["declarations"]["nodes"]
        ]
        rows = await person.csv("unmatched-entries", centre=numbers[0])
        assert [(row["ULN"], row["QAN"], row["Date of birth"]) for row in rows] == [
            tuple(node[name] or "" for name in ("uln", "qan", "dateOfBirth"))
            for node in data["unmatchedEntries"]["nodes"]
        ]


@pytest.mark.parametrize("until", [None, "2010-09-30"])
async def test_the_days_ahead_are_those_of_the_graph_with_all_to_whom_they_come(
    database: Database, database_url: str, tmp_path: Path, until: str | None
) -> None:
    await import_sample(database, tmp_path / "feed", learners=40)
    await add_user(database, MANAGER, *await centre_numbers(database))
    wanted = {"completionStatus": ["ACTION_REQUIRED", "IN_PROGRESS"]}
    async with served(database_url) as client:
        person = await taker(client, MANAGER)
        data = await person.data(DEADLINES, filter=wanted, until=until)
        asked = {"filter": json.dumps(wanted)} | ({} if until is None else {"until": until})
        rows = await person.csv("deadlines", **asked)

    named = ("Day", "What happens", "Last day to act", "Centre number", "ULN", "Family name")
    assert [tuple(row[name] for name in (*named, "Anticipated award")) for row in rows] == [
        (
            *(deadline["on"], deadline["label"], deadline["lastDayToAct"] or ""),
            learner["registration"]["homeCentre"]["number"],
            *(learner["uln"] or "", learner["familyName"]),
            learner["registration"]["anticipatedAward"] or "",
        )
        for deadline in data["deadlines"]
        for learner in deadline["learners"]["nodes"]
    ]
    assert len({row["Day"] for row in rows}) > 1


async def test_a_file_of_another_day_says_so_and_tells_what_will_be(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=40)
    await add_user(database, MANAGER, *await centre_numbers(database))
    async with served(database_url) as client:
        person = await taker(client, MANAGER)
        answer = await person.get("issues.xlsx", on="2010-05-20")
        name = "issues-on-2010-05-20.xlsx"
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
        about, then = workbook(answer.content)
        assert (about["Asked for"], about["Rows"]) == ("on: 2010-05-20", str(len(then)))
        today = await person.csv("issues")
        overdue = IssueCode.MARKS_DEADLINE_PASSED.label
        assert sum(row["Issue"] == overdue for row in then) > sum(
            row["Issue"] == overdue for row in today
        )
        assert await person.csv("issues", on=DAY.isoformat()) == today


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_file_is_called_by_the_day_and_not_by_how_it_was_written(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=10)
    await add_user(database, MANAGER, *await centre_numbers(database))
    async with served(database_url) as client:
        person = await taker(client, MANAGER)
        answer = await person.get("completion.csv", on="2010-05-16\r\nset-cookie: x=1\r\n")
        spaced = await person.get("completion.csv", on=" 2010-05-16\r\n")

    assert answer.status_code == 400
    name = "completion-on-2010-05-16.csv"
    assert spaced.headers["content-disposition"] == f'attachment; filename="{name}"'


def _texts(one: dict[str, Any], *names: str) -> tuple[str, ...]:
    return tuple(str(one[name]) for name in names)
