"""The shopping list: what is wrong with a record, how badly, and by when to act."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from domain.codes import SEVERITIES, IssueCode, Severity
from domain.finding import Finding
from domain.identifiers import IdentifierError, YearMonth, parse_uln
from domain.record import Record
from domain.vocabulary import ClaimStatus, ComponentType

SOON_DAYS = 92
"""An issue rises one step when the award month ends within this many days."""

FAR_DAYS = 365
"""An issue falls one step while the award month ends later than this many days from now."""

NO_URGENCY: Final = str(len(SEVERITIES))
NO_DAY: Final = "9999-12-31"
"""What stands where there is no issue, or none that is due: behind all others."""

CRITICAL = frozenset(
    {
        IssueCode.ULN_MISSING,
        IssueCode.ULN_INVALID,
        IssueCode.ULN_NOT_VERIFIED,
        IssueCode.ULN_DAS_MISMATCH,
        IssueCode.NO_DAS_RECORD,
        IssueCode.REGISTRATION_NOT_ACCEPTED,
        IssueCode.REGISTRATION_CONFLICT,
        IssueCode.NO_RULE_FOR_COURSE,
        IssueCode.ULN_UNMATCHED,
        IssueCode.MARKS_DEADLINE_PASSED,
        IssueCode.VQ_CENTRE_NOT_VERIFIED,
        IssueCode.FS_FAILED,
        IssueCode.CLAIM_NOT_MADE,
    }
)

INFORMATION = frozenset(
    {
        IssueCode.BARRED_COMBINATION,
        IssueCode.DECLARATION_CONTRADICTS_ENTRY,
        IssueCode.DECLARED_QAN_UNKNOWN,
        IssueCode.DECLARED_QAN_UNSUITED,
        IssueCode.MARKS_WINDOW_UNDEFINED,
        IssueCode.FS_RESIT_PENDING,
        IssueCode.PLTS_NOT_CONFIRMED,
        IssueCode.WORK_EXPERIENCE_NOT_CONFIRMED,
        IssueCode.DAS_DATA_STALE,
    }
)

COURSE_WIDE = frozenset(
    {
        IssueCode.REGISTRATION_NOT_ACCEPTED,
        IssueCode.REGISTRATION_CONFLICT,
        IssueCode.NO_RULE_FOR_COURSE,
    }
)
"""Found on components but told once for the whole registration."""

BEARS_ON_COMPONENTS = COURSE_WIDE | {
    IssueCode.NO_DAS_RECORD,
    IssueCode.ULN_DAS_MISMATCH,
    IssueCode.DAS_DATA_STALE,
}
"""Issues of the whole registration that every open component is shown with as well."""

WITHOUT_DEADLINE = frozenset({IssueCode.DAS_DATA_STALE, IssueCode.AWARD_DATE_MISSING})
"""Issues that the award month gives no day to be settled by."""

CLAIM_UNDER_WAY = frozenset(
    {
        ClaimStatus.PERMISSION_SUBMITTED,
        ClaimStatus.PERMISSION_ACCEPTED,
        ClaimStatus.CLAIMED,
        ClaimStatus.AWARDED,
    }
)


class Issue(NamedTuple):
    """One row of the shopping list; there is one per registration, component and code."""

    component: ComponentType | None
    code: IssueCode
    severity: Severity
    subject: str | None
    due_on: date | None

    @property
    def urgency(self) -> str:
        """The severity as text that sorts the most urgent first."""
        return str(len(SEVERITIES) - 1 - self.severity.rank)

    @property
    def due(self) -> str:
        """The day as text; what has none comes last."""
        return self.due_on.isoformat() if self.due_on else NO_DAY


def base_severity(finding: Finding) -> Severity:
    """How urgent a finding is before the award date comes into it."""
    if finding.code in CRITICAL:
        base = Severity.CRITICAL
    elif finding.code in INFORMATION:
        base = Severity.INFO
    else:
        base = Severity.WARNING
    if not finding.aggravated:
        return base
    if finding.code is IssueCode.BARRED_COMBINATION:
        return Severity.WARNING
    return Severity.CRITICAL


def severity_on(base: Severity, award: YearMonth | None, day: date) -> Severity:
    """One step up near the end of the award month, one step down while it is far away."""
    if award is None:
        return base
    days_left = (award.last_day() - day).days
    step = base.rank
    if days_left <= SOON_DAYS:
        return SEVERITIES[min(step + 1, len(SEVERITIES) - 1)]
    if days_left > FAR_DAYS and base is not Severity.CRITICAL:
        return SEVERITIES[max(step - 1, 0)]
    return base


def severity_turns(award: YearMonth | None) -> Iterator[date]:
    """The days on which severities change by themselves."""
    if award is not None:
        end = award.last_day()
        yield end - timedelta(days=FAR_DAYS)
        yield end - timedelta(days=SOON_DAYS)


def record_findings(record: Record, day: date, *, everything_complete: bool) -> Iterator[Finding]:
    """What is wrong with the record as a whole, apart from its components."""
    yield from _uln_findings(record)
    yield from _das_findings(record, day)
    award = record.registration.award
    if award is None:
        yield Finding(IssueCode.AWARD_DATE_MISSING)
    elif award.last_day() < day and record.claim is not ClaimStatus.AWARDED:
        yield Finding(IssueCode.AWARD_DATE_PAST, str(award))
    if not record.plts:
        yield Finding(IssueCode.PLTS_NOT_CONFIRMED, aggravated=everything_complete)
    if not record.work_experience:
        yield Finding(IssueCode.WORK_EXPERIENCE_NOT_CONFIRMED, aggravated=everything_complete)
    ready = everything_complete and record.plts and record.work_experience
    if ready and record.claim not in CLAIM_UNDER_WAY:
        yield Finding(IssueCode.CLAIM_NOT_MADE)


def _uln_findings(record: Record) -> Iterator[Finding]:
    """Whether the learner has a usable key."""
    if record.uln is None:
        yield Finding(IssueCode.ULN_MISSING)
        return
    try:
        parse_uln(record.uln)
    except IdentifierError:
        yield Finding(IssueCode.ULN_INVALID)
        return
    if record.uln_verified is False:
        yield Finding(IssueCode.ULN_NOT_VERIFIED)


def _das_findings(record: Record, day: date) -> Iterator[Finding]:
    """Whether DAS knows the learner, by the same ULN and details, and lately."""
    if not record.das_found:
        yield Finding(IssueCode.NO_DAS_RECORD)
        return
    if not record.das_uln_matches:
        yield Finding(IssueCode.ULN_DAS_MISMATCH)
    if record.das_details_differ:
        yield Finding(IssueCode.DETAILS_DAS_MISMATCH)
    if record.das_stale_from is not None and day >= record.das_stale_from:
        yield Finding(IssueCode.DAS_DATA_STALE)


def issues_of(
    component: ComponentType | None,
    findings: Iterable[Finding],
    award: YearMonth | None,
    day: date,
) -> list[Issue]:
    """Findings as issues: one per code, subjects joined, the worst severity and earliest day."""
    merged: dict[IssueCode, list[Finding]] = {}
    for finding in findings:
        merged.setdefault(finding.code, []).append(finding)
    issues = []
    for code in sorted(merged):
        group = merged[code]
        base = max((base_severity(row) for row in group), key=SEVERITIES.index)
        severity = severity_on(base, award, day)
        subject = joined(row.subject for row in group)
        issues.append(Issue(component, code, severity, subject, due_of(group, award)))
    return issues


def joined(subjects: Iterable[str | None]) -> str | None:
    """Several subjects as one, each named once."""
    return "; ".join(sorted({subject for subject in subjects if subject})) or None


def due_of(findings: Sequence[Finding], award: YearMonth | None) -> date | None:
    """By when what was found is to be put right: its own earliest day, else with the award."""
    dues = [row.due_on for row in findings if row.due_on is not None]
    if dues:
        return min(dues)
    settled = [row for row in findings if row.code not in WITHOUT_DEADLINE]
    return award.last_day() if settled and award is not None else None
