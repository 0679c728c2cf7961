"""Whether marks, claims and results of a component's entries are on their way."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from domain.catalogue import Catalogue, Window
from domain.codes import AssessmentDetail, AssessmentFlag, IssueCode
from domain.finding import Finding
from domain.identifiers import day_in_words
from domain.judging import Judged
from domain.results import FAILED_RESULTS, PASSED
from domain.vocabulary import EntryKind, Track

FLAG_OF_DETAIL = {
    AssessmentDetail.MARKS_SUBMITTED: AssessmentFlag.SUBMITTED,
    AssessmentDetail.VQ_CLAIMED: AssessmentFlag.SUBMITTED,
    AssessmentDetail.MARKS_WINDOW_OPEN: AssessmentFlag.ACTION_DUE,
    AssessmentDetail.VQ_VERIFIED_NOT_CLAIMED: AssessmentFlag.ACTION_DUE,
    AssessmentDetail.MARKS_DEADLINE_PASSED: AssessmentFlag.BLOCKED,
    AssessmentDetail.VQ_CENTRE_NOT_VERIFIED: AssessmentFlag.BLOCKED,
    AssessmentDetail.MARKS_WINDOW_NOT_OPEN: AssessmentFlag.NOT_YET_OPEN,
    AssessmentDetail.FS_PASSED: AssessmentFlag.FS_PASSED,
    AssessmentDetail.FS_FAILED: AssessmentFlag.FS_FAILED,
}

_RANK = {
    AssessmentFlag.BLOCKED: 0,
    AssessmentFlag.ACTION_DUE: 1,
    AssessmentFlag.NOT_YET_OPEN: 2,
    AssessmentFlag.SUBMITTED: 3,
}
"""Worst first; inside a component the worst shows."""

_TASKS = {
    AssessmentDetail.MARKS_WINDOW_OPEN: IssueCode.MARKS_WINDOW_OPEN,
    AssessmentDetail.MARKS_DEADLINE_PASSED: IssueCode.MARKS_DEADLINE_PASSED,
    AssessmentDetail.VQ_VERIFIED_NOT_CLAIMED: IssueCode.VQ_VERIFIED_NOT_CLAIMED,
    AssessmentDetail.VQ_CENTRE_NOT_VERIFIED: IssueCode.VQ_CENTRE_NOT_VERIFIED,
}
"""Details that ask somebody to act."""


class Tracked(NamedTuple):
    """The assessment flag of a component and what to do about it."""

    flag: AssessmentFlag | None = None
    detail: AssessmentDetail | None = None
    findings: tuple[Finding, ...] = ()
    subjects: tuple[str, ...] = ()
    """The entries that stand as the detail says."""
    window: Window | None = None
    """The first of their marks windows: the first to open where none has, else to close."""


class _Task(NamedTuple):
    """Where an entry's marks or claim stand; no detail while no window is published."""

    detail: AssessmentDetail | None
    subject: str
    window: Window | None


def track(
    judged: Sequence[Judged], catalogue: Catalogue, day: date, *, ignore_fails: bool = False
) -> Tracked:
    """Follow the usable entries of a component; ineligible ones too, their marks still fall due."""
    usable = [row for row in judged if row.usable]
    skills = [row for row in usable if _track_of(row) is Track.FUNCTIONAL_SKILLS]
    if skills:
        return _track_skills(skills, day, ignore_fails=ignore_fails)
    return _track_tasks(usable, catalogue, day)


def _track_of(row: Judged) -> Track | None:
    """How the outcome of one entry is brought about; None where nothing is to be tracked."""
    qualification = row.qualification
    if qualification is None:
        return None
    if qualification.track is not Track.UNITS:
        return qualification.track
    if row.entry.kind is not EntryKind.UNIT or row.entry.unit is None:
        return None
    unit = qualification.units.get(row.entry.unit)
    if unit is None:
        return None
    return Track.CENTRE_MARKED if unit.internal else Track.EXTERNAL


def _track_skills(rows: Sequence[Judged], day: date, *, ignore_fails: bool) -> Tracked:
    """Functional skills are passed, failed, or not yet resulted."""
    results = [row.entry.released(day) for row in rows]
    if PASSED in results:
        return Tracked(AssessmentFlag.FS_PASSED, AssessmentDetail.FS_PASSED)
    if ignore_fails or not any(result in FAILED_RESULTS for result in results):
        return Tracked()
    code = IssueCode.FS_RESIT_PENDING if None in results else IssueCode.FS_FAILED
    return Tracked(AssessmentFlag.FS_FAILED, AssessmentDetail.FS_FAILED, (Finding(code),))


def _track_tasks(rows: Iterable[Judged], catalogue: Catalogue, day: date) -> Tracked:
    """Marks to submit and vocational claims to lodge; the worst shows, each is an issue."""
    standing: dict[AssessmentDetail, list[Window | None]] = {}
    found: list[_Task] = []
    for row in rows:
        if row.entry.released(day) is not None:
            continue
        kind = _track_of(row)
        if kind is Track.CENTRE_MARKED:
            detail, window = _marks(row, catalogue, day)
        elif kind is Track.VOCATIONAL:
            detail, window = _claim(row), None
        else:
            continue
        found.append(_Task(detail, row.entry.subject, window))
        if detail is not None:
            standing.setdefault(detail, []).append(window)
    named = [task._replace(subject=_with_days(task, standing)) for task in found]
    findings = tuple(_findings(named))
    if not standing:
        return Tracked(findings=findings)
    worst = min(standing, key=lambda detail: (_RANK[FLAG_OF_DETAIL[detail]], detail.value))
    return Tracked(
        FLAG_OF_DETAIL[worst],
        worst,
        findings,
        tuple(task.subject for task in named if task.detail is worst),
        _first(worst, standing[worst]),
    )


def _findings(
    named: Iterable[_Task],
) -> Iterator[Finding]:
    for detail, subject, window in named:
        if detail is None:
            yield Finding(IssueCode.MARKS_WINDOW_UNDEFINED, subject)
        elif detail in _TASKS:
            yield Finding(_TASKS[detail], subject, window and window.closes_on)


def _with_days(task: _Task, standing: Mapping[AssessmentDetail, Sequence[Window | None]]) -> str:
    """An entry, with the day of its own window where others that stand alike have another."""
    detail, subject, window = task
    if window is None or detail is None or len(set(standing[detail])) == 1:
        return subject
    if detail is AssessmentDetail.MARKS_WINDOW_NOT_OPEN:
        return f"{subject}, opens {day_in_words(window.opens_on)}"
    word = "closed" if detail is AssessmentDetail.MARKS_DEADLINE_PASSED else "closes"
    return f"{subject}, {word} {day_in_words(window.closes_on)}"


def _first(detail: AssessmentDetail, windows: Iterable[Window | None]) -> Window | None:
    """The window to look at first: what has yet to open by its opening, others by their end."""
    known = [window for window in windows if window is not None]
    if detail is AssessmentDetail.MARKS_WINDOW_NOT_OPEN:
        return min(known, default=None)
    return min(known, key=lambda window: (window.closes_on, window.opens_on), default=None)


def _marks(
    row: Judged, catalogue: Catalogue, day: date
) -> tuple[AssessmentDetail | None, Window | None]:
    """Where the marks of a centre-marked entry stand; None while no window is published."""
    if row.entry.marks_submitted_on is not None:
        return AssessmentDetail.MARKS_SUBMITTED, None
    window = catalogue.window(row.entry.series, row.entry.unit)
    if window is None:
        return None, None
    if day < window.opens_on:
        return AssessmentDetail.MARKS_WINDOW_NOT_OPEN, window
    if day <= window.closes_on:
        return AssessmentDetail.MARKS_WINDOW_OPEN, window
    return AssessmentDetail.MARKS_DEADLINE_PASSED, window


def _claim(row: Judged) -> AssessmentDetail:
    """Where the claim of a vocational entry stands."""
    if row.entry.centre_verified is not True:
        return AssessmentDetail.VQ_CENTRE_NOT_VERIFIED
    if row.entry.claimed:
        return AssessmentDetail.VQ_CLAIMED
    return AssessmentDetail.VQ_VERIFIED_NOT_CLAIMED
