"""Custom scalars, which normalise input and say which rule invalid input breaks."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final, NewType

import strawberry
from graphql import EnumValueNode, GraphQLError, StringValueNode, ValueNode
from strawberry.types.scalar import ScalarDefinition

from domain import identifiers
from domain.identifiers import IdentifierError

Uln = NewType("Uln", str)
Qan = NewType("Qan", str)
CentreNumber = NewType("CentreNumber", str)
YearMonth = NewType("YearMonth", str)
CourseCode = NewType("CourseCode", str)

MAX_CODE = 60
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(
    rf"{_DAY.pattern}[Tt ][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}(\.[0-9]{{1,9}})?)?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})?"
)


def _reader(name: str, code: str, parse: Callable[[str], Any]) -> Callable[[Any], Any]:
    """Read a variable's value; the error names the failing rule and never repeats the value."""

    def read(value: object) -> Any:  # noqa: ANN401 - as the scalar has it
        if not isinstance(value, str):
            message = f"{name} must be given as text."
            raise GraphQLError(message, extensions={"code": code, "rule": "TYPE"})
        try:
            return parse(value.strip())
        except IdentifierError as error:
            raise GraphQLError(str(error), extensions={"code": code, "rule": error.rule}) from None

    return read


def _literal(
    read: Callable[[Any], Any], *, bare: bool = False
) -> Callable[[ValueNode, dict[str, Any] | None], Any]:
    """Read a value written in the document; `bare` also takes a word without quotes.

    The error names its place.
    """

    def read_literal(node: ValueNode, _variables: dict[str, Any] | None = None) -> Any:  # noqa: ANN401
        text = None
        if isinstance(node, StringValueNode) or (bare and isinstance(node, EnumValueNode)):
            text = node.value
        try:
            return read(text)
        except GraphQLError as error:  # graphql-core does not tell where
            raise GraphQLError(error.message, node, extensions=error.extensions) from None

    return read_literal


def _scalar(
    name: str,
    code: str,
    parse: Callable[[str], Any],
    description: str,
    *,
    serialize: Callable[[Any], str] = str,
    bare: bool = False,
) -> ScalarDefinition:
    read = _reader(name, code, parse)
    return strawberry.scalar(
        name=name,
        description=description,
        serialize=serialize,
        parse_value=read,
        parse_literal=_literal(read, bare=bare),
    )


def _course_code(text: str) -> str:
    if not (text.isascii() and text.replace("_", "").isalnum() and len(text) <= MAX_CODE):
        raise IdentifierError("course code", "FORMAT", "A code has letters, digits and _ only.")
    return text


def _month(text: str) -> str:
    return str(identifiers.YearMonth.parse(text))


def _day(text: str) -> date:
    if _DAY.fullmatch(text) is None:
        raise IdentifierError("day", "FORMAT", "A day is written YYYY-MM-DD.")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise IdentifierError("day", "CALENDAR", "The calendar has no such day.") from None


def _moment(text: str) -> datetime:
    if _MOMENT.fullmatch(text) is None:
        message = "A moment is written YYYY-MM-DDTHH:MM:SS, with its offset unless it is UTC."
        raise IdentifierError("moment", "FORMAT", message)
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        message = "There is no such moment on the calendar and the clock."
        raise IdentifierError("moment", "CALENDAR", message) from None


SCALARS: dict[object, ScalarDefinition] = {
    date: _scalar(
        "Date",
        "DAY_INVALID",
        _day,
        "A day of the calendar, 2010-02-19.",
        serialize=date.isoformat,
    ),
    datetime: _scalar(
        "DateTime",
        "MOMENT_INVALID",
        _moment,
        "A moment in UTC with its offset, 2010-02-19T09:30:00+00:00.",
        serialize=datetime.isoformat,
    ),
    Uln: _scalar(
        "ULN",
        "ULN_INVALID",
        lambda text: identifiers.parse_uln("".join(text.split())),
        "A unique learner number: ten digits, the last a check digit. Blanks may stand among them.",
    ),
    Qan: _scalar(
        "QAN",
        "QAN_FORMAT",
        identifiers.parse_qan,
        "A qualification accreditation number, 500/9909/7; obliques may be left out.",
    ),
    CentreNumber: _scalar(
        "CentreNumber",
        "CENTRE_NUMBER_INVALID",
        identifiers.parse_centre_number,
        "A national centre number: five digits.",
    ),
    YearMonth: _scalar(
        "YearMonth",
        "MONTH_INVALID",
        _month,
        "A month of a year, 2010-08.",
    ),
    CourseCode: _scalar(
        "CourseCode",
        "COURSE_CODE_INVALID",
        _course_code,
        "The code of a line or level of the catalogue, such as ENGINEERING or HIGHER; in a"
        " document it may be written with or without quotes.",
        bare=True,
    ),
}
"""What each Python type of a field is in the graph."""
