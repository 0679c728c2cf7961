"""Which days may be asked for, and what asking costs."""

from pathlib import Path
from typing import Any

import pytest

from database.connection import Database
from tests.exchange.feeds import ANNA_ULN, WEST, begin
from tests.factories import Caller, add_user, counted, import_sample, log_in, served
from tests.graph.asking import centre_numbers

PLACES = (
    "learners(on: $on) { totalCount }",
    "learners { nodes { completionStatus(on: $on) } }",
    "learners { nodes { issues(on: $on) { code } } }",
    "learners { nodes { components { entryFlag(on: $on) } } }",
    "learners { nodes { components { flags(on: $on) { code } } } }",
    "learners { nodes { registrations { percentComplete(on: $on) } } }",
    "centres { nodes { learners(on: $on) { totalCount } } }",
    "issues(on: $on) { totalCount }",
    "completion(on: $on) { totalCount }",
    "flagCounts(on: $on) { totalCount }",
    "issueCounts(on: $on) { totalCount }",
)
NESTED = """
query ($first: Int!, $on: Date!) {
  learners(first: $first) {
    nodes {
      uln completionStatus(on: $on) percentComplete(on: $on)
      issues(on: $on) { code advice { title } }
      registrations { completionStatus(on: $on) }
      components {
        entryFlag(on: $on) assessmentFlag(on: $on) flags(on: $on) { code since advice { title } }
        issues(on: $on) { code }
      }
    }
  }
}
"""
WALKED = """
query ($centres: Int!, $first: Int!, $on: Date!) {
  centres(first: $centres) {
    nodes {
      learners(first: $first, on: $on, filter: {assessmentFlag: [BLOCKED]}) {
        totalCount nodes { uln }
      }
    }
  }
  issues(first: $first, on: $on) { totalCount nodes { code learner { uln } } }
  completion(on: $on) { totalCount } flagCounts(on: $on) { totalCount }
  issueCounts(on: $on) { totalCount }
  deadlines { on learners(first: $first) { nodes { uln } } }
}
"""


async def test_days_are_asked_for_within_limits(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(database, tmp_path / "feed")
    await add_user(database, "reader@example.org", WEST)
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        for place in PLACES:
            query = f"query ($on: Date!) {{ {place} }}"
            for on in ("2004-12-31", "2030-02-20", "9999-12-31"):
                error = (await caller.errors(query, on=on))[0]
                assert error["extensions"] == {"code": "DAY_OUT_OF_RANGE", "field": "on"}, place
                assert error["message"] == "Choose a day from 2005-01-01 to 2030-02-19."
            for on in ("2005-01-01", "2030-02-19", "2010-02-19"):
                await caller.data(query, on=on)
        query = "query ($until: Date) { deadlines(until: $until) { on } }"
        for until in ("2010-02-18", "2012-02-20"):
            (error,) = await caller.errors(query, until=until)
            assert error["extensions"] == {"code": "DAY_OUT_OF_RANGE", "field": "until"}
        assert await caller.data(query, until="2010-02-19") == {"deadlines": []}
        await caller.data(query, until="2012-02-19")

        for module in ("derivations", "deadlines"):
            monkeypatch.setattr(f"loaders.{module}.MOST", 1)
        for place in (*PLACES[7:], "deadlines(until: $on) { on }"):
            (error,) = await caller.errors(f"query ($on: Date!) {{ {place} }}", on="2010-03-01")
            assert error["extensions"] == {"code": "TOO_MANY_LEARNERS", "field": "filter"}


async def took(caller: Caller, query: str, **variables: Any) -> int:
    """How many statements an operation takes."""
    with counted() as statements:
        await caller.data(query, **variables)
    return len(statements)


async def test_another_day_takes_the_same_statements_however_many_there_are(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", centres=2, learners=40)
    await add_user(database, "reader@example.org", *(await centre_numbers(database)))
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        for query, shapes in (
            (NESTED, [{"first": first} for first in (1, 10, 40)]),
            (WALKED, [{"centres": n, "first": first} for n in (1, 2) for first in (1, 30)]),
        ):
            numbers = {
                await took(caller, query, on=on, **shape)
                for shape in shapes
                for on in ("2010-05-16", "2009-09-01")
            }
            assert len(numbers) == 1, numbers
        # Without a day, or for today, nothing but what is stored is read.
        for on in (None, "2010-02-19"):
            assert await took(caller, NESTED.replace("Date!", "Date"), first=40, on=on) == 7


async def test_what_stands_today_as_well_is_the_same_flag_and_the_same_issue(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "feed")
    await add_user(database, "reader@example.org", WEST)
    async with database.transaction() as connection:
        await connection.execute("UPDATE issue SET note = 'in hand', version = 3")
    query = """
    query ($uln: ULN!, $on: Date) {
      learner(uln: $uln) {
        components { flags(on: $on) { id kind since } }
        issues(on: $on) { id code componentType firstSeen note version }
      }
    }
    """
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        today, ahead, before = [
            (await caller.data(query, uln=ANNA_ULN, on=on))["learner"]
            for on in (None, "2010-05-16", "2010-02-18")
        ]
    flags, later = today["components"][0]["flags"], ahead["components"][0]["flags"]
    assert [flag["since"] for flag in flags] == ["2010-02-19"] * 2
    assert later == [flags[0], {**flags[1], "since": None}], "eligible still, marks overdue"
    assert [flag["since"] for flag in before["components"][0]["flags"]] == [None] * 2
    standing = {issue["id"] for issue in today["issues"]}
    assert [issue for issue in ahead["issues"] if issue["id"] in standing] == today["issues"]
    new = [issue for issue in ahead["issues"] if issue["id"] not in standing]
    assert [(issue["code"], issue["firstSeen"], issue["version"]) for issue in new] == [
        ("MARKS_DEADLINE_PASSED", None, 0),
        ("DAS_DATA_STALE", None, 0),
    ]
    assert [{**issue, "firstSeen": None} for issue in today["issues"]] == before["issues"]


DEADLINES = """
query ($until: Date!, $first: Int! = 25, $after: String) {
  deadlines(until: $until) {
    on kind lastDayToAct learnerCount
    learners(first: $first, after: $after) {
      totalCount nodes { name } pageInfo { hasNextPage endCursor }
    }
  }
}
"""


async def test_the_days_ahead_are_told_one_after_the_other_each_with_its_learners(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "feed")
    await add_user(database, "reader@example.org", WEST)
    flag = """
    query ($uln: ULN!, $on: Date!) {
      learner(uln: $uln) { components { assessmentFlag(on: $on) } }
    }
    """
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        found = (await caller.data(DEADLINES, until="2010-09-01"))["deadlines"]
        flags = {
            on: (await caller.data(flag, uln=ANNA_ULN, on=on))["learner"]["components"][0]
            for on in ("2010-04-05", "2010-04-06", "2010-05-15", "2010-05-16")
        }
        first = (await caller.data(DEADLINES, until="2010-02-21", first=1))["deadlines"][0]
        after = first["learners"]["pageInfo"]["endCursor"]
        rest = (await caller.data(DEADLINES, until="2010-02-21", after=after))["deadlines"][0]
    anna, ben = "Anna Ash", "Ben Birch"
    assert [
        (one["on"], one["kind"], one["lastDayToAct"], named(one["learners"])) for one in found
    ] == [
        ("2010-02-21", "DAS_DATA_STALE", None, [anna, ben]),
        ("2010-03-01", "RESULTS_EXPECTED", None, [ben]),
        ("2010-04-06", "WINDOW_OPENS", None, [anna]),
        ("2010-05-16", "WINDOW_CLOSES", "2010-05-15", [anna]),
        ("2010-05-31", "AWARD_MONTH_NEARS", None, [anna, ben]),
        ("2010-08-01", "RESULTS_EXPECTED", None, [anna]),
        ("2010-09-01", "AWARD_MONTH_ENDS", "2010-08-31", [anna, ben]),
    ]
    assert [one["learnerCount"] for one in found] == [2, 1, 1, 1, 2, 1, 2]
    assert [part["assessmentFlag"] for part in flags.values()] == [
        *("NOT_YET_OPEN", "ACTION_DUE", "ACTION_DUE", "BLOCKED")
    ]
    assert (named(first["learners"]), first["learners"]["totalCount"]) == ([anna], 2)
    assert first["learners"]["pageInfo"]["hasNextPage"]
    assert named(rest["learners"]) == [ben]
    assert not rest["learners"]["pageInfo"]["hasNextPage"]


def named(page: dict[str, Any]) -> list[str]:
    """The names on a page."""
    return [row["name"] for row in page["nodes"]]
