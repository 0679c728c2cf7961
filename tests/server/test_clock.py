"""The clock: the civil day is London's, the instant is UTC."""

from datetime import UTC, date, datetime, tzinfo
from typing import Self

import pytest

import server.clock
from server.clock import Clock


def at(monkeypatch: pytest.MonkeyPatch, instant: datetime) -> None:
    """Stop the time."""

    class Stopped(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(instant.timestamp(), tz)

    monkeypatch.setattr(server.clock, "datetime", Stopped)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        # summer: London is an hour ahead
        (datetime(2010, 6, 30, 22, 59, 59, tzinfo=UTC), date(2010, 6, 30)),
        (datetime(2010, 6, 30, 23, 0, tzinfo=UTC), date(2010, 7, 1)),
        (datetime(2010, 6, 30, 23, 30, tzinfo=UTC), date(2010, 7, 1)),
        # winter: it is not
        (datetime(2010, 1, 31, 23, 59, 59, tzinfo=UTC), date(2010, 1, 31)),
        (datetime(2010, 2, 1, 0, 0, tzinfo=UTC), date(2010, 2, 1)),
        # the days on which the clocks change
        (datetime(2010, 3, 27, 23, 30, tzinfo=UTC), date(2010, 3, 27)),
        (datetime(2010, 3, 28, 23, 30, tzinfo=UTC), date(2010, 3, 29)),
        (datetime(2010, 10, 30, 23, 30, tzinfo=UTC), date(2010, 10, 31)),
        (datetime(2010, 10, 31, 23, 30, tzinfo=UTC), date(2010, 10, 31)),
    ],
)
def test_the_civil_day_turns_at_midnight_in_london(
    monkeypatch: pytest.MonkeyPatch, instant: datetime, day: date
) -> None:
    at(monkeypatch, instant)

    assert Clock().today() == day
    assert Clock().now() == instant
    assert Clock().now().tzinfo is UTC


def test_a_pinned_day_stays_while_the_instant_moves_on(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(date(2010, 2, 19))

    for instant in (datetime(2010, 6, 30, tzinfo=UTC), datetime(2026, 6, 30, tzinfo=UTC)):
        at(monkeypatch, instant)
        assert clock.today() == date(2010, 2, 19)
        assert clock.now() == instant
