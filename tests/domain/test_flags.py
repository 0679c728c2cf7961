from datetime import date
from typing import Any

import msgspec
import pytest

from domain.catalogue import BUILT_IN_LINES, BUILT_IN_RESULTS
from domain.codes import AssessmentDetail, AssessmentFlag, Reason
from domain.flags import component_flags
from domain.inputs import Das
from domain.issues import record_findings
from domain.vocabulary import (
    ComponentType,
    RegistrationStatus,
    Track,
)
from tests.domain.cases import (
    ON_DAS,
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
from tests.domain.flagging import (
    AFTER_WINDOW,
    ASL,
    COMPLETE,
    ELIGIBLE,
    EMBARGOED,
    FS,
    MISSING,
    NOTHING_BUT_COMPLETE,
    OF_THE_FEED,
    ON_DAS_COMPLETE,
    PL,
    PROJECT,
    RELEASED,
    UNDETERMINED,
    flagless,
    judged,
)

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
