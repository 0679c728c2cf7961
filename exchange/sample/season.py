"""The exam calendar around a day: which series are over, which come next, when marks are due."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from domain.catalogue import BUILT_IN_RESULTS
from domain.identifiers import Series, YearMonth

JANUARY = 1
AUGUST = 8
SEPTEMBER = 9
THURSDAY = 3
SATURDAY = 5
MONTHS = {"January": 1, "March": 3, "June": 6, "November": 11}
YEARS_AROUND = 3
"""Calendar years before and after the day for which windows are published."""

EARLY_WINDOW = (18, 21)
"""Days by which the window of an early unit opens before and closes after the day."""

SETTLED_DAYS = 15
"""Days after which a result ought to have reached the aggregator."""


@dataclass(frozen=True, slots=True)
class Session:
    """A series with its submission window and the day its results come out."""

    name: str
    opens_on: date
    closes_on: date
    results_month: YearMonth
    results_on: date
    entered: tuple[str, ...]
    """Days on which entries for it are made."""
    submitted: tuple[str, ...]
    """Days inside the window, up to the day of the feed, on which marks may have come in."""


@dataclass(frozen=True, slots=True)
class Season:
    """What the calendar looks like from one day."""

    day: date
    year_start: date
    """The first of September on which the academic year of the day began."""
    sessions: tuple[Session, ...]
    """Every January and June session with a published window, in order."""
    earlier: Session
    """The last session whose results have long been out."""
    closed: Session
    """The last session whose window has closed."""
    coming: Session
    """The next session whose window has not opened."""
    latest: Session
    """The last session of a two-year course that began this year."""
    gap: Session
    """A session for which no window is published."""
    this_year: tuple[str, ...]
    """Days of this academic year, up to the day, on which on-demand entries are made."""
    recent: tuple[str, ...]
    """Days of the last fortnight: a result released then need not be on DAS yet."""
    settled: tuple[str, ...]
    """Days of this academic year on which results came out that should be on DAS by now."""
    early: tuple[date, date]
    """The window of units that are marked before the others of their session."""
    early_submitted: tuple[str, ...]
    """Days of that window up to the day."""

    @property
    def after(self) -> Session:
        """The session that follows the coming one."""
        return self.sessions[self.sessions.index(self.coming) + 1]

    @property
    def academic_year(self) -> str:
        """The academic year of the day, as feeds write it."""
        return academic_year(self.year_start.year)


def academic_year(start: int) -> str:
    """The academic year that begins in the given calendar year ("2009/10")."""
    return f"{start}/{(start + 1) % 100:02d}"


def month_text(year: int, month: int) -> str:
    """A year and a month as feeds write them; months past December run into the next year."""
    years, index = divmod(month - 1, 12)
    return f"{year + years:04d}-{index + 1:02d}"


def weekdays(first: date, last: date) -> tuple[str, ...]:
    """The working days of a period; its last day when there is none."""
    span = (last - first).days
    days = (first + timedelta(days=step) for step in range(span + 1))
    working = tuple(day.isoformat() for day in days if day.weekday() < SATURDAY)
    return working or (last.isoformat(),)


def season_of(day: date) -> Season:
    """The calendar as it looks from a day."""
    year_start = date(day.year if day.month >= SEPTEMBER else day.year - 1, SEPTEMBER, 1)
    sessions = tuple(_sessions(day))
    closed = [session for session in sessions if session.closes_on < day][-1]
    coming = next(session for session in sessions if session.opens_on > day)
    earlier = [
        session
        for session in sessions
        if session.closes_on < closed.closes_on
        and session.results_on <= day - timedelta(days=SETTLED_DAYS)
    ][-1]
    position = sessions.index(coming)
    opening = day - timedelta(days=EARLY_WINDOW[0])
    return Season(
        day=day,
        year_start=year_start,
        sessions=sessions,
        earlier=earlier,
        closed=closed,
        coming=coming,
        latest=sessions[position + 2],
        gap=_gap(coming, day),
        this_year=weekdays(min(year_start + timedelta(days=14), day), day),
        recent=weekdays(day - timedelta(days=10), day - timedelta(days=1)),
        settled=weekdays(
            day - timedelta(days=SETTLED_DAYS + 60), day - timedelta(days=SETTLED_DAYS)
        ),
        early=(opening, day + timedelta(days=EARLY_WINDOW[1])),
        early_submitted=weekdays(opening, day - timedelta(days=1)),
    )


def _sessions(day: date) -> Iterator[Session]:
    """The January and June sessions of the years around a day, in order."""
    for year in range(day.year - YEARS_AROUND, day.year + YEARS_AROUND + 1):
        for month, opens_on, closes_on in (
            ("January", date(year - 1, 11, 16 if year < 2011 else 15), date(year, 1, 10)),  # noqa: PLR2004 - the Monday after the November half-term moved
            ("June", date(year, 4, 6), date(year, 5, 15)),
        ):
            yield _session(Series(year, month), (opens_on, closes_on), day)


def _gap(coming: Session, day: date) -> Session:
    """The small session that reports last before the coming one."""
    year = coming.results_month.year
    series = Series(year, "March")
    if coming.results_month.month < AUGUST:
        series = Series(year - 1, "November")
    return _session(series, (coming.opens_on, coming.closes_on), day)


def _session(series: Series, window: tuple[date, date], day: date) -> Session:
    """A session as it looks from a day."""
    rule = BUILT_IN_RESULTS[series.month]
    results_month = YearMonth(series.year + rule.year_offset, rule.month)
    sat_in = date(series.year, MONTHS[series.month], 1)
    opens_on, closes_on = window
    return Session(
        name=f"{series.month} {series.year}",
        opens_on=opens_on,
        closes_on=closes_on,
        results_month=results_month,
        results_on=_results_day(results_month),
        entered=_entry_days(sat_in, day),
        submitted=weekdays(opens_on, closes_on) if closes_on < day else (),
    )


def _entry_days(sat_in: date, day: date) -> tuple[str, ...]:
    """The days on which entries for a session are made, none after the day."""
    first, last = sat_in - timedelta(days=110), sat_in - timedelta(days=75)
    last = min(last, day)
    return weekdays(min(first, last - timedelta(days=40)), last)


def _results_day(month: YearMonth) -> date:
    """Results come out on the second Thursday of the month, in August on the third."""
    first = date(month.year, month.month, 1)
    week = 2 if month.month == AUGUST else 1
    return first + timedelta(days=(THURSDAY - first.weekday()) % 7 + 7 * week)
