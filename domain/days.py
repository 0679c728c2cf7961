"""Civil days: where they begin, and the same day of other years."""

from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

CIVIL_ZONE: Final = ZoneInfo("Europe/London")
"""Where days begin and end for windows, releases and award months."""


def years_later(day: date, years: int) -> date:
    """The same day of a later year; 29 February may become 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
