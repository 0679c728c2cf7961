"""Marks and numbers of parameters."""

from database.placeholders import numbered, sendable


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
