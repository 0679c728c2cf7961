"""How entries for projects and functional skills come about: one entry is enough for each."""

from collections.abc import Callable, Mapping
from functools import partial

from domain.catalogue import Qualification
from domain.vocabulary import ComponentType, Level
from exchange.sample.common import after_results, settle, submit, unmatch, withdraw
from exchange.sample.draft import Draft, Entry
from exchange.sample.season import Session
from exchange.sample.situations import Situation

PASSED = "PASS"
FAILED = "FAIL"
SHARE_ON_DEMAND = 0.6
SHARE_ABOVE = 0.1
SHARE_DATED = 0.6
PROJECT_LEVELS = (1, 2, 3)


def _project(draft: Draft, session: Session) -> Entry:
    """Enter the project of the learner's level."""
    return draft.enter(draft.catalogue.single[ComponentType.PROJECT, draft.number], session)


def project_entered(draft: Draft) -> None:
    """Entered, marks fall due later."""
    _project(draft, draft.teaching_session())


def _project_marks_in(draft: Draft) -> None:
    """Marks are in, the result is awaited."""
    closed = draft.season.closed
    submit(_project(draft, closed), draft.pick(closed.submitted))


def _project_embargoed(draft: Draft) -> None:
    """Marked and moderated early; neither result nor completion may be seen before results day."""
    coming = draft.season.coming
    entry = _project(draft, coming)
    submit(entry, draft.pick(draft.season.recent))
    settle(entry, coming, draft.grade())
    draft.complete_on_das(entry.result_release_on)


def _project_resulted(draft: Draft) -> None:
    """Resulted long ago, though DAS does not know."""
    earlier = draft.season.earlier
    settle(_project(draft, earlier), earlier, draft.grade())


def _project_complete(draft: Draft) -> None:
    """Resulted, and DAS knows."""
    _project_resulted(draft)
    draft.complete_on_das(after_results(draft.season.earlier))


def _project_overdue(draft: Draft) -> None:
    """Marks should have come in and did not."""
    _project(draft, draft.season.closed)


def _project_no_window(draft: Draft) -> None:
    """Entered for a series without a published window."""
    _project(draft, draft.season.gap)


def _project_failed(draft: Draft, result: str, *, resit: bool = False) -> None:
    """The result does not count, and the project is entered again or not."""
    earlier = draft.season.earlier
    settle(_project(draft, earlier), earlier, result)
    if resit:
        project_entered(draft)


def _project_too_late(draft: Draft) -> None:
    """Entered for the session after the award month."""
    _project(draft, draft.beyond())


def _project_wrong_level(draft: Draft) -> None:
    """The project of another level was entered."""
    level = draft.pick([level for level in PROJECT_LEVELS if level != draft.number])
    draft.enter(draft.catalogue.single[ComponentType.PROJECT, level], draft.teaching_session())


def _project_wrong_component(draft: Draft) -> None:
    """A functional skills qualification is filed under the project."""
    entry = draft.enter(draft.catalogue.single[ComponentType.FS_MATHEMATICS, 2])
    entry.component = ComponentType.PROJECT


def _skill_qualification(draft: Draft) -> Qualification:
    """Level 1 does for a Foundation Diploma, level 2 for the others."""
    low = draft.level is Level.FOUNDATION and not draft.luck(SHARE_ABOVE)
    return draft.catalogue.single[draft.component, 1 if low else 2]


def skill_entered(draft: Draft) -> Entry:
    """Entered on demand or for the coming session."""
    demand = draft.luck(SHARE_ON_DEMAND)
    return draft.enter(_skill_qualification(draft), None if demand else draft.season.coming)


def _skill_pending(draft: Draft) -> None:
    """Entered, not yet taken."""
    skill_entered(draft)


def _tested(draft: Draft, result: str, released_on: str) -> Entry:
    """Tested on demand, with a result on a day."""
    entry = draft.enter(_skill_qualification(draft))
    entry.entered_on = min(entry.entered_on, released_on)
    entry.result = result
    entry.result_release_on = released_on
    return entry


def _skill_passed(draft: Draft) -> None:
    """Passed a few days ago."""
    _tested(draft, PASSED, draft.pick(draft.season.recent))


def _skill_passed_long_ago(draft: Draft) -> None:
    """Passed weeks ago, though DAS does not know."""
    _tested(draft, PASSED, draft.pick(draft.season.settled))


def _skill_complete(draft: Draft) -> None:
    """Passed, and DAS knows."""
    entry = _tested(draft, PASSED, draft.pick(draft.season.settled))
    draft.complete_on_das(entry.result_release_on)


def _skill_embargoed(draft: Draft) -> None:
    """Tested in the session that is over, with a result that must not be shown yet."""
    closed = draft.season.closed
    entry = draft.enter(_skill_qualification(draft), closed)
    settle(entry, closed, PASSED if draft.luck(0.8) else FAILED)


def _skill_failed(draft: Draft, *, resit: bool) -> None:
    """Failed, and entered again or not."""
    _tested(draft, FAILED, draft.pick(draft.season.settled))
    if resit:
        _tested(draft, "", draft.season.this_year[-1]).result_release_on = ""


def _skill_absent(draft: Draft) -> None:
    """The test was missed."""
    _tested(draft, "ABSENT", draft.pick(draft.season.settled))


def _skill_wrong_level(draft: Draft) -> None:
    """Level 1 was entered where level 2 is asked for."""
    draft.enter(draft.catalogue.single[draft.component, 1])


def _skill_too_late(draft: Draft) -> None:
    """Entered for the session after the award month."""
    draft.enter(_skill_qualification(draft), draft.beyond())


def _nothing(_: Draft) -> None:
    """No entry was made."""


def _complete_unseen(draft: Draft) -> None:
    """DAS holds it complete, and no entry shows why."""
    known = draft.luck(SHARE_DATED)
    draft.complete_on_das(after_results(draft.season.earlier) if known else "")


def _unknown_qan(draft: Draft) -> None:
    """The entry carries a QAN that is in no catalogue."""
    entry = draft.enter(draft.catalogue.single[draft.component, 2], draft.season.coming)
    entry.qan = draft.unissued_qan()


def _unmatched(draft: Draft, *, missing: bool) -> None:
    """The entry carries another ULN than the learner's, or none."""
    start = len(draft.entries)
    _enter(draft)
    unmatch(draft.entries[start:], missing=missing)


def _withdrawn(draft: Draft) -> None:
    """The only entry was withdrawn."""
    start = len(draft.entries)
    _enter(draft)
    withdraw(draft.entries[start:])


def _enter(draft: Draft) -> None:
    """Enter the component for the coming session, as is right."""
    if draft.component is ComponentType.PROJECT:
        project_entered(draft)
    else:
        skill_entered(draft)


_SHARED: Mapping[Situation, Callable[[Draft], None]] = {
    Situation.COMPLETE_UNSEEN: _complete_unseen,
    Situation.MISSING: _nothing,
    Situation.ELSEWHERE: _nothing,
    Situation.OTHER_ULN: partial(_unmatched, missing=False),
    Situation.NO_ULN: partial(_unmatched, missing=True),
    Situation.WITHDRAWN_ONLY: _withdrawn,
    Situation.UNKNOWN_QAN: _unknown_qan,
}

PROJECT_SITUATIONS: Mapping[Situation, Callable[[Draft], None]] = {
    **_SHARED,
    Situation.NOT_OPEN: project_entered,
    Situation.MARKS_IN: _project_marks_in,
    Situation.EMBARGOED: _project_embargoed,
    Situation.COMPLETE: _project_complete,
    Situation.NO_WINDOW: _project_no_window,
    Situation.OVERDUE: _project_overdue,
    Situation.WRONG_LEVEL: _project_wrong_level,
    Situation.WRONG_COMPONENT: _project_wrong_component,
    Situation.TOO_LATE: _project_too_late,
    Situation.ABSENT: partial(_project_failed, result="ABSENT"),
    Situation.UNCLASSIFIED: partial(_project_failed, result="U"),
    Situation.WITH_RESULTS: partial(_project_failed, result="U", resit=True),
    Situation.NOT_ON_DAS: _project_resulted,
}

SKILL_SITUATIONS: Mapping[Situation, Callable[[Draft], None]] = {
    **_SHARED,
    Situation.PENDING: _skill_pending,
    Situation.PASSED: _skill_passed,
    Situation.COMPLETE: _skill_complete,
    Situation.EMBARGOED: _skill_embargoed,
    Situation.FAILED: partial(_skill_failed, resit=False),
    Situation.RESIT_PENDING: partial(_skill_failed, resit=True),
    Situation.ABSENT: _skill_absent,
    Situation.WRONG_LEVEL: _skill_wrong_level,
    Situation.TOO_LATE: _skill_too_late,
    Situation.NOT_ON_DAS: _skill_passed_long_ago,
}
