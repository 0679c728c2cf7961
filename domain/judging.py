"""What one entry is worth: withdrawn, unmatched, unknown, invalid, ineligible or eligible."""

from collections.abc import Iterable
from datetime import date

import msgspec

from domain.catalogue import Catalogue, Qualification, Requirement
from domain.codes import Reason
from domain.inputs import Entry, Registration
from domain.results import ABSENT, FAILED_RESULTS, SCALES
from domain.vocabulary import ComponentType, EntryClass, EntryKind, UlnState


class Need(msgspec.Struct, frozen=True, gc=False):
    """What a component of a course asks for on a day: all that an entry is judged by."""

    component: ComponentType
    registration: Registration
    requirement: Requirement
    catalogue: Catalogue
    day: date


class Judged(msgspec.Struct, frozen=True, gc=False):
    """An entry with its class on a day, and the reason where it does not count."""

    entry: Entry
    verdict: EntryClass
    reason: Reason | None = None
    qualification: Qualification | None = None

    @property
    def usable(self) -> bool:
        """Whether the qualification belongs here at all."""
        return self.verdict is EntryClass.ELIGIBLE or self.verdict is EntryClass.INELIGIBLE

    @property
    def eligible(self) -> bool:
        """Whether the entry counts."""
        return self.verdict is EntryClass.ELIGIBLE


def judge(entry: Entry, need: Need) -> Judged:
    """Class one entry filed under a component; the first test that matches wins."""
    if entry.withdrawn:
        return Judged(entry, EntryClass.IGNORED)
    if entry.uln_state is not UlnState.MATCHED:
        return Judged(entry, EntryClass.UNMATCHED, Reason.ULN_UNMATCHED)
    qualification = need.catalogue.qualifications.get(entry.qan)
    if qualification is None:
        return Judged(entry, EntryClass.UNKNOWN, Reason.QUALIFICATION_UNKNOWN)
    invalid = _invalidity(qualification, need)
    if invalid is not None:
        return Judged(entry, EntryClass.INVALID, invalid, qualification)
    ineligible = _ineligibility(entry, qualification, need)
    if ineligible is not None:
        return Judged(entry, EntryClass.INELIGIBLE, ineligible, qualification)
    return Judged(entry, EntryClass.ELIGIBLE, None, qualification)


def judge_all(entries: Iterable[Entry], need: Need) -> tuple[Judged, ...]:
    """Class the entries of a component, in an order that does not depend on the input's."""
    return tuple(judge(entry, need) for entry in sorted(entries, key=lambda entry: entry.ref))


def _invalidity(qualification: Qualification, need: Need) -> Reason | None:
    """Why a qualification does not belong to the component at all, if it does not."""
    if qualification.component is not need.component:
        return Reason.WRONG_COMPONENT
    if qualification.lines is not None and need.registration.line not in qualification.lines:
        return Reason.WRONG_LINE
    if qualification.level not in need.requirement.levels:
        return Reason.WRONG_LEVEL
    return None


def _ineligibility(entry: Entry, qualification: Qualification, need: Need) -> Reason | None:
    """Why an entry cannot deliver a countable result in time, if it cannot."""
    result, award = entry.released(need.day), need.registration.award
    if result is None and award is not None:
        results_month = need.catalogue.results_month(entry.series)
        if results_month is not None and results_month > award:
            return Reason.SERIES_AFTER_AWARD_DATE
    if qualification.valid_to is not None and entry.entered_on > qualification.valid_to:
        return Reason.OUTSIDE_VALIDITY
    if result is not None and not _countable(result, entry, qualification, need.requirement):
        return Reason.RESULT_NOT_COUNTABLE
    return None


def _countable(
    result: str, entry: Entry, qualification: Qualification, requirement: Requirement
) -> bool:
    """Whether a released result counts; a unit graded U still carries points."""
    if result == ABSENT:
        return False
    if entry.kind is not EntryKind.UNIT and not _passes(result, qualification.component):
        return False
    level = qualification.grade_levels.get(result)
    return level is None or level in requirement.levels


def _passes(result: str, component: ComponentType) -> bool:
    """Whether a result of a whole qualification is a pass; what its scale does not know is none."""
    scale = SCALES.get(component)
    return result not in FAILED_RESULTS and (scale is None or result in scale)
