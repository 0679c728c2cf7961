"""Why flags stand, what about, and by when to act: what is shown beside their codes."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
import pytest

from domain.catalogue import Catalogue, Window
from domain.codes import FlagKind
from domain.flags import Flags
from domain.identifiers import YearMonth
from domain.inputs import Declaration, Entry
from domain.issues import issues_of
from domain.shown import shown
from domain.vocabulary import ComponentType, RegistrationStatus
from tests.domain.cases import (
    UNKNOWN_QAN,
    ComponentCase,
    catalogue,
    component_cases,
    declared,
    entered,
    flags_of,
    inputs_of,
    principal_learning,
    project,
    qan,
    registered,
    unit,
)
from tests.domain.flagging import (
    AFTER_WINDOW,
    ASL,
    CLAIMED,
    FS,
    IN_WINDOW,
    ON_DAS_COMPLETE,
    PL,
    PROJECT,
    RELEASED,
)

AWARD = YearMonth(2010, 8)
AWARDED_BY = date(2010, 8, 31)
OPENS, CLOSES = date(2010, 4, 6), date(2010, 5, 15)
PROJECT_JUNE = f"{qan('PROJ_L2')}, June 2010"


def entry_flag(flags: Flags, award: YearMonth | None = AWARD) -> tuple[Any, ...]:
    """What each reason of the entry flag is about, and by when to act."""
    flag = next(shown(flags, award))
    assert flag.kind is FlagKind.ENTRY
    assert (flag.code, flag.reasons) == (flags.entry, flags.entry_reasons)
    assert (flag.detail, flag.opens_on) == (None, None)
    return dict(zip(flag.reasons, flag.subjects, strict=True)), flag.due_on


def assessment_flag(flags: Flags, award: YearMonth | None = AWARD) -> tuple[Any, ...]:
    """Detail, subject, first and last day of the assessment flag."""
    _, flag = shown(flags, award)
    assert flag.kind is FlagKind.ASSESSMENT
    assert (flag.code, flag.reasons) == (flags.assessment, flags.assessment_reasons)
    (subject,) = flag.subjects
    return flag.detail, subject, flag.opens_on, flag.due_on


@pytest.mark.parametrize(
    ("component", "entries", "subjects"),
    [
        (PROJECT, [], {"ENTRY_MISSING": None}),
        (
            PROJECT,
            [entered("PROJ_L3", series="June 2010")],
            {"ENTRY_MISSING": None, "WRONG_LEVEL": f"{qan('PROJ_L3')}, June 2010"},
        ),
        (
            PL,
            [unit("EG202"), *principal_learning()[3:]],
            {"UNIT_ENTRY_MISSING": "EG201; EG203"},
        ),
        (ASL, [entered("BTEC_L2_60", **CLAIMED)], {"GLH_SHORTFALL": "120 hours"}),
        (
            ASL,
            [entered("GCSE_ART", series="June 2010"), entered("GCSE_DESIGN", series="June 2010")],
            {
                "BARRED_COMBINATION": ", ".join(sorted((qan("GCSE_ART"), qan("GCSE_DESIGN")))),
                "GLH_SHORTFALL": "60 hours",
            },
        ),
        (ASL, [entered(UNKNOWN_QAN)], {"QUALIFICATION_UNKNOWN": UNKNOWN_QAN}),
        (
            PROJECT,
            [project("January 2010", result="U", **RELEASED)],
            {"RESULT_NOT_COUNTABLE": f"{qan('PROJ_L2')}, January 2010"},
        ),
        (
            PROJECT,
            [project("January 2011"), project("November 2010")],
            {
                "SERIES_AFTER_AWARD_DATE": (
                    f"{qan('PROJ_L2')}, January 2011, results in March 2011;"
                    f" {qan('PROJ_L2')}, November 2010, results in January 2011"
                )
            },
        ),
    ],
)
def test_each_reason_of_what_is_wrong_names_what_it_is_about_and_by_when(
    component: ComponentType, entries: list[Entry], subjects: Mapping[str, str | None]
) -> None:
    flags = flags_of(component, entries)
    assert entry_flag(flags) == (subjects, AWARDED_BY)
    assert entry_flag(flags, None) == (subjects, None)


@pytest.mark.parametrize(
    ("declarations", "subject"),
    [
        (declared("OTHER_PROJ_L2"), f"{qan('OTHER_PROJ_L2')}, OTHER"),
        (declared(UNKNOWN_QAN), UNKNOWN_QAN),
    ],
)
def test_a_declared_qualification_is_named_with_its_awarding_body(
    declarations: tuple[Declaration, ...], subject: str
) -> None:
    flags = flags_of(PROJECT, [], declarations)
    assert entry_flag(flags) == ({"DECLARED_OTHER_AB": subject}, None)


@pytest.mark.parametrize(
    ("flags", "reason", "due_on"),
    [
        (flags_of(PROJECT, [project()]), "REQUIREMENT_COVERED", None),
        (flags_of(PROJECT, [], das=ON_DAS_COMPLETE), "DAS_COMPLETE", None),
        (flags_of(ASL, registration=registered("PROGRESSION")), "NOT_REQUIRED", None),
        (
            flags_of(PROJECT, registration=registered(status=RegistrationStatus.WITHDRAWN)),
            "REGISTRATION_WITHDRAWN",
            None,
        ),
        (
            flags_of(PROJECT, registration=registered(status=RegistrationStatus.PENDING)),
            "REGISTRATION_NOT_ACCEPTED",
            AWARDED_BY,
        ),
    ],
)
def test_only_what_asks_for_something_is_due(
    flags: Flags, reason: str, due_on: date | None
) -> None:
    assert entry_flag(flags) == ({reason: None}, due_on)


@pytest.mark.parametrize(
    ("component", "entries", "day", "expected"),
    [
        (
            *(PROJECT, [project()], date(2010, 4, 5)),
            ("MARKS_WINDOW_NOT_OPEN", PROJECT_JUNE, OPENS, CLOSES),
        ),
        (
            *(PROJECT, [project()], IN_WINDOW),
            ("MARKS_WINDOW_OPEN", PROJECT_JUNE, OPENS, CLOSES),
        ),
        (
            *(PROJECT, [project()], AFTER_WINDOW),
            ("MARKS_DEADLINE_PASSED", PROJECT_JUNE, OPENS, CLOSES),
        ),
        (
            *(PROJECT, [project(marks_submitted_on=OPENS)], IN_WINDOW),
            ("MARKS_SUBMITTED", PROJECT_JUNE, None, None),
        ),
        (
            *(ASL, [entered("BTEC_L2_180", centre_verified=False)], IN_WINDOW),
            ("VQ_CENTRE_NOT_VERIFIED", qan("BTEC_L2_180"), None, AWARDED_BY),
        ),
        (
            *(ASL, [entered("BTEC_L2_180", **CLAIMED)], IN_WINDOW),
            ("VQ_CLAIMED", qan("BTEC_L2_180"), None, None),
        ),
        (
            *(FS, [entered("FS_MAT_L2", result="FAIL", **RELEASED)], IN_WINDOW),
            ("FS_FAILED", None, None, AWARDED_BY),
        ),
        (
            *(FS, [entered("FS_MAT_L2", result="PASS", **RELEASED)], IN_WINDOW),
            ("FS_PASSED", None, None, None),
        ),
    ],
)
def test_an_assessment_flag_names_its_entries_and_its_days(
    component: ComponentType, entries: list[Entry], day: date, expected: tuple[Any, ...]
) -> None:
    assert assessment_flag(flags_of(component, entries, day=day)) == expected


OWN_WINDOWS: Catalogue = msgspec.structs.replace(
    catalogue(),
    windows={
        **catalogue().windows,
        ("June 2010", "EG201"): Window(date(2010, 4, 1), date(2010, 5, 20)),
    },
)


@pytest.mark.parametrize(
    ("day", "detail", "named", "opens_on", "due_on"),
    [
        (
            *(date(2010, 3, 31), "MARKS_WINDOW_NOT_OPEN"),
            "EG201, June 2010, opens 1 April 2010; EG202, June 2010, opens 6 April 2010",
            *(date(2010, 4, 1), date(2010, 5, 20)),
        ),
        (
            *(date(2010, 4, 1), "MARKS_WINDOW_OPEN"),
            "EG201, June 2010",
            *(date(2010, 4, 1), date(2010, 5, 20)),
        ),
        (
            *(date(2010, 5, 15), "MARKS_WINDOW_OPEN"),
            "EG201, June 2010, closes 20 May 2010; EG202, June 2010, closes 15 May 2010",
            *(OPENS, CLOSES),
        ),
        (
            *(date(2010, 5, 16), "MARKS_DEADLINE_PASSED"),
            "EG202, June 2010",
            *(OPENS, CLOSES),
        ),
        (
            *(date(2010, 5, 21), "MARKS_DEADLINE_PASSED"),
            "EG201, June 2010, closed 20 May 2010; EG202, June 2010, closed 15 May 2010",
            *(OPENS, CLOSES),
        ),
    ],
)
def test_where_windows_differ_each_entry_has_its_day_and_the_flag_those_of_one_window(
    day: date, detail: str, named: str, opens_on: date, due_on: date
) -> None:
    units = (unit("EG201"), unit("EG202"), unit("EG203", marks_submitted_on=IN_WINDOW))
    flags = flags_of(PL, units, course_data=OWN_WINDOWS, day=day)
    assert assessment_flag(flags) == (detail, named, opens_on, due_on)
    told = {issue.code: issue for issue in issues_of(PL, flags.findings, AWARD, day)}
    if detail != "MARKS_WINDOW_NOT_OPEN":
        assert (told[detail].subject, told[detail].due_on) == (named, due_on)  # type: ignore[index]


def test_a_resit_that_is_entered_has_the_day_of_its_issue() -> None:
    failed = entered("FS_MAT_L2", result="FAIL", **RELEASED)
    flags = flags_of(FS, [failed, entered("FS_MAT_L2")])
    (issue,) = issues_of(FS, flags.findings, AWARD, IN_WINDOW)
    assert issue.code == "FS_RESIT_PENDING"
    assert assessment_flag(flags) == ("FS_FAILED", None, None, issue.due_on)


@pytest.mark.parametrize("case", component_cases(), ids=lambda case: case.id)
def test_what_a_flag_says_of_an_issue_is_what_the_issue_says(case: ComponentCase) -> None:
    """A reason that is a row of the shopping list as well has its subject and its day."""
    inputs = inputs_of(case)
    flags = flags_of(
        inputs.component,
        inputs.entries,
        inputs.declarations,
        registration=inputs.registration,
        das=inputs.das,
        day=inputs.day,
    )
    award = inputs.registration.award
    issues = {
        issue.code.value: issue for issue in issues_of(None, flags.findings, award, inputs.day)
    }
    for flag in shown(flags, award):
        for reason, subject in zip(flag.reasons, flag.subjects, strict=True):
            issue = issues.get(reason.value)
            if issue is not None:
                assert (subject, flag.due_on) == (issue.subject, issue.due_on)
