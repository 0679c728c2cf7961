"""Who may be meant by an entry: what is near, what is not, and why."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identifiers import parse_uln, uln_check_digit
from domain.nearness import Nearness, Person, near_ulns, nearness

BORN = date(1993, 9, 4)
ANNA = Person("1000000019", "Anna", "O'Brien", BORN)
BODIES = st.integers(100_000_000, 999_999_999).map(str)


def uln(body: str) -> str:
    """A body with its check digit."""
    return body + (uln_check_digit(body) or "0")


@pytest.mark.parametrize(
    ("entry", "reasons"),
    [
        (Person(None, "ANNA", "OBrien", BORN), ("NAME_SAME", "BIRTH_DATE_SAME")),
        (Person(None, "Anna", "O'Brien", None), ("NAME_SAME",)),
        (Person(None, "Ana", "O'Brien", BORN), ("NAME_CLOSE", "BIRTH_DATE_SAME")),
        (Person(None, "Anna", "O'Brein", BORN), ("NAME_CLOSE", "BIRTH_DATE_SAME")),
        (Person(None, "O'Brien", "Anna", BORN), ("NAME_CLOSE", "BIRTH_DATE_SAME")),
        (Person(None, "Ann", "Brien", BORN), ("NAME_CLOSE", "BIRTH_DATE_SAME")),
        (Person(None, "Annabel", "O'Brien-Smith", BORN), ("NAME_CLOSE", "BIRTH_DATE_SAME")),
        (Person(None, "Anna", "O'Brien", date(1993, 4, 9)), ("NAME_SAME", "BIRTH_DATE_CLOSE")),
        (Person(None, "Anna", "O'Brien", date(1993, 9, 5)), ("NAME_SAME", "BIRTH_DATE_CLOSE")),
        (Person(None, "Anna", "O'Brien", date(1994, 9, 4)), ("NAME_SAME", "BIRTH_DATE_CLOSE")),
        (Person(None, "Anna", "O'Brien", date(1994, 9, 5)), ()),
        (Person(None, "Ana", "O'Brien", None), ()),
        (Person(None, "Bella", "O'Brien", BORN), ()),
        (Person(None, "Anna", "Birch", BORN), ()),
        (Person(None, None, "O'Brien", BORN), ()),
        (Person(None, None, None, BORN), ()),
        (Person(uln("100000002"), None, None, None), ("ULN_ONE_DIGIT",)),
        (Person(uln("100000010"), None, None, None), ("ULN_DIGITS_SWAPPED",)),
        (Person(uln("100000031"), None, None, None), ("ULN_ONE_DIGIT",)),
        (Person(uln("120000002"), None, None, None), ()),
        (Person(ANNA.uln, None, None, None), ()),
        (Person("", "Anna", "O'Brien", None), ("NAME_SAME",)),
    ],
)
def test_what_is_near_and_why(entry: Person, reasons: tuple[str, ...]) -> None:
    assert nearness(entry, ANNA) == tuple(Nearness(reason) for reason in reasons)


@given(BODIES, st.integers(0, 8), st.sampled_from("0123456789"))
def test_a_uln_with_one_digit_mistaken_is_among_the_near_ones(
    body: str, at: int, digit: str
) -> None:
    other = body[:at] + digit + body[at + 1 :]
    if other == body or other.startswith("0") or uln_check_digit(other) is None:
        return
    assert uln(other) in set(near_ulns(uln(body)))
    assert nearness(Person(uln(other), None, None, None), Person(uln(body), None, None, None)) == (
        Nearness.ULN_ONE_DIGIT,
    )


@given(BODIES)
def test_every_near_uln_is_one_and_is_near(body: str) -> None:
    own = Person(uln(body), None, None, None)
    for near in near_ulns(uln(body)):
        assert parse_uln(near) == near
        assert nearness(own, Person(near, None, None, None))


@given(st.text(max_size=20), st.text(max_size=20))
def test_whatever_the_names_are_who_is_near_is_near_both_ways(given: str, family: str) -> None:
    one = Person(None, given, family, BORN)
    assert nearness(one, ANNA) == nearness(ANNA, one)
