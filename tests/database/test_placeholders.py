"""Marks and numbers of parameters."""

from database.placeholders import numbered, sendable, united


def test_marks_are_numbered_in_their_order() -> None:
    assert numbered("SELECT 1") == "SELECT 1"
    assert numbered("a = ? AND b = ?") == "a = $1 AND b = $2"


def test_a_tuple_that_stands_in_several_places_is_sent_once() -> None:
    centres = (4, 5)
    text, params = sendable(
        ("a = ANY(?) AND b = ? AND c = ANY(?) AND d = ?", (centres, 1, centres, 1))
    )
    assert text == "a = ANY($1) AND b = $2 AND c = ANY($1) AND d = $3"
    assert params == [centres, 1, 1]
    # An equal one is another one: it may be meant for a column of another type.
    text, params = sendable(("a = ANY(?) AND c = ANY(?)", (centres, tuple(range(4, 6)))))
    assert text == "a = ANY($1) AND c = ANY($2)"


def test_several_queries_are_one_that_answers_a_list_of_rows_for_each() -> None:
    centres = (4, 5)
    text, params = united(
        [("VALUES (?, ANY(?))", (7, centres)), ("VALUES (ANY(?), ?)", (centres, 8))], [2, 1]
    )
    assert text == (
        "SELECT (SELECT json_agg(json_build_array(c1, c2))"
        " FROM (VALUES ($1, ANY($2))) q(c1, c2)),"
        " (SELECT json_agg(json_build_array(c1)) FROM (VALUES (ANY($2), $3)) q(c1))"
    )
    assert params == [7, centres, 8]
