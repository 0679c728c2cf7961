"""Learners found by ULN and by name: who, in which order, and for whom."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from auth.permissions import GrantKind, Staff
from database.connection import Database
from tests.exchange.feeds import (
    EAST,
    NEXT_DAY,
    SPARE_ULN,
    WEST,
    find,
    learner,
    registration,
    send,
    tiny_feed,
    ulns,
)
from tests.factories import Caller, add_user, counted, log_in, served

SEARCH = """
query ($term: String!, $first: Int! = 100, $after: String) {
  searchLearners(term: $term, first: $first, after: $after) {
    totalCount nodes { name uln } pageInfo { hasNextPage endCursor }
  }
}
"""
PEOPLE = (
    # given name, family name, centre
    ("Anna", "Smith", WEST),
    ("Smith", "Ashe", WEST),
    ("Aaron", "Smithers", WEST),
    ("Zoe", "Smith-Jones", WEST),
    ("Smithy", "Able", WEST),
    ("Niamh", "O'Brien", WEST),
    ("María José", "García López", WEST),
    ("Jan", "van der Berg", WEST),
    ("Anna", "SMITH", EAST),
    ("Smitha", "Smithson", EAST),
)
"""Beside Anna Ash, Ben Birch and Cleo Cedar."""

TERMS: tuple[tuple[str, list[str]], ...] = (
    ("o'brien", ["Niamh O'Brien"]),
    ("obr", ["Niamh O'Brien"]),
    ("brien", ["Niamh O'Brien"]),
    ("O Brien", ["Niamh O'Brien"]),
    ("garcia", ["María José García López"]),
    ("GARCÍA lop", ["María José García López"]),
    ("jose maria", ["María José García López"]),
    ("garcialopez", ["María José García López"]),
    ("van der b", ["Jan van der Berg"]),
    ("vanderberg", ["Jan van der Berg"]),
    ("berg jan", ["Jan van der Berg"]),
    ("smith-jones", ["Zoe Smith-Jones"]),
    ("jones", ["Zoe Smith-Jones"]),
    ("anna s", ["Anna Smith", "Anna SMITH"]),
    ("ash", ["Anna Ash", "Smith Ashe"]),
    ("rien", []),
    ("smith%", ["Anna Smith", "Anna SMITH", "Zoe Smith-Jones"]),
    ("smith birch", []),
)
"""Terms, and whom each finds first."""

Found = list[str]


async def found(caller: Caller, term: str, **given: Any) -> Found:
    """The names that a term finds, which must be as many as it says."""
    page = (await caller.data(SEARCH, term=term, **given))["searchLearners"]
    names = [node["name"] for node in page["nodes"]]
    assert page["totalCount"] >= len(names)
    if not page["pageInfo"]["hasNextPage"] and "after" not in given:
        assert page["totalCount"] == len(names)
    return names


@pytest.fixture
async def school(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Any]:
    """A way to log in as somebody of the west, of both centres, of all, of one line, of none."""
    feed = tiny_feed()
    for at, (given, family, centre) in enumerate(PEOPLE):
        feed["learners.csv"].append(learner(f"p{at}", ulns(20 + at)[-1], given, family))
        feed["registrations.csv"].append(registration(f"R-p{at}", f"p{at}", centre))
    # Anna Smith of the west is at the other centre as well, and found once all the same.
    feed["registrations.csv"].append(registration("R-p0-east", "p0", EAST, level="ADVANCED"))
    await send(database, tmp_path / "feed", feed)
    await add_user(database, "west@example.org", WEST)
    await add_user(database, "both@example.org", WEST, EAST, kind=GrantKind.NON_CENTRE)
    await add_user(database, "all@example.org", staff=Staff.SUPPORT)
    await add_user(
        database,
        *("line@example.org", EAST),
        kind=GrantKind.NON_CENTRE,
        line="INFORMATION_TECHNOLOGY",
    )
    await add_user(database, "none@example.org")
    async with served(database_url) as client:
        yield lambda name: log_in(client, f"{name}@example.org")


async def test_whole_parts_come_first_and_family_names_before_given_names(school: Any) -> None:
    hits = [
        *("Anna Smith", "Anna SMITH", "Zoe Smith-Jones"),  # whole, of the family name
        "Smith Ashe",  # whole, of the given name
        *("Aaron Smithers", "Smitha Smithson"),  # begun, of the family name
        "Smithy Able",  # begun, of the given name
    ]
    for name in ("both", "all"):
        caller = await school(name)
        assert await found(caller, "smith") == hits
        assert await found(caller, "SMÎTH") == hits
        for first in (1, 2, 3):
            after, seen, more = None, [], True
            while more:
                page = (await caller.data(SEARCH, term="smith", first=first, after=after))[
                    "searchLearners"
                ]
                assert page["totalCount"] == len(hits)
                seen += [node["name"] for node in page["nodes"]]
                after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
            assert seen == hits
        assert set(await found(caller, "smi")) == set(hits)


async def test_a_name_is_found_by_the_beginning_of_any_part(school: Any) -> None:
    caller = await school("both")
    for term, names in TERMS:
        hits = await found(caller, term)
        assert hits[: len(names)] == names, term
        assert len(hits) == len(names) or term == "smith%"


async def test_a_uln_is_checked_first_and_found_exactly(school: Any) -> None:
    caller = await school("west")
    assert await found(caller, ulns(20)[-1]) == ["Anna Smith"]
    assert await found(caller, f" {ulns(20)[-1][:4]} {ulns(20)[-1][4:]} ") == ["Anna Smith"]
    assert await found(caller, SPARE_ULN) == []
    for term, code, message in (
        ("1234567890", "ULN_INVALID", "The last digit is not the check digit of this ULN."),
        ("12345", "ULN_INVALID", "A ULN has exactly ten digits."),
        ("x", "TERM_TOO_SHORT", "Give a ULN, or at least 2 letters of a name."),
        ("y" * 101, "TERM_TOO_LONG", "A term has at most 100 characters."),
    ):
        answer = await caller.ask(SEARCH, term=term)
        assert answer["data"] == {"searchLearners": None}
        (error,) = answer["errors"]
        assert (error["message"], error["extensions"]) == (message, {"code": code, "field": "term"})
    filtered = "query ($term: String!) { learners(filter: { nameOrUln: $term }) { totalCount } }"
    (error,) = await caller.errors(filtered, term="12345")
    assert error["extensions"] == {"code": "ULN_INVALID", "field": "nameOrUln"}


async def test_nobody_of_another_centre_or_line_is_found(school: Any) -> None:
    west, line, none = [await school(name) for name in ("west", "line", "none")]
    assert await found(west, "smith") == [
        *("Anna Smith", "Zoe Smith-Jones", "Smith Ashe", "Aaron Smithers", "Smithy Able"),
    ]
    assert await found(west, "cedar") == await found(west, "smithson") == []
    assert await found(west, ulns(29)[-1]) == []
    assert await found(line, "cedar") == ["Cleo Cedar"]
    assert await found(line, "smith") == []
    assert await found(none, "smith") == await found(none, ulns(20)[-1]) == []


async def test_a_search_takes_one_statement_and_another_to_count(school: Any) -> None:
    caller = await school("both")
    query = "query ($term: String!) { searchLearners(term: $term) { %s } }"
    for term in ("smith", "van der berg", ulns(20)[-1]):
        for asked, statements in (("nodes { name }", 1), ("totalCount nodes { name }", 2)):
            with counted() as texts:
                await caller.data(query % asked, term=term)
            assert len(texts) == 1 + statements


async def test_a_cursor_of_another_search_is_refused(school: Any) -> None:
    caller = await school("both")
    page = (await caller.data(SEARCH, term="smith", first=1))["searchLearners"]
    after = page["pageInfo"]["endCursor"]
    for term in ("smiths", ulns(20)[-1], "ash"):
        (error,) = await caller.errors(SEARCH, term=term, after=after)
        assert error["extensions"] == {"code": "CURSOR_INVALID", "field": "after"}
    assert (await found(caller, " SMITH ", first=1, after=after)) == ["Anna SMITH"]


async def test_a_new_name_a_new_centre_and_a_new_course_are_found_at_once(
    school: Any, database: Database, tmp_path: Path
) -> None:
    west, both = await school("west"), await school("both")
    feed = tiny_feed()
    find(feed, "learners.csv", learner_ref="ben")["family_name"] = "Quill"
    find(feed, "registrations.csv", registration_ref="R-anna")["centre_number"] = EAST
    feed["learners.csv"].append(learner("dora", ulns(40)[-1], "Dora", "Quilter"))
    feed["registrations.csv"].append(registration("R-dora", "dora", WEST))
    await send(database, tmp_path / "later", feed, day=NEXT_DAY)
    assert await found(west, "birch") == []
    assert await found(west, "quil") == ["Ben Quill", "Dora Quilter"]
    assert await found(west, "ash") == ["Smith Ashe"]
    assert await found(both, "ash") == ["Anna Ash", "Smith Ashe"]
