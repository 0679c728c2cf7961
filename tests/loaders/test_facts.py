"""What the advice of a flag and of an issue fills in, read from their rows."""

from datetime import date
from typing import Any

import pytest

from domain.advice import advice_for
from inputs.flags import stored_subjects
from loaders.facts import facts_of_flag
from loaders.rows import FactsRow, WholeFlagRow

LEARNER = FactsRow(
    1, 2, "Ann", "Marlow", "9276308686", "ENGINEERING", "Engineering", "HIGHER", None
)


def flag(reasons: str, *subjects: str | None, **days: date) -> WholeFlagRow:
    """A flag as it is read."""
    given: dict[str, Any] = {"due_on": None, "opens_on": None, **days}
    return WholeFlagRow(
        *(16, 8, 1, "PROJECT", "ENTRY", None, None, reasons),
        stored_subjects=stored_subjects(subjects),
        since=None,
        **given,
    )


def first_steps(row: WholeFlagRow, learner: FactsRow | None = LEARNER) -> dict[str, str]:
    """The first step of each checklist that answers a flag."""
    return {key: advice_for(key, facts).steps[0].text for key, facts in facts_of_flag(learner, row)}


@pytest.mark.parametrize(
    ("row", "steps"),
    [
        (
            flag("SERIES_AFTER_AWARD_DATE", "A, January 2011; B, June 2011"),
            {
                "SERIES_AFTER_AWARD_DATE": (
                    "Decide which is wrong: the series of the entry (A, January 2011; B, June 2011)"
                    " or the anticipated award month."
                )
            },
        ),
        (
            flag(
                *("MARKS_WINDOW_NOT_OPEN", "EG201, June 2010"),
                opens_on=date(2010, 4, 6),
                due_on=date(2010, 5, 15),
            ),
            {
                "MARKS_WINDOW_NOT_OPEN": (
                    "Note that the window opens on 6 April 2010 and closes on 15 May 2010;"
                    " there is nothing to send before."
                )
            },
        ),
        (
            flag("GLH_SHORTFALL|ULN_UNMATCHED", "120 hours", None),
            {
                "GLH_SHORTFALL": (
                    "Find 120 more guided learning hours to reach the minimum of the project"
                    " component."
                ),
                "ULN_UNMATCHED": "Look up Ann Marlow (ULN 9276308686) and note the ULN held there.",
            },
        ),
    ],
)
def test_each_checklist_is_filled_in_with_what_its_own_reason_is_about(
    row: WholeFlagRow, steps: dict[str, str]
) -> None:
    assert first_steps(row) == steps


def test_reasons_that_share_a_checklist_share_what_they_are_about() -> None:
    row = flag("ENTRY_MISSING|WRONG_LEVEL|WRONG_LINE", None, "999/0001/X", "999/0002/8")
    found = dict(facts_of_flag(LEARNER, row))
    assert list(found) == ["ENTRY_MISSING", "WRONG_COMPONENT"]
    assert found["ENTRY_MISSING"].subject is None
    assert found["WRONG_COMPONENT"].subject == "999/0001/X; 999/0002/8"


def test_without_the_learner_the_advice_still_knows_the_flag() -> None:
    row = flag("VQ_CENTRE_NOT_VERIFIED", "999/4101/6")
    assert first_steps(row, None) == {
        "VQ_CENTRE_NOT_VERIFIED": "Find out where the verifier's sample (999/4101/6) stands."
    }
