"""How many statements an operation takes depends on its shape, never on how much it finds."""

import re
from pathlib import Path
from typing import Any

from auth.permissions import Staff
from database.connection import Database
from server.settings import Settings
from tests.factories import Caller, add_user, beside_session, counted, import_sample, log_in, served
from tests.graph.asking import RECORD, centre_numbers, complete_the_sample

LEARNER = """
  uln name completionStatus percentComplete
  components {
    type required entryFlag assessmentFlag
    entries { qan kind unit series result }
    flags { kind code reasons advice { title steps { text } } }
    issues { code severity subject dueOn advice { title } }
  }
"""
UNDER_CENTRES = f"""
query ($centres: Int!, $first: Int!) {{
  centres(first: $centres) {{
    nodes {{
      name
      learners(first: $first) {{ nodes {{ {LEARNER} }} pageInfo {{ hasNextPage }} }}
      unmatchedEntries(first: $first) {{ nodes {{ qan uln }} pageInfo {{ hasNextPage }} }}
    }}
  }}
}}
"""
WITH_TOTALS = """
query ($centres: Int!, $first: Int!) {
  centres(first: $centres) {
    totalCount
    nodes {
      learners(first: $first) { totalCount nodes { uln } }
      unmatchedEntries(first: $first) { totalCount nodes { qan } }
    }
  }
}
"""
THE_RECORD = f"query ($uln: ULN!) {{ learner(uln: $uln) {{ {RECORD} }} }}"
OVERVIEW = """
query ($first: Int!) {
  learners(first: $first) {
    totalCount
    nodes { uln name completionStatus components { type entryFlag assessmentFlag } }
    pageInfo { endCursor }
  }
}
"""
CONSORTIUM = """
query ($code: String!, $first: Int!) {
  consortium(code: $code) {
    name centresInReach
    centres { name learners(first: $first) { nodes { uln components { type entryFlag } } } }
  }
}
"""

_TOGETHER = re.compile(
    r"\(SELECT json_agg\(json_build_array\(c1\b[c0-9, ]*\)\) FROM \("
    r"|\(WITH q\(c1\b[c0-9, ]*\) AS MATERIALIZED \("
)
_END = re.compile(r"\) (q\(c1\b|SELECT json_group_array\(json_array\(c1\b)")
"""Around each of the queries that travel together."""


async def took(caller: Caller, query: str, **variables: Any) -> tuple[list[str], Any]:
    """The statements of an operation beside that of the session, and its data."""
    with counted() as statements:
        data = await caller.data(query, **variables)
    return beside_session(statements), data


def questions(statements: list[str]) -> set[str]:
    """The queries without their parameters, each once; those that travelled together apart.

    Two relations that lead to the same rows, such as the qualifications of entries and those of
    declarations, are asked together when both come in at once, and otherwise one after the other,
    the second only for what is not known yet. Their text is the same.
    """
    texts = [re.sub(r"[$?]\d+", "?", text.rpartition(": [")[0]) for text in statements]
    apart = [_TOGETHER.split(text) for text in texts]
    return {
        _END.split(query)[0] if len(queries) > 1 else query
        for queries in apart
        for query in queries[len(queries) > 1 :]
        if "FROM session s" not in query
    }


def tables(statements: list[str]) -> list[str]:
    """What each statement reads from, in alphabetical order."""
    found = []
    for text in statements:
        names = [name for name in re.findall(r"FROM\s+(\w+)", text) if name != "json_each"]
        found.append(names[0])
    return sorted(found)


async def test_statements_under_centres_are_as_many_for_one_centre_as_for_three(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=60)
    await complete_the_sample(database)
    await add_user(database, "support@example.org", staff=Staff.SUPPORT)
    await add_user(database, "reader@example.org", *(await centre_numbers(database)))
    async with served(database_url) as client:
        for email in ("support@example.org", "reader@example.org"):
            caller = await log_in(client, email)
            for centres in (1, 2, 3):
                for first in (1, 7, 100):
                    statements, data = await took(
                        caller, UNDER_CENTRES, centres=centres, first=first
                    )
                    nodes = data["centres"]["nodes"]
                    assert len(nodes) == centres
                    for node in nodes:
                        assert 0 < len(node["learners"]["nodes"]) <= first
                        assert 0 < len(node["unmatchedEntries"]["nodes"]) <= first
                    # Centres, learners, unmatched entries, components, entries, flags, issues,
                    # and the facts that advice fills in.
                    assert len(statements) == 8, statements
                    cut = [text for text in statements if re.search(r"row_number|LIMIT", text)]
                    assert tables(cut) == ["centre", "completion", "entry"]
            for centres in (1, 3):
                statements, _ = await took(caller, WITH_TOTALS, centres=centres, first=5)
                assert len(statements) == 6, statements


async def test_the_first_of_each_parent_come_with_one_statement_and_are_the_right_ones(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=60)
    await complete_the_sample(database)
    numbers = await centre_numbers(database)
    await add_user(database, "reader@example.org", *numbers)
    query = """
    query ($first: Int!, $order: LearnerOrder!) {
      centres(orderBy: NUMBER) {
        nodes { number learners(first: $first, orderBy: $order) { nodes { id } } }
      }
    }
    """
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        for order in ("NAME", "ULN", "AWARD_MONTH"):
            _, everything = await took(caller, query, first=100, order=order)
            for first in (1, 4, 19):
                statements, data = await took(caller, query, first=first, order=order)
                assert len(statements) == 2
                assert data["centres"]["nodes"] == [
                    {
                        "number": node["number"],
                        "learners": {"nodes": node["learners"]["nodes"][:first]},
                    }
                    for node in everything["centres"]["nodes"]
                ]


async def test_the_learner_record_takes_the_same_statements_for_every_learner(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=60)
    await complete_the_sample(database)
    await add_user(database, "reader@example.org", *(await centre_numbers(database)))
    rows = await database.reader.tuples(
        "SELECT DISTINCT l.uln FROM learner l JOIN entry e ON e.learner_id = l.id"
        " JOIN issue i ON i.learner_id = l.id JOIN verification v ON v.qan = e.qan"
        " AND v.centre_id = e.centre_id WHERE l.uln IS NOT NULL"
    )
    assert len(rows) > 3
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        for row in rows:
            statements, data = await took(caller, THE_RECORD, uln=row[0])
            assert data["learner"]["uln"] == row[0]
            # Asked object by object, the catalogue is asked for at several moments.
            most = 6 if Settings().executor == "breadth_first" else 10
            assert 6 <= len(statements) <= most
            texts = questions(statements)
            # Registrations by their id and by their learner, and the facts that advice fills in.
            assert tables(list(texts)) == [
                *("centre", "completion", "component", "das_record", "declaration", "entry"),
                *("flag", "issue", "qualification", "registration", "registration"),
                *("registration", "requirement", "verification"),
            ]


async def test_the_overview_takes_three_statements_whatever_its_length(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=60)
    await add_user(database, "reader@example.org", *(await centre_numbers(database)))
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        for first, kept in ((1, False), (25, True), (100, True)):
            statements, data = await took(caller, OVERVIEW, first=first)
            assert len(data["learners"]["nodes"]) == min(first, 60)
            assert data["learners"]["totalCount"] == 60
            # Counted once, alone and at several centres; then the centres' versions are enough.
            counting = [] if kept else ["completion", "completion"]
            assert tables(statements) == ["centre", *counting, "completion", "component"]


async def test_rows_are_read_only_when_anything_of_them_is_asked_for(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=6)
    await add_user(database, "support@example.org", staff=Staff.SUPPORT)
    lists = ("learners", "issues", "declarations", "centres", "consortia", "changes", "accessLog")
    async with served(database_url) as client:
        caller = await log_in(client, "support@example.org")
        for name in (*lists, "accounts", "feedRuns"):
            for asked, pages in (
                ("totalCount", 0),
                ("__typename", 0),
                ("pageInfo { hasNextPage }", 1),
                ("edges { cursor }", 1),
                ("nodes { __typename }", 1),
            ):
                statements, data = await took(caller, f"{{ {name}(first: 7) {{ {asked} }} }}")
                assert data[name] is not None
                limited = [text for text in statements if re.search(r"LIMIT (8\b|\?|\$)", text)]
                assert len(limited) == pages, (name, asked)


async def test_a_count_is_taken_only_when_it_is_asked_for(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=60)
    await add_user(database, "reader@example.org", *(await centre_numbers(database)))
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        statements, _ = await took(caller, "{ learners { nodes { name } } }")
        assert len(statements) == 1
        for counting in (2, 0):
            statements, _ = await took(caller, "{ learners { totalCount nodes { name } } }")
            assert len(statements) == 2 + counting
            assert len([text for text in statements if "COUNT(*)" in text]) == counting


async def test_a_consortium_with_its_centres_and_their_learners_takes_four_statements(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=60)
    numbers = await centre_numbers(database)
    rows = await database.reader.tuples("SELECT code FROM consortium")
    await add_user(database, "one@example.org", numbers[0])
    await add_user(database, "all@example.org", *numbers)
    async with served(database_url) as client:
        for email, reach in (("one@example.org", 1), ("all@example.org", 3)):
            caller = await log_in(client, email)
            for first in (2, 100):
                statements, data = await took(caller, CONSORTIUM, code=rows[0][0], first=first)
                assert data["consortium"]["centresInReach"] == reach
                assert len(data["consortium"]["centres"]) == reach
                assert tables(statements) == [
                    *("completion", "component", "consortium", "consortium_centre")
                ]


async def test_the_same_question_in_several_places_is_asked_once(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=60)
    numbers = await centre_numbers(database)
    await add_user(database, "reader@example.org", *numbers)
    query = f"""
    {{
      a: centre(number: "{numbers[0]}") {{ name users {{ email }} consortia {{ name }} }}
      b: centre(number: "{numbers[1]}") {{ name users {{ email }} consortia {{ name }} }}
      c: centre(number: "{numbers[0]}") {{ number }}
    }}
    """
    async with served(database_url) as client:
        statements, data = await took(await log_in(client, "reader@example.org"), query)
    assert data["c"] == {"number": numbers[0]}
    # Centres, users, memberships and the consortia behind these.
    assert tables(statements) == ["access_grant", "centre", "consortium", "consortium_centre"]


async def test_what_is_public_takes_no_statement_at_all(database_url: str) -> None:
    async with served(database_url) as client:
        with counted() as statements:
            await Caller(client).data("{ serviceInfo { date } flagLegend { code } }")
    assert statements == []


async def test_fragments_that_spread_one_another_are_looked_into_once(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=20)
    number = (await centre_numbers(database))[0]
    await add_user(database, "viewer@example.org", number)
    depth = 5  # doubling more often asks for too much, and is refused
    fragments = " ".join(
        f"fragment F{n} on Flag {{ ...F{n + 1} ... on Flag {{ ...F{n + 1} }} }}"
        for n in range(depth)
    )
    query = f"""{{ learners(first: 1) {{ nodes {{ components {{ flags {{ ...F0 }} }} }} }} }}
    {fragments} fragment F{depth} on Flag {{ kind }}"""

    async with served(database_url) as client:
        caller = await log_in(client, "viewer@example.org")
        data = await caller.data(query)

    components = data["learners"]["nodes"][0]["components"]
    assert {flag["kind"] for component in components for flag in component["flags"]} <= {
        "ENTRY",
        "ASSESSMENT",
    }
    assert all(component["flags"] for component in components)
