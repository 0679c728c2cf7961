"""Clauses that are put together mean what they meant alone."""

import pytest

from database.connection import Database
from database.query import ALWAYS, NEVER, Clause


def test_one_of_two_conditions_stands_in_brackets() -> None:
    either = Clause("a = ? AND b", (1,)) | Clause("c = ?", (2,))

    assert either == Clause("(a = ? AND b OR c = ?)", (1, 2))
    assert either & Clause("d = ?", (3,)) == Clause("(a = ? AND b OR c = ?) AND d = ?", (1, 2, 3))


@pytest.mark.parametrize("one", [ALWAYS, NEVER])
@pytest.mark.parametrize("other", [ALWAYS, NEVER])
@pytest.mark.parametrize("third", [ALWAYS, NEVER])
async def test_what_is_joined_to_either_of_two_holds_for_both(
    database: Database, one: Clause, other: Clause, third: Clause
) -> None:
    expected = ALWAYS in (one, other) and third == ALWAYS
    for clause in ((one | other) & third, third & (one | other)):
        rows = await database.reader.tuples(f"SELECT 1 WHERE {clause.text}")
        assert bool(rows) is expected, clause
