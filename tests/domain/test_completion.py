import msgspec
import pytest

from domain.codes import AssessmentFlag, CompletionStatus, EntryFlag
from domain.completion import all_complete, completion_status, percent_complete
from domain.inputs import Registration
from domain.vocabulary import ClaimStatus, ComponentType, RegistrationStatus
from tests.domain.cases import LearnerCase, Pair, catalogue, learner_cases, registered

COMPLETE = EntryFlag.COMPLETE_ON_DAS
ELIGIBLE = EntryFlag.ELIGIBLE_ENTRY
MISSING = EntryFlag.MISSING_OR_INVALID_ENTRY
NOT_ACCEPTED = [
    RegistrationStatus.NOT_REGISTERED,
    RegistrationStatus.PENDING,
    RegistrationStatus.REJECTED,
    RegistrationStatus.UNKNOWN,
]


def everywhere(entry: EntryFlag) -> dict[ComponentType, Pair]:
    """The same flag on every component."""
    return {component: Pair(entry) for component in ComponentType}


def completion(
    flags: dict[ComponentType, Pair],
    *,
    registration: Registration | None = None,
    claim: ClaimStatus = ClaimStatus.NONE,
    plts: bool = True,
    work_experience: bool = True,
) -> tuple[CompletionStatus, int | None]:
    """Status and percent of an otherwise finished learner."""
    course = registration or registered()
    status = completion_status(course, claim, flags, plts=plts, work_experience=work_experience)
    return status, percent_complete(course, status, flags, catalogue(), plts=plts)


# The examples ------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", learner_cases(), ids=lambda case: case.id)
def test_a_learner_has_the_status_and_percent_of_the_example(case: LearnerCase) -> None:
    status = completion_status(
        case.registration,
        case.claim,
        case.flags,
        plts=case.plts,
        work_experience=case.work_experience,
    )
    percent = percent_complete(case.registration, status, case.flags, catalogue(), plts=case.plts)
    assert (status, percent) == (case.status, case.percent)


# The order of the rules --------------------------------------------------------------------------


@pytest.mark.parametrize("claim", ClaimStatus)
def test_a_withdrawn_registration_outranks_everything_and_has_no_percent(
    claim: ClaimStatus,
) -> None:
    withdrawn = registered(status=RegistrationStatus.WITHDRAWN)
    assert completion(everywhere(COMPLETE), registration=withdrawn, claim=claim) == (
        CompletionStatus.WITHDRAWN,
        None,
    )


@pytest.mark.parametrize("status", [RegistrationStatus.ACCEPTED, *NOT_ACCEPTED])
def test_an_award_outranks_all_but_withdrawal(status: RegistrationStatus) -> None:
    flags = everywhere(MISSING)
    found = completion(flags, registration=registered(status=status), claim=ClaimStatus.AWARDED)
    assert found == (CompletionStatus.AWARDED, 7)


@pytest.mark.parametrize("status", NOT_ACCEPTED)
@pytest.mark.parametrize("entry", [COMPLETE, MISSING])
def test_without_an_accepted_registration_nothing_else_is_told(
    status: RegistrationStatus, entry: EntryFlag
) -> None:
    found, _ = completion(everywhere(entry), registration=registered(status=status))
    assert found is CompletionStatus.UNDETERMINED


@pytest.mark.parametrize("claim", [claim for claim in ClaimStatus if claim != "AWARDED"])
def test_only_an_award_makes_a_claim_count(claim: ClaimStatus) -> None:
    assert completion(everywhere(COMPLETE), claim=claim)[0] is CompletionStatus.READY_FOR_AWARD
    assert completion(everywhere(ELIGIBLE), claim=claim)[0] is CompletionStatus.IN_PROGRESS


def test_ready_for_award_outranks_a_failed_skill_that_is_complete_elsewhere() -> None:
    flags = everywhere(COMPLETE)
    flags[ComponentType.FS_ICT] = Pair(COMPLETE, AssessmentFlag.FS_FAILED)
    assert completion(flags) == (CompletionStatus.READY_FOR_AWARD, 100)


@pytest.mark.parametrize(
    "pair",
    [
        Pair(MISSING),
        Pair(EntryFlag.INELIGIBLE_ENTRY),
        Pair(ELIGIBLE, AssessmentFlag.BLOCKED),
        Pair(ELIGIBLE, AssessmentFlag.FS_FAILED),
        Pair(EntryFlag.OTHER_AWARDING_BODY, AssessmentFlag.BLOCKED),
    ],
)
@pytest.mark.parametrize("others", [COMPLETE, ELIGIBLE, EntryFlag.UNDETERMINED])
def test_one_component_with_a_definite_problem_calls_for_action(
    pair: Pair, others: EntryFlag
) -> None:
    flags = everywhere(others)
    flags[ComponentType.PROJECT] = pair
    assert completion(flags)[0] is CompletionStatus.ACTION_REQUIRED


@pytest.mark.parametrize("others", [COMPLETE, ELIGIBLE, EntryFlag.OTHER_AWARDING_BODY])
def test_one_component_that_cannot_be_judged_leaves_the_learner_undetermined(
    others: EntryFlag,
) -> None:
    flags = everywhere(others)
    flags[ComponentType.ASL] = Pair(EntryFlag.UNDETERMINED)
    assert completion(flags)[0] is CompletionStatus.UNDETERMINED


@pytest.mark.parametrize(
    "pair",
    [
        Pair(EntryFlag.OTHER_AWARDING_BODY),
        Pair(ELIGIBLE, AssessmentFlag.ACTION_DUE),
        Pair(ELIGIBLE, AssessmentFlag.NOT_YET_OPEN),
        Pair(ELIGIBLE, AssessmentFlag.SUBMITTED),
        Pair(ELIGIBLE, AssessmentFlag.FS_PASSED),
    ],
)
def test_work_under_way_is_progress(pair: Pair) -> None:
    flags = everywhere(COMPLETE)
    flags[ComponentType.FS_ENGLISH] = pair
    assert completion(flags)[0] is CompletionStatus.IN_PROGRESS


def test_a_component_that_is_not_required_counts_for_nothing() -> None:
    flags = everywhere(COMPLETE)
    flags[ComponentType.ASL] = Pair(None, required=False)
    assert completion(flags, registration=registered("PROGRESSION")) == (
        CompletionStatus.READY_FOR_AWARD,
        100,
    )
    flags[ComponentType.ASL] = Pair(MISSING, AssessmentFlag.BLOCKED, required=False)
    assert completion(flags)[0] is CompletionStatus.READY_FOR_AWARD


def test_nothing_required_is_not_everything_complete() -> None:
    assert not all_complete({})
    assert not all_complete({ComponentType.ASL: Pair(COMPLETE, required=False)})
    assert all_complete({ComponentType.ASL: Pair(COMPLETE)})


# Percent -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "total"),
    [("FOUNDATION", 600), ("HIGHER", 800), ("ADVANCED", 1080), ("PROGRESSION", 720)],
)
def test_the_hours_of_the_components_and_of_plts_add_up_to_the_diploma(
    level: str, total: int
) -> None:
    assert catalogue().total_glh(level) == total


@pytest.mark.parametrize(
    ("component", "percent"),
    [
        (ComponentType.PRINCIPAL_LEARNING, 52),
        (ComponentType.PROJECT, 7),
        (ComponentType.FS_ENGLISH, 3),
        (ComponentType.FS_MATHEMATICS, 3),
        (ComponentType.FS_ICT, 3),
        (ComponentType.ASL, 22),
    ],
)
def test_a_complete_component_brings_its_hours_rounded_down(
    component: ComponentType, percent: int
) -> None:
    flags = everywhere(ELIGIBLE)
    flags[component] = Pair(COMPLETE)
    assert completion(flags, plts=False)[1] == percent


@pytest.mark.parametrize(
    ("level", "percent"),
    [("FOUNDATION", 10), ("HIGHER", 7), ("ADVANCED", 5), ("PROGRESSION", 8)],
)
def test_plts_bring_sixty_hours_at_every_level(level: str, percent: int) -> None:
    found = completion(everywhere(ELIGIBLE), registration=registered(level))
    assert found == (CompletionStatus.IN_PROGRESS, percent)


def test_plts_count_as_the_catalogue_says() -> None:
    course_data = msgspec.structs.replace(catalogue(), plts_glh={"HIGHER": 740})
    found = percent_complete(
        registered(), CompletionStatus.IN_PROGRESS, everywhere(ELIGIBLE), course_data, plts=True
    )
    assert found == 50


@pytest.mark.parametrize("status", [*NOT_ACCEPTED, RegistrationStatus.ACCEPTED])
def test_the_percent_stops_at_ninety_nine_until_ready(status: RegistrationStatus) -> None:
    course = registered(status=status)
    assert completion(everywhere(COMPLETE), registration=course, work_experience=False)[1] == 99


def test_an_award_lifts_the_cap_but_invents_no_hours() -> None:
    awarded = ClaimStatus.AWARDED
    assert completion(everywhere(COMPLETE), claim=awarded, work_experience=False)[1] == 100
    assert completion(everywhere(COMPLETE), claim=awarded, plts=False)[1] == 92


def test_functional_skills_of_an_advanced_diploma_carry_no_hours() -> None:
    flags = everywhere(COMPLETE)
    flags[ComponentType.FS_ICT] = Pair(ELIGIBLE)
    assert completion(flags, registration=registered("ADVANCED")) == (
        CompletionStatus.IN_PROGRESS,
        99,
    )


def test_a_level_outside_the_catalogue_has_no_hours_to_count() -> None:
    flags = everywhere(EntryFlag.UNDETERMINED)
    assert completion(flags, registration=registered("EXTENDED")) == (
        CompletionStatus.UNDETERMINED,
        0,
    )
