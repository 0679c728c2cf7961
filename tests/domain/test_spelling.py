"""Texts in their normal form: alike however they are typed, and made of no more than needed."""

import ast
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.people import normal_email, parse_line
from domain.spelling import MOST_MARKS, composed, unfolded
from tests.test_architecture import source_files

MARKS = "\u0301\u0323"


@pytest.mark.parametrize(
    ("text", "most", "found"),
    [
        ("", 3, ""),
        ("  Ann\n", 3, "Ann"),
        ("Anne", 3, None),
        ("Zoe\u0308", 3, "Zoë"),
        ("\u03b1\u0313\u0300\u0345", 1, "\u1f82"),
        ("a" + "\u0323" * MOST_MARKS, 200, "\u1ea1" + "\u0323" * (MOST_MARKS - 1)),
        ("a" + "\u0323" * (MOST_MARKS + 1), 200, None),
        (("a" + "\u0323" * 20) * 2, 200, ("\u1ea1" + "\u0323" * 19) * 2),
    ],
)
def test_a_text_is_composed_unless_it_is_too_long_or_has_too_many_marks(
    text: str, most: int, found: str | None
) -> None:
    assert composed(text, most) == found


@given(st.text(alphabet="aeé\u0301\u0323\u1112\u1161\u11ab ", max_size=24))
def test_nothing_of_the_right_length_is_refused_for_how_it_is_typed(text: str) -> None:
    normal = unicodedata.normalize("NFC", text.strip())

    assert composed(text, len(normal)) == normal
    assert composed(unicodedata.normalize("NFD", text), len(normal)) == normal


def test_of_a_long_text_only_the_beginning_is_unfolded() -> None:
    assert unfolded("NFKD", "é" * 500, 100) == "e\u0301" * 400


def test_an_address_or_a_line_with_too_many_marks_is_none() -> None:
    many = "a" + MARKS * 20

    assert normal_email(f"{many}@example.org") is None
    assert normal_email(f"ann@{many}.org") is None
    with pytest.raises(Invalid) as refusal:
        parse_line(many, "name", least=1, most=100)
    assert (refusal.value.code, refusal.value.field) == ("VALIDATION", "name")


def test_normal_forms_are_made_in_one_place_only() -> None:
    """Wherever else they were made, somebody would forget to look at the length first."""
    callers = [path for path in source_files() if "normalize" in _called(path)]

    assert [path.name for path in callers] == ["spelling.py"]


def _called(path: Path) -> set[str]:
    return {
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
