from datetime import date

import msgspec
import pytest

from domain.assessment import FLAG_OF_DETAIL
from domain.catalogue import (
    Window,
)
from domain.codes import AssessmentDetail, AssessmentFlag, IssueCode, Reason
from domain.finding import Finding
from domain.inputs import Entry
from domain.vocabulary import (
    UlnState,
)
from tests.domain.cases import (
    DAY,
    UNKNOWN_QAN,
    cash_in,
    catalogue,
    entered,
    flags_of,
    principal_learning,
    project,
    qan,
    unit,
)
from tests.domain.flagging import (
    AFTER_WINDOW,
    ASL,
    CLAIMED,
    ELIGIBLE,
    EMBARGOED,
    FS,
    IN_WINDOW,
    INELIGIBLE,
    MISSING,
    PL,
    PROJECT,
    RELEASED,
    codes,
    judged,
)

# Assessment flags --------------------------------------------------------------------------------


def test_every_detail_belongs_to_one_flag() -> None:
    assert set(FLAG_OF_DETAIL) == set(AssessmentDetail)
    assert set(FLAG_OF_DETAIL.values()) == set(AssessmentFlag)


def test_a_window_of_the_units_own_goes_before_the_window_of_the_series() -> None:
    windows = {
        **catalogue().windows,
        ("June 2010", "EG201"): Window(date(2010, 2, 1), date(2010, 2, 19)),
    }
    course_data = msgspec.structs.replace(catalogue(), windows=windows)
    on_time = flags_of(PL, principal_learning(), course_data=course_data)
    assert on_time.detail is AssessmentDetail.MARKS_WINDOW_OPEN
    assert on_time.findings == (
        Finding(IssueCode.MARKS_WINDOW_OPEN, "EG201, June 2010", date(2010, 2, 19)),
    )
    late = flags_of(PL, principal_learning(), course_data=course_data, day=date(2010, 2, 20))
    assert late.detail is AssessmentDetail.MARKS_DEADLINE_PASSED
    assert late.assessment_reasons == (Reason.MARKS_DEADLINE_PASSED,)
    early = flags_of(PL, principal_learning(), course_data=course_data, day=date(2010, 1, 31))
    assert early.detail is AssessmentDetail.MARKS_WINDOW_NOT_OPEN


BLOCKED_BTEC = entered("BTEC_L2_60", centre_verified=False)
UNCLAIMED_BTEC = entered("BTEC_L2_60", centre_verified=True)
CLAIMED_BTEC = entered("BTEC_L2_60", **CLAIMED)
GCSE = entered("GCSE_ART", series="June 2010")
MARKED_GCSE = entered("GCSE_ART", series="June 2010", marks_submitted_on=date(2010, 4, 7))


@pytest.mark.parametrize(
    ("entries", "day", "detail"),
    [
        ([BLOCKED_BTEC, GCSE], AFTER_WINDOW, "MARKS_DEADLINE_PASSED"),
        ([UNCLAIMED_BTEC, GCSE], IN_WINDOW, "MARKS_WINDOW_OPEN"),
        ([CLAIMED_BTEC, MARKED_GCSE], IN_WINDOW, "MARKS_SUBMITTED"),
        ([BLOCKED_BTEC, GCSE], IN_WINDOW, "VQ_CENTRE_NOT_VERIFIED"),
        ([UNCLAIMED_BTEC, GCSE], DAY, "VQ_VERIFIED_NOT_CLAIMED"),
        ([UNCLAIMED_BTEC, MARKED_GCSE], DAY, "VQ_VERIFIED_NOT_CLAIMED"),
        ([CLAIMED_BTEC, GCSE], DAY, "MARKS_WINDOW_NOT_OPEN"),
    ],
)
def test_the_worst_shows_and_a_tie_goes_by_letter(
    entries: list[Entry], day: date, detail: str
) -> None:
    for order in (entries, entries[::-1]):
        flags = flags_of(ASL, order, day=day)
        assert flags.detail == detail
        assert flags.assessment is FLAG_OF_DETAIL[AssessmentDetail(detail)]


def test_every_task_is_an_issue_even_where_a_worse_one_shows() -> None:
    flags = flags_of(ASL, [BLOCKED_BTEC, GCSE], day=AFTER_WINDOW)
    assert flags.findings == (
        Finding(IssueCode.VQ_CENTRE_NOT_VERIFIED, BLOCKED_BTEC.qan),
        Finding(IssueCode.MARKS_DEADLINE_PASSED, f"{GCSE.qan}, June 2010", date(2010, 5, 15)),
    )


@pytest.mark.parametrize("verified", [False, None])
@pytest.mark.parametrize("claimed", [True, False])
def test_a_centre_that_is_not_verified_or_not_known_to_be_blocks_whatever_was_claimed(
    verified: bool | None, claimed: bool
) -> None:
    entry = entered("BTEC_L2_180", centre_verified=verified, claimed=claimed)
    flags = flags_of(ASL, [entry])
    assert (flags.entry, flags.assessment, flags.detail) == (
        ELIGIBLE,
        AssessmentFlag.BLOCKED,
        AssessmentDetail.VQ_CENTRE_NOT_VERIFIED,
    )


def test_marks_stay_submitted_until_the_result_is_released() -> None:
    entry = project("January 2010", marks_submitted_on=date(2010, 1, 8), result="B", **EMBARGOED)
    assert flags_of(PROJECT, [entry], day=date(2010, 2, 19)).detail == "MARKS_SUBMITTED"
    released = flags_of(PROJECT, [entry], day=date(2010, 2, 20))
    assert (released.entry, released.assessment, released.detail) == (ELIGIBLE, None, None)
    assert released.assessment_reasons == ()


@pytest.mark.parametrize("result", ["PASS", "FAIL"])
def test_a_functional_skills_result_under_embargo_is_no_result(result: str) -> None:
    entry = entered("FS_MAT_L2", result=result, **EMBARGOED)
    assert flags_of(FS, [entry]) == flags_of(FS, [entered("FS_MAT_L2")])


def test_a_fail_with_the_pass_still_under_embargo_awaits_the_resit() -> None:
    entries = [
        entered("FS_MAT_L2", result="FAIL", **RELEASED),
        entered("FS_MAT_L2", result="PASS", **EMBARGOED),
    ]
    flags = flags_of(FS, entries)
    assert (flags.entry, flags.detail) == (ELIGIBLE, AssessmentDetail.FS_FAILED)
    assert codes(flags) == ["FS_RESIT_PENDING"]


def test_a_pass_at_a_level_that_does_not_count_is_not_shown() -> None:
    flags = flags_of(FS, [entered("FS_MAT_L1", result="PASS", **RELEASED)])
    found = ["ENTRY_MISSING", "WRONG_LEVEL"]
    assert judged(flags) == (MISSING, found, found)
    assert flags.assessment is None


def test_an_absence_beside_a_fail_is_no_resit() -> None:
    entries = [
        entered("FS_MAT_L2", result="FAIL", **RELEASED),
        entered("FS_MAT_L2", result="ABSENT", **RELEASED),
    ]
    flags = flags_of(FS, entries)
    assert (flags.entry, flags.detail) == (INELIGIBLE, AssessmentDetail.FS_FAILED)
    assert set(codes(flags)) == {"FS_FAILED", "RESULT_NOT_COUNTABLE"}


@pytest.mark.parametrize(
    "entry",
    [
        project(withdrawn=True),
        project(uln_state=UlnState.MISSING),
        entered("PROJ_L3", series="June 2010"),
        entered(UNKNOWN_QAN, series="June 2010"),
    ],
)
def test_an_entry_that_does_not_belong_here_has_no_marks_to_send(entry: Entry) -> None:
    flags = flags_of(PROJECT, [entry], day=AFTER_WINDOW)
    assert (flags.assessment, flags.detail) == (None, None)
    assert "MARKS_DEADLINE_PASSED" not in codes(flags)


def test_an_external_qualification_and_an_award_entry_have_nothing_to_track() -> None:
    external = [entered("GCSE_HISTORY", series="June 2010")]
    assert flags_of(ASL, external, day=AFTER_WINDOW).assessment is None
    assert flags_of(PL, [unit("EG203"), cash_in()], day=AFTER_WINDOW).assessment is None


def test_centre_marks_without_a_series_have_no_window() -> None:
    flags = flags_of(PROJECT, [project(None)])
    assert (flags.entry, flags.assessment) == (ELIGIBLE, None)
    assert flags.findings == (Finding(IssueCode.MARKS_WINDOW_UNDEFINED, qan("PROJ_L2")),)


def test_a_missing_window_does_not_hide_what_else_falls_due() -> None:
    flags = flags_of(ASL, [entered("GCSE_ART", series="March 2010"), BLOCKED_BTEC])
    assert flags.detail is AssessmentDetail.VQ_CENTRE_NOT_VERIFIED
    assert codes(flags) == ["MARKS_WINDOW_UNDEFINED", "VQ_CENTRE_NOT_VERIFIED"]
