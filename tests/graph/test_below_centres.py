"""What stands below centres: the chart, counts of issues and the shopping list of each."""

from pathlib import Path

import pytest

from database.connection import Database
from tests.factories import DAY, counted, log_in, served
from tests.graph.finding import FILTERS, three_centres


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> list[str]:
    """The centre numbers."""
    return await three_centres(database, tmp_path / "feed")


NESTED = """
query ($filter: LearnerFilter, $by: GroupBy, $first: Int!, $after: String, $on: Date) {
  centres(orderBy: NUMBER) {
    nodes {
      number
      completion(filter: $filter, groupBy: $by, on: $on) { ...All }
      issueCounts(filter: $filter, groupBy: $by, on: $on) { ...All }
      issues(filter: $filter, first: $first, after: $after, on: $on) {
        totalCount nodes { id } pageInfo { hasNextPage endCursor }
      }
      learners(filter: $filter, first: $first) { totalCount }
    }
  }
}
fragment All on Counts {
  totalCount
  groups {
    key totalCount
    statuses { status count share } flags { code } issues { code issues learners }
  }
}
"""


@pytest.mark.parametrize("email", ["one@example.org", "two@example.org", "all@example.org"])
async def test_below_a_centre_stands_what_the_roots_tell_of_that_centre(
    world: list[str], database_url: str, email: str
) -> None:
    fragment = NESTED[NESTED.index("fragment") :]
    root = """
    query ($filter: LearnerFilter, $by: GroupBy, $on: Date) {
      completion(filter: $filter, groupBy: $by, on: $on) { ...All }
      issueCounts(filter: $filter, groupBy: $by, on: $on) { ...All }
      issues(filter: $filter, first: 100, on: $on) { totalCount nodes { id } }
    }
    """
    async with served(database_url) as client:
        caller = await log_in(client, email)
        days = [(wanted, None) for wanted in FILTERS] + [
            ({}, "2010-05-20"),
            (FILTERS[-1], DAY.isoformat()),
        ]
        for wanted, on in days:
            for by in (None, "LEVEL"):
                nested = await caller.data(NESTED, filter=wanted, by=by, first=100, on=on)
                for centre in nested["centres"]["nodes"]:
                    own = {**wanted, "centres": [centre["number"]]}
                    told = await caller.data(root + fragment, filter=own, by=by, on=on)
                    for name in ("completion", "issueCounts"):
                        assert centre[name] == told[name], (own, by)
                    assert centre["issues"]["nodes"] == told["issues"]["nodes"]
                    assert centre["issues"]["totalCount"] == told["issues"]["totalCount"]


async def test_counts_and_issues_below_centres_take_the_same_statements_for_one_and_for_all(
    world: list[str], database_url: str
) -> None:
    async with served(database_url) as client:
        # Whoever comes second finds some centres counted, and counts the others.
        for by, number in ((None, 8), ("LINE", 9)):
            for email in ("one@example.org", "all@example.org"):
                caller = await log_in(client, email)
                with counted() as statements:
                    await caller.data(NESTED, filter={}, by=by, first=3)
                # The session, the centres, their versions, two counts, a page and two totals;
                # groups once for both.
                assert len(statements) == number, statements
                with counted() as statements:
                    await caller.data(NESTED, filter={}, by=by, first=3)
                assert len(statements) == number - (2 if by is None else 3), statements


async def test_issues_below_a_centre_can_be_paged_through(
    world: list[str], database_url: str
) -> None:
    async with served(database_url) as client:
        caller = await log_in(client, "one@example.org")
        (whole,) = (await caller.data(NESTED, first=100))["centres"]["nodes"]
        found, after, more = [], None, True
        while more:
            (page,) = (await caller.data(NESTED, first=9, after=after))["centres"]["nodes"]
            found += page["issues"]["nodes"]
            after = page["issues"]["pageInfo"]["endCursor"]
            more = page["issues"]["pageInfo"]["hasNextPage"]
        assert found[:100] == whole["issues"]["nodes"]
        assert len(found) == whole["issues"]["totalCount"] > 20
        (error,) = await caller.errors(
            "{ centres { nodes { completion(groupBy: COMPONENT) { totalCount } } } }"
        )
        assert error["extensions"]["code"] == "GROUP_BY"
