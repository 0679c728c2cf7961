"""The status flags of a component as they are shown: why each stands, what about, and by when."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from domain.codes import (
    AssessmentDetail,
    AssessmentFlag,
    EntryFlag,
    FlagKind,
    IssueCode,
    Reason,
)
from domain.finding import Finding
from domain.flags import Flags
from domain.identifiers import YearMonth
from domain.issues import due_of, joined

_TOLD_BY: Final[Mapping[str, str]] = {IssueCode.FS_RESIT_PENDING: Reason.FS_FAILED}
"""Reasons that have an issue of another code in some cases."""


class Shown(NamedTuple):
    """A status flag of a component."""

    kind: FlagKind
    code: EntryFlag | AssessmentFlag | None
    detail: AssessmentDetail | None
    reasons: tuple[Reason, ...]
    subjects: tuple[str | None, ...]
    """What each reason is about, in their order; None where the reason says all."""
    due_on: date | None
    """Last day to act on it; None where there is nothing to do, or no day is known."""
    opens_on: date | None = None
    """First day on which the marks are taken that it is about."""


def shown(flags: Flags, award: YearMonth | None) -> Iterator[Shown]:
    """The entry flag, and the assessment flag if there is one."""
    found: dict[str, list[Finding]] = {}
    for finding in flags.findings:
        found.setdefault(_TOLD_BY.get(finding.code, finding.code), []).append(finding)
    reasons = flags.entry_reasons
    subjects, due_on = _about(reasons, found, award)
    if flags.declared:
        subjects = (joined(flags.declared),)
    yield Shown(FlagKind.ENTRY, flags.entry, None, reasons, subjects, due_on)
    if flags.assessment is None or flags.detail is None:
        return
    reasons, window = flags.assessment_reasons, flags.window
    if window is None:
        opens_on, (_, due_on) = None, _about(reasons, found, award)
    else:
        opens_on, due_on = window
    subjects = (joined(flags.tracked),)
    yield Shown(
        FlagKind.ASSESSMENT, flags.assessment, flags.detail, reasons, subjects, due_on, opens_on
    )


def _about(
    reasons: Sequence[Reason], found: Mapping[str, Sequence[Finding]], award: YearMonth | None
) -> tuple[tuple[str | None, ...], date | None]:
    """What was found that each reason is about, and by when it is to be put right."""
    if not any(reason in found for reason in reasons):
        return (None,) * len(reasons), None
    own = [found.get(reason, ()) for reason in reasons]
    subjects = [joined(row.subject for row in rows) for rows in own]
    return tuple(subjects), due_of([row for rows in own for row in rows], award)
