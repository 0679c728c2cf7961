"""Near learners beside unmatched entries: who, why, for whom, and never attached."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from auth.permissions import GrantKind, Role, Staff
from database.connection import Database
from domain.identifiers import uln_check_digit
from tests.exchange.feeds import EAST, WEST, entry, learner, registration, send, tiny_feed
from tests.factories import add_user, counted, log_in, served
from tests.graph.watching import READS

UNMATCHED = """
query ($centre: CentreNumber!) {
  unmatchedEntries(centre: $centre, first: 100) {
    nodes {
      givenName familyName uln
      nearLearners { reasons explanations learner { name uln } }
    }
  }
}
"""
NESTED = """
{ centres { nodes { unmatchedEntries(first: 100) { nodes { nearLearners { reasons } } } } } }
"""


def uln(body: str) -> str:
    """A body with its check digit."""
    return body + (uln_check_digit(body) or "")


DORA, EVE = uln("123456789"), uln("323456789")
SWAPPED, MISTAKEN = uln("124356789"), uln("123456889")
STRAYS = (
    # ULN, given name, family name, birth date
    (SWAPPED, "", "", ""),
    (MISTAKEN, "Dora", "O'Brien", "1993-09-14"),
    ("", "Dora", "O'Brein", "1993-09-15"),
    ("", "Dora", "O'Brien", "1990-01-01"),
    ("", "Dora", "O'Brien", ""),
    ("", "Evelyn", "East", "1993-09-14"),
)


@pytest.fixture
async def school(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Any]:
    """Dora in the west, Eve in the east, entries in the west that nearly match them."""
    feed = tiny_feed()
    feed["learners.csv"] += [
        learner("dora", DORA, "Dora", "O'Brien"),
        learner("eve", EVE, "Evelyn", "East"),
    ]
    feed["registrations.csv"] += [
        registration("R-dora", "dora", WEST),
        registration("R-eve", "eve", EAST),
    ]
    for at, (number, given, family, born) in enumerate(STRAYS):
        who = {"given_name": given, "family_name": family, "date_of_birth": born}
        day = f"2010-01-0{at + 1}"
        feed["entries.csv"].append(
            entry(f"near-{at}", WEST, number, "PROJ_L2", **{**who, "entered_on": day})
        )
    await send(database, tmp_path / "feed", feed)
    await add_user(database, "west@example.org", WEST)
    await add_user(
        database,
        *("guest@example.org", WEST),
        kind=GrantKind.NON_CENTRE,
        role=Role.ADMINISTRATOR,
    )
    await add_user(database, "both@example.org", WEST, EAST)
    await add_user(database, "support@example.org", staff=Staff.SUPPORT)
    async with served(database_url) as client:
        yield lambda name: log_in(client, f"{name}@example.org")


async def near(caller: Any, centre: str = WEST) -> list[list[tuple[str, ...]]]:
    """For each entry the near learners, each with the reasons."""
    nodes = (await caller.data(UNMATCHED, centre=centre))["unmatchedEntries"]["nodes"]
    return [
        [(one["learner"]["name"], *one["reasons"]) for one in node["nearLearners"]]
        for node in nodes
    ]


async def test_near_learners_of_the_same_centre_are_shown_with_the_reasons(school: Any) -> None:
    dora = "Dora O'Brien"
    for name in ("west", "both", "support"):
        assert await near(await school(name)) == [
            [(dora, "ULN_DIGITS_SWAPPED")],
            [(dora, "ULN_ONE_DIGIT", "NAME_SAME", "BIRTH_DATE_SAME")],
            [(dora, "NAME_CLOSE", "BIRTH_DATE_CLOSE")],
            [],
            [(dora, "NAME_SAME")],
            [],  # Evelyn is at the other centre
            [("Anna Ash", "NAME_SAME", "BIRTH_DATE_SAME")],
            [("Anna Ash", "ULN_ONE_DIGIT"), ("Ben Birch", "ULN_ONE_DIGIT")],
        ]
    (_, second, *_) = (await (await school("west")).data(UNMATCHED, centre=WEST))[
        "unmatchedEntries"
    ]["nodes"]
    assert second["nearLearners"][0]["explanations"] == [
        "The ULNs differ in one digit, the check digit apart.",
        "The names are the same but for case and accents.",
        "The birth dates are the same.",
    ]


async def test_birth_dates_are_not_compared_for_those_who_may_not_see_them(school: Any) -> None:
    dora = "Dora O'Brien"
    assert await near(await school("guest")) == [
        [(dora, "ULN_DIGITS_SWAPPED")],
        [(dora, "ULN_ONE_DIGIT", "NAME_SAME")],
        [],
        [(dora, "NAME_SAME")],  # of another birth date, which is not told
        [(dora, "NAME_SAME")],
        [],
        [("Anna Ash", "NAME_SAME")],
        [("Anna Ash", "ULN_ONE_DIGIT"), ("Ben Birch", "ULN_ONE_DIGIT")],
    ]


async def test_nothing_is_attached_and_an_entry_with_its_learner_has_none_near(
    school: Any, database: Database
) -> None:
    caller = await school("both")
    await near(caller)
    rows = await database.reader.tuples(
        "SELECT COUNT(*) FROM entry WHERE ref LIKE 'near-%' AND learner_id IS NOT NULL"
    )
    assert rows[0][0] == 0
    query = "{ learners { nodes { components { entries { nearLearners { reasons } } } } } }"
    nodes = (await caller.data(query))["learners"]["nodes"]
    entries = [one for node in nodes for part in node["components"] for one in part["entries"]]
    assert entries
    assert all(one["nearLearners"] is None for one in entries)


async def test_near_learners_of_all_entries_take_one_statement(school: Any) -> None:
    caller = await school("both")
    with counted() as statements:
        await caller.data(NESTED)
    assert len(statements) == 4  # the session, the centres, their entries, who is near


async def test_staff_who_see_near_learners_have_looked_at_them(
    school: Any, database: Database
) -> None:
    caller = await school("support")
    await caller.data(NESTED)
    log = """query ($filter: EventFilter) {
      accessLog(filter: $filter) { nodes { learner { uln } } }
    }"""
    nodes = (await caller.data(log, filter=READS))["accessLog"]["nodes"]
    assert DORA in {node["learner"]["uln"] for node in nodes}
