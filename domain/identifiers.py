"""The identifiers of learners, qualifications, centres and months: read, checked, made canonical.

Every reader is strict about ASCII: other scripts have digits too, and none of them belongs here.
"""

import re
from calendar import isleap
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from operator import mul
from typing import Final, NamedTuple, NoReturn, Self

MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
"""The English names of the months; the calendar module's would follow the locale."""

SERIES_MONTHS: Final = ("January", "March", "June", "November")
"""The months after which exam series are named, in the order of the year."""

_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY = 2
_LAST_YEAR = 9999
FIRST_YEAR, LAST_YEAR = 1900, 2200
"""Years that feeds and people may name; a date far outside is a slip."""

_ULN_LENGTH = 10
_ULN_WEIGHTS = (10, 9, 8, 7, 6, 5, 4, 3, 2, 1)
_ULN_REMAINDER = 10
_ULN_BODY = re.compile(r"[1-9][0-9]{8}")

_QAN = re.compile(r"([0-9]{3})(/?)([0-9]{4})\2([0-9Xx])")
_QAN_BODY = re.compile(r"[0-9]{7}")
_QAN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2)
_QAN_CHECKS = "0123456789X"

_UCI_LENGTH = 13
_UCI = re.compile(r"[0-9]{5}[0A-P][0-9]{6}[A-HK-MRTV-Y]")
_UCI_BODY = re.compile(r"[0-9]{5}[0A-P][0-9]{6}")
_UCI_WEIGHTS = (16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5)
_UCI_CHECKS = "ABCDEFGHKLMRTVWXY"

_UPN_LENGTH = 13
_UPN = re.compile(r"[A-HJ-NP-RT-Z][0-9]{11}[0-9A-HJ-NP-RT-Z]")
_UPN_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13)
_UPN_CHECKS = "ABCDEFGHJKLMNPQRTUVWXYZ"

_CENTRE_NUMBER = re.compile(r"[0-9]{5}")
_YEAR_MONTH = re.compile(r"((?!0000)[0-9]{4})-([0-9]{2})")
_SERIES = re.compile(r"([A-Z][a-z]+) ((?!0000)[0-9]{4})")

_DIGITS = {str(digit): digit for digit in range(10)}
# A letter counts differently in each scheme: from one inside a UCI, from zero inside a UPN.
_UCI_VALUES = _DIGITS | {letter: at for at, letter in enumerate("ABCDEFGHIJKLMNOP", start=1)}
_UPN_VALUES = _DIGITS | {letter: at for at, letter in enumerate(_UPN_CHECKS)}

_REFUSALS = {
    ("ULN", "LENGTH"): "A ULN has exactly ten digits.",
    ("ULN", "NON_DIGIT"): "A ULN consists of the digits 0 to 9 alone, without other characters.",
    ("ULN", "LEADING_ZERO"): "A ULN does not begin with a zero.",
    ("ULN", "REMAINDER_ZERO"): "No ULN begins with these nine digits: their remainder is zero.",
    ("ULN", "CHECK_DIGIT"): "The last digit is not the check digit of this ULN.",
    ("ULN", "FORMAT"): "A ULN begins with nine digits, the first of them not zero.",
    ("QAN", "FORMAT"): (
        "A QAN has the form NNN/NNNN/C, with or without the obliques, where C is a digit or X."
    ),
    ("QAN", "LENGTH"): "The check character of a QAN follows from exactly seven digits.",
    ("UCI", "LENGTH"): "A UCI has exactly thirteen characters.",
    ("UCI", "FORMAT"): (
        "A UCI is five digits, 0 or a letter from A to P, six digits and a check letter."
    ),
    ("UCI", "CHECK_LETTER"): "The last letter is not the check letter of this UCI.",
    ("UPN", "LENGTH"): "A UPN has exactly thirteen characters.",
    ("UPN", "FORMAT"): (
        "A UPN is a check letter and twelve digits; only the last may be a letter instead, "
        "and no letter is I, O or S."
    ),
    ("UPN", "CHECK_LETTER"): "The first letter is not the check letter of this UPN.",
    ("centre number", "FORMAT"): "A centre number has exactly five digits.",
    ("month", "FORMAT"): "A month is written YYYY-MM.",
    ("month", "MONTH"): "The months of a year run from 01 to 12.",
    ("exam series", "FORMAT"): "An exam series is the name of a month and a year of four digits.",
    ("exam series", "MONTH"): (
        f"Exam series are held in {', '.join(SERIES_MONTHS[:-1])} and {SERIES_MONTHS[-1]} only."
    ),
}


SEPTEMBER = 9
"""The month in which an academic year begins."""


class IdentifierError(ValueError):
    """A text is not the identifier it should be; the message never repeats the text."""

    def __init__(self, identifier: str, rule: str, message: str) -> None:
        """Keep the kind of identifier, the rule that failed and the sentence for people."""
        # All three are passed on, so that the error survives the way out of a worker process.
        super().__init__(identifier, rule, message)
        self.identifier = identifier
        self.rule = rule
        self.message = message

    def __str__(self) -> str:
        """The sentence that says which rule failed."""
        return self.message


def _refuse(identifier: str, rule: str) -> NoReturn:
    """Say which rule of which identifier failed."""
    raise IdentifierError(identifier, rule, _REFUSALS[identifier, rule])


def _weigh(weights: Iterable[int], text: str) -> int:
    """The weighted sum of the digits of a text."""
    return sum(map(mul, weights, map(_DIGITS.__getitem__, text)))


# Learners ----------------------------------------------------------------------------------------


def parse_uln(text: str) -> str:
    """A unique learner number, trimmed; refused unless its check digit fits.

    The placeholder of ten nines that funding returns accept is refused by the same arithmetic.
    """
    value = text.strip()
    # Characters come first: of ten digits with hyphens between them, the number is not the fault.
    if value and not (value.isascii() and value.isdigit()):
        _refuse("ULN", "NON_DIGIT")
    if len(value) != _ULN_LENGTH:
        _refuse("ULN", "LENGTH")
    if value[0] == "0":
        _refuse("ULN", "LEADING_ZERO")
    # One sum over all ten digits decides; only a refusal needs to know which rule it was.
    if _weigh(_ULN_WEIGHTS, value) % 11 == _ULN_REMAINDER:
        return value
    _refuse("ULN", "REMAINDER_ZERO" if uln_check_digit(value[:9]) is None else "CHECK_DIGIT")


def uln_check_digit(first_nine: str) -> str | None:
    """The tenth digit of a ULN; None when the remainder is zero, for then there is no such ULN."""
    if not _ULN_BODY.fullmatch(first_nine):
        _refuse("ULN", "FORMAT")
    remainder = _weigh(_ULN_WEIGHTS, first_nine) % 11
    return str(_ULN_REMAINDER - remainder) if remainder else None


def parse_uci(text: str) -> str:
    """A unique candidate identifier, trimmed; refused unless its check letter fits."""
    value = text.strip()
    if len(value) != _UCI_LENGTH:
        _refuse("UCI", "LENGTH")
    if not _UCI.fullmatch(value):
        _refuse("UCI", "FORMAT")
    if value[-1] != _uci_letter(value):
        _refuse("UCI", "CHECK_LETTER")
    return value


def uci_check_letter(twelve: str) -> str:
    """The thirteenth character of a UCI."""
    if not _UCI_BODY.fullmatch(twelve):
        _refuse("UCI", "FORMAT")
    return _uci_letter(twelve)


def _uci_letter(value: str) -> str:
    """The check letter of the first twelve characters, whose form is known to be right."""
    total = sum(map(mul, _UCI_WEIGHTS, map(_UCI_VALUES.__getitem__, value[:12])))
    return _UCI_CHECKS[total % 17]


def parse_upn(text: str) -> str:
    """A unique pupil number, permanent or temporary, trimmed; refused unless its letter fits."""
    value = text.strip()
    if len(value) != _UPN_LENGTH:
        _refuse("UPN", "LENGTH")
    if not _UPN.fullmatch(value):
        _refuse("UPN", "FORMAT")
    total = sum(map(mul, _UPN_WEIGHTS, map(_UPN_VALUES.__getitem__, value[1:])))
    if value[0] != _UPN_CHECKS[total % 23]:
        _refuse("UPN", "CHECK_LETTER")
    return value


# Qualifications and centres ----------------------------------------------------------------------


def parse_qan(text: str) -> str:
    """A qualification accreditation number as NNN/NNNN/C; its check character never refuses it."""
    found = _QAN.fullmatch(text.strip())
    if found is None:
        _refuse("QAN", "FORMAT")
    return f"{found[1]}/{found[3]}/{found[4].upper()}"


def qan_check_fits(qan: str) -> bool:
    """Whether the check character of a QAN fits; a misfit deserves a warning, not a refusal."""
    canonical = parse_qan(qan)
    return canonical[-1] == qan_check_character(canonical[:3] + canonical[4:8])


def qan_check_character(seven_digits: str) -> str:
    """The last character of a QAN by the customary sum, which no regulator has published."""
    if not _QAN_BODY.fullmatch(seven_digits):
        _refuse("QAN", "LENGTH")
    return _QAN_CHECKS[_weigh(_QAN_WEIGHTS, seven_digits) % 11]


def parse_centre_number(text: str) -> str:
    """A national centre number, trimmed: five digits, kept as text for its leading zeros."""
    value = text.strip()
    if not _CENTRE_NUMBER.fullmatch(value):
        _refuse("centre number", "FORMAT")
    return value


# Months and series -------------------------------------------------------------------------------


class YearMonth(NamedTuple):
    """A month of a year, which is as exact as award dates get; sorts by time."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """A month written YYYY-MM and nothing around it."""
        year, month = _read_month(text)
        return cls(year, month)

    @classmethod
    def of(cls, day: date) -> Self:
        """The month a day lies in."""
        return cls(day.year, day.month)

    def __str__(self) -> str:
        """YYYY-MM."""
        return f"{self.year:04d}-{self.month:02d}"

    def plus(self, months: int) -> Self:
        """The month so many months later, or earlier for a negative number.

        Raises OverflowError outside the years 1 to 9999, as days do.
        """
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        if not 1 <= year <= _LAST_YEAR:
            message = "month value out of range"
            raise OverflowError(message)
        return type(self)(year, month + 1)

    def first_day(self) -> date:
        """The first day of the month."""
        return date(self.year, self.month, 1)

    def last_day(self) -> date:
        """The last day of the month."""
        leap = self.month == _FEBRUARY and isleap(self.year)
        return date(self.year, self.month, _DAYS[self.month - 1] + leap)

    def short(self) -> str:
        """The form of lists: Aug - 2010."""
        return f"{MONTHS[self.month - 1][:3]} - {self.year:04d}"

    def long(self) -> str:
        """The form of running text: August 2010."""
        return f"{MONTHS[self.month - 1]} {self.year:04d}"


class Series(NamedTuple):
    """An exam series; sort by `sat_in`, for the names of the months sort by letter."""

    year: int
    month: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """A series written like June 2010 and nothing around it."""
        year, month = _read_series(text)
        return cls(year, month)

    def __str__(self) -> str:
        """The month and the year: June 2010."""
        return f"{self.month} {self.year:04d}"

    def sat_in(self) -> YearMonth:
        """The month the series is named after."""
        return YearMonth(self.year, MONTHS.index(self.month) + 1)


def day_in_words(day: date) -> str:
    """A day as it is written in a sentence: 15 May 2010."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


# An import meets the same few months and series over and over; refusals are not remembered.
@lru_cache(maxsize=1024)
def _read_month(text: str) -> tuple[int, int]:
    """Year and month of a text of the form YYYY-MM."""
    found = _YEAR_MONTH.fullmatch(text)
    if found is None:
        _refuse("month", "FORMAT")
    month = int(found[2])
    if not 1 <= month <= len(MONTHS):
        _refuse("month", "MONTH")
    return int(found[1]), month


@lru_cache(maxsize=256)
def _read_series(text: str) -> tuple[int, str]:
    """Year and month word of a text such as June 2010."""
    found = _SERIES.fullmatch(text)
    if found is None:
        _refuse("exam series", "FORMAT")
    if found[1] not in SERIES_MONTHS:
        _refuse("exam series", "MONTH")
    return int(found[2]), found[1]


def academic_year(day: date) -> str:
    """The academic year of a day, September to August, as 2009/10."""
    start = day.year if day.month >= SEPTEMBER else day.year - 1
    return f"{start}/{(start + 1) % 100:02}"
