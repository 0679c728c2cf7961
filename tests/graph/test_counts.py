"""The chart, the counts and the shopping list agree with the lists that they are about."""

from pathlib import Path
from typing import Any

import pytest

from database.connection import Database
from domain.names import family_order
from tests.factories import Caller, counted, log_in, served
from tests.graph.finding import FILTERS, three_centres

COUNTS = """
query ($filter: LearnerFilter, $by: GroupBy) {
  completion(filter: $filter, groupBy: $by) { ...All }
  flagCounts(filter: $filter, groupBy: $by) { ...All }
  issueCounts(filter: $filter, groupBy: $by) { ...All }
}
fragment All on Counts {
  totalCount centresOutOfReach
  groups {
    key totalCount centre { number }
    statuses { status count share }
    flags { kind code components learners }
    issues { code issues learners }
  }
}
"""
TOTAL = "query ($filter: LearnerFilter) { learners(filter: $filter) { totalCount } }"
ISSUES = """
query ($filter: LearnerFilter, $by: IssueOrder!, $first: Int!, $after: String) {
  issues(filter: $filter, orderBy: $by, first: $first, after: $after) {
    totalCount pageInfo { endCursor hasNextPage }
    nodes { id code severity dueOn componentType learner { uln familyName } advice { title } }
  }
}
"""
PREFIX = {"CENTRE": "centres", "LINE": "lines", "LEVEL": "levels", "COMPONENT": "component"}


async def total(caller: Caller, wanted: dict[str, Any]) -> int:
    """How many learners a filter finds."""
    found = (await caller.data(TOTAL, filter=wanted))["learners"]["totalCount"]
    return int(found)


async def check_group(
    caller: Caller, wanted: dict[str, Any], group: dict[str, Any], kind: str
) -> None:
    """Every count of a group is that of the matching list."""
    for one in group[kind][::3]:
        if kind == "statuses":
            asked = wanted.get("completionStatus")
            if asked and one["status"] not in asked:
                assert one["count"] == 0
            elif asked or one["status"] != "WITHDRAWN":
                narrowed = {**wanted, "completionStatus": [one["status"]]}
                assert one["count"] == await total(caller, narrowed), narrowed
        elif kind == "flags":
            name = "entryFlag" if one["kind"] == "ENTRY" else "assessmentFlag"
            assert one["learners"] == await total(caller, {**wanted, name: [one["code"]]})
            assert one["components"] >= one["learners"]
        elif "issueCode" not in wanted:
            assert one["learners"] == await total(caller, {**wanted, "issueCode": [one["code"]]})


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> list[str]:
    """The centre numbers."""
    return await three_centres(database, tmp_path / "feed")


@pytest.mark.parametrize("email", ["one@example.org", "two@example.org", "all@example.org"])
async def test_counts_are_those_of_the_matching_lists(
    world: list[str], database_url: str, email: str
) -> None:
    async with served(database_url) as client:
        caller = await log_in(client, email)
        for wanted in FILTERS:
            data = await caller.data(COUNTS, filter=wanted)
            for name, kind in (
                ("completion", "statuses"),
                ("flagCounts", "flags"),
                ("issueCounts", "issues"),
            ):
                (group,) = data[name]["groups"]
                assert group["totalCount"] == data[name]["totalCount"]
                await check_group(caller, wanted, group, kind)
        statuses = (await caller.data(COUNTS, filter={}))["completion"]["groups"][0]["statuses"]
        assert len(statuses) == 6
        assert sum(one["share"] for one in statuses) == pytest.approx(1)


@pytest.mark.parametrize("by", ["CENTRE", "LINE", "LEVEL", "AWARD_MONTH"])
async def test_groups_are_those_of_the_narrowed_filter_and_add_up(
    world: list[str], database_url: str, by: str
) -> None:
    async with served(database_url) as client:
        caller = await log_in(client, "two@example.org")
        whole = await caller.data(COUNTS, filter={})
        parted = await caller.data(COUNTS, filter={}, by=by)
        for name in ("completion", "flagCounts", "issueCounts"):
            assert parted[name]["totalCount"] == whole[name]["totalCount"]
            assert len(parted[name]["groups"]) > 1
            for group in parted[name]["groups"]:
                if by == "AWARD_MONTH":
                    if group["key"] is None:
                        continue
                    narrowed = {"awardFrom": group["key"], "awardTo": group["key"]}
                else:
                    narrowed = {PREFIX[by]: [group["key"]]}
                alone = (await caller.data(COUNTS, filter=narrowed))[name]["groups"][0]
                assert {**alone, "key": 0, "centre": 0} == {**group, "key": 0, "centre": 0}
        if by == "CENTRE":
            keys = [group["key"] for group in parted["completion"]["groups"]]
            assert keys == world[:2], "the centres in reach and no other"


async def test_components_are_told_apart_and_a_status_has_none(
    world: list[str], database_url: str
) -> None:
    async with served(database_url) as client:
        caller = await log_in(client, "one@example.org")
        query = "{ flagCounts(groupBy: COMPONENT) { groups { key flags { code components } } } }"
        for group in (await caller.data(query))["flagCounts"]["groups"]:
            alone = await caller.data(COUNTS, filter={"component": [group["key"]]})
            assert [one["components"] for one in group["flags"]] == [
                one["components"] for one in alone["flagCounts"]["groups"][0]["flags"]
            ]
        (error,) = await caller.errors("{ completion(groupBy: COMPONENT) { totalCount } }")
        assert error["extensions"]["code"] == "GROUP_BY"


async def test_a_consortium_counts_what_is_in_reach_and_says_how_much_is_not(
    database: Database, world: list[str], database_url: str
) -> None:
    ((code,),) = await database.reader.tuples("SELECT MIN(code) FROM consortium")
    async with served(database_url) as client:
        for email, away in (("one@example.org", 2), ("two@example.org", 1), ("all@example.org", 0)):
            caller = await log_in(client, email)
            found = (await caller.data(COUNTS, filter={"consortium": code}))["completion"]
            assert found["centresOutOfReach"] == away
            assert (
                found["totalCount"]
                == (await caller.data(COUNTS, filter={}))["completion"]["totalCount"]
            )
        nobody = await log_in(client, "none@example.org")
        for found in (await nobody.data(COUNTS, filter={"consortium": code})).values():
            assert (found["totalCount"], found["centresOutOfReach"]) == (0, 0)


async def test_counting_takes_the_same_statements_whatever_there_is(
    world: list[str], database_url: str
) -> None:
    async with served(database_url) as client:
        numbers = []
        for email in ("one@example.org", "all@example.org"):
            caller = await log_in(client, email)
            for _ in range(2):
                with counted() as statements:
                    await caller.data(
                        "{ completion(groupBy: CENTRE) { groups { key totalCount } } }"
                    )
                numbers.append(len(statements))
        # The session and the versions; then the groups, and their counts.
        assert numbers == [4, 2, 4, 2]


@pytest.mark.parametrize("by", ["SEVERITY", "DUE_DATE", "NAME"])
async def test_the_shopping_list_is_in_order_and_its_pages_neither_skip_nor_repeat(
    world: list[str], database_url: str, by: str
) -> None:
    ranks = {"CRITICAL": 0, "WARNING": 1, "INFO": 2}

    def place(row: dict[str, Any]) -> tuple[Any, ...]:
        due = row["dueOn"] or "9999-12-31"
        name = (family_order(row["learner"]["familyName"]), row["learner"]["uln"] or "")
        urgency = ranks[row["severity"]]
        orders = {
            "SEVERITY": (urgency, due, *name),
            "DUE_DATE": (due, urgency, *name),
            "NAME": (*name, urgency, due),
        }
        return orders[by]

    async with served(database_url) as client:
        caller = await log_in(client, "two@example.org")
        seen: list[dict[str, Any]] = []
        after, more = None, True
        while more:
            page = await caller.data(ISSUES, filter={}, by=by, first=20, after=after)
            seen += page["issues"]["nodes"]
            after = page["issues"]["pageInfo"]["endCursor"]
            more = page["issues"]["pageInfo"]["hasNextPage"]
        assert len(seen) == page["issues"]["totalCount"] > 80
        assert len({row["id"] for row in seen}) == len(seen)
        assert [place(row) for row in seen] == sorted(place(row) for row in seen)
        assert all(row["advice"]["title"] for row in seen)

        one = next(row for row in seen if row["componentType"] is not None)
        asked = (one["code"], one["componentType"])
        wanted = {"issueCode": [asked[0]], "component": [asked[1]]}
        some = (await caller.data(ISSUES, filter=wanted, by=by, first=100))["issues"]["nodes"]
        assert some == [row for row in seen if (row["code"], row["componentType"]) == asked]


async def test_what_is_declared_elsewhere_is_listed_to_those_in_reach(
    database: Database, world: list[str], database_url: str
) -> None:
    await database.writer.execute(
        "INSERT INTO declaration (registration_id, centre_id, component, qan, created_at)"
        " SELECT r.id, r.centre_id, 'PROJECT', '700/0001/X', '2010-02-19 10:00:00+00:00'"
        " FROM registration r"
        if database.dialect == "sqlite"
        else "INSERT INTO declaration (registration_id, centre_id, component, qan, created_at)"
        " SELECT r.id, r.centre_id, 'PROJECT', '700/0001/X', now() FROM registration r"
    )
    query = """query ($filter: LearnerFilter) { declarations(filter: $filter, first: 100) {
        totalCount nodes { qan component learner { registration { homeCentre { number } } } } } }"""
    async with served(database_url) as client:
        caller = await log_in(client, "two@example.org")
        found = (await caller.data(query))["declarations"]
        centres = {row["learner"]["registration"]["homeCentre"]["number"] for row in found["nodes"]}
        assert (found["totalCount"], centres) == (len(found["nodes"]), set(world[:2]))
        none = (await caller.data(query, filter={"component": ["ASL"]}))["declarations"]
        assert none["totalCount"] == 0
        nobody = await log_in(client, "none@example.org")
        assert (await nobody.data(query))["declarations"] == {"totalCount": 0, "nodes": []}
