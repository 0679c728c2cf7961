"""A learner's completion status and percent."""

from collections.abc import Mapping
from typing import Protocol

from domain.catalogue import Catalogue
from domain.codes import AssessmentFlag, CompletionStatus, EntryFlag
from domain.inputs import Registration
from domain.vocabulary import ClaimStatus, ComponentType, RegistrationStatus

NEEDS_ACTION = frozenset({EntryFlag.MISSING_OR_INVALID_ENTRY, EntryFlag.INELIGIBLE_ENTRY})
NEEDS_ASSESSMENT_ACTION = frozenset({AssessmentFlag.BLOCKED, AssessmentFlag.FS_FAILED})
ALMOST = 99
"""The most that is shown before the learner is ready for award."""


class FlagPair(Protocol):
    """Both flags of a component."""

    @property
    def required(self) -> bool:
        """Whether the Diploma asks for the component."""

    @property
    def entry(self) -> EntryFlag | None:
        """The entry flag."""

    @property
    def assessment(self) -> AssessmentFlag | None:
        """The assessment flag."""


def all_complete(flags: Mapping[ComponentType, FlagPair]) -> bool:
    """Whether DAS holds every required component as complete."""
    required = [pair for pair in flags.values() if pair.required]
    return bool(required) and all(pair.entry is EntryFlag.COMPLETE_ON_DAS for pair in required)


def completion_status(  # noqa: PLR0911 - one exit per row of the table, first match wins
    registration: Registration,
    claim: ClaimStatus,
    flags: Mapping[ComponentType, FlagPair],
    *,
    plts: bool,
    work_experience: bool,
) -> CompletionStatus:
    """How far the learner has come; the first rule that matches wins."""
    if registration.status is RegistrationStatus.WITHDRAWN:
        return CompletionStatus.WITHDRAWN
    if claim is ClaimStatus.AWARDED:
        return CompletionStatus.AWARDED
    if registration.status is not RegistrationStatus.ACCEPTED:
        return CompletionStatus.UNDETERMINED
    if all_complete(flags) and plts and work_experience:
        return CompletionStatus.READY_FOR_AWARD
    required = [pair for pair in flags.values() if pair.required]
    if any(
        pair.entry in NEEDS_ACTION or pair.assessment in NEEDS_ASSESSMENT_ACTION
        for pair in required
    ):
        return CompletionStatus.ACTION_REQUIRED
    if any(pair.entry is EntryFlag.UNDETERMINED for pair in required):
        return CompletionStatus.UNDETERMINED
    return CompletionStatus.IN_PROGRESS


def percent_complete(
    registration: Registration,
    status: CompletionStatus,
    flags: Mapping[ComponentType, FlagPair],
    catalogue: Catalogue,
    *,
    plts: bool,
) -> int | None:
    """Hours complete on DAS over the hours of the Diploma, 0 to 100; None when withdrawn.

    A level outside the catalogue has no hours to count, so nothing of it is complete.
    """
    if status is CompletionStatus.WITHDRAWN:
        return None
    needs = catalogue.requirements.get(registration.level)
    if needs is None:
        return 0
    total = catalogue.total_glh(registration.level)
    done = catalogue.plts_hours(registration.level) if plts else 0
    for component, pair in flags.items():
        if pair.entry is EntryFlag.COMPLETE_ON_DAS and component in needs:
            done += needs[component].glh
    percent = done * 100 // total if total else 0
    ready = status in (CompletionStatus.READY_FOR_AWARD, CompletionStatus.AWARDED)
    return min(percent, 100 if ready else ALMOST)
