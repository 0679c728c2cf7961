"""A learner's record comes in one statement, and is the same as when it is asked bit by bit."""

import re
from pathlib import Path
from typing import Any

import pytest

from auth.permissions import GrantKind, Staff
from database.connection import Database
from server.settings import Settings
from tests.factories import Caller, add_user, beside_session, counted, import_sample, log_in, served
from tests.graph.asking import LEARNER_BY_ULN, RECORD, centre_numbers, complete_the_sample

W1 = """
  uln name registration { line claimStatus }
  components { type flags { kind } issues { code } entries { qan result } }
"""
ALONE = f"query ($uln: ULN!) {{ learner(uln: $uln) {{ {W1} }} }}"
FRAGMENT = f"fragment R on Learner {{ {W1} }}"
TWO = f"""
query ($a: ULN!, $b: ULN!) {{ a: learner(uln: $a) {{ ...R }} b: learner(uln: $b) {{ ...R }} }}
{FRAGMENT}
"""
BESIDE = f"query ($uln: ULN!) {{ learner(uln: $uln) {{ {RECORD} dateOfBirth uci }} __typename }}"
"""Something else is asked for as well, so that the learner is found first."""


async def sample(database: Database, folder: Path) -> list[str]:
    """The ULNs of a sample in which every object occurs."""
    await import_sample(database, folder, learners=40)
    await complete_the_sample(database)
    rows = await database.reader.tuples("SELECT uln FROM learner WHERE uln IS NOT NULL ORDER BY 1")
    return [row[0] for row in rows]


async def asked(caller: Caller, query: str, **variables: Any) -> tuple[int, dict[str, Any]]:
    """How many statements an operation took beside that of the session, and its answer."""
    with counted() as statements:
        answer = await caller.ask(query, **variables)
    return len(beside_session(statements)), answer


async def test_what_comes_together_is_what_comes_one_by_one(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    ulns = await sample(database, tmp_path / "feed")
    numbers = await centre_numbers(database)
    ((line,),) = await database.reader.tuples("SELECT MIN(line) FROM registration")
    await add_user(database, "all@example.org", *numbers)
    await add_user(database, "one@example.org", numbers[0], kind=GrantKind.NON_CENTRE)
    await add_user(database, "line@example.org", *numbers, kind=GrantKind.NON_CENTRE, line=line)
    await add_user(database, "support@example.org", staff=Staff.SUPPORT)
    found = set()
    async with served(database_url) as client:
        for name in ("all", "one", "line", "support"):
            caller = await log_in(client, f"{name}@example.org")
            for uln in ulns:
                together = await caller.ask(LEARNER_BY_ULN, uln=uln)
                beside = await caller.ask(BESIDE, uln=uln)
                assert beside["data"].pop("__typename") == "Query"
                assert together["data"] == beside["data"]
                assert together.get("errors") == beside.get("errors")
                found.add((name, together["data"]["learner"] is not None))
    assert found == {
        *((name, True) for name in ("all", "one", "line", "support")),
        *((name, False) for name in ("one", "line")),
    }


async def test_a_record_takes_one_statement(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    uln, other, *_ = await sample(database, tmp_path / "feed")
    await add_user(database, "reader@example.org", *(await centre_numbers(database)))
    by_id = ALONE.replace("$uln: ULN!", "$id: ID!").replace("uln: $uln", "id: $id")
    spread = f"query ($uln: ULN!) {{ learner(uln: $uln) {{ ...R ...R }} }} {FRAGMENT}"
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        took, answer = await asked(caller, ALONE, uln=uln)
        assert (took, answer["data"]["learner"]["uln"]) == (1, uln)
        data = await caller.data("query ($uln: ULN!) { learner(uln: $uln) { id } }", uln=uln)
        assert await asked(caller, by_id, id=data["learner"]["id"]) == (1, answer)
        assert await asked(caller, spread, uln=uln) == (1, answer)
        took, pair = await asked(caller, TWO, a=uln, b=other)
        assert pair["data"]["a"] == answer["data"]["learner"]
        assert pair["data"]["b"]["uln"] == other
        assert took == 2


async def test_nobody_is_found_with_one_statement(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await sample(database, tmp_path / "feed")
    await add_user(database, "reader@example.org", *(await centre_numbers(database)))
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        assert await asked(caller, ALONE, uln="1000000582") == (1, await nobody(caller))


async def nobody(caller: Caller) -> dict[str, Any]:
    """The answer about somebody who is not there."""
    answer = await caller.ask("query ($uln: ULN!) { learner(uln: $uln) { uln } }", uln="1000000582")
    assert answer["data"] == {"learner": None}
    return answer


@pytest.mark.parametrize("shown", [True, False])
async def test_what_a_directive_may_leave_out_is_asked_when_it_is_reached(
    database: Database, database_url: str, tmp_path: Path, shown: bool
) -> None:
    uln, *_ = await sample(database, tmp_path / "feed")
    await add_user(database, "reader@example.org", *(await centre_numbers(database)))
    query = """
    query ($uln: ULN!, $shown: Boolean!) {
      learner(uln: $uln) {
        uln components @include(if: $shown) { type flags { kind } } registration { line }
      }
    }
    """
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        with counted() as statements:
            data = await caller.data(query, uln=uln, shown=shown)
    assert ("components" in data["learner"]) is shown
    assert data["learner"]["registration"]["line"]
    asked_for = [text for text in statements if re.search(r"FROM (component|flag) ", text)]
    assert bool(asked_for) is shown
    if shown and Settings().executor == "breadth_first":
        assert len(asked_for) == 1  # both together


async def test_what_is_asked_together_does_not_depend_on_who_asked_first(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    uln, *_ = await sample(database, tmp_path / "feed")
    await add_user(database, "reader@example.org", *(await centre_numbers(database)))
    query = """
    query ($uln: ULN!, $more: Boolean!) {
      __typename
      learner(uln: $uln) {
        registration { line } registration @include(if: $more) { components { flags { kind } } }
      }
    }
    """
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        took: dict[bool, set[int]] = {True: set(), False: set()}
        for more in (True, False, True, False):
            statements, answer = await asked(caller, query, uln=uln, more=more)
            took[more].add(statements)
            assert ("components" in answer["data"]["learner"]["registration"]) is more
    assert took[False] == {2}
    assert len(took[True]) == 1


async def test_what_stands_in_a_fragment_of_another_type_is_not_asked(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    uln, *_ = await sample(database, tmp_path / "feed")
    await add_user(database, "reader@example.org", *(await centre_numbers(database)))
    inside = "components { flags { kind } }"
    query = """
    query ($uln: ULN!) {{ learner(uln: $uln) {{ uln ... on Node {{ ... on {} {{ {} }} }} }} }}
    """
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        took, answer = await asked(caller, query.format("Registration", inside), uln=uln)
        assert (took, answer["data"]["learner"]) == (1, {"uln": uln})
        took, answer = await asked(caller, query.format("Learner", inside), uln=uln)
        assert took == 1
        assert len(answer["data"]["learner"]["components"]) == 6
