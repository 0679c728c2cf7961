"""What is wrong with a record: the findings, how severe they are, and what becomes of them."""

from datetime import date, timedelta
from typing import Any, Final

import pytest

from domain.codes import IssueCode, Severity
from domain.finding import Finding
from domain.identifiers import YearMonth
from domain.issues import (
    Issue,
    base_severity,
    issues_of,
    severity_on,
    severity_turns,
)
from domain.vocabulary import ClaimStatus, ComponentType
from tests.domain.cases import (
    DAY,
    project,
    registered,
)
from tests.domain.records import codes, complete, found, healthy, rows

AUGUST: Final = YearMonth(2010, 8)
HALF_A_YEAR: Final = date(2010, 2, 28)
"""So far before the end of August that no severity moves."""

BASE: Final = {
    "CRITICAL": {
        "ULN_MISSING",
        "ULN_INVALID",
        "ULN_NOT_VERIFIED",
        "ULN_DAS_MISMATCH",
        "NO_DAS_RECORD",
        "REGISTRATION_NOT_ACCEPTED",
        "REGISTRATION_CONFLICT",
        "NO_RULE_FOR_COURSE",
        "ULN_UNMATCHED",
        "MARKS_DEADLINE_PASSED",
        "VQ_CENTRE_NOT_VERIFIED",
        "FS_FAILED",
        "CLAIM_NOT_MADE",
    },
    "WARNING": {
        "DETAILS_DAS_MISMATCH",
        "AWARD_DATE_MISSING",
        "AWARD_DATE_PAST",
        "ENTRY_MISSING",
        "UNIT_ENTRY_MISSING",
        "AWARD_ENTRY_MISSING",
        "GLH_SHORTFALL",
        "WRONG_LEVEL",
        "WRONG_LINE",
        "WRONG_COMPONENT",
        "SERIES_AFTER_AWARD_DATE",
        "OUTSIDE_VALIDITY",
        "RESULT_NOT_COUNTABLE",
        "QUALIFICATION_UNKNOWN",
        "MARKS_WINDOW_OPEN",
        "VQ_VERIFIED_NOT_CLAIMED",
        "RESULT_NOT_ON_DAS",
        "AGE_RESTRICTED",
    },
    "INFO": {
        "BARRED_COMBINATION",
        "DECLARATION_CONTRADICTS_ENTRY",
        "DECLARED_QAN_UNKNOWN",
        "DECLARED_QAN_UNSUITED",
        "MARKS_WINDOW_UNDEFINED",
        "FS_RESIT_PENDING",
        "PLTS_NOT_CONFIRMED",
        "WORK_EXPERIENCE_NOT_CONFIRMED",
        "DAS_DATA_STALE",
    },
}


# Severity ----------------------------------------------------------------------------------------


def test_every_code_has_a_base_severity() -> None:
    assert {code.value for code in IssueCode} == set().union(*BASE.values())
    assert sum(len(group) for group in BASE.values()) == len(IssueCode)


@pytest.mark.parametrize("code", IssueCode)
def test_a_code_has_this_base_severity(code: IssueCode) -> None:
    assert code in BASE[base_severity(Finding(code))]


@pytest.mark.parametrize(
    ("code", "severity"),
    [
        (IssueCode.BARRED_COMBINATION, Severity.WARNING),
        (IssueCode.PLTS_NOT_CONFIRMED, Severity.CRITICAL),
        (IssueCode.WORK_EXPERIENCE_NOT_CONFIRMED, Severity.CRITICAL),
    ],
)
def test_a_case_can_be_worse_than_its_code(code: IssueCode, severity: Severity) -> None:
    assert base_severity(Finding(code, aggravated=True)) is severity


@pytest.mark.parametrize(
    ("days_left", "of_info", "of_warning", "of_critical"),
    [
        (-400, "WARNING", "CRITICAL", "CRITICAL"),
        (0, "WARNING", "CRITICAL", "CRITICAL"),
        (92, "WARNING", "CRITICAL", "CRITICAL"),
        (93, "INFO", "WARNING", "CRITICAL"),
        (365, "INFO", "WARNING", "CRITICAL"),
        (366, "INFO", "INFO", "CRITICAL"),
        (4000, "INFO", "INFO", "CRITICAL"),
    ],
)
def test_a_severity_rises_near_the_end_of_the_award_month_and_falls_while_it_is_far(
    days_left: int, of_info: str, of_warning: str, of_critical: str
) -> None:
    day = date(2010, 8, 31) - timedelta(days=days_left)
    assert severity_on(Severity.INFO, AUGUST, day) == of_info
    assert severity_on(Severity.WARNING, AUGUST, day) == of_warning
    assert severity_on(Severity.CRITICAL, AUGUST, day) == of_critical


@pytest.mark.parametrize("base", Severity)
def test_without_an_award_month_a_severity_stays(base: Severity) -> None:
    assert severity_on(base, None, DAY) is base


@pytest.mark.parametrize("award", [AUGUST, YearMonth(2012, 2), YearMonth(2011, 12)])
def test_a_severity_turns_on_two_days_and_on_no_other(award: YearMonth) -> None:
    start = award.last_day() - timedelta(days=500)
    days = [start + timedelta(days=at) for at in range(600)]
    shown = {day: severity_on(Severity.WARNING, award, day) for day in days}
    turned = [day for day in days[1:] if shown[day] is not shown[day - timedelta(days=1)]]
    assert turned == list(severity_turns(award))
    assert list(severity_turns(None)) == []


# Merging -----------------------------------------------------------------------------------------


def test_findings_of_a_code_become_one_issue_with_their_subjects_in_order() -> None:
    findings = [
        Finding(IssueCode.UNIT_ENTRY_MISSING, "EG203"),
        Finding(IssueCode.WRONG_LEVEL, "999/0203/5, June 2010"),
        Finding(IssueCode.UNIT_ENTRY_MISSING, "EG201"),
        Finding(IssueCode.UNIT_ENTRY_MISSING, "EG203"),
        Finding(IssueCode.UNIT_ENTRY_MISSING),
    ]
    part, end = ComponentType.PRINCIPAL_LEARNING, date(2010, 8, 31)
    assert issues_of(part, findings, AUGUST, HALF_A_YEAR) == [
        Issue(part, IssueCode.UNIT_ENTRY_MISSING, Severity.WARNING, "EG201; EG203", end),
        Issue(part, IssueCode.WRONG_LEVEL, Severity.WARNING, "999/0203/5, June 2010", end),
    ]


def test_no_findings_are_no_issues() -> None:
    assert issues_of(None, [], AUGUST, DAY) == []


def test_an_issue_is_due_on_the_earliest_day_and_as_severe_as_the_worst_case() -> None:
    findings = [
        Finding(IssueCode.MARKS_WINDOW_OPEN, "EG202", date(2010, 5, 15)),
        Finding(IssueCode.MARKS_WINDOW_OPEN, "EG201", date(2010, 5, 10)),
        Finding(IssueCode.MARKS_WINDOW_OPEN, "EG203"),
        Finding(IssueCode.BARRED_COMBINATION, "one"),
        Finding(IssueCode.BARRED_COMBINATION, "two", aggravated=True),
        Finding(IssueCode.BARRED_COMBINATION, "three"),
    ]
    barred, marks = issues_of(None, findings, AUGUST, HALF_A_YEAR)
    assert (marks.due_on, marks.subject) == (date(2010, 5, 10), "EG201; EG202; EG203")
    assert (barred.severity, barred.subject) == (Severity.WARNING, "one; three; two")


@pytest.mark.parametrize("code", IssueCode)
def test_the_end_of_the_award_month_is_the_day_to_settle_an_issue_by(code: IssueCode) -> None:
    dateless = {"DAS_DATA_STALE", "AWARD_DATE_MISSING"}
    (issue,) = issues_of(None, [Finding(code)], AUGUST, DAY)
    assert issue.due_on == (None if code in dateless else date(2010, 8, 31))
    (issue,) = issues_of(None, [Finding(code)], None, DAY)
    assert issue.due_on is None
    (issue,) = issues_of(None, [Finding(code, due_on=DAY)], AUGUST, DAY)
    assert issue.due_on == DAY


def test_marks_are_due_on_the_last_day_of_their_window_even_when_it_is_over() -> None:
    record = healthy(entries={ComponentType.PROJECT: (project(),)})
    closes = date(2010, 5, 15)
    open_ = rows(record, date(2010, 5, 15))[ComponentType.PROJECT, "MARKS_WINDOW_OPEN"]
    assert (open_.severity, open_.due_on) == (Severity.WARNING, closes)
    over = rows(record, date(2010, 5, 16))[ComponentType.PROJECT, "MARKS_DEADLINE_PASSED"]
    assert (over.severity, over.due_on) == (Severity.CRITICAL, closes)
    assert over.subject == "999/0202/3, June 2010"


# The record as a whole ---------------------------------------------------------------------------


def test_nothing_is_wrong_with_a_healthy_record() -> None:
    assert codes(healthy()) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"uln": None}, "ULN_MISSING"),
        ({"uln": None, "uln_verified": False}, "ULN_MISSING"),
        ({"uln": "9276308668"}, "ULN_INVALID"),
        ({"uln": "9999999999"}, "ULN_INVALID"),
        ({"uln": "927630868", "uln_verified": False}, "ULN_INVALID"),
        ({"uln_verified": False}, "ULN_NOT_VERIFIED"),
        ({"das_found": False}, "NO_DAS_RECORD"),
        ({"das_uln_matches": False}, "ULN_DAS_MISMATCH"),
        ({"das_details_differ": True}, "DETAILS_DAS_MISMATCH"),
        ({"das_stale_from": DAY}, "DAS_DATA_STALE"),
        ({"registration": registered(award=None)}, "AWARD_DATE_MISSING"),
        ({"plts": False}, "PLTS_NOT_CONFIRMED"),
        ({"work_experience": False}, "WORK_EXPERIENCE_NOT_CONFIRMED"),
    ],
)
def test_one_thing_wrong_is_one_finding(changes: dict[str, Any], code: str) -> None:
    assert codes(healthy(**changes)) == [code]


def test_a_uln_of_which_nothing_was_heard_is_not_held_against_the_learner() -> None:
    assert codes(healthy(uln_verified=None)) == []


def test_without_an_account_on_das_nothing_more_is_told_of_it() -> None:
    record = healthy(
        das_found=False, das_uln_matches=False, das_details_differ=True, das_stale_from=DAY
    )
    assert codes(record) == ["NO_DAS_RECORD"]


def test_uln_and_details_may_differ_on_old_data_all_at_once() -> None:
    record = healthy(das_uln_matches=False, das_details_differ=True, das_stale_from=DAY)
    assert codes(record) == ["ULN_DAS_MISMATCH", "DETAILS_DAS_MISMATCH", "DAS_DATA_STALE"]


def test_das_data_are_stale_from_their_day_on() -> None:
    record = healthy(das_stale_from=date(2010, 2, 20))
    assert codes(record, date(2010, 2, 19)) == []
    assert codes(record, date(2010, 2, 20)) == ["DAS_DATA_STALE"]
    assert codes(record, date(2010, 3, 20)) == ["DAS_DATA_STALE"]


def test_the_award_month_is_past_on_the_day_after_its_last() -> None:
    assert codes(healthy(), date(2010, 8, 31)) == []
    assert found(healthy(), date(2010, 9, 1)) == [Finding(IssueCode.AWARD_DATE_PAST, "2010-08")]


@pytest.mark.parametrize("claim", ClaimStatus)
def test_only_an_award_answers_a_past_award_month(claim: ClaimStatus) -> None:
    expected = [] if claim is ClaimStatus.AWARDED else ["AWARD_DATE_PAST"]
    assert codes(healthy(claim=claim), date(2010, 9, 1)) == expected


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("NONE", ["CLAIM_NOT_MADE"]),
        ("PERMISSION_SUBMITTED", []),
        ("PERMISSION_ACCEPTED", []),
        ("PERMISSION_REJECTED", ["CLAIM_NOT_MADE"]),
        ("CLAIMED", []),
        ("AWARDED", []),
        ("CANCELLED", ["CLAIM_NOT_MADE"]),
        ("UNKNOWN", ["CLAIM_NOT_MADE"]),
    ],
)
def test_a_claim_is_called_for_once_everything_is_complete(claim: str, expected: list[str]) -> None:
    record = healthy(claim=ClaimStatus(claim))
    assert codes(record, everything_complete=True) == expected
    assert codes(record) == []


@pytest.mark.parametrize("changes", [{"plts": False}, {"work_experience": False}])
def test_a_claim_waits_for_plts_and_work_experience(changes: dict[str, Any]) -> None:
    assert "CLAIM_NOT_MADE" not in codes(healthy(**changes), everything_complete=True)


def test_plts_and_work_experience_are_critical_once_all_else_is_complete() -> None:
    changes = {"plts": False, "work_experience": False}
    for record, severity in ((healthy(**changes), "INFO"), (complete(**changes), "CRITICAL")):
        shown = rows(record, HALF_A_YEAR)
        assert shown[None, "PLTS_NOT_CONFIRMED"].severity == severity
        assert shown[None, "WORK_EXPERIENCE_NOT_CONFIRMED"].severity == severity
