"""All that is derived from a record on a day: flags, completion, issues, the next turn."""

from collections.abc import Iterator
from datetime import date

import msgspec

from domain.catalogue import DAS_POSTING_GRACE_DAYS, Catalogue
from domain.codes import CompletionStatus, IssueCode
from domain.completion import all_complete, completion_status, percent_complete
from domain.finding import Finding
from domain.flags import Flags, component_flags, course_blocker
from domain.identifiers import YearMonth
from domain.inputs import Das, Entry
from domain.issues import (
    COURSE_WIDE,
    Issue,
    issues_of,
    record_findings,
    severity_turns,
)
from domain.record import Record
from domain.vocabulary import ComponentType, RegistrationStatus, UlnState

COMPONENTS: tuple[ComponentType, ...] = tuple(ComponentType)
_NO_DAS = Das()


class Derivation(msgspec.Struct, frozen=True):
    """What is shown for a registration on a day."""

    award: YearMonth | None
    """The anticipated award month that it was derived with."""
    flags: dict[ComponentType, Flags]
    status: CompletionStatus
    percent: int | None
    issues: tuple[Issue, ...]
    next_change_on: date | None
    """The first later day on which any of this can change by itself; None for never."""


def derive(record: Record, catalogue: Catalogue, day: date) -> Derivation:
    """Derive everything about one registration on one civil day (Europe/London)."""
    registration = record.registration
    flags = {
        component: component_flags(
            component,
            registration,
            record.das.get(component, _NO_DAS),
            record.declarations.get(component, ()),
            record.entries.get(component, ()),
            catalogue,
            day,
        )
        for component in COMPONENTS
    }
    status = completion_status(
        registration,
        record.claim,
        flags,
        plts=record.plts,
        work_experience=record.work_experience,
    )
    return Derivation(
        award=registration.award,
        flags=flags,
        status=status,
        percent=percent_complete(registration, status, flags, catalogue, plts=record.plts),
        issues=tuple(_issues(record, flags, catalogue, day)),
        next_change_on=min(
            (turn for turn in _turns(record, catalogue) if turn > day), default=None
        ),
    )


def _issues(
    record: Record, flags: dict[ComponentType, Flags], catalogue: Catalogue, day: date
) -> Iterator[Issue]:
    """The shopping list, the record's own issues first; a withdrawn learner has none."""
    if record.registration.status is RegistrationStatus.WITHDRAWN:
        return
    award = record.registration.award
    whole = list(record_findings(record, day, everything_complete=all_complete(flags)))
    blocker = course_blocker(record.registration, catalogue)
    if blocker is not None:
        whole.append(Finding(IssueCode(blocker.value)))
    yield from issues_of(None, whole, award, day)
    for component, pair in flags.items():
        own = [finding for finding in pair.findings if finding.code not in COURSE_WIDE]
        if own:
            yield from issues_of(component, own, award, day)


def _turns(record: Record, catalogue: Catalogue) -> Iterator[date]:
    """Every day on which a rule gives another answer than on the day before, or a result shows."""
    yield from _releases(record)
    if record.registration.status is RegistrationStatus.WITHDRAWN:
        return
    award = record.registration.award
    yield from severity_turns(award)
    if award is not None:
        yield later(award.last_day(), 1)
    if record.das_stale_from is not None:
        yield record.das_stale_from
    for das in record.das.values():
        if das.complete and das.visible_from is not None:
            yield das.visible_from
    for entries in record.entries.values():
        for entry in entries:
            yield from _entry_turns(entry, catalogue)


def _releases(record: Record) -> Iterator[date]:
    """The days on which results can be read, those of leavers and of withdrawn entries too."""
    for entries in record.entries.values():
        for entry in entries:
            if entry.result is not None and entry.result_release_on is not None:
                yield entry.result_release_on


def later(day: date, days: int) -> date:
    """So many days later, or the last day there is."""
    return date.fromordinal(min(day.toordinal() + days, date.max.toordinal()))


def _entry_turns(entry: Entry, catalogue: Catalogue) -> Iterator[date]:
    """The days on which one entry's class or assessment can change by itself."""
    if entry.withdrawn or entry.uln_state is not UlnState.MATCHED:
        return
    release = entry.result_release_on
    if entry.result is not None and release is not None:
        yield later(release, DAS_POSTING_GRACE_DAYS + 1)
    window = None
    if entry.marks_submitted_on is None:
        window = catalogue.window(entry.series, entry.unit)
    if window is not None:
        yield window.opens_on
        yield later(window.closes_on, 1)
