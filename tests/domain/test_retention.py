"""What is over on a day."""

from datetime import UTC, date, datetime

import pytest

from domain.retention import Limits, Periods, limits_on

PERIODS = Periods(learner_years=7, past_years=20, log_years=2, feed_days=90, token_hours=24)
NOW = datetime(2017, 9, 1, 3, 30, tzinfo=UTC)


def test_months_and_moments_are_counted_back_from_the_day() -> None:
    assert limits_on(PERIODS, date(2017, 9, 1), NOW) == Limits(
        award="2010-09",
        entered=date(2010, 9, 1),
        past="1997-09",
        log=datetime(2015, 9, 1, 3, 30, tzinfo=UTC),
        feed=datetime(2017, 6, 3, 3, 30, tzinfo=UTC),
        token=datetime(2017, 8, 31, 3, 30, tzinfo=UTC),
    )


@pytest.mark.parametrize(("day", "over"), [(date(2017, 8, 31), False), (date(2017, 9, 1), True)])
def test_the_last_day_of_the_month_still_counts(day: date, over: bool) -> None:
    assert (limits_on(PERIODS, day, NOW).award > "2010-08") is over


def test_a_leap_day_has_a_day_before_it_in_other_years() -> None:
    limits = limits_on(PERIODS, date(2016, 2, 29), datetime(2016, 2, 29, tzinfo=UTC))

    assert (limits.entered, limits.log.date()) == (date(2009, 2, 28), date(2014, 2, 28))


def test_no_period_for_the_rest_keeps_it_for_ever() -> None:
    limits = limits_on(PERIODS._replace(past_years=0), date(2017, 9, 1), NOW)

    assert not limits.past > "0001-01"
