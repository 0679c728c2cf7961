"""Which days may be asked about, and what is known on them."""

from datetime import date, timedelta

import pytest

from domain.codes import AssessmentFlag, CompletionStatus, EntryFlag
from domain.days import years_later
from domain.deadlines import Deadline, DeadlineKind, deadlines_of, last_day_to_act
from domain.derivation import derive
from domain.errors import Invalid
from domain.identifiers import YearMonth
from domain.inputs import Das, Entry, Registration
from domain.record import Record
from domain.travel import derive_on, known, within_reach
from domain.vocabulary import ComponentType, EntryKind, RegistrationStatus
from tests.domain.cases import catalogue, qan

TODAY = date(2010, 2, 19)
TOMORROW = TODAY + timedelta(days=1)
ICT, PROJECT = ComponentType.FS_ICT, ComponentType.PROJECT


def record(*entries: Entry, das: Das | None = None) -> Record:
    return Record(
        registration=Registration(
            status=RegistrationStatus.ACCEPTED,
            line="ENGINEERING",
            level="HIGHER",
            award=YearMonth(2010, 8),
        ),
        das_found=True,
        das={} if das is None else {ICT: das},
        entries={ICT: entries},
    )


def ict(**other: object) -> Entry:
    return Entry(
        ref="1",
        qan=qan("FS_ICT_L2"),
        kind=EntryKind.QUALIFICATION,
        entered_on=date(2010, 1, 20),
        **other,  # type: ignore[arg-type]  # whatever the test is about
    )


@pytest.mark.parametrize(
    ("day", "years", "expected"),
    [
        (date(2010, 2, 19), 20, date(2030, 2, 19)),
        (date(2012, 2, 29), 20, date(2032, 2, 29)),
        (date(2012, 2, 29), 2, date(2014, 3, 1)),
    ],
)
def test_the_same_day_of_a_later_year(day: date, years: int, expected: date) -> None:
    assert years_later(day, years) == expected


def test_a_day_is_asked_about_from_2005_to_twenty_years_ahead() -> None:
    for day in (date(2005, 1, 1), TODAY, date(2030, 2, 19)):
        assert within_reach(day, TODAY, field="on") == day
    for day in (date(2004, 12, 31), date(2030, 2, 20), date.min, date.max):
        with pytest.raises(Invalid) as refused:
            within_reach(day, TODAY, field="on")
        assert (refused.value.code, refused.value.field) == ("DAY_OUT_OF_RANGE", "on")


def test_what_comes_out_after_a_day_is_not_in_the_record_known_on_it() -> None:
    held = record(
        ict(result="PASS", result_release_on=TOMORROW), das=Das(found=True, visible_from=TOMORROW)
    )
    assert known(held, TODAY) == record(ict(), das=Das(found=True))
    assert known(held, TOMORROW) == held
    told = record(ict(result="PASS"), das=Das(found=True, complete=True))
    assert known(told, TODAY) == told, "without a day of release it is out"


def test_a_day_to_come_shows_no_result_that_is_held_back_today() -> None:
    held = record(
        ict(result="FAIL", result_release_on=TOMORROW),
        das=Das(found=True, complete=True, visible_from=TOMORROW),
    )
    later = derive_on(held, catalogue(), date(2010, 7, 1), TODAY)
    assert later == derive(record(ict(), das=Das(found=True)), catalogue(), date(2010, 7, 1))
    assert later.flags[ICT].entry is EntryFlag.ELIGIBLE_ENTRY
    assert later.flags[ICT].assessment is None
    there = derive_on(held, catalogue(), TOMORROW, TOMORROW)
    assert there.flags[ICT].entry is EntryFlag.COMPLETE_ON_DAS


def test_a_day_gone_by_shows_the_results_that_were_out_by_then() -> None:
    failed = record(ict(result="FAIL", result_release_on=TODAY))
    before = derive_on(failed, catalogue(), TODAY - timedelta(days=1), TODAY)
    assert before.flags[ICT].assessment is None
    on_the_day = derive_on(failed, catalogue(), TODAY, TODAY)
    assert on_the_day.flags[ICT].assessment is AssessmentFlag.FS_FAILED
    assert on_the_day.status is CompletionStatus.ACTION_REQUIRED


def test_what_lies_ahead_says_nothing_of_a_result_that_is_held_back() -> None:
    until = date(2010, 12, 31)
    held = record(ict(result="PASS", result_release_on=TOMORROW))
    assert deadlines_of(held, catalogue(), TODAY, until) == deadlines_of(
        record(ict()), catalogue(), TODAY, until
    )
    told = deadlines_of(held, catalogue(), TOMORROW, until)
    assert Deadline(TOMORROW + timedelta(days=15), DeadlineKind.RESULT_OVERDUE_ON_DAS) in told


def test_the_last_day_to_act_is_the_day_before_where_something_can_be_missed() -> None:
    days = {kind: last_day_to_act(Deadline(TOMORROW, kind)) for kind in DeadlineKind}
    assert {kind for kind, day in days.items() if day == TODAY} == {
        DeadlineKind.WINDOW_CLOSES,
        DeadlineKind.RESULT_OVERDUE_ON_DAS,
        DeadlineKind.AWARD_MONTH_ENDS,
    }
    assert {day for day in days.values() if day != TODAY} == {None}


def test_who_has_left_has_nothing_ahead() -> None:
    left = Record(
        registration=Registration(
            status=RegistrationStatus.WITHDRAWN,
            line="ENGINEERING",
            level="HIGHER",
            award=YearMonth(2010, 8),
        ),
        entries={PROJECT: (ict(series="June 2010"),)},
    )
    assert deadlines_of(left, catalogue(), TODAY, date(2010, 12, 31)) == set()
