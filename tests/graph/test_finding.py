"""Every filter and every order, alone and together, against plain Python over all learners."""

import asyncio
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auth.permissions import GrantKind, Staff
from database.connection import Database
from exchange.refresh import refresh
from tests.exchange.feeds import (
    ANNA_ULN,
    WEST,
    begin,
    entry,
    find,
    learner,
    registration,
    send,
    tiny_feed,
    ulns,
)
from tests.factories import DAY, Caller, add_user, import_sample, log_in, served
from tests.graph.asking import centre_numbers
from tests.graph.finding import (
    choices,
    everybody,
    fits,
    is_in_order,
    is_named,
    place,
    rename,
)
from tests.turns import Turns

PAGE = """
query ($filter: LearnerFilter, $order: LearnerOrder!, $first: Int!, $after: String) {
  learners(filter: $filter, orderBy: $order, first: $first, after: $after) {
    totalCount nodes { id uln } pageInfo { hasNextPage endCursor }
  }
}
"""
COUNTED = """
query ($filter: LearnerFilter) {
  learners(filter: $filter) { totalCount }
  completion(filter: $filter) { totalCount groups { statuses { status count } } }
  issues(filter: $filter) { totalCount }
  issueCounts(filter: $filter) { totalCount }
}
"""
SEARCH = """
query ($term: String!) {
  searchLearners(term: $term, first: 100) { totalCount nodes { id } }
}
"""
NAMES = (
    *("NAME", "ULN", "AWARD_MONTH", "REGISTRATION_MONTH"),
    *("COMPLETION_STATUS", "SEVERITY", "DUE_DATE"),
)
EXAMPLES = int(os.environ.get("TEST_FINDING_EXAMPLES", "60"))
ORDERS = [f"{name}{way}" for name in NAMES for way in ("", "_DESC")]


async def viewers(database: Database) -> list[str]:
    """People of one, of two, and of all centres."""
    numbers = await centre_numbers(database)
    await add_user(database, "one@example.org", numbers[0])
    await add_user(database, "two@example.org", *numbers[1:], kind=GrantKind.NON_CENTRE)
    await add_user(database, "all@example.org", staff=Staff.SUPPORT)
    return ["one@example.org", "two@example.org", "all@example.org"]


def in_order(learners: list[dict[str, Any]], order: str) -> list[str]:
    """The ids of learners in an order."""
    name = order.removesuffix("_DESC")
    found = sorted(learners, key=lambda one: place(one, name), reverse=name != order)
    return [one["id"] for one in found]


async def check_list(
    caller: Caller, learners: list[dict[str, Any]], wanted: dict[str, Any], order: str
) -> None:
    """The list is what a plain filter leaves, in order, and the counts are those of the list."""
    left = [one for one in learners if fits(one, wanted)]
    page = (await caller.data(PAGE, filter=wanted, order=order, first=100))["learners"]
    assert [node["id"] for node in page["nodes"]] == in_order(left, order), (wanted, order)
    found = await caller.data(COUNTED, filter=wanted)
    assert page["totalCount"] == found["learners"]["totalCount"] == len(left)
    statuses = [one["completionStatus"] for one in left]
    for bar in found["completion"]["groups"][0]["statuses"]:
        if bar["status"] != "WITHDRAWN" or wanted.get("completionStatus"):
            assert bar["count"] == statuses.count(bar["status"]), wanted
    assert found["issues"]["totalCount"] == found["issueCounts"]["totalCount"]


async def test_any_filter_and_order_finds_what_plain_python_finds(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=75)
    async with database.transaction() as connection:
        await rename(connection)
    await refresh(database, DAY, everything=True)
    turns = Turns(asyncio.get_running_loop())
    async with served(database_url) as client:
        emails = await viewers(database)
        callers = [await log_in(client, email) for email in emails]
        seen = [await everybody(database.reader, caller) for caller in callers]
        values = choices(seen[2], await centre_numbers(database))
        assert 0 < len(seen[0]) < len(seen[1]) < len(seen[2]) == 75
        for name, listed in values.items():
            await check_list(callers[2], seen[2], {name: listed[0]}, "NAME")

        filters = st.fixed_dictionaries(
            {}, optional={name: st.sampled_from(listed) for name, listed in values.items()}
        ).filter(is_in_order)

        @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
        @given(filters, st.sampled_from(ORDERS), st.integers(0, 2))
        def check(wanted: dict[str, Any], order: str, who: int) -> None:
            work = check_list(callers[who], seen[who], wanted, order)
            turns.run(work)

        def check_all() -> None:
            with turns:
                check()

        for order in ORDERS:
            await check_list(callers[1], seen[1], {}, order)
        for term in values["nameOrUln"]:
            for caller, learners in zip(callers, seen, strict=True):
                found = (await caller.data(SEARCH, term=term))["searchLearners"]
                left = sorted(one["id"] for one in learners if is_named(one, term))
                assert sorted(node["id"] for node in found["nodes"]) == left, term
                assert found["totalCount"] == len(left)
        await asyncio.to_thread(check_all)


async def test_whoever_is_left_alone_comes_once_while_others_come_change_and_go(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=60)
    numbers = await centre_numbers(database)
    await add_user(database, "reader@example.org", *numbers)
    at = 0

    async def disturb() -> None:
        """A learner comes by feed, one is renamed and moved, one goes."""
        nonlocal at
        at += 1
        ref = f"new-{at}"
        feed = {
            "learners.csv": [learner(ref, ulns(at + 900)[-1], "New", f"{'amz'[at % 3]}-{at}")],
            "registrations.csv": [registration(f"R-{ref}", ref, numbers[at % 3])],
        }
        await send(database, tmp_path / ref, feed)
        async with database.transaction() as connection:
            await connection.execute(
                "UPDATE completion SET name_order = ?, urgency = ?, due = ?, award = ?"
                " WHERE learner_id % 3 = 1 AND learner_id % 5 = ?",
                *(f"{'zam'[at % 3]} {at}", str(at % 4), f"2010-0{1 + at % 9}-01", "2010-07"),
                at % 5,
            )
            await connection.execute(
                "DELETE FROM completion WHERE learner_id % 3 = 2 AND learner_id % 8 = ?", at % 8
            )

    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        rows = await database.reader.tuples(
            "SELECT uln FROM learner WHERE id % 3 = 0 AND uln IS NOT NULL"
        )
        untouched = sorted(row[0] for row in rows)
        assert len(untouched) > 15
        for order in ("NAME", "SEVERITY_DESC", "AWARD_MONTH"):
            found: list[str] = []
            after, more = None, True
            while more:
                page, _ = await asyncio.gather(
                    caller.data(PAGE, order=order, first=11, after=after), disturb()
                )
                found += [node["uln"] for node in page["learners"]["nodes"]]
                after = page["learners"]["pageInfo"]["endCursor"]
                more = page["learners"]["pageInfo"]["hasNextPage"]
            assert sorted(uln for uln in found if uln in untouched) == untouched


async def test_a_result_modifies_nobody_before_its_release(
    database: Database, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "first")
    row = find(tiny_feed(), "entries.csv", entry_ref="ben-1")
    result = row | {"result": "B", "result_release_on": "2010-03-11"}

    async def modified() -> Any:
        rows = await database.reader.tuples(
            "SELECT registration_id, modified_at FROM completion ORDER BY registration_id"
        )
        return [tuple(row) for row in rows]

    before = await modified()
    report = await send(database, tmp_path / "ahead", {"entries.csv": [result]})
    assert (report.learners_derived, await modified()) == (1, before)
    result["result"] = "U"
    await send(database, tmp_path / "corrected", {"entries.csv": [result]})
    assert await modified() == before

    await refresh(database, date(2010, 3, 10))
    (anna, ben, cleo) = await modified()
    await refresh(database, date(2010, 3, 11))
    released = await modified()
    assert [one for one in (anna, ben, cleo) if one not in released] == [ben]
    result["result"] = "B"
    await send(database, tmp_path / "again", {"entries.csv": [result]}, day=date(2010, 3, 11))
    assert [one for one in released if one not in await modified()] == [released[1]]


async def test_modified_since_tells_who_was_fed_edited_or_taken_on(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", centres=1, learners=20)
    (number,) = await centre_numbers(database)
    await add_user(database, "reader@example.org", number)
    query = "query ($since: DateTime!) { learners(filter: { modifiedSince: $since }) { %s } }"
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")

        async def changed(since: str) -> list[str]:
            found = await caller.data(query % "nodes { familyName }", since=since)
            return [node["familyName"] for node in found["learners"]["nodes"]]

        async def latest() -> str:
            ((moment,),) = await database.reader.tuples("SELECT MAX(modified_at) FROM completion")
            return str(moment).replace(" ", "T")

        before = await latest()
        assert len(await changed("2010-02-19T00:00:00")) == 20
        again = await import_sample(database, tmp_path / "feed", centres=1, learners=20)
        assert again.learners_derived == 0
        assert await latest() == before
        new = {
            "learners.csv": [learner("new", ulns(901)[-1], "New", "Zebra")],
            "registrations.csv": [registration("R-new", "new", number)],
        }
        await send(database, tmp_path / "new", new)
        assert (await latest()) > before
        assert await changed(await latest()) == ["Zebra"]
        moment = await latest()
        new["learners.csv"][0]["uln_verified"] = "false"
        await send(database, tmp_path / "again", new)
        assert (await latest()) > moment
        assert await changed(await latest()) == ["Zebra"]
        (error,) = await caller.errors(query % "totalCount", since="9999-12-31T23:59:59-12:00")
        assert error["extensions"] == {"code": "MOMENT_INVALID", "field": "modifiedSince"}


@pytest.mark.parametrize("status", ["ACCEPTED", "WITHDRAWN"])
async def test_a_result_that_comes_out_modifies_whoever_has_it(
    database: Database, tmp_path: Path, status: str
) -> None:
    held = entry("held", WEST, ANNA_ULN, "PROJ_L2", series="January 2010")
    held |= {"result": "A", "result_release_on": "2010-03-11"}
    feed = tiny_feed()
    find(feed, "registrations.csv", registration_ref="R-anna")["status"] = status
    feed["entries.csv"].append(held)
    await send(database, tmp_path / "feed", feed)

    async def modified() -> dict[int, Any]:
        rows = await database.reader.tuples("SELECT registration_id, modified_at FROM completion")
        return {row[0]: row[1] for row in rows}

    before = await modified()
    await refresh(database, date(2010, 3, 10))
    await refresh(database, date(2010, 3, 11))
    after = await modified()
    ((anna,),) = await database.reader.tuples("SELECT id FROM registration WHERE ref = 'R-anna'")
    assert after[anna] > before[anna]


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize(
    ("wanted", "code", "field"),
    [
        ({"awardFrom": "2010-09", "awardTo": "2010-08"}, "RANGE_REVERSED", "awardFrom"),
        ({"awardYear": 10}, "YEAR_OUT_OF_RANGE", "awardYear"),
        ({"awardYear": -2010}, "YEAR_OUT_OF_RANGE", "awardYear"),
        ({"awardYear": 20100}, "YEAR_OUT_OF_RANGE", "awardYear"),
    ],
)
async def test_months_between_which_nobody_can_be_are_refused(
    database: Database, database_url: str, wanted: dict[str, object], code: str, field: str
) -> None:
    await add_user(database, "reader@example.org")
    query = "query ($wanted: LearnerFilter) { learners(filter: $wanted) { totalCount } }"
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        (error,) = await caller.errors(query, wanted=wanted)
        assert error["extensions"] == {"code": code, "field": field}
        same = {"awardFrom": "2010-08", "awardTo": "2010-08"}
        assert await caller.data(query, wanted=same) == {"learners": {"totalCount": 0}}
