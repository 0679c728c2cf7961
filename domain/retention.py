"""For how long what is held is kept, and what is past its time on a day."""

from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from domain.identifiers import YearMonth

_SAFE_DAY: Final = 28
"""A day that every month has."""


class Periods(NamedTuple):
    """How long each kind of record is kept."""

    learner_years: int
    """Years after the anticipated award month for which a learner is known by name."""
    past_years: int
    """Years after that month for which the pseudonymous record is kept; 0 for ever."""
    log_years: int
    """Years for which it is known who did and saw what."""
    feed_days: int
    """Days for which what feeds, mails and bulk edits left behind is kept."""
    token_hours: int
    """Hours for which a token from a mail is kept after its end."""


class Limits(NamedTuple):
    """Before what something must lie for its time to be over."""

    award: str
    """The first month, YYYY-MM, whose learners are still known by name."""
    entered: date
    """The same for entries that belong to nobody, by the day they were made."""
    past: str
    """The first month whose pseudonymous records are kept."""
    log: datetime
    feed: datetime
    token: datetime


def limits_on(periods: Periods, day: date, now: datetime) -> Limits:
    """What is over on a civil day and at a real instant.

    A period that begins in a month ends with the same month, so the last day of it still counts.
    """
    month = YearMonth.of(day)
    return Limits(
        award=str(month.plus(-12 * periods.learner_years)),
        entered=_years_before(day, periods.learner_years),
        past=str(month.plus(-12 * periods.past_years)) if periods.past_years else "",
        log=datetime.combine(_years_before(now.date(), periods.log_years), now.timetz()),
        feed=now - timedelta(days=periods.feed_days),
        token=now - timedelta(hours=periods.token_hours),
    )


def _years_before(day: date, years: int) -> date:
    """The same day so many years earlier; for the 29th of February the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=_SAFE_DAY)
