"""Another day shows what a server shows on that day, and never what is not released yet."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from auth.permissions import GrantKind, Staff
from database.connection import Database
from exchange.refresh import refresh
from tests.exchange.feeds import read_rows, send
from tests.factories import DAY, Caller, add_user, import_sample, log_in, served
from tests.graph.asking import centre_numbers
from tests.graph.travelling import answers, forget_results, hold_results

DAYS = (
    date(2009, 9, 1),
    date(2010, 2, 21),
    date(2010, 5, 16),
    date(2011, 9, 1),
)
"""Days before and after the one of the tests, among them the first after a window."""


async def test_another_day_is_what_a_server_of_that_day_shows(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", centres=2, learners=20)
    await forget_results(database)
    await add_user(database, "reader@example.org", *(await centre_numbers(database)))
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        today = await answers(caller, None)
        seen = {day: await answers(caller, day) for day in DAYS}
    for day in DAYS:
        await refresh(database, day)
        async with served(database_url, today=day) as client:
            assert await answers(await log_in(client, "reader@example.org"), None) == seen[day]
    assert len({str(found) for found in (today, *seen.values())}) == 1 + len(DAYS)


WHEN = (None, DAY + timedelta(days=1), date(2010, 5, 16))
DEADLINES = """
query ($until: Date) {
  deadlines(until: $until) {
    on kind label description lastDayToAct learnerCount
    learners(first: 100) { totalCount nodes { uln } }
  }
}
"""


async def everything(caller: Caller) -> list[Any]:
    """All that is derived, for today and other days, and what lies ahead."""
    found = [await answers(caller, day) for day in WHEN]
    return [*found, await caller.data(DEADLINES, until="2010-09-01")]


async def test_on_the_day_before_release_nothing_anywhere_tells_that_there_are_results(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", centres=2, learners=20)
    await add_user(database, "reader@example.org", *(await centre_numbers(database)))
    assert await hold_results(database, DAY + timedelta(days=1)) > 20
    async with served(database_url) as client:
        with_results = await everything(await log_in(client, "reader@example.org"))
    tomorrow = DAY + timedelta(days=1)
    await refresh(database, tomorrow)
    async with served(database_url, today=tomorrow) as client:
        released = await answers(await log_in(client, "reader@example.org"), None)
    await forget_results(database)
    await refresh(database, DAY)
    async with served(database_url) as client:
        assert await everything(await log_in(client, "reader@example.org")) == with_results
    await refresh(database, tomorrow)
    async with served(database_url, today=tomorrow) as client:
        without = await answers(await log_in(client, "reader@example.org"), None)
    assert released != without, "the results do make a difference from their day on"


async def test_results_that_a_feed_brings_before_their_release_change_nothing_until_then(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", centres=2, learners=40)
    await add_user(database, "reader@example.org", *(await centre_numbers(database)))
    told = await database.reader.tuples(
        "SELECT DISTINCT r.ref, e.component FROM entry e"
        " JOIN registration r ON r.id = e.registration_id WHERE e.result IS NULL AND e.id % 3 = 0"
    )
    complete = [
        {"registration_ref": ref, "component": component, "complete": "true"}
        for ref, component in told
    ]
    await send(database, tmp_path / "das", {"das_components.csv": complete})
    tomorrow = (DAY + timedelta(days=1)).isoformat()
    results = [
        {**row, "result": "PASS", "result_release_on": tomorrow}
        for row in read_rows(tmp_path / "feed" / "entries.csv")
        if not row["result"]
    ]
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        before = await everything(caller)
        await send(database, tmp_path / "results", {"entries.csv": results})
        assert await everything(caller) == before
    ((held, seen),) = await database.reader.tuples(
        "SELECT COUNT(held_until), COUNT(*) - COUNT(held_until) FROM das_component WHERE complete"
    )
    assert (len(complete) > 20, held > 0, seen > 20) == (True, True, True)


# Lists, counts and reach -------------------------------------------------------------------------

ON = "2010-05-16"
ISSUES = """
query ($by: IssueOrder!, $first: Int!, $after: String, $on: Date) {
  issues(filter: {}, orderBy: $by, first: $first, after: $after, on: $on) {
    totalCount pageInfo { endCursor hasNextPage }
    nodes { id code severity dueOn componentType firstSeen learner { uln familyName } }
  }
}
"""
LISTS = """
query ($filter: LearnerFilter, $on: Date, $first: Int!, $after: String) {
  learners(filter: $filter, on: $on, first: $first, after: $after) {
    totalCount nodes { id uln } pageInfo { endCursor hasNextPage }
  }
  centres { nodes { learners(filter: $filter, on: $on, first: 100) { totalCount nodes { id } } } }
}
"""
COUNTED = """
query ($filter: LearnerFilter, $on: Date) {
  completion(filter: $filter, on: $on) { totalCount groups { statuses { status count } } }
  flagCounts(filter: $filter, on: $on) { totalCount groups { flags { kind code learners } } }
  issueCounts(filter: $filter, on: $on) { totalCount groups { issues { code issues learners } } }
  issues(filter: $filter, on: $on, first: 1) { totalCount }
  deadlines(filter: $filter) { kind on learnerCount }
}
"""


@pytest.fixture
async def numbers(database: Database, tmp_path: Path) -> list[str]:
    """Two centres, and people of one, of one line at it, of both, and of none. Their numbers."""
    await import_sample(database, tmp_path / "feed", centres=2, learners=40)
    numbers = await centre_numbers(database)
    ((line,),) = await database.reader.tuples(
        "SELECT MIN(r.line) FROM registration r JOIN centre c ON c.id = r.centre_id"
        " WHERE c.number = ?",
        numbers[0],
    )
    await add_user(database, "one@example.org", numbers[0])
    await add_user(database, "line@example.org", numbers[0], kind=GrantKind.NON_CENTRE, line=line)
    await add_user(database, "both@example.org", *numbers, kind=GrantKind.NON_CENTRE)
    await add_user(database, "all@example.org", staff=Staff.SUPPORT)
    await add_user(database, "none@example.org")
    return [*numbers, str(line)]


async def pages(caller: Caller, query: str, name: str, **variables: Any) -> list[dict[str, Any]]:
    """All nodes of a list, page by page."""
    seen: list[dict[str, Any]] = []
    after, more = None, True
    while more:
        page = (await caller.data(query, after=after, **variables))[name]
        seen += page["nodes"]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert len(seen) == page["totalCount"]
    return seen


async def test_lists_of_another_day_are_paged_and_agree_with_its_counts(
    numbers: list[str], database_url: str
) -> None:
    async with served(database_url) as client:
        caller = await log_in(client, "both@example.org")
        lists = [
            await pages(caller, ISSUES, "issues", by=by, first=70, on=ON)
            for by in ("SEVERITY", "DUE_DATE", "NAME")
        ]
        ids = [[row["id"] for row in rows] for rows in lists]
        assert sorted(ids[0]) == sorted(ids[1]) == sorted(ids[2])
        assert len(set(ids[0])) == len(ids[0]) > 70
        counts = await caller.data(COUNTED, filter={}, on=ON)
        assert counts["issueCounts"]["totalCount"] == len(ids[0])
        missed = [row for row in lists[0] if row["code"] == "MARKS_DEADLINE_PASSED"]
        assert {row["firstSeen"] for row in missed} == {None, "2010-02-19"}
        # What does not stand today has an id, by which there is nothing to be found.
        ahead = next(row["id"] for row in missed if row["firstSeen"] is None)
        known = next(row["id"] for row in missed if row["firstSeen"] is not None)
        query = "query ($id: ID!) { node(id: $id) { id } }"
        assert await caller.data(query, id=ahead) == {"node": None}
        assert await caller.data(query, id=known) == {"node": {"id": known}}

        (flags,) = counts["flagCounts"]["groups"]
        (blocked,) = (row for row in flags["flags"] if row["code"] == "BLOCKED")
        wanted = {"assessmentFlag": ["BLOCKED"]}
        for first in (3, 100):
            found = await pages(caller, LISTS, "learners", filter=wanted, on=ON, first=first)
            assert len(found) == blocked["learners"] > 3
        today = await pages(caller, LISTS, "learners", filter=wanted, first=100)
        assert {row["id"] for row in today} < {row["id"] for row in found}
        at_centres = (await caller.data(LISTS, filter=wanted, on=ON, first=1))["centres"]["nodes"]
        parts = [centre["learners"] for centre in at_centres]
        assert [part["totalCount"] for part in parts] == [len(part["nodes"]) for part in parts]
        assert sorted(row["id"] for part in parts for row in part["nodes"]) == sorted(
            row["id"] for row in found
        )


async def test_another_day_shows_nobody_who_is_out_of_reach(
    numbers: list[str], database_url: str
) -> None:
    first, _, line = numbers
    async with served(database_url) as client:
        everybody = await log_in(client, "all@example.org")
        for email, reach in (
            ("one@example.org", {"centres": [first]}),
            ("line@example.org", {"centres": [first], "lines": [line]}),
            ("both@example.org", {}),
        ):
            caller = await log_in(client, email)
            seen = await caller.data(COUNTED, filter={}, on=ON)
            assert seen == await everybody.data(COUNTED, filter=reach, on=ON)
            assert seen["completion"]["totalCount"] > 0
            people = await caller.data(DEADLINES)
            (learners,) = (await caller.data("{ learners(first: 100) { nodes { uln } } }")).values()
            told = [row["uln"] for one in people["deadlines"] for row in one["learners"]["nodes"]]
            assert {None, *told} <= {None, *(row["uln"] for row in learners["nodes"])}
            assert [one["learnerCount"] for one in people["deadlines"]] == [
                len(one["learners"]["nodes"]) for one in people["deadlines"]
            ]
        nobody = await log_in(client, "none@example.org")
        nothing = await nobody.data(COUNTED, filter={}, on=ON)
        assert nothing["deadlines"] == []
        assert {nothing[name]["totalCount"] for name in ("completion", "issues")} == {0}
        assert (await nobody.data(LISTS, filter={}, on=ON, first=5))["learners"]["nodes"] == []
