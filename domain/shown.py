"""The status flags of a component as they are shown: why each stands, what about, and by when."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from domain.codes import AssessmentDetail, AssessmentFlag, EntryFlag, FlagKind, Reason
from domain.flags import Flags
from domain.identifiers import YearMonth
from domain.issues import due_of, joined


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
    yield Shown(
        FlagKind.ENTRY,
        flags.entry,
        None,
        flags.entry_reasons,
        tuple([_subject(flags, reason) for reason in flags.entry_reasons]),
        _due(flags, flags.entry_reasons, award),
    )
    if flags.assessment is not None and flags.detail is not None:
        reasons, window = flags.assessment_reasons, flags.window
        yield Shown(
            FlagKind.ASSESSMENT,
            flags.assessment,
            flags.detail,
            reasons,
            (joined(flags.tracked),),
            window.closes_on if window else _due(flags, reasons, award),
            window and window.opens_on,
        )


def _subject(flags: Flags, reason: Reason) -> str | None:
    """What was found that the reason is about."""
    if reason is Reason.DECLARED_OTHER_AB:
        return joined(flags.declared)
    return joined([found.subject for found in flags.findings if found.code.value == reason.value])


def _due(flags: Flags, reasons: tuple[Reason, ...], award: YearMonth | None) -> date | None:
    """By when what the reasons stand for is to be put right."""
    codes = {reason.value for reason in reasons}
    return due_of([found for found in flags.findings if found.code.value in codes], award)
