"""The nested record over HTTP, in a handful of statements."""

from pathlib import Path

import pytest

from database.connection import Database
from tests.factories import add_user, counted, import_sample, log_in, served

NESTED = """
query ($number: CentreNumber!, $first: Int!) {
  centre(number: $number) {
    name
    learners(first: $first) {
      nodes {
        uln name completionStatus percentComplete
        components {
          type required entryFlag assessmentFlag
          entries { qan kind unit series result }
          flags {
            kind code detail reasons since label description
            advice { title steps { order text } }
          }
          issues {
            code severity subject dueOn firstSeen
            advice { title steps { order text actor } }
          }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""


async def first_centre(database: Database) -> str:
    rows = await database.reader.tuples("SELECT number FROM centre ORDER BY number LIMIT 1")
    return str(rows[0][0])


@pytest.mark.parametrize("first", [1, 5, 100])
async def test_the_nested_record_takes_at_most_eight_statements_whatever_its_length(
    database: Database, database_url: str, tmp_path: Path, first: int
) -> None:
    await import_sample(database, tmp_path / "feed", learners=240)
    number = await first_centre(database)
    await add_user(database, "viewer@example.org", number)
    async with served(database_url) as client:
        caller = await log_in(client, "viewer@example.org")
        with counted() as statements:
            data = await caller.data(NESTED, number=number, first=first)
    nodes = data["centre"]["learners"]["nodes"]
    assert len(nodes) == min(first, len(nodes)) > 0
    assert len(statements) <= 8, statements
    for node in nodes:
        assert len(node["components"]) == 6
        for component in node["components"]:
            assert component["flags"][0]["reasons"]
            assert component["flags"][0]["advice"][0]["steps"]
