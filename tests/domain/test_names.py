"""Names as they are ordered, kept in parts, and looked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.names import (
    LONGEST_PART,
    MOST_PARTS,
    NAME_ORDER,
    family_order,
    name_order,
    name_parts,
    search_words,
)
from domain.sought import Sought, parse_term

NAMES = st.text(max_size=60)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Smith", ("smith",)),
        ("O'Brien", ("obrien", "brien")),
        ("O’Brien", ("obrien", "brien")),  # noqa: RUF001 - the apostrophe that a word processor makes
        ("García", ("garcia",)),
        ("Garci\u0301a", ("garcia",)),
        ("van der Berg", ("vanderberg", "van", "der", "berg")),
        ("Smith-Jones", ("smithjones", "smith", "jones")),
        ("Łukasz", ("lukasz",)),
        ("Sørensen", ("sorensen",)),
        ("Groß", ("gross",)),
        ("St. John", ("stjohn", "st", "john")),
        ("a\0b", ("ab", "a", "b")),
        (".", ()),
        ("", ()),
    ],
)
def test_a_name_is_found_by_its_parts(name: str, parts: tuple[str, ...]) -> None:
    assert name_parts(name) == parts


@pytest.mark.parametrize(
    ("term", "words"),
    [
        ("  García  lópez", ("garcia", "lopez")),
        ("O'Brien", ("obrien",)),
        ("smith-j", ("smith", "j")),
        ("an ann Anna", ("anna",)),
        ("---", ()),
    ],
)
def test_a_term_is_words_of_which_each_adds_something(term: str, words: tuple[str, ...]) -> None:
    assert search_words(term) == words


@given(NAMES)
def test_a_name_is_found_by_itself_and_by_how_it_begins(name: str) -> None:
    parts = name_parts(name)
    assert len(parts) <= MOST_PARTS
    assert all(0 < len(part) <= LONGEST_PART for part in parts)
    if len(parts) < MOST_PARTS:
        for word in search_words(name):
            assert any(part.startswith(word[:2]) for part in parts)
            assert word in parts


@given(NAMES, NAMES)
def test_people_are_ordered_by_family_name_first(given: str, family: str) -> None:
    order = name_order(given, family)
    assert len(order) <= NAME_ORDER
    assert order.partition(" ")[0] == family_order(family)
    assert name_order(given.upper().lower(), family) == name_order(given.lower(), family)


def test_order_takes_no_notice_of_case_accents_and_punctuation() -> None:
    names = [("Zoë", "Obrien"), ("Al", "O'Brien"), ("Al", "de Souza"), ("Al", "Zorro")]
    assert sorted(names, key=lambda name: name_order(*name)) == [
        *(("Al", "de Souza"), ("Al", "O'Brien"), ("Zoë", "Obrien"), ("Al", "Zorro")),
    ]


OTHER_CHARACTERS = "A ULN consists of the digits 0 to 9 alone, without other characters."

# Terms -------------------------------------------------------------------------------------------


def test_what_begins_with_a_digit_is_a_uln_and_all_else_a_name() -> None:
    assert parse_term(" 1000 000 019 ", "term") == Sought(uln="1000000019")
    assert parse_term("Van der B", "term") == Sought(words=("van", "der", "b"))


@pytest.mark.parametrize(
    ("term", "code", "message"),
    [
        ("100000001", "ULN_INVALID", "A ULN has exactly ten digits."),
        ("1000000018", "ULN_INVALID", "The last digit is not the check digit of this ULN."),
        ("0000000019", "ULN_INVALID", "A ULN does not begin with a zero."),
        ("100000001O", "ULN_INVALID", OTHER_CHARACTERS),
        ("100-000-0019", "ULN_INVALID", OTHER_CHARACTERS),
        ("1000 000 019x", "ULN_INVALID", OTHER_CHARACTERS),
        ("", "TERM_TOO_SHORT", "Give a ULN, or at least 2 letters of a name."),
        ("é", "TERM_TOO_SHORT", "Give a ULN, or at least 2 letters of a name."),
        ("x y z", "TERM_TOO_SHORT", "Give a ULN, or at least 2 letters of a name."),
        ("\0\ud800%_'", "TERM_TOO_SHORT", "Give a ULN, or at least 2 letters of a name."),
        ("a" * 101, "TERM_TOO_LONG", "A term has at most 100 characters."),
        ("ab ac ad ae af ag ah ai aj ak al", "TERM_TOO_LONG", "A term has at most 10 words."),
    ],
)
def test_a_term_that_finds_nobody_is_refused_with_the_rule(
    term: str, code: str, message: str
) -> None:
    with pytest.raises(Invalid) as caught:
        parse_term(term, "term")
    assert (caught.value.code, caught.value.field, caught.value.message) == (code, "term", message)
