"""Which days may be asked for, and what asking costs."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from models.database import Database
from tests.exchange.feeds import WEST, send, tiny_feed
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
    await send(database, tmp_path / "feed", tiny_feed())
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

        monkeypatch.setattr("loaders.derivations.MOST", 1)
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


async def test_the_days_ahead_of_one_learner_are_told_one_after_the_other(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    feed = tiny_feed()
    feed["das.csv"] = feed["das.csv"][:1]
    await send(database, tmp_path / "feed", feed)
    await add_user(database, "reader@example.org", WEST)
    query = """
    query ($until: Date!) {
      deadlines(until: $until) {
        on kind lastDayToAct learnerCount learners { nodes { name } }
      }
    }
    """
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        found = (await caller.data(query, until="2010-09-01"))["deadlines"]
        page = "{ deadlines { learners(first: 1) { pageInfo { endCursor hasNextPage } } } }"
        pages = (await caller.data(page))["deadlines"]
        cursor = next(
            one["learners"]["pageInfo"]["endCursor"]
            for one in pages
            if one["learners"]["pageInfo"]["hasNextPage"]
        )
        rest = """
        query ($after: String!) { deadlines { learnerCount learners(after: $after) {
            totalCount nodes { name } } } }
        """
        behind = (await caller.data(rest, after=cursor))["deadlines"]
    told = [
        (
            one["on"],
            one["kind"],
            one["lastDayToAct"],
            [row["name"] for row in one["learners"]["nodes"]],
        )
        for one in found
    ]
    assert told == []
    assert behind == []
    assert date
