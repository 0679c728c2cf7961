from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from domain.assessment import FLAG_OF_DETAIL
from domain.catalogue import (
    BUILT_IN_LINES,
    BUILT_IN_REQUIREMENTS,
    BUILT_IN_RESULTS,
    Catalogue,
    Qualification,
    Unit,
    Window,
)
from domain.codes import AssessmentDetail, AssessmentFlag, EntryFlag, IssueCode, Reason
from domain.flags import Finding, Flags, component_flags
from domain.inputs import Das, Declaration, Entry
from domain.issues import record_findings
from domain.judging import judge
from domain.vocabulary import (
    ComponentType,
    EntryClass,
    EntryKind,
    RegistrationStatus,
    Track,
    UlnState,
)
from tests.domain.cases import (
    DAY,
    ON_DAS,
    UNKNOWN_QAN,
    ComponentCase,
    cash_in,
    catalogue,
    component_cases,
    declared,
    entered,
    flags_of,
    inputs_of,
    principal_learning,
    project,
    qan,
    record_of,
    registered,
    unit,
)

PL = ComponentType.PRINCIPAL_LEARNING
PROJECT = ComponentType.PROJECT
FS = ComponentType.FS_MATHEMATICS
ASL = ComponentType.ASL

COMPLETE = EntryFlag.COMPLETE_ON_DAS
ELIGIBLE = EntryFlag.ELIGIBLE_ENTRY
INELIGIBLE = EntryFlag.INELIGIBLE_ENTRY
MISSING = EntryFlag.MISSING_OR_INVALID_ENTRY
OTHER = EntryFlag.OTHER_AWARDING_BODY
UNDETERMINED = EntryFlag.UNDETERMINED

ON_DAS_COMPLETE = Das(found=True, complete=True)
NOTHING_BUT_COMPLETE = Flags(
    required=True, complete=True, entry=COMPLETE, entry_reasons=(Reason.DAS_COMPLETE,)
)
OF_THE_FEED = frozenset(
    {
        IssueCode.NO_DAS_RECORD,
        IssueCode.DAS_DATA_STALE,
        IssueCode.ULN_DAS_MISMATCH,
    }
)
RELEASED: Mapping[str, Any] = {"result_release_on": date(2010, 2, 10)}
EMBARGOED: Mapping[str, Any] = {"result_release_on": date(2010, 2, 20)}
CLAIMED: Mapping[str, Any] = {"centre_verified": True, "claimed": True}


def codes(flags: Flags) -> list[str]:
    """The codes of the findings, sorted, each as often as it was found."""
    return sorted(finding.code for finding in flags.findings)


def judged(flags: Flags) -> tuple[EntryFlag | None, list[str], list[str]]:
    """Entry flag, reasons and the codes of the findings."""
    return flags.entry, list(flags.entry_reasons), codes(flags)


def flagless(reason: Reason, *, required: bool = True) -> Flags:
    """A component without flags, and why."""
    return Flags(required=required, complete=False, entry=None, entry_reasons=(reason,))


def class_of(entry: Entry, component: ComponentType, **given: Any) -> tuple[str, str | None]:
    """The class of an entry and the reason for it."""
    course = registered(**given)
    needs = catalogue().requirements[course.level][component]
    row = judge(entry, component, course, needs, catalogue(), DAY)
    return row.verdict, row.reason


def with_qualification(**changes: Any) -> Catalogue:
    """The catalogue with one more qualification, 999/0900/6, like the 180-hour BTEC."""
    like = catalogue().qualifications[qan("BTEC_L2_180")]
    added: Qualification = msgspec.structs.replace(like, qan="999/0900/6", **changes)
    rows = {**catalogue().qualifications, added.qan: added}
    return msgspec.structs.replace(catalogue(), qualifications=rows)


# The examples ------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", component_cases(), ids=lambda case: case.id)
def test_a_component_has_the_flags_reasons_and_issues_of_the_example(case: ComponentCase) -> None:
    inputs = inputs_of(case)
    flags = component_flags(*inputs)
    assert (flags.entry, flags.entry_reasons) == (case.entry, case.entry_reasons)
    assert (flags.assessment, flags.detail) == (case.assessment, case.detail)
    of_the_record = record_findings(record_of(case), inputs.day, everything_complete=False)
    fed = {finding.code for finding in of_the_record} & OF_THE_FEED
    assert {finding.code for finding in flags.findings} | fed == case.issues


def test_the_built_in_course_data_are_those_of_the_examples() -> None:
    assert catalogue().requirements == BUILT_IN_REQUIREMENTS
    assert catalogue().lines == {line.code for line in BUILT_IN_LINES if line.active}
    assert catalogue().results == BUILT_IN_RESULTS


# Complete on DAS ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "status", [status for status in RegistrationStatus if status != "WITHDRAWN"]
)
def test_complete_on_das_outranks_a_registration_that_is_not_accepted(
    status: RegistrationStatus,
) -> None:
    flags = flags_of(PROJECT, das=ON_DAS_COMPLETE, registration=registered(status=status))
    assert flags == NOTHING_BUT_COMPLETE


@pytest.mark.parametrize(
    "course",
    [
        registered(conflict=True),
        registered(line="ALCHEMY"),
        registered("EXTENDED"),
        registered(award=None),
    ],
)
def test_complete_on_das_outranks_a_course_that_cannot_be_judged(course: Any) -> None:
    flags = flags_of(PROJECT, das=ON_DAS_COMPLETE, registration=course)
    assert flags == NOTHING_BUT_COMPLETE


def test_another_uln_on_das_never_yields_complete() -> None:
    das = Das(found=True, uln_matches=False, complete=True)
    flags = flags_of(PROJECT, das=das)
    assert not flags.complete
    assert judged(flags) == (MISSING, ["ENTRY_MISSING"], ["ENTRY_MISSING"])
    assert flags_of(PROJECT, [project()], das=das).entry is ELIGIBLE


def test_complete_without_a_das_record_is_not_complete() -> None:
    assert flags_of(PROJECT, das=Das(complete=True)).entry is MISSING


def test_completeness_shows_from_the_day_it_may() -> None:
    das = Das(found=True, complete=True, visible_from=date(2010, 2, 20))
    before = flags_of(PROJECT, [project()], das=das, day=date(2010, 2, 19))
    assert (before.complete, before.entry) == (False, ELIGIBLE)
    assert before == flags_of(PROJECT, [project()], das=ON_DAS, day=date(2010, 2, 19))
    after = flags_of(PROJECT, [project()], das=das, day=date(2010, 2, 20))
    assert (after.complete, after.entry) == (True, COMPLETE)


def test_a_pass_here_still_shows_beside_complete_on_das() -> None:
    flags = flags_of(FS, [entered("FS_MAT_L2", result="PASS", **RELEASED)], das=ON_DAS_COMPLETE)
    assert (flags.entry, flags.assessment, flags.detail) == (
        COMPLETE,
        AssessmentFlag.FS_PASSED,
        AssessmentDetail.FS_PASSED,
    )
    assert flags.assessment_reasons == (Reason.FS_PASSED,)
    assert flags.findings == ()


def test_a_pass_under_embargo_does_not_show_beside_complete_on_das() -> None:
    flags = flags_of(FS, [entered("FS_MAT_L2", result="PASS", **EMBARGOED)], das=ON_DAS_COMPLETE)
    assert (flags.entry, flags.assessment) == (COMPLETE, None)


def test_no_marks_fall_due_once_complete_on_das() -> None:
    flags = flags_of(PROJECT, [project()], das=ON_DAS_COMPLETE, day=date(2010, 6, 1))
    assert flags == NOTHING_BUT_COMPLETE


# No flag -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("component", ComponentType)
@pytest.mark.parametrize("das", [ON_DAS, ON_DAS_COMPLETE])
def test_a_withdrawn_registration_carries_no_flags(component: ComponentType, das: Das) -> None:
    course = registered(status=RegistrationStatus.WITHDRAWN)
    flags = flags_of(
        component, [project()], declared("OTHER_PROJ_L2"), registration=course, das=das
    )
    assert flags == flagless(Reason.REGISTRATION_WITHDRAWN)


def test_a_component_that_is_not_required_carries_no_flags_whatever_is_known_of_it() -> None:
    flags = flags_of(
        ASL,
        [entered("BTEC_L3_360")],
        declared("OTHER_ASL_120"),
        registration=registered("PROGRESSION"),
        das=ON_DAS_COMPLETE,
    )
    assert flags == flagless(Reason.NOT_REQUIRED, required=False)


# Blockers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["NOT_REGISTERED", "PENDING", "REJECTED", "UNKNOWN"])
def test_nothing_is_judged_before_the_registration_is_accepted(status: str) -> None:
    flags = flags_of(
        PROJECT,
        [project()],
        declared("OTHER_PROJ_L2"),
        registration=registered(status=RegistrationStatus(status)),
        day=date(2010, 6, 1),
    )
    code = "REGISTRATION_NOT_ACCEPTED"
    assert judged(flags) == (UNDETERMINED, [code], [code])
    assert flags.assessment is None


@pytest.mark.parametrize("course", [registered(line="ALCHEMY"), registered("EXTENDED")])
@pytest.mark.parametrize("component", ComponentType)
def test_a_line_or_level_outside_the_catalogue_has_no_rule(
    course: Any, component: ComponentType
) -> None:
    flags = flags_of(component, registration=course)
    assert judged(flags) == (UNDETERMINED, ["NO_RULE_FOR_COURSE"], ["NO_RULE_FOR_COURSE"])
    assert flags.required


def test_a_cancelled_line_has_no_rule() -> None:
    flags = flags_of(PROJECT, [project()], registration=registered(line="SCIENCE"))
    assert flags.entry_reasons == (Reason.NO_RULE_FOR_COURSE,)


def test_the_status_is_told_before_a_conflict_and_a_conflict_before_the_line() -> None:
    rejected = RegistrationStatus.REJECTED
    course = registered(line="ALCHEMY", conflict=True, status=rejected)
    assert flags_of(PROJECT, registration=course).entry_reasons == (
        Reason.REGISTRATION_NOT_ACCEPTED,
    )
    course = registered(line="ALCHEMY", conflict=True)
    assert flags_of(PROJECT, registration=course).entry_reasons == (Reason.REGISTRATION_CONFLICT,)


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


def test_a_result_without_a_release_day_is_out() -> None:
    assert class_of(project(result="U"), PROJECT)[1] is Reason.RESULT_NOT_COUNTABLE


# Entry flags by hand: principal learning ---------------------------------------------------------


def test_a_unit_graded_u_leaves_the_requirement_covered() -> None:
    entries = [*principal_learning()[1:], unit("EG201", result="U", **RELEASED)]
    assert judged(flags_of(PL, entries)) == (ELIGIBLE, ["REQUIREMENT_COVERED"], [])


def test_an_award_graded_u_makes_the_component_ineligible() -> None:
    entries = [*principal_learning()[:3], cash_in(result="U", **RELEASED)]
    assert judged(flags_of(PL, entries)) == (
        INELIGIBLE,
        ["RESULT_NOT_COUNTABLE"],
        ["RESULT_NOT_COUNTABLE"],
    )


def test_each_missing_unit_is_named_and_a_missing_unit_outranks_an_ineligible_one() -> None:
    entries = [unit("EG202", series="January 2011"), cash_in()]
    flags = flags_of(PL, entries)
    assert (flags.entry, list(flags.entry_reasons)) == (
        MISSING,
        ["SERIES_AFTER_AWARD_DATE", "UNIT_ENTRY_MISSING"],
    )
    assert flags.findings[:3] == (
        Finding(IssueCode.UNIT_ENTRY_MISSING, "EG201"),
        Finding(IssueCode.UNIT_ENTRY_MISSING, "EG203"),
        Finding(IssueCode.SERIES_AFTER_AWARD_DATE, "EG202, January 2011"),
    )


def test_an_ineligible_unit_does_no_harm_beside_an_eligible_entry_for_it() -> None:
    entries = [*principal_learning(), unit("EG201", series="January 2011")]
    assert flags_of(PL, entries).entry is ELIGIBLE


def test_a_needless_ineligible_entry_is_no_reason_for_a_hole() -> None:
    entries = [unit("EG201"), unit("EG201", series="January 2011"), unit("EG202"), cash_in()]
    assert judged(flags_of(PL, entries)) == (
        MISSING,
        ["UNIT_ENTRY_MISSING"],
        ["UNIT_ENTRY_MISSING"],
    )


def test_an_entry_for_a_unit_that_is_not_named_fills_no_slot() -> None:
    nameless = entered("PL_ENG_L2", kind=EntryKind.UNIT, series="June 2010")
    flags = flags_of(PL, [*principal_learning()[:3], nameless])
    assert judged(flags) == (MISSING, ["AWARD_ENTRY_MISSING"], ["AWARD_ENTRY_MISSING"])


def test_an_entry_for_a_unit_outside_the_qualification_is_no_entry() -> None:
    flags = flags_of(PL, [unit("EG999")])
    assert judged(flags) == (MISSING, ["ENTRY_MISSING"], ["ENTRY_MISSING"])


def test_units_of_two_qualifications_do_not_add_up() -> None:
    old = catalogue().qualifications[qan("PL_ENG_L2")]
    twin = msgspec.structs.replace(old, qan="999/0901/8")
    rows = {**catalogue().qualifications, twin.qan: twin}
    course_data = msgspec.structs.replace(catalogue(), qualifications=rows)
    entries = [unit("EG201"), unit("EG202"), *(unit("EG203", key=twin.qan), cash_in(twin.qan))]
    flags = flags_of(PL, entries, course_data=course_data)
    assert flags.entry is MISSING
    assert set(flags.entry_reasons) <= {Reason.UNIT_ENTRY_MISSING, Reason.AWARD_ENTRY_MISSING}


def test_the_qualification_that_lacks_least_says_what_is_missing() -> None:
    old = catalogue().qualifications[qan("PL_ENG_L2")]
    rows = dict(catalogue().qualifications)
    for number in ("999/0100/6", "999/0901/8"):  # one before it in order and one after
        rows[number] = msgspec.structs.replace(old, qan=number)
    course_data = msgspec.structs.replace(catalogue(), qualifications=rows)
    strays = [unit("EG201", key="999/0100/6"), unit("EG202", key="999/0901/8")]
    flags = flags_of(PL, [*strays, *principal_learning()[:3]], course_data=course_data)
    assert judged(flags) == (MISSING, ["AWARD_ENTRY_MISSING"], ["AWARD_ENTRY_MISSING"])


def test_an_optional_unit_and_an_award_entry_are_asked_for_only_by_the_catalogue() -> None:
    plain = msgspec.structs.replace(
        catalogue().qualifications[qan("PL_ENG_L2")],
        units={"EG201": Unit("EG201", internal=True), "EG204": Unit("EG204", required=False)},
        requires_award_entry=False,
    )
    rows = {**catalogue().qualifications, plain.qan: plain}
    course_data = msgspec.structs.replace(catalogue(), qualifications=rows)
    assert flags_of(PL, [unit("EG201")], course_data=course_data).entry is ELIGIBLE
    assert flags_of(PL, [unit("EG204")], course_data=course_data).entry is MISSING


def test_a_principal_learning_without_published_units_asks_for_one_entry() -> None:
    flags = flags_of(PL, [entered("OTHER_PL_ENG_L2", series="June 2010")])
    assert judged(flags) == (ELIGIBLE, ["REQUIREMENT_COVERED"], [])


def test_an_unknown_qan_might_fill_the_hole_left_by_a_unit() -> None:
    flags = flags_of(PL, [*principal_learning()[:3], entered(UNKNOWN_QAN)])
    assert judged(flags) == (UNDETERMINED, ["QUALIFICATION_UNKNOWN"], ["QUALIFICATION_UNKNOWN"])


def test_an_unknown_qan_has_nothing_to_fill_beside_a_merely_ineligible_entry() -> None:
    flags = flags_of(PROJECT, [project("January 2011"), entered(UNKNOWN_QAN)])
    assert judged(flags) == (
        INELIGIBLE,
        ["SERIES_AFTER_AWARD_DATE"],
        ["QUALIFICATION_UNKNOWN", "SERIES_AFTER_AWARD_DATE"],
    )


@pytest.mark.parametrize(
    "entry",
    [entered(UNKNOWN_QAN, withdrawn=True), entered(UNKNOWN_QAN, uln_state=UlnState.MISSING)],
)
def test_an_unknown_qan_that_is_withdrawn_or_unmatched_fills_nothing(entry: Entry) -> None:
    assert flags_of(PROJECT, [entry]).entry is MISSING


# Entry flags by hand: additional and specialist learning -----------------------------------------


def test_two_attempts_at_the_same_qualification_count_once() -> None:
    twice = [entered("BTEC_L2_120", **CLAIMED), entered("BTEC_L2_120", **CLAIMED)]
    flags = flags_of(ASL, twice)
    assert judged(flags) == (MISSING, ["GLH_SHORTFALL"], ["GLH_SHORTFALL"])
    assert flags.findings == (Finding(IssueCode.GLH_SHORTFALL, "60 hours"),)


def test_two_attempts_at_the_same_barred_qualification_are_no_barred_pair() -> None:
    twice = [entered("GCSE_ART", series="June 2010"), entered("GCSE_ART", series="January 2010")]
    assert "BARRED_COMBINATION" not in codes(flags_of(ASL, twice, day=date(2009, 10, 1)))


def test_a_failed_attempt_does_no_harm_beside_a_live_one() -> None:
    entries = [
        entered("GCSE_HISTORY", series="January 2010", result="D", **RELEASED),
        entered("GCSE_HISTORY", series="June 2010"),
        entered("BTEC_L2_60", **CLAIMED),
    ]
    assert judged(flags_of(ASL, entries)) == (ELIGIBLE, ["REQUIREMENT_COVERED"], [])


def test_a_failed_attempt_beside_a_live_one_is_not_what_the_hours_lack() -> None:
    entries = [
        entered("GCSE_HISTORY", series="January 2010", result="D", **RELEASED),
        entered("GCSE_HISTORY", series="June 2010"),
    ]
    assert judged(flags_of(ASL, entries)) == (MISSING, ["GLH_SHORTFALL"], ["GLH_SHORTFALL"])


def test_a_barred_pair_is_a_note_where_the_rest_covers_and_worse_where_it_does_not() -> None:
    pair = [entered("GCSE_ART", series="June 2010"), entered("GCSE_DESIGN", series="June 2010")]
    subject = ", ".join(sorted((qan("GCSE_ART"), qan("GCSE_DESIGN"))))
    short = flags_of(ASL, pair)
    assert (short.entry, list(short.entry_reasons)) == (
        MISSING,
        ["BARRED_COMBINATION", "GLH_SHORTFALL"],
    )
    assert Finding(IssueCode.BARRED_COMBINATION, subject, aggravated=True) in short.findings
    enough = flags_of(ASL, [*pair, entered("BTEC_L2_60", **CLAIMED)])
    assert enough.entry is ELIGIBLE
    assert enough.findings == (Finding(IssueCode.BARRED_COMBINATION, subject),)


def test_a_barred_pair_that_would_not_reach_the_hours_anyway_is_not_the_cause() -> None:
    pair = [entered("GCSE_ART", series="June 2010"), entered("GCSE_DESIGN", series="June 2010")]
    course_data = msgspec.structs.replace(
        catalogue(),
        requirements={
            **catalogue().requirements,
            "HIGHER": {
                **catalogue().requirements["HIGHER"],
                ASL: msgspec.structs.replace(catalogue().requirements["HIGHER"][ASL], min_glh=241),
            },
        },
    )
    flags = flags_of(ASL, pair, course_data=course_data)
    assert flags.entry_reasons == (Reason.GLH_SHORTFALL,)
    barred = [row for row in flags.findings if row.code is IssueCode.BARRED_COMBINATION]
    assert [row.aggravated for row in barred] == [False]


def test_the_largest_of_a_barred_pair_counts() -> None:
    course_data = with_qualification(barring_code="JC7", glh=170)
    large = entered("999/0900/6", **CLAIMED)
    entries = [entered("GCSE_ART", series="June 2010"), large]
    flags = flags_of(ASL, entries, course_data=course_data)
    assert Finding(IssueCode.GLH_SHORTFALL, "10 hours") in flags.findings


@pytest.mark.parametrize("code", [None, "", "ZZZZ"])
def test_a_qualification_without_a_barring_code_combines_with_anything(code: str | None) -> None:
    course_data = with_qualification(barring_code=code, glh=60)
    entries = [entered("999/0900/6", **CLAIMED), entered("BTEC_L2_120", **CLAIMED)]
    assert judged(flags_of(ASL, entries, course_data=course_data)) == (
        ELIGIBLE,
        ["REQUIREMENT_COVERED"],
        [],
    )


def test_hours_that_can_be_repaired_leave_no_hole() -> None:
    late = entered("GCSE_HISTORY", series="January 2011")
    flags = flags_of(ASL, [late, entered("BTEC_L2_60", **CLAIMED)])
    assert judged(flags) == (INELIGIBLE, ["SERIES_AFTER_AWARD_DATE"], ["SERIES_AFTER_AWARD_DATE"])


def test_hours_beyond_repair_are_a_hole_that_outranks_the_ineligible_entry() -> None:
    flags = flags_of(ASL, [entered("GCSE_HISTORY", series="January 2011")])
    assert judged(flags) == (
        MISSING,
        ["GLH_SHORTFALL", "SERIES_AFTER_AWARD_DATE"],
        ["GLH_SHORTFALL", "SERIES_AFTER_AWARD_DATE"],
    )
    assert Finding(IssueCode.GLH_SHORTFALL, "180 hours") in flags.findings


def test_an_unknown_qan_might_bring_the_missing_hours() -> None:
    flags = flags_of(ASL, [entered("BTEC_L2_120", **CLAIMED), entered(UNKNOWN_QAN)])
    assert judged(flags) == (UNDETERMINED, ["QUALIFICATION_UNKNOWN"], ["QUALIFICATION_UNKNOWN"])


@pytest.mark.parametrize(("under_sixteen", "found"), [(True, ["AGE_RESTRICTED"]), (False, [])])
def test_a_post_sixteen_qualification_entered_early_is_an_issue_and_no_flag(
    under_sixteen: bool, found: list[str]
) -> None:
    course_data = with_qualification(post_sixteen_only=True)
    entry = entered("999/0900/6", under_sixteen=under_sixteen, **CLAIMED)
    assert judged(flags_of(ASL, [entry], course_data=course_data)) == (
        ELIGIBLE,
        ["REQUIREMENT_COVERED"],
        found,
    )


def test_a_post_sixteen_entry_that_does_not_belong_here_is_not_told_twice() -> None:
    course_data = with_qualification(post_sixteen_only=True, level=4)
    entry = entered("999/0900/6", under_sixteen=True)
    assert codes(flags_of(ASL, [entry], course_data=course_data)) == [
        "ENTRY_MISSING",
        "WRONG_LEVEL",
    ]


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
IN_WINDOW, AFTER_WINDOW = date(2010, 5, 1), date(2010, 5, 16)


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


# How an issue names its entry --------------------------------------------------------------------


def test_an_entry_is_named_by_its_unit_or_qan_and_its_series() -> None:
    assert unit("EG201").subject == "EG201, June 2010"
    assert cash_in().subject == "999/0102/X, June 2010"
    assert entered("FS_MAT_L2").subject == "999/0312/X"
    assert msgspec.structs.replace(cash_in(), unit="EG201").subject == "999/0102/X, June 2010"


def test_a_track_of_units_needs_a_unit_that_the_catalogue_knows() -> None:
    assert catalogue().qualifications[qan("PL_ENG_L2")].track is Track.UNITS
    flags = flags_of(PL, [*principal_learning(), unit("EG999")], day=AFTER_WINDOW)
    assert [row.subject for row in flags.findings] == ["EG201, June 2010", "EG202, June 2010"]
