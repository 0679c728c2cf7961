"""Lists: what filters leave, in which order, and page by page without a gap."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, is_list_type

from database.connection import Database
from exchange.refresh import refresh
from schema.root import make_schema
from tests.exchange.feeds import WEST, begin
from tests.factories import DAY, Caller, add_user, import_sample, log_in, served
from tests.graph.asking import centre_numbers, complete_the_sample
from tests.graph.finding import ALL, fits

PAGE = """
query ($order: LearnerOrder!, $first: Int!, $after: String, $filter: LearnerFilter) {
  learners(orderBy: $order, first: $first, after: $after, filter: $filter) {
    totalCount
    edges { cursor node { id } }
    nodes { id uln familyName givenName registration { anticipatedAward } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
WIDTHS = {
    "NAME": 1,
    "ULN": 1,
    "AWARD_MONTH": 2,
    "REGISTRATION_MONTH": 2,
    "COMPLETION_STATUS": 2,
    "SEVERITY": 3,
    "DUE_DATE": 3,
}
"""Texts in a cursor of each order."""
ORDERS = tuple(f"{name}{way}" for name in WIDTHS for way in ("", "_DESC"))


async def test_a_filter_of_a_centre_holds_below_the_centre_too(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=60)
    await add_user(database, "reader@example.org", *(await centre_numbers(database)))
    query = """
    query ($filter: LearnerFilter) {
      centres(orderBy: NUMBER) {
        nodes { number learners(first: 100, filter: $filter) { totalCount nodes { id } } }
      }
    }
    """
    wanted: list[dict[str, Any]] = [
        {"levels": ["HIGHER"]},
        {"entryFlag": ["MISSING_OR_INVALID_ENTRY"], "component": ["PROJECT"]},
        {"awardTo": "2010-08", "completionStatus": ["IN_PROGRESS"]},
        {"issueCode": ["PLTS_NOT_CONFIRMED"]},
    ]
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        learners = (await caller.data(ALL))["learners"]["nodes"]
        for given in wanted:
            for centre in (await caller.data(query, filter=given))["centres"]["nodes"]:
                expected = [
                    learner["id"]
                    for learner in learners
                    if fits(learner, {**given, "centres": [centre["number"]]})
                ]
                assert [node["id"] for node in centre["learners"]["nodes"]] == expected
                assert centre["learners"]["totalCount"] == len(expected)


async def pages(caller: Caller, order: str, first: int, **given: Any) -> list[dict[str, Any]]:
    """Every page of the learners, one after the other."""
    found: list[dict[str, Any]] = []
    after = None
    while True:
        data = await caller.data(PAGE, order=order, first=first, after=after, **given)
        found.append(data["learners"])
        info = found[-1]["pageInfo"]
        assert info["hasPreviousPage"] == (after is not None)
        if not info["hasNextPage"]:
            return found
        assert len(found) < 100
        after = info["endCursor"]


@pytest.mark.parametrize("on", [None, "2010-05-16"])
async def test_a_list_without_values_is_as_one_that_is_not_given(
    database: Database, database_url: str, tmp_path: Path, on: str | None
) -> None:
    await import_sample(database, tmp_path / "feed", centres=2, learners=24)
    await add_user(database, "reader@example.org", *(await centre_numbers(database)))
    type_ = make_schema()._schema.type_map["LearnerFilter"]  # noqa: SLF001 - to see its fields
    assert isinstance(type_, GraphQLInputObjectType)
    listed = [name for name, field in type_.fields.items() if is_list_type(field.type)]
    assert len(listed) == 8
    query = """
    query ($filter: LearnerFilter, $on: Date) {
      learners(filter: $filter, on: $on) { totalCount }
      issues(filter: $filter, on: $on) { totalCount }
      completion(filter: $filter, on: $on) { totalCount }
      flagCounts(filter: $filter, on: $on) { totalCount }
    }
    """
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        everybody = await caller.data(query, filter=None, on=on)
        assert everybody["learners"]["totalCount"] == 24
        for name in listed:
            assert await caller.data(query, filter={name: []}, on=on) == everybody, name
        assert await caller.data(query, filter={key: [] for key in listed}, on=on) == everybody


async def test_page_by_page_every_learner_comes_once_and_in_the_order_of_one_long_list(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=60)
    await add_user(database, "reader@example.org", *(await centre_numbers(database)))
    async with database.transaction() as connection:
        # Namesakes, learners without a ULN and courses without an award month.
        await connection.execute(
            "UPDATE learner SET family_name = 'Ash', given_name = 'Sam' WHERE id % 3 = 0"
        )
        await connection.execute("UPDATE learner SET uln = NULL WHERE id % 4 = 0")
        await connection.execute("UPDATE registration SET award = NULL WHERE id % 5 = 0")
    await refresh(database, DAY, everything=True)
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        for order in ORDERS:
            (whole,) = await pages(caller, order, 100)
            ids = [node["id"] for node in whole["nodes"]]
            assert len(set(ids)) == whole["totalCount"] == 60
            for first, number in ((7, 9), (30, 2), (59, 2), (60, 1)):
                found = await pages(caller, order, first)
                assert len(found) == number
                assert [node["id"] for page in found for node in page["nodes"]] == ids
                assert {page["totalCount"] for page in found} == {60}
                for page in found:
                    info, edges = page["pageInfo"], page["edges"]
                    assert [edge["node"]["id"] for edge in edges] == [
                        node["id"] for node in page["nodes"]
                    ]
                    assert (info["startCursor"], info["endCursor"]) == (
                        edges[0]["cursor"],
                        edges[-1]["cursor"],
                    )
            if order == "ULN":
                ulns = [node["uln"] or "" for node in whole["nodes"]]
                assert ulns == sorted(ulns)
            if order == "AWARD_MONTH":
                months = [node["registration"]["anticipatedAward"] or "" for node in whole["nodes"]]
                assert months == sorted(months)
                assert "" in months
            if order == "NAME":
                sams = [at for at, node in enumerate(whole["nodes"]) if node["givenName"] == "Sam"]
                assert sams == list(range(sams[0], sams[0] + 20))
        data = await caller.data(PAGE, order="NAME", first=7, filter={"levels": ["HIGHER"]})
        (higher,) = await pages(caller, "NAME", 100, filter={"levels": ["HIGHER"]})
        some = await pages(caller, "NAME", 7, filter={"levels": ["HIGHER"]})
        assert data["learners"]["totalCount"] == len(higher["nodes"]) > 7
        assert [node for page in some for node in page["nodes"]] == higher["nodes"]


async def test_a_cursor_stays_right_while_learners_come_and_go(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=60)
    await add_user(database, "reader@example.org", *(await centre_numbers(database)))
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        (whole,) = await pages(caller, "NAME", 100)
        ids = [node["id"] for node in whole["nodes"]]
        page = (await caller.data(PAGE, order="NAME", first=10))["learners"]
        async with database.transaction() as connection:
            await connection.execute(
                "UPDATE learner SET family_name = '' WHERE uln = ?", whole["nodes"][30]["uln"]
            )
        await refresh(database, DAY, everything=True)
        after = page["pageInfo"]["endCursor"]
        rest = (await caller.data(PAGE, order="NAME", first=100, after=after))["learners"]
    assert [node["id"] for node in rest["nodes"]] == ids[10:30] + ids[31:]


def cursor(*place: object) -> str:
    """A cursor as the service would make it."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


async def test_what_is_no_cursor_of_the_list_is_refused(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "feed")
    await add_user(database, "reader@example.org", WEST)
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        for order in ORDERS:
            others = [
                (await caller.data(PAGE, order=other, first=1))["learners"]["pageInfo"]["endCursor"]
                for other in ORDERS
                if other != order
            ]
            width = WIDTHS[order.removesuffix("_DESC")]
            garbage = [
                *("", "?", "x", "ä", "AAAA", "bnVsbA", "W10", "e30", "=" * 8, "A" * 5_000),
                cursor(order),
                cursor(order, *(["a"] * width)),
                cursor(order, *(["a"] * (width + 1)), 1),
                cursor(order, *([1] * width), 1),
                cursor(order, *([None] * width), 1),
                cursor(order, *([["a"]] * width), 1),
                cursor(order, *(["a"] * width), "1"),
                cursor(order, *(["a"] * width), 1.5),
                cursor(order, *(["a"] * width), *[True]),
                cursor(order, *(["a"] * width), 2**70),
                cursor("OTHER", *(["a"] * width), 1),
                cursor(order, *(["a\0b"] * width), 1),
            ]
            for after in [*others, *garbage]:
                answer = await caller.ask(PAGE, order=order, first=5, after=after)
                assert answer["data"] == {"learners": None}, after
                (error,) = answer["errors"]
                assert error["extensions"] == {"code": "CURSOR_INVALID", "field": "after"}, after
                assert error["path"] == ["learners"]


async def test_pages_of_no_or_too_many_nodes_are_refused(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "feed")
    await add_user(database, "reader@example.org", WEST)
    query = f"""
    query ($first: Int!) {{
      learners(first: $first) {{ totalCount }}
      centres(first: $first) {{ totalCount }}
      consortia(first: $first) {{ totalCount }}
      unmatchedEntries(centre: "{WEST}", first: $first) {{ totalCount }}
      mine: centre(number: "{WEST}") {{ name unmatchedEntries(first: $first) {{ totalCount }} }}
    }}
    """
    nested = f"""
    query ($first: Int!) {{
      centre(number: "{WEST}") {{ learners(first: $first) {{ totalCount }} }}
    }}
    """
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        for first in (0, 101, -1, 2**31 - 1, -(2**31)):
            answer = await caller.ask(query, first=first)
            assert answer["data"] == {
                "learners": None,
                "centres": None,
                "consortia": None,
                "unmatchedEntries": None,
                "mine": {"name": "Westgate School", "unmatchedEntries": None},
            }
            assert len(answer["errors"]) == 5
            for error in [*answer["errors"], *(await caller.errors(nested, first=first))]:
                assert error["extensions"] == {"code": "PAGE_SIZE", "field": "first"}
                assert error["message"] == "A page has 1 to 100 nodes."


async def test_lists_below_a_centre_can_be_paged_through(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=60)
    await complete_the_sample(database)
    numbers = await centre_numbers(database)
    await add_user(database, "reader@example.org", *numbers)
    query = """
    query ($number: CentreNumber!, $first: Int!, $learner: String, $entry: String) {
      centre(number: $number) {
        learners(first: $first, after: $learner, orderBy: AWARD_MONTH) {
          totalCount nodes { id } pageInfo { hasNextPage endCursor }
        }
        unmatchedEntries(first: $first, after: $entry) {
          totalCount nodes { id enteredOn } pageInfo { hasNextPage endCursor }
        }
      }
      unmatchedEntries(centre: $number, first: $first, after: $entry) { nodes { id } }
    }
    """
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        for number in numbers:
            whole = await caller.data(query, number=number, first=100)
            learner, entry = None, None
            found: dict[str, list[Any]] = {"learners": [], "unmatchedEntries": []}
            for _ in range(60):
                data = await caller.data(
                    query, number=number, first=3, learner=learner, entry=entry
                )
                for name, nodes in found.items():
                    nodes.extend(data["centre"][name]["nodes"])
                assert [node["id"] for node in data["unmatchedEntries"]["nodes"]] == [
                    node["id"] for node in data["centre"]["unmatchedEntries"]["nodes"]
                ]
                pages_ = [data["centre"][name]["pageInfo"] for name in found]
                if not any(info["hasNextPage"] for info in pages_):
                    break
                learner = pages_[0]["endCursor"] or learner
                entry = pages_[1]["endCursor"] or entry
            for name, nodes in found.items():
                assert nodes == whole["centre"][name]["nodes"]
                assert len(nodes) == whole["centre"][name]["totalCount"] > 0
            days = [node["enteredOn"] for node in found["unmatchedEntries"]]
            assert days == sorted(days)
