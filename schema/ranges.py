"""Ranges in filters: moments in UTC, and bounds that leave something between them."""

from datetime import UTC, datetime
from typing import Final, TypeAlias, TypeVar

from domain.errors import Invalid

Period: TypeAlias = tuple[datetime | None, datetime | None]
Bound = TypeVar("Bound", str, datetime)

_YEARS: Final = range(1000, 10_000)
"""Years that are written with four digits."""


def period(since: datetime | None, until: datetime | None) -> Period:
    """The moments of `from` and `to` in UTC; raises Invalid."""
    bounds = in_utc(since, "from"), in_utc(until, "to")
    in_order(*bounds, fields=("from", "to"))
    return bounds


def in_utc(moment: datetime | None, field: str) -> datetime | None:
    """A moment that was given, in UTC, which one without an offset is in; raises Invalid."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        message = "This moment lies outside the calendar."
        raise Invalid(message, code="MOMENT_INVALID", field=field) from None


def in_order(first: Bound | None, last: Bound | None, *, fields: tuple[str, str]) -> None:
    """Raise Invalid for a first bound behind the last; None is no bound."""
    if first is not None and last is not None and first > last:
        message = f"{fields[0]} is later than {fields[1]}; nothing lies between them."
        raise Invalid(message, code="RANGE_REVERSED", field=fields[0])


def known_year(year: int | None, field: str) -> int | None:
    """A calendar year that was given; raises Invalid."""
    if year is not None and year not in _YEARS:
        message = "A year is written with four digits."
        raise Invalid(message, code="YEAR_OUT_OF_RANGE", field=field)
    return year
