"""The text of one cell as a value, or what was expected there."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Final

from domain import identifiers
from domain.identifiers import FIRST_YEAR, LAST_YEAR, IdentifierError, Series, YearMonth
from domain.results import WORDS

Parser = Callable[[str], Any]

MAX_CELL = 1_000
"""Characters in a cell unless its column says otherwise."""

REMEMBERED = 20_000
"""Size of the cache of parsed texts, for each column."""

NEVER = date.max
"""A usual word for a validity without end: 9999-12-31."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ACADEMIC_YEAR = re.compile(r"([0-9]{4})/([0-9]{2})")
_LEVELS = frozenset("12345678")
_SPACE = re.compile(r"\s+")


class CellError(ValueError):
    """A cell does not hold what its column must hold."""

    def __init__(self, code: str, message: str) -> None:
        """Keep the code for programs and the sentence for people."""
        super().__init__(message)
        self.code = code
        self.message = message


JOINERS: Final = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
"""What parts or joins two letters, in Persian and Sinhala names for example."""


def text(limit: int, *, allowed: str = "") -> Parser:
    """Free text of at most so many characters, trimmed; some are `allowed` that are not printed."""

    def parse(cell: str) -> str:
        value = cell.strip()
        if len(value) > limit:
            raise CellError("TOO_LONG", f"At most {limit} characters are allowed.")
        if not value.isprintable() and _has_controls(value, allowed):
            raise CellError("CONTROL_CHARACTER", "Control characters are not allowed.")
        return value

    return parse


def _has_controls(value: str, allowed: str) -> bool:
    """Whether characters are neither printable nor spaces nor allowed, or nothing else is there."""
    others = [char for char in value if char not in allowed]
    return not others or any(map(_is_control, others))


def _is_control(char: str) -> bool:
    """Whether a character is neither printable nor a space of some width."""
    return not char.isprintable() and unicodedata.category(char) != "Zs"


def result(cell: str) -> str:
    """A grade as it was sent, but for the words that the rules know however they are spelt."""
    value: str = _grade(cell)
    word = value.upper()
    return word if word in WORDS else value


_grade = text(10)


def words(vocabulary: Iterable[str]) -> Parser:
    """One of a closed list of upper-case words."""
    known = {str(word): str(word) for word in vocabulary}
    expected = f"One of {', '.join(known)} is expected."

    def parse(cell: str) -> str:
        try:
            return known[cell.strip()]
        except KeyError:
            raise CellError("UNKNOWN_WORD", expected) from None

    return parse


def known_words(vocabulary: type[StrEnum]) -> frozenset[str]:
    """The words of a status column that are understood; UNKNOWN is ours, not a feed's."""
    return frozenset(word.value for word in vocabulary if word.value != "UNKNOWN")


def boolean(cell: str) -> bool:
    """The words true and false."""
    value = cell.strip()
    if value == "true":
        return True
    if value == "false":
        return False
    raise CellError("BOOLEAN", "The word true or false is expected.")


def integer(low: int, high: int) -> Parser:
    """A whole number within limits."""

    def parse(cell: str) -> int:
        value = cell.strip()
        if not (value.isascii() and value.isdigit() and len(value) < 10):  # noqa: PLR2004 - digits
            raise CellError("INTEGER", f"A whole number from {low} to {high} is expected.")
        number = int(value)
        if not low <= number <= high:
            raise CellError("INTEGER", f"A whole number from {low} to {high} is expected.")
        return number

    return parse


def day(cell: str) -> date:
    """A day of the calendar, YYYY-MM-DD."""
    value = cell.strip()
    if not _DATE.fullmatch(value):
        raise CellError("DATE", "A date of the form YYYY-MM-DD is expected.")
    try:
        found = date.fromisoformat(value)
    except ValueError:
        raise CellError("DATE", "There is no such day in the calendar.") from None
    _check_year(found.year, "DATE")
    return found


def last_day(cell: str) -> date:
    """The last day of a validity; 9999-12-31 stands for one without end."""
    return NEVER if cell.strip() == NEVER.isoformat() else day(cell)


def instant(cell: str) -> datetime:
    """A moment in ISO form with its offset, in UTC."""
    try:
        value = datetime.fromisoformat(cell.strip())
    except ValueError:
        raise CellError(
            "INSTANT", "An instant such as 2010-02-19T05:00:00+00:00 is expected."
        ) from None
    if value.tzinfo is None:
        raise CellError("INSTANT", "The instant needs its offset, such as +00:00 or Z.")
    _check_year(value.year, "INSTANT")
    return value.astimezone(UTC)


def _check_year(year: int, code: str) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CellError(code, f"The year must be {FIRST_YEAR} to {LAST_YEAR}.")


def _identifier(parse: Callable[[str], Any]) -> Parser:
    def checked(cell: str) -> str:
        try:
            return str(parse(cell.strip()))
        except IdentifierError as error:
            raise CellError(f"{_code(error.identifier)}_{error.rule}", str(error)) from None

    return checked


def _code(identifier: str) -> str:
    return _SPACE.sub("_", identifier.upper())


def _month(cell: str) -> YearMonth:
    found = YearMonth.parse(cell)
    _check_year(found.year, "MONTH_YEAR")
    return found


def _series(cell: str) -> Series:
    found = Series.parse(cell)
    _check_year(found.year, "EXAM_SERIES_YEAR")
    return found


uln = _identifier(identifiers.parse_uln)
qan = _identifier(identifiers.parse_qan)
uci = _identifier(identifiers.parse_uci)
upn = _identifier(identifiers.parse_upn)
centre_number = _identifier(identifiers.parse_centre_number)
month = _identifier(_month)
series = _identifier(_series)


def academic_year(cell: str) -> str:
    """Two calendar years, 2009/10."""
    found = _ACADEMIC_YEAR.fullmatch(cell.strip())
    if not found or (int(found[1]) + 1) % 100 != int(found[2]):
        raise CellError("ACADEMIC_YEAR", "An academic year such as 2009/10 is expected.")
    _check_year(int(found[1]), "ACADEMIC_YEAR")
    return cell.strip()


def listed(parse: Parser, *, separator: str = "|", limit: int = MAX_CELL) -> Parser:
    """Several values in one cell, kept as text in canonical form."""

    def parse_all(cell: str) -> str:
        parts = cell.split(separator)
        if not all(part.strip() for part in parts):
            raise CellError("LIST", f"Values with {separator} between them are expected.")
        value = separator.join(str(parse(part)) for part in parts)
        if len(value) > limit:
            raise CellError("TOO_LONG", f"At most {limit} characters are allowed.")
        return value

    return parse_all


_grade_text = text(200)


def grade_levels(cell: str) -> str:
    """Grades with the level each counts at, A*:2|D:1, each grade once."""
    levels: dict[str, str] = {}
    for part in _grade_text(cell).split("|"):
        grade, _, level = (piece.strip() for piece in part.partition(":"))
        if not grade or level not in _LEVELS:
            raise CellError("GRADE_LEVELS", "Grades and levels such as A*:2|D:1 are expected.")
        if grade in levels:
            raise CellError("GRADE_LEVELS", f"The grade {grade} is there more than once.")
        levels[grade] = level
    return "|".join(f"{grade}:{level}" for grade, level in levels.items())


ANY = "ANY"
"""The word for all lines of learning."""

_line_codes = listed(text(60))


def lines(cell: str) -> str:
    """Codes of lines of learning, or the word ANY by itself, however it is spelt."""
    value: str = _line_codes(cell)
    if ANY not in value.upper().split("|"):
        return value
    if "|" in value:
        raise CellError("LIST", "ANY stands by itself; it is not one line among others.")
    return ANY


class Remembering(dict[str, Any]):
    """A parser with a cache, for columns whose texts repeat."""

    def __init__(self, parse: Parser) -> None:
        """Remember the values of a parser."""
        super().__init__()
        self._parse = parse

    def __missing__(self, cell: str) -> Any:  # noqa: ANN401 - a cell's value is of any type
        """Parse a text that was not met before."""
        value = self._parse(cell)
        if len(self) < REMEMBERED:
            self[cell] = value
        return value
