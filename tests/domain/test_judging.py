import msgspec
import pytest

from domain.codes import Reason
from domain.inputs import Entry
from domain.vocabulary import (
    ComponentType,
    EntryClass,
    EntryKind,
    UlnState,
)
from tests.domain.cases import (
    UNKNOWN_QAN,
    cash_in,
    catalogue,
    entered,
    project,
    unit,
)
from tests.domain.flagging import (
    ASL,
    EMBARGOED,
    FS,
    PL,
    PROJECT,
    RELEASED,
    class_of,
)

# Classing an entry -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "component", "verdict", "reason"),
    [
        # each row fails every later test of the table as well, as far as it can
        (
            entered(UNKNOWN_QAN, withdrawn=True, uln_state=UlnState.MISSING),
            PROJECT,
            EntryClass.IGNORED,
            None,
        ),
        (
            entered(UNKNOWN_QAN, uln_state=UlnState.MISMATCHED),
            PROJECT,
            EntryClass.UNMATCHED,
            Reason.ULN_UNMATCHED,
        ),
        (
            entered(UNKNOWN_QAN, series="January 2011"),
            PROJECT,
            EntryClass.UNKNOWN,
            Reason.QUALIFICATION_UNKNOWN,
        ),
        (
            cash_in("PL_IT_L2", series="January 2011"),
            PROJECT,
            EntryClass.INVALID,
            Reason.WRONG_COMPONENT,
        ),
        (
            entered("PROJ_L3", series="January 2011"),
            PROJECT,
            EntryClass.INVALID,
            Reason.WRONG_LEVEL,
        ),
        (
            entered("BTEC_OLD_L2_180", series="January 2011"),
            ASL,
            EntryClass.INELIGIBLE,
            Reason.SERIES_AFTER_AWARD_DATE,
        ),
        (
            entered("BTEC_OLD_L2_180", result="U"),
            ASL,
            EntryClass.INELIGIBLE,
            Reason.OUTSIDE_VALIDITY,
        ),
        (project(result="U"), PROJECT, EntryClass.INELIGIBLE, Reason.RESULT_NOT_COUNTABLE),
        (project(), PROJECT, EntryClass.ELIGIBLE, None),
    ],
)
def test_the_first_test_that_matches_classes_an_entry(
    entry: Entry, component: ComponentType, verdict: EntryClass, reason: Reason | None
) -> None:
    assert class_of(entry, component) == (verdict, reason)


def test_a_wrong_line_is_told_before_a_wrong_level() -> None:
    entry = cash_in("PL_IT_L2")
    assert class_of(entry, PL, level="FOUNDATION") == (EntryClass.INVALID, Reason.WRONG_LINE)
    assert class_of(entry, PL, level="FOUNDATION", line="INFORMATION_TECHNOLOGY") == (
        EntryClass.INVALID,
        Reason.WRONG_LEVEL,
    )


@pytest.mark.parametrize(
    ("key", "component", "levels"),
    [
        ("PL_ENG_L3", PL, {"ADVANCED", "PROGRESSION"}),
        ("PROJ_L1", PROJECT, {"FOUNDATION"}),
        ("PROJ_L3", PROJECT, {"ADVANCED", "PROGRESSION"}),
        ("FS_MAT_L1", FS, {"FOUNDATION"}),
        ("FS_MAT_L2", FS, {"FOUNDATION", "HIGHER", "ADVANCED", "PROGRESSION"}),
        ("BTEC_L1_120", ASL, {"FOUNDATION"}),
        ("BTEC_L2_120", ASL, {"FOUNDATION", "HIGHER"}),
        ("BTEC_L3_180", ASL, {"HIGHER", "ADVANCED"}),
    ],
)
def test_a_qualification_counts_at_these_diploma_levels(
    key: str, component: ComponentType, levels: set[str]
) -> None:
    entry = entered(key)
    at = [level for level, needs in catalogue().requirements.items() if component in needs]
    good = {level for level in at if class_of(entry, component, level=level)[0] == "ELIGIBLE"}
    assert good == levels


@pytest.mark.parametrize(
    ("series", "results_month", "month_before"),
    [
        ("January 2010", "2010-03", "2010-02"),
        ("March 2010", "2010-05", "2010-04"),
        ("June 2010", "2010-08", "2010-07"),
        ("November 2010", "2011-01", "2010-12"),
    ],
)
def test_results_may_come_in_the_award_month_but_not_after_it(
    series: str, results_month: str, month_before: str
) -> None:
    assert class_of(project(series), PROJECT, award=results_month) == (EntryClass.ELIGIBLE, None)
    assert class_of(project(series), PROJECT, award=month_before) == (
        EntryClass.INELIGIBLE,
        Reason.SERIES_AFTER_AWARD_DATE,
    )
    assert class_of(project(series), PROJECT, award=None) == (EntryClass.ELIGIBLE, None)


def test_an_entry_on_demand_has_no_series_to_be_late() -> None:
    entry = entered("FS_MAT_L2")
    assert class_of(entry, FS, award="2009-01") == (EntryClass.ELIGIBLE, None)


def test_a_released_result_is_never_too_late_but_one_under_embargo_is() -> None:
    released = project(result="B", **RELEASED)
    assert class_of(released, PROJECT, award="2010-07") == (EntryClass.ELIGIBLE, None)
    embargoed = project(result="B", **EMBARGOED)
    assert class_of(embargoed, PROJECT, award="2010-07") == (
        EntryClass.INELIGIBLE,
        Reason.SERIES_AFTER_AWARD_DATE,
    )


@pytest.mark.parametrize("result", ["U", "FAIL", "ABSENT"])
@pytest.mark.parametrize("kind", EntryKind)
def test_a_unit_graded_u_still_counts_but_an_award_graded_u_or_an_absence_does_not(
    result: str, kind: EntryKind
) -> None:
    entry = unit("EG201", result=result, **RELEASED)
    entry = msgspec.structs.replace(entry, kind=kind)
    counts = kind is EntryKind.UNIT and result != "ABSENT"
    assert (class_of(entry, PL)[1] is None) is counts


@pytest.mark.parametrize(
    ("grade", "level", "counts"),
    [
        ("A*", "HIGHER", True),
        ("C", "HIGHER", True),
        ("D", "HIGHER", False),
        ("G", "HIGHER", False),
        ("D", "FOUNDATION", True),
        ("C", "FOUNDATION", True),
        ("U", "FOUNDATION", False),
        ("P1", "HIGHER", True),
    ],
)
def test_a_gcse_counts_at_the_level_of_its_grade(grade: str, level: str, counts: bool) -> None:
    entry = entered("GCSE_HISTORY", series="June 2010", result=grade, **RELEASED)
    expected = EntryClass.ELIGIBLE if counts else EntryClass.INELIGIBLE
    assert class_of(entry, ASL, level=level)[0] is expected


@pytest.mark.parametrize("result", ["D", "U", "ABSENT"])
def test_a_result_counts_for_nothing_before_its_release(result: str) -> None:
    entry = entered("GCSE_HISTORY", series="June 2010", result=result, **EMBARGOED)
    assert class_of(entry, ASL) == (EntryClass.ELIGIBLE, None)


@pytest.mark.parametrize(
    ("key", "component", "result", "counts"),
    [
        ("FS_MAT_L2", FS, "PASS", True),
        ("FS_MAT_L2", FS, "F", False),
        ("FS_MAT_L2", FS, "A", False),
        ("PROJ_L2", PROJECT, "E", True),
        ("PROJ_L2", PROJECT, "b", False),
        ("PROJ_L2", PROJECT, "P1", False),
        ("BTEC_L2_120", ASL, "D*D", True),
    ],
)
def test_a_result_that_the_scale_of_the_component_does_not_know_never_counts(
    key: str, component: ComponentType, result: str, *, counts: bool
) -> None:
    reason = class_of(entered(key, result=result, **RELEASED), component)[1]
    assert reason is (None if counts else Reason.RESULT_NOT_COUNTABLE)
    embargoed = entered(key, series="June 2010", result=result, **EMBARGOED)
    assert class_of(embargoed, component) == (EntryClass.ELIGIBLE, None)


def test_a_unit_may_have_any_mark() -> None:
    marked = unit("EG201", result="92 marks", **RELEASED)
    assert class_of(marked, PL) == (EntryClass.ELIGIBLE, None)


def test_a_result_without_a_release_day_is_out() -> None:
    assert class_of(project(result="U"), PROJECT)[1] is Reason.RESULT_NOT_COUNTABLE
