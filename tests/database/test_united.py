"""Several queries as one statement."""

import pytest

from database.query import Dialect
from database.united import SOUGHT, about_keys, united

CENTRES = (4, 5)
QUERIES = [("VALUES (?, ANY(?))", (7, CENTRES)), ("VALUES (ANY(?), ?)", (CENTRES, 8))]


WRITTEN = {
    Dialect.POSTGRESQL: "SELECT (SELECT json_agg(json_build_array(c1, c2))"
    " FROM (VALUES ($1, ANY($2))) q(c1, c2)),"
    " (SELECT json_agg(json_build_array(c1)) FROM (VALUES (ANY($2), $3)) q(c1))",
    Dialect.SQLITE: "SELECT (WITH q(c1, c2) AS MATERIALIZED (VALUES (?1, ANY(?2)))"
    " SELECT json_group_array(json_array(c1, c2)) FROM q),"
    " (WITH q(c1) AS MATERIALIZED (VALUES (ANY(?2), ?3))"
    " SELECT json_group_array(json_array(c1)) FROM q)",
}


@pytest.mark.parametrize("dialect", Dialect)
def test_several_queries_are_one_that_answers_a_list_of_rows_for_each(dialect: Dialect) -> None:
    assert united(dialect, QUERIES, [2, 1]) == (WRITTEN[dialect], [7, CENTRES, 8])


def test_they_may_be_about_keys_that_are_found_first() -> None:
    assert list(SOUGHT) == []
    for dialect, sign, about in (
        (Dialect.POSTGRESQL, "$", "a = ANY(ARRAY(SELECT key FROM sought))"),
        (Dialect.SQLITE, "?", "a IN (SELECT key FROM sought)"),
    ):
        assert about_keys(dialect, "a") == about
        query = (f"VALUES ({about} AND b = ?)", (2,))
        text, params = united(dialect, [query], [1], ("VALUES (?)", (1,)))
        assert text.startswith(f"WITH sought(key) AS MATERIALIZED (VALUES ({sign}1)) SELECT (")
        assert f"(VALUES ({about} AND b = {sign}2))" in text
        assert params == [1, 2]
