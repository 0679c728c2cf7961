import time

import pytest
from limits import RateLimitItemPerDay, RateLimitItemPerMinute

from auth import rate_counters
from auth.rate_counters import Charge, OwnStorage, Windows

MINUTE = RateLimitItemPerMinute(3)
DAY = RateLimitItemPerDay(3)


@pytest.fixture
def storage() -> OwnStorage:
    return OwnStorage()


async def test_all_windows_are_charged_or_none(storage: OwnStorage) -> None:
    windows = Windows(storage)
    both = [Charge(DAY, "b"), Charge(MINUTE, "a")]
    for _ in range(3):
        assert await windows.take(both[1:]) is None

    assert await windows.take(both) in range(1, 61)
    assert await windows.count(both[0], 60) == 0
    await windows.give_back(both[1:])
    assert await windows.take(both) is None
    assert (await windows.count(both[0], 60), await windows.count(both[1], 60)) == (1, 3)


async def test_what_is_cleared_or_given_back_twice_is_counted_afresh(storage: OwnStorage) -> None:
    windows = Windows(storage)
    charge = Charge(MINUTE, "a")
    for _ in range(2):
        await windows.give_back([charge, charge])
        await windows.clear([charge])

        assert [await windows.take([charge]) is None for _ in range(4)] == [True, True, True, False]


async def test_what_counts_no_more_is_forgotten(
    storage: OwnStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    windows, real, passed = Windows(storage), time.time, 0.0
    monkeypatch.setattr(time, "time", lambda: real() + passed)
    for number in range(100):
        await windows.take([Charge(MINUTE, str(number)), Charge(DAY, str(number))])
    assert len(storage.events) == 200

    passed = 61
    for _ in range(100):
        await windows.take([Charge(MINUTE, "one")])

    assert len(storage.events) == 101


async def test_no_more_is_remembered_than_there_is_room_for(
    storage: OwnStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_counters, "MOST_KEYS", 50)
    windows = Windows(storage)
    for number in range(500):
        await windows.take([Charge(DAY, str(number))])
        await windows.take([Charge(DAY, "often used")])

    assert len(storage.events) <= 50
    assert await windows.take([Charge(DAY, "often used")]) is not None
    assert await windows.count(Charge(DAY, "499"), 60) == 1
