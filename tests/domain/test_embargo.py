"""Until when DAS's word that a component is complete would tell a result early."""

from datetime import date

import pytest

from domain.embargo import Sitting, held_until
from tests.domain.cases import catalogue

RELEASE = date(2010, 8, 19)
TOLD = date(2010, 7, 20)


@pytest.mark.parametrize(
    ("sittings", "told_on", "until"),
    [
        pytest.param([], TOLD, None, id="nothing entered"),
        pytest.param([Sitting("June 2010", "A", RELEASE)], TOLD, RELEASE, id="result held back"),
        pytest.param([Sitting(None, "PASS", RELEASE)], TOLD, RELEASE, id="held back, on demand"),
        pytest.param([Sitting("June 2010", "A", None)], TOLD, None, id="released at once"),
        pytest.param(
            [Sitting("June 2010", None, None)], TOLD, date(2010, 8, 31), id="series not told yet"
        ),
        pytest.param(
            [Sitting("June 2010", None, None)],
            date(2010, 6, 1),
            date(2010, 8, 31),
            id="from the month of the series on",
        ),
        pytest.param(
            [Sitting("June 2010", None, None)],
            date(2010, 5, 31),
            None,
            id="told before the series was sat",
        ),
        pytest.param(
            [Sitting("June 2010", "A", RELEASE)],
            date(2010, 5, 31),
            RELEASE,
            id="a result that is there was sat",
        ),
        pytest.param([Sitting(None, None, None)], TOLD, None, id="on demand, no result"),
        pytest.param(
            [
                Sitting("January 2010", "C", date(2010, 3, 11)),
                Sitting("June 2010", "A", RELEASE),
                Sitting("November 2010", None, None),
            ],
            TOLD,
            RELEASE,
            id="the last one counts",
        ),
    ],
)
def test_until_when_completeness_is_held_back(
    sittings: list[Sitting], told_on: date, until: date | None
) -> None:
    assert held_until(sittings, catalogue(), told_on) == until
