"""The two status flags of a component, with reasons: inputs and a day in, flags out."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from domain.assessment import track
from domain.catalogue import DAS_POSTING_GRACE_DAYS, Catalogue, Window
from domain.codes import AssessmentDetail, AssessmentFlag, EntryFlag, IssueCode, Reason
from domain.coverage import Coverage, cover
from domain.finding import Finding
from domain.inputs import Das, Declaration, Entry, Registration
from domain.judging import Judged, Need, judge_all
from domain.vocabulary import ComponentType, EntryClass, EntryKind, RegistrationStatus


class Flags(NamedTuple):
    """Both flags of a component on a day; a flag of None always has its reason in words."""

    required: bool
    complete: bool
    """Whether DAS holds the component complete, visibly on the day."""
    entry: EntryFlag | None
    entry_reasons: tuple[Reason, ...]
    assessment: AssessmentFlag | None = None
    detail: AssessmentDetail | None = None
    findings: tuple[Finding, ...] = ()
    declared: tuple[str, ...] = ()
    """What is declared with another awarding body, where the entry flag stands for that."""
    tracked: tuple[str, ...] = ()
    """The entries that the assessment flag is about."""
    window: Window | None = None
    """The first of their marks windows: the first to open where none has, else to close."""

    @property
    def assessment_reasons(self) -> tuple[Reason, ...]:
        """The reason of the assessment flag: its detail."""
        return () if self.detail is None else (Reason(self.detail.value),)


def course_blocker(registration: Registration, catalogue: Catalogue) -> Reason | None:
    """Why no component of the course can be judged, if none can."""
    if registration.status is not RegistrationStatus.ACCEPTED:
        return Reason.REGISTRATION_NOT_ACCEPTED
    if registration.conflict:
        return Reason.REGISTRATION_CONFLICT
    if registration.line not in catalogue.lines or registration.level not in catalogue.requirements:
        return Reason.NO_RULE_FOR_COURSE
    return None


def component_flags(
    component: ComponentType,
    registration: Registration,
    das: Das,
    declarations: Iterable[Declaration],
    entries: Iterable[Entry],
    catalogue: Catalogue,
    day: date,
) -> Flags:
    """Derive the flags of one component on one civil day (Europe/London)."""
    needs = catalogue.requirements.get(registration.level)
    required = needs is None or component in needs
    if registration.status is RegistrationStatus.WITHDRAWN:
        return Flags(
            required=required,
            complete=False,
            entry=None,
            entry_reasons=(Reason.REGISTRATION_WITHDRAWN,),
        )
    if not required:
        return Flags(
            required=False, complete=False, entry=None, entry_reasons=(Reason.NOT_REQUIRED,)
        )
    requirement = needs[component] if needs is not None else None
    need = None
    if requirement is not None:
        need = Need(component, registration, requirement, catalogue, day)
    if das.complete_on(day):
        return _complete(need, entries)
    blocker = course_blocker(registration, catalogue)
    if blocker is not None or need is None:
        reason = blocker or Reason.NO_RULE_FOR_COURSE
        finding = Finding(IssueCode(reason.value))
        return Flags(
            required=True,
            complete=False,
            entry=EntryFlag.UNDETERMINED,
            entry_reasons=(reason,),
            findings=(finding,),
        )
    return _incomplete(need, entries, sorted(row.qan for row in declarations if row.active))


def _complete(need: Need | None, entries: Iterable[Entry]) -> Flags:
    """DAS is the authority: only a functional skills pass is still worth showing."""
    flags = Flags(
        required=True,
        complete=True,
        entry=EntryFlag.COMPLETE_ON_DAS,
        entry_reasons=(Reason.DAS_COMPLETE,),
    )
    if need is None:
        return flags
    tracked = track(judge_all(entries, need), need.catalogue, need.day)
    if tracked.detail is AssessmentDetail.FS_PASSED:
        return flags._replace(assessment=tracked.flag, detail=tracked.detail)
    return flags


def _incomplete(need: Need, entries: Iterable[Entry], declared: Sequence[str]) -> Flags:
    """The flags of a component of a settled course that DAS does not hold as complete."""
    judged, catalogue = judge_all(entries, need), need.catalogue
    coverage = cover(need.component, need.requirement, judged)
    entry_flag, reasons = _entry_flag(coverage, judged, declared=bool(declared))
    elsewhere = entry_flag is EntryFlag.OTHER_AWARDING_BODY
    tracked = track(judged, catalogue, need.day, ignore_fails=elsewhere)
    findings = [
        *_entry_findings(entry_flag, coverage, judged, catalogue),
        *_declaration_findings(entry_flag, declared, need),
        *tracked.findings,
    ]
    if coverage.covered and _posted(judged, need):
        findings.append(Finding(IssueCode.RESULT_NOT_ON_DAS))
    return Flags(
        required=True,
        complete=False,
        entry=entry_flag,
        entry_reasons=reasons,
        assessment=tracked.flag,
        detail=tracked.detail,
        findings=tuple(findings),
        declared=_named(declared, catalogue) if elsewhere else (),
        tracked=tracked.subjects,
        window=tracked.window,
    )


def _entry_flag(
    coverage: Coverage, judged: Sequence[Judged], *, declared: bool
) -> tuple[EntryFlag, tuple[Reason, ...]]:
    """The entry flag by precedence, with its reasons sorted."""
    if coverage.covered:
        return EntryFlag.ELIGIBLE_ENTRY, (Reason.REQUIREMENT_COVERED,)
    if declared:
        return EntryFlag.OTHER_AWARDING_BODY, (Reason.DECLARED_OTHER_AB,)
    blocking = {row.reason for row in coverage.blocking if row.reason is not None}
    if not coverage.holes:
        return EntryFlag.INELIGIBLE_ENTRY, tuple(sorted(blocking))
    if any(row.verdict is EntryClass.UNKNOWN for row in judged):
        return EntryFlag.UNDETERMINED, (Reason.QUALIFICATION_UNKNOWN,)
    reasons = blocking | {hole.reason for hole in coverage.holes}
    reasons |= {row.reason for row in judged if row.reason is not None and not row.usable}
    if coverage.barred_causes_hole:
        reasons.add(Reason.BARRED_COMBINATION)
    return EntryFlag.MISSING_OR_INVALID_ENTRY, tuple(sorted(reasons))


def _entry_findings(
    flag: EntryFlag, coverage: Coverage, judged: Sequence[Judged], catalogue: Catalogue
) -> Iterator[Finding]:
    """What is wrong with the entries; nothing is, once eligible entries cover the requirement."""
    if coverage.barred:
        yield Finding(
            IssueCode.BARRED_COMBINATION,
            ", ".join(coverage.barred),
            aggravated=coverage.barred_causes_hole,
        )
    yield from _restricted_findings(judged)
    if coverage.covered:
        return
    elsewhere = flag is EntryFlag.OTHER_AWARDING_BODY
    if flag is EntryFlag.MISSING_OR_INVALID_ENTRY:
        for hole in coverage.holes:
            subject = hole.subject
            if hole.reason is Reason.GLH_SHORTFALL:
                missing = coverage.hours_missing
                subject = "1 hour" if missing == 1 else f"{missing} hours"
            yield Finding(IssueCode(hole.reason.value), subject)
    for row in (*coverage.blocking, *(row for row in judged if not row.usable)):
        if row.reason is None or (elsewhere and row.reason is Reason.RESULT_NOT_COUNTABLE):
            continue
        yield Finding(IssueCode(row.reason.value), _subject(row, catalogue))


def _subject(row: Judged, catalogue: Catalogue) -> str:
    """How an entry that does not count is named; too late a series with its results month."""
    if row.reason is Reason.SERIES_AFTER_AWARD_DATE:
        results = catalogue.results_month(row.entry.series)
        if results is not None:
            return f"{row.entry.subject}, results in {results.long()}"
    return row.entry.subject


def _named(declared: Iterable[str], catalogue: Catalogue) -> tuple[str, ...]:
    """Declared QANs, with their awarding bodies as far as the catalogue knows them."""
    known = {qan: catalogue.qualifications.get(qan) for qan in declared}
    return tuple(f"{qan}, {row.awarding_body}" if row else qan for qan, row in known.items())


def _restricted_findings(judged: Sequence[Judged]) -> Iterator[Finding]:
    """Entries of post-16 qualifications made too early."""
    for row in judged:
        restricted = row.qualification is not None and row.qualification.post_sixteen_only
        if row.usable and restricted and row.entry.under_sixteen:
            yield Finding(IssueCode.AGE_RESTRICTED, row.entry.subject)


def _declaration_findings(
    flag: EntryFlag, declared: Sequence[str], need: Need
) -> Iterator[Finding]:
    """What is odd about declarations of qualifications with other awarding bodies."""
    if flag is EntryFlag.ELIGIBLE_ENTRY:
        for qan in declared:
            yield Finding(IssueCode.DECLARATION_CONTRADICTS_ENTRY, qan)
    if flag is not EntryFlag.OTHER_AWARDING_BODY:
        return
    for qan in declared:
        known = need.catalogue.qualifications.get(qan)
        if known is None:
            yield Finding(IssueCode.DECLARED_QAN_UNKNOWN, qan)
        elif known.component is not need.component or known.level not in need.requirement.levels:
            yield Finding(IssueCode.DECLARED_QAN_UNSUITED, qan)


def _posted(judged: Sequence[Judged], need: Need) -> bool:
    """Whether results that finish the component have been out for longer than DAS needs."""
    late = [row for row in judged if row.eligible and _overdue(row.entry, need.day)]
    whole = any(row.entry.kind is not EntryKind.UNIT for row in late)
    if whole and need.component is ComponentType.PRINCIPAL_LEARNING:
        return True
    return cover(need.component, need.requirement, late).covered


def _overdue(entry: Entry, day: date) -> bool:
    """Whether an entry's result has been out for more days than DAS needs to show it."""
    if entry.released(day) is None or entry.result_release_on is None:
        return False
    return (day - entry.result_release_on).days > DAS_POSTING_GRACE_DAYS
