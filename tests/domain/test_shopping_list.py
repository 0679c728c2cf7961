"""The shopping list of a record: one row a component and code."""

from collections import Counter
from datetime import date
from typing import Any, Final

import pytest

from domain.codes import CompletionStatus, EntryFlag, IssueCode, Severity
from domain.derivation import derive
from domain.identifiers import YearMonth
from domain.issues import (
    BEARS_ON_COMPONENTS,
    COURSE_WIDE,
    Issue,
)
from domain.record import Record
from domain.vocabulary import ClaimStatus, ComponentType, RegistrationStatus
from tests.domain.cases import (
    DAY,
    ON_DAS,
    cash_in,
    catalogue,
    entered,
    registered,
    unit,
)
from tests.domain.records import complete, healthy, rows

AUGUST: Final = YearMonth(2010, 8)
HALF_A_YEAR: Final = date(2010, 2, 28)
"""So far before the end of August that no severity moves."""


def test_a_complete_learner_has_only_the_claim_to_make() -> None:
    derived = derive(complete(), catalogue(), DAY)
    assert derived.issues == (
        Issue(None, IssueCode.CLAIM_NOT_MADE, Severity.CRITICAL, None, date(2010, 8, 31)),
    )
    assert (derived.status, derived.percent) == (CompletionStatus.READY_FOR_AWARD, 100)
    assert derive(complete(claim=ClaimStatus.CLAIMED), catalogue(), DAY).issues == ()


def test_a_withdrawn_learner_has_no_issues_and_nothing_to_wait_for() -> None:
    withdrawn = registered(status=RegistrationStatus.WITHDRAWN)
    derived = derive(Record(withdrawn), catalogue(), DAY)
    assert (derived.status, derived.percent) == (CompletionStatus.WITHDRAWN, None)
    assert (derived.issues, derived.next_change_on) == ((), None)


@pytest.mark.parametrize(
    ("registration", "code"),
    [
        (registered(status=RegistrationStatus.PENDING), "REGISTRATION_NOT_ACCEPTED"),
        (registered(conflict=True), "REGISTRATION_CONFLICT"),
        (registered("EXTENDED"), "NO_RULE_FOR_COURSE"),
    ],
)
def test_a_course_that_cannot_be_judged_is_told_once(registration: Any, code: str) -> None:
    derived = derive(healthy(registration=registration), catalogue(), DAY)
    assert [(issue.component, issue.code) for issue in derived.issues] == [(None, code)]
    assert derived.issues[0].severity is Severity.CRITICAL
    assert {pair.entry for pair in derived.flags.values()} == {EntryFlag.UNDETERMINED}


def test_what_is_told_once_bears_on_every_component() -> None:
    assert COURSE_WIDE < BEARS_ON_COMPONENTS


def test_a_course_that_is_not_accepted_is_told_though_every_component_is_complete() -> None:
    registration = registered(status=RegistrationStatus.REJECTED)
    derived = derive(healthy(registration=registration), catalogue(), DAY)
    complete = derive(
        healthy(registration=registration, das=dict.fromkeys(ComponentType, ON_DAS)),
        catalogue(),
        DAY,
    )
    for found in (derived, complete):
        assert IssueCode.REGISTRATION_NOT_ACCEPTED in {issue.code for issue in found.issues}


def test_a_component_and_a_code_have_one_row_together() -> None:
    record = healthy(
        uln=None,
        das_found=False,
        plts=False,
        das={ComponentType.PROJECT: ON_DAS},
        entries={
            ComponentType.PRINCIPAL_LEARNING: (
                unit("EG201", series="January 2010"),
                unit("EG202", series="January 2010"),
                cash_in("PL_IT_L2"),
                unit("IT206", key="PL_IT_L2"),
            ),
            ComponentType.PROJECT: (entered("PROJ_L1"), entered("PROJ_L3")),
            ComponentType.ASL: (
                entered("BTEC_L2_60", centre_verified=False),
                entered("BTEC_L3_180", centre_verified=False),
            ),
        },
    )
    issues = derive(record, catalogue(), HALF_A_YEAR).issues
    assert set(Counter((issue.component, issue.code) for issue in issues).values()) == {1}
    assert [(issue.component, issue.code, issue.subject) for issue in issues] == [
        (None, "NO_DAS_RECORD", None),
        (None, "PLTS_NOT_CONFIRMED", None),
        (None, "ULN_MISSING", None),
        ("PRINCIPAL_LEARNING", "AWARD_ENTRY_MISSING", "999/0102/X"),
        ("PRINCIPAL_LEARNING", "MARKS_DEADLINE_PASSED", "EG201, January 2010; EG202, January 2010"),
        ("PRINCIPAL_LEARNING", "UNIT_ENTRY_MISSING", "EG203"),
        ("PRINCIPAL_LEARNING", "WRONG_LINE", "999/0112/2, June 2010; IT206, June 2010"),
        ("PROJECT", "ENTRY_MISSING", None),
        ("PROJECT", "WRONG_LEVEL", "999/0201/1; 999/0203/5"),
        ("FS_ENGLISH", "ENTRY_MISSING", None),
        ("FS_MATHEMATICS", "ENTRY_MISSING", None),
        ("FS_ICT", "ENTRY_MISSING", None),
        ("ASL", "VQ_CENTRE_NOT_VERIFIED", "999/0402/0; 999/0405/6"),
    ]


def test_the_award_month_moves_the_severity_of_every_row() -> None:
    record = healthy(plts=False)
    near = rows(record, date(2010, 5, 31))
    assert near[None, "PLTS_NOT_CONFIRMED"].severity is Severity.WARNING
    assert near[ComponentType.PROJECT, "ENTRY_MISSING"].severity is Severity.CRITICAL
    between = rows(record, date(2010, 5, 30))
    assert between[None, "PLTS_NOT_CONFIRMED"].severity is Severity.INFO
    assert between[ComponentType.PROJECT, "ENTRY_MISSING"].severity is Severity.WARNING
    far = rows(record, date(2009, 8, 30))
    assert far[None, "PLTS_NOT_CONFIRMED"].severity is Severity.INFO
    assert far[ComponentType.PROJECT, "ENTRY_MISSING"].severity is Severity.INFO
