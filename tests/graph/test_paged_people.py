"""Who may see a centre, and the centres of a consortium, page by page."""

from pathlib import Path
from typing import Any

import pytest

from auth.permissions import GrantKind, Staff
from database.connection import Database
from tests.factories import Caller, add_user, counted, import_sample, log_in, served
from tests.graph.asking import centre_numbers

ACCESSES = """
query ($number: CentreNumber!, $first: Int!, $after: String) {
  centre(number: $number) {
    users { id email standing }
    accesses(first: $first, after: $after) {
      totalCount nodes { id email standing } pageInfo { hasNextPage endCursor }
    }
  }
}
"""
MEMBERS = """
query ($first: Int!, $after: String) {
  consortia {
    nodes {
      centresInReach
      centres { id number }
      members(first: $first, after: $after) {
        totalCount nodes { id number } edges { cursor } pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""
NAMES = ("Ash", "ash", "Ásh", "Zimmer", "O'Brien", "de Vries", "Ash", "Ash")


@pytest.fixture
async def numbers(database: Database, tmp_path: Path) -> list[str]:
    """Three centres in a consortium, the first of them with people of many names."""
    await import_sample(database, tmp_path / "feed", centres=3, learners=30)
    numbers = await centre_numbers(database)
    for at, name in enumerate(NAMES):
        await add_user(database, f"person-{at}@example.org", numbers[0])
        await database.writer.execute(
            "UPDATE account SET last_name = ? WHERE email = ?", name, f"person-{at}@example.org"
        )
    await add_user(database, "guest@example.org", *numbers[:2], kind=GrantKind.NON_CENTRE)
    await add_user(database, "all@example.org", staff=Staff.SUPPORT)
    return numbers


async def walked(caller: Caller, query: str, way: list[Any], **given: Any) -> list[Any]:
    """All nodes of a list, two a page; each page says how many there are in all."""
    found: list[Any] = []
    after, more = None, True
    while more:
        page = await caller.data(query, first=2, after=after, **given)
        for key in way:
            page = page[key]
        found += page["nodes"]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        assert len(page["nodes"]) == 2 or not more
    assert page["totalCount"] == len(found)
    return found


async def test_the_pages_of_a_centre_s_people_are_all_who_may_be_listed(
    numbers: list[str], database_url: str
) -> None:
    async with served(database_url) as client:
        for email, count in (("all@example.org", 9), ("person-3@example.org", 9)):
            caller = await log_in(client, email)
            found = await walked(caller, ACCESSES, ["centre", "accesses"], number=numbers[0])
            whole = (await caller.data(ACCESSES, number=numbers[0], first=1))["centre"]["users"]
            assert found == whole
            assert len(found) == count
        guest = await log_in(client, "guest@example.org")
        found = await walked(guest, ACCESSES, ["centre", "accesses"], number=numbers[0])
        assert [one["email"] for one in found] == ["guest@example.org"]


async def test_the_pages_of_a_consortium_are_the_members_in_reach(
    numbers: list[str], database_url: str
) -> None:
    async with served(database_url) as client:
        for email, reach in (("all@example.org", numbers), ("guest@example.org", numbers[:2])):
            caller = await log_in(client, email)
            way = ["consortia", "nodes", 0, "members"]
            found = await walked(caller, MEMBERS, way)
            (consortium,) = (await caller.data(MEMBERS, first=1))["consortia"]["nodes"]
            assert found == consortium["centres"]
            assert sorted(one["number"] for one in found) == reach
            assert consortium["centresInReach"] == len(found)


async def test_people_of_many_centres_come_in_one_statement(
    numbers: list[str], database_url: str
) -> None:
    query = "query ($first: Int!) { centres(first: $first) { nodes { %s { nodes { email } } } } }"
    sizes = []
    async with served(database_url) as client:
        caller = await log_in(client, "all@example.org")
        for first in (1, 3):
            with counted() as statements:
                data = await caller.data(query % "accesses(first: 5)", first=first)
            sizes.append(len(statements))
            lists = [len(node["accesses"]["nodes"]) for node in data["centres"]["nodes"]]
            assert len(lists) == first
    assert sizes[0] == sizes[1]
    assert sorted(lists) == [0, 1, 5]
