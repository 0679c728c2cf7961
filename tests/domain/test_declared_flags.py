from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from domain.codes import AssessmentDetail
from domain.inputs import Declaration, Entry
from domain.vocabulary import (
    UlnState,
)
from tests.domain.cases import (
    UNKNOWN_QAN,
    cash_in,
    declared,
    entered,
    flags_of,
    project,
    qan,
    unit,
)
from tests.domain.flagging import (
    ASL,
    CLAIMED,
    ELIGIBLE,
    FS,
    MISSING,
    OTHER,
    PL,
    PROJECT,
    RELEASED,
    codes,
    judged,
)

# Declarations ------------------------------------------------------------------------------------


def test_entries_that_cover_the_requirement_beat_a_declaration_and_contradict_it() -> None:
    flags = flags_of(PROJECT, [project()], declared("OTHER_PROJ_L2"))
    assert judged(flags) == (ELIGIBLE, ["REQUIREMENT_COVERED"], ["DECLARATION_CONTRADICTS_ENTRY"])
    assert flags.findings[0].subject == qan("OTHER_PROJ_L2")


def test_a_declaration_silences_missing_but_not_an_entry_at_the_wrong_level() -> None:
    flags = flags_of(PROJECT, [entered("PROJ_L3", series="June 2010")], declared("OTHER_PROJ_L2"))
    assert judged(flags) == (OTHER, ["DECLARED_OTHER_AB"], ["WRONG_LEVEL"])
    assert flags.assessment is None


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        ([], []),
        ([entered(UNKNOWN_QAN)], ["QUALIFICATION_UNKNOWN"]),
        ([project(uln_state=UlnState.MISMATCHED)], ["ULN_UNMATCHED"]),
        ([project("January 2010", result="U", **RELEASED)], []),
        ([project(withdrawn=True)], []),
    ],
)
def test_a_declaration_answers_a_hole_and_a_result_that_does_not_count(
    entries: list[Entry], found: list[str]
) -> None:
    flags = flags_of(PROJECT, entries, declared("OTHER_PROJ_L2"))
    assert judged(flags) == (OTHER, ["DECLARED_OTHER_AB"], found)


def test_a_declaration_outranks_an_ineligible_entry_whose_marks_still_fall_due() -> None:
    flags = flags_of(
        PROJECT, [project("January 2011")], declared("OTHER_PROJ_L2"), day=date(2010, 12, 1)
    )
    assert judged(flags) == (
        OTHER,
        ["DECLARED_OTHER_AB"],
        ["MARKS_WINDOW_OPEN", "SERIES_AFTER_AWARD_DATE"],
    )
    assert flags.detail is AssessmentDetail.MARKS_WINDOW_OPEN


def test_a_declaration_answers_a_failed_functional_skill() -> None:
    failed = entered("FS_MAT_L2", result="FAIL", **RELEASED)
    flags = flags_of(FS, [failed], declared("OTHER_FS_MAT_L2"))
    assert judged(flags) == (OTHER, ["DECLARED_OTHER_AB"], [])
    assert flags.assessment is None


def test_a_removed_declaration_is_none() -> None:
    removed = [Declaration(qan("OTHER_PROJ_L2"), active=False)]
    assert flags_of(PROJECT, [], removed).entry is MISSING
    assert codes(flags_of(PROJECT, [project()], removed)) == []


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("OTHER_PROJ_L2", []),
        ("PROJ_L3", ["DECLARED_QAN_UNSUITED"]),
        ("OTHER_FS_MAT_L2", ["DECLARED_QAN_UNSUITED"]),
        (UNKNOWN_QAN, ["DECLARED_QAN_UNKNOWN"]),
    ],
)
def test_a_declared_qan_that_does_not_suit_is_noted_and_the_flag_follows_the_user(
    key: str, found: list[str]
) -> None:
    assert judged(flags_of(PROJECT, [], declared(key))) == (OTHER, ["DECLARED_OTHER_AB"], found)


# Results that DAS does not show ------------------------------------------------------------------


@pytest.mark.parametrize(("days", "found"), [(0, []), (14, []), (15, ["RESULT_NOT_ON_DAS"])])
def test_das_has_fourteen_days_to_show_a_result(days: int, found: list[str]) -> None:
    entry = entered("FS_MAT_L2", result="PASS", result_release_on=date(2010, 2, 10))
    day = date(2010, 2, 10) + timedelta(days=days)
    assert codes(flags_of(FS, [entry], day=day)) == found


def test_das_is_not_behind_while_part_of_the_component_awaits_its_result() -> None:
    out: Mapping[str, Any] = {"result": "A", "result_release_on": date(2010, 1, 1)}
    units = [unit(code, **out) for code in ("EG201", "EG202", "EG203")]
    assert codes(flags_of(PL, [*units, cash_in()])) == []
    assert codes(flags_of(PL, [*units, cash_in(**out)])) == ["RESULT_NOT_ON_DAS"]
    hours = [entered("BTEC_L2_60", **CLAIMED, **out), entered("BTEC_L2_120", **CLAIMED)]
    assert codes(flags_of(ASL, hours)) == []


def test_das_is_not_behind_with_a_result_that_does_not_cover_the_requirement() -> None:
    out: Mapping[str, Any] = {"result": "U", "result_release_on": date(2010, 1, 1)}
    assert codes(flags_of(PROJECT, [project("January 2010", **out)])) == ["RESULT_NOT_COUNTABLE"]
