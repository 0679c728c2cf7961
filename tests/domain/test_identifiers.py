import json
import pickle
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identifiers import (
    MONTHS,
    SERIES_MONTHS,
    IdentifierError,
    Series,
    YearMonth,
    parse_centre_number,
    parse_qan,
    parse_uci,
    parse_uln,
    parse_upn,
    qan_check_character,
    qan_check_fits,
    uci_check_letter,
    uln_check_digit,
)

CASES = Path(__file__).parent.parent / "cases" / "flag_cases.json"
VECTORS: dict[str, list[dict[str, Any]]] = json.loads(CASES.read_text("utf-8"))["identifierVectors"]

RESULTS_MONTHS = {"January": (3, 0), "March": (5, 0), "June": (8, 0), "November": (1, 1)}

bodies = st.integers(100_000_000, 999_999_999).map(str)
valid_ulns = bodies.filter(lambda body: uln_check_digit(body) is not None).map(
    lambda body: body + str(uln_check_digit(body))
)
months = st.builds(YearMonth, st.integers(1, 9999), st.integers(1, 12))


def refusal(parse: Callable[[str], object], text: str) -> tuple[str, str]:
    """Which rule of which identifier refuses a text."""
    with pytest.raises(IdentifierError) as caught:
        parse(text)
    error = caught.value
    assert str(error) == error.message
    assert error.message.endswith(".")
    if len(text.strip()) > 3:
        assert text.strip() not in error.message
    return error.identifier, error.rule


def number_fits(digits: str) -> bool:
    """The one-line form of the ULN test, written independently of the code under test."""
    weighted = sum((10 - at) * int(digit) for at, digit in enumerate(digits))
    return digits[0] != "0" and weighted % 11 == 10


# ULN ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", VECTORS["uln"], ids=lambda vector: vector["value"])
def test_every_uln_vector_is_judged_as_published(vector: dict[str, Any]) -> None:
    if vector["valid"]:
        assert parse_uln(vector["value"]) == vector["value"]
    else:
        assert refusal(parse_uln, vector["value"]) == ("ULN", vector["reason"].split(" ")[0])


@pytest.mark.parametrize("uln", ["9276308686", "1000000043", "1000102504", "1000000000"])
def test_a_published_uln_is_accepted_and_its_check_digit_computed(uln: str) -> None:
    assert parse_uln(f" {uln}\n") == uln
    assert uln_check_digit(uln[:9]) == uln[9]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("1000000063", "REMAINDER_ZERO"),
        ("9276308668", "REMAINDER_ZERO"),
        ("9999999999", "CHECK_DIGIT"),
        ("0000000042", "LEADING_ZERO"),
        ("100000004", "LENGTH"),
        ("", "LENGTH"),
        (" ", "LENGTH"),
        ("10000000430", "LENGTH"),
        ("1000 00004", "NON_DIGIT"),
        ("100-000-0043", "NON_DIGIT"),
        ("1000000043x", "NON_DIGIT"),
        ("x", "NON_DIGIT"),
        ("-100000004", "NON_DIGIT"),
        ("1\N{ARABIC-INDIC DIGIT ZERO}00000043", "NON_DIGIT"),
        ("100000004\N{SUPERSCRIPT THREE}", "NON_DIGIT"),
    ],
)
def test_a_number_that_is_no_uln_is_refused_by_the_rule_it_breaks(text: str, rule: str) -> None:
    assert refusal(parse_uln, text) == ("ULN", rule)


def test_no_check_digit_exists_when_the_remainder_is_zero() -> None:
    assert uln_check_digit("100000006") is None
    assert uln_check_digit("100000000") == "0"


@pytest.mark.parametrize("body", ["", "10000000", "1000000000", "012345678", "10000000X"])
def test_the_check_digit_of_anything_but_nine_digits_is_refused(body: str) -> None:
    assert refusal(uln_check_digit, body) == ("ULN", "FORMAT")


@given(st.integers(0, 10**10 - 1).map(lambda number: f"{number:010d}"))
def test_a_number_is_accepted_exactly_when_its_weighted_sum_leaves_ten(digits: str) -> None:
    if number_fits(digits):
        assert parse_uln(digits) == digits
    else:
        assert refusal(parse_uln, digits)[0] == "ULN"


@given(valid_ulns, st.integers(0, 9), st.integers(1, 9))
def test_changing_any_one_digit_of_a_valid_uln_is_always_noticed(
    uln: str, at: int, step: int
) -> None:
    # Every weight from 1 to 10 is prime to 11, so no change of one digit leaves the sum alone.
    digit = str((int(uln[at]) + step) % 10)
    refusal(parse_uln, uln[:at] + digit + uln[at + 1 :])


@given(valid_ulns, st.integers(0, 9), st.integers(0, 9))
def test_swapping_two_digits_of_a_valid_uln_is_noticed_unless_they_are_equal(
    uln: str, one: int, other: int
) -> None:
    # Both the weights and the digits differ by less than 11, so their product never vanishes.
    digits = list(uln)
    digits[one], digits[other] = digits[other], digits[one]
    swapped = "".join(digits)
    if swapped == uln:
        assert parse_uln(swapped) == uln
    else:
        refusal(parse_uln, swapped)


# QAN ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", VECTORS["qan"], ids=lambda vector: vector["input"])
def test_every_qan_vector_is_stored_and_checked_as_written(vector: dict[str, Any]) -> None:
    if vector["formatValid"]:
        assert parse_qan(vector["input"]) == vector["canonical"]
        assert qan_check_fits(vector["canonical"]) is vector["checkFits"]
    else:
        assert refusal(parse_qan, vector["input"]) == ("QAN", "FORMAT")


@pytest.mark.parametrize(
    ("text", "stored", "fits"),
    [
        ("500/9909/7", "500/9909/7", True),
        ("6005640x", "600/5640/X", True),
        (" 600/5640/x ", "600/5640/X", True),
        ("500/9909/8", "500/9909/8", False),
    ],
)
def test_a_qan_is_stored_in_one_form_whatever_its_check_character(
    text: str, stored: str, *, fits: bool
) -> None:
    assert parse_qan(text) == stored
    assert qan_check_fits(text) is fits


@pytest.mark.parametrize(
    "text",
    [
        "500-9909-7",
        "500/9909/A",
        "500/99097",
        "5009909/7",
        "500/9909/77",
        "5\N{ARABIC-INDIC DIGIT ZERO}0/9909/7",
        "",
    ],
)
def test_a_text_of_another_form_is_no_qan(text: str) -> None:
    assert refusal(parse_qan, text) == ("QAN", "FORMAT")


@given(st.from_regex(r"[0-9]{7}", fullmatch=True))
def test_a_qan_made_with_its_check_character_fits_in_both_spellings(digits: str) -> None:
    check = qan_check_character(digits)
    canonical = f"{digits[:3]}/{digits[3:]}/{check}"
    assert parse_qan(digits + check.lower()) == parse_qan(canonical) == canonical
    assert qan_check_fits(canonical)


@pytest.mark.parametrize("digits", ["500990", "50099097", "500990X"])
def test_the_check_character_follows_from_seven_digits_only(digits: str) -> None:
    assert refusal(qan_check_character, digits) == ("QAN", "LENGTH")


# UCI and UPN -------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", VECTORS["uci"], ids=lambda vector: vector["body"])
def test_every_uci_vector_has_its_check_letter(vector: dict[str, Any]) -> None:
    uci = vector["body"] + vector["check"]
    assert uci_check_letter(vector["body"]) == vector["check"]
    assert parse_uci(f" {uci} ") == uci
    assert refusal(parse_uci, vector["body"] + "Y") == ("UCI", "CHECK_LETTER")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("689990980001", "LENGTH"),
        ("689990980001DD", "LENGTH"),
        ("68999Q980001D", "FORMAT"),
        ("68999b980001D", "FORMAT"),
        ("689990980001I", "FORMAT"),
        ("68999098000AD", "FORMAT"),
    ],
)
def test_a_uci_of_another_form_is_refused(text: str, rule: str) -> None:
    assert refusal(parse_uci, text) == ("UCI", rule)


@given(st.from_regex(r"[0-9]{5}[0A-P][0-9]{6}", fullmatch=True))
def test_a_uci_has_exactly_one_check_letter(body: str) -> None:
    letter = uci_check_letter(body)
    assert parse_uci(body + letter) == body + letter
    for other in set("ABCDEFGHKLMRTVWXY") - {letter}:
        assert refusal(parse_uci, body + other) == ("UCI", "CHECK_LETTER")


def test_the_check_letter_of_anything_but_a_uci_body_is_refused() -> None:
    assert refusal(uci_check_letter, "68999098000") == ("UCI", "FORMAT")


@pytest.mark.parametrize("vector", VECTORS["upn"], ids=lambda vector: vector["value"])
def test_every_upn_vector_is_judged_as_computed(vector: dict[str, Any]) -> None:
    if vector["valid"]:
        assert parse_upn(vector["value"]) == vector["value"]
    else:
        assert refusal(parse_upn, vector["value"]) == ("UPN", "CHECK_LETTER")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("B80120000500", "LENGTH"),
        ("I801200005001", "FORMAT"),
        ("B80120000500S", "FORMAT"),
        ("B8012000A5001", "FORMAT"),
    ],
)
def test_a_upn_of_another_form_is_refused(text: str, rule: str) -> None:
    assert parse_upn("B801200005001 ") == "B801200005001"
    assert refusal(parse_upn, text) == ("UPN", rule)


# Centres -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", VECTORS["centreNumber"], ids=lambda vector: vector["value"])
def test_every_centre_number_vector_is_judged_as_written(vector: dict[str, Any]) -> None:
    if vector["valid"]:
        assert parse_centre_number(f" {vector['value']} ") == vector["value"]
    else:
        assert refusal(parse_centre_number, vector["value"]) == ("centre number", "FORMAT")


# Months and series -------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", VECTORS["yearMonth"], ids=lambda vector: vector["value"])
def test_every_month_vector_is_judged_as_written(vector: dict[str, Any]) -> None:
    rule = "MONTH" if vector["value"] == "2010-13" else "FORMAT"
    assert vector["valid"] is False
    assert refusal(YearMonth.parse, vector["value"]) == ("month", rule)


@pytest.mark.parametrize(
    ("text", "rule"),
    [("2010-00", "MONTH"), (" 2010-08", "FORMAT"), ("2010-08\n", "FORMAT"), ("0000-01", "FORMAT")],
)
def test_a_month_is_read_strictly(text: str, rule: str) -> None:
    assert refusal(YearMonth.parse, text) == ("month", rule)


def test_a_month_is_written_in_three_forms() -> None:
    august = YearMonth.parse("2010-08")
    assert august == YearMonth(2010, 8)
    assert (str(august), august.short(), august.long()) == ("2010-08", "Aug - 2010", "August 2010")


@given(months)
def test_a_month_reads_back_as_it_was_written(month: YearMonth) -> None:
    assert YearMonth.parse(str(month)) == month


@given(st.dates())
def test_a_month_holds_its_days_from_the_first_to_the_last(day: date) -> None:
    month = YearMonth.of(day)
    assert month.first_day() <= day <= month.last_day()
    assert month.first_day().day == 1
    assert YearMonth.of(month.last_day()) == month
    if month.last_day() < date.max:
        assert month.last_day() + timedelta(days=1) == month.plus(1).first_day()


@given(months, months)
def test_months_sort_by_time_as_their_written_forms_do(one: YearMonth, other: YearMonth) -> None:
    assert (one < other) is (one.first_day() < other.first_day()) is (str(one) < str(other))


@given(st.builds(YearMonth, st.integers(1000, 8000), st.integers(1, 12)), st.integers(-999, 999))
def test_adding_months_moves_by_exactly_that_many(month: YearMonth, step: int) -> None:
    moved = month.plus(step)
    assert (moved.year - month.year) * 12 + moved.month - month.month == step
    assert moved.plus(-step) == month


@pytest.mark.parametrize(("month", "step"), [(YearMonth(9999, 12), 1), (YearMonth(1, 1), -1)])
def test_no_month_lies_outside_the_calendar(month: YearMonth, step: int) -> None:
    with pytest.raises(OverflowError, match="month value out of range"):
        month.plus(step)


@pytest.mark.parametrize("vector", VECTORS["examSeries"], ids=lambda vector: vector["value"])
def test_every_series_vector_is_judged_as_written(vector: dict[str, Any]) -> None:
    if vector["valid"]:
        series = Series.parse(vector["value"])
        month, years = RESULTS_MONTHS[series.month]
        assert str(series) == vector["value"]
        assert str(YearMonth(series.year + years, month)) == vector["resultsMonth"]
    else:
        rule = "MONTH" if vector["value"] == "May 2010" else "FORMAT"
        assert refusal(Series.parse, vector["value"]) == ("exam series", rule)


@pytest.mark.parametrize("text", ["june 2010", " June 2010", "June  2010", "June 2010 ", "June"])
def test_a_series_is_read_strictly(text: str) -> None:
    assert refusal(Series.parse, text) == ("exam series", "FORMAT")


@given(st.builds(Series, st.integers(1, 9999), st.sampled_from(SERIES_MONTHS)))
def test_a_series_reads_back_as_it_was_written(series: Series) -> None:
    assert Series.parse(str(series)) == series
    assert series.sat_in().long() == str(series)


def test_the_series_of_a_year_follow_each_other_by_the_month_they_are_sat_in() -> None:
    in_order = [Series(2010, month).sat_in().month for month in SERIES_MONTHS]
    assert in_order == [1, 3, 6, 11]
    assert len(MONTHS) == 12


# Errors ------------------------------------------------------------------------------------------


def test_a_refusal_survives_pickling_whole() -> None:
    error = IdentifierError("ULN", "LENGTH", "A ULN has exactly ten digits.")
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - made one line above
    assert (copy.identifier, copy.rule, str(copy)) == ("ULN", "LENGTH", str(error))


def test_a_refusal_names_the_rule_in_one_sentence_and_keeps_the_value_to_itself() -> None:
    with pytest.raises(IdentifierError) as caught:
        parse_uln("9276308687")
    assert str(caught.value) == "The last digit is not the check digit of this ULN."
    assert "9276308687" not in repr(caught.value)
