"""How the entries for principal learning come about, situation by situation."""

from collections.abc import Callable, Mapping
from functools import partial

from domain.catalogue import Qualification
from domain.vocabulary import EntryKind, EntryStatus
from exchange.sample.common import after_results, settle, submit, unmatch, withdraw
from exchange.sample.draft import Draft, Entry
from exchange.sample.season import Session
from exchange.sample.situations import Situation

LEVELS = (1, 2, 3)
SHARE_EARLY_RESULT = 0.15
"""How often the result of a closed session is already known to the feed, under embargo."""


def _unit(draft: Draft, qualification: Qualification, code: str, session: Session) -> Entry:
    """Enter one unit; marks are in as far as they were due, or could be sent early."""
    season = draft.season
    entry = draft.enter(qualification, session)
    entry.kind = EntryKind.UNIT
    entry.unit = code
    if qualification.units[code].internal:
        if session is season.closed:
            submit(entry, draft.pick(session.submitted))
        elif session is season.coming and code == draft.catalogue.early_units[qualification.qan]:
            submit(entry, draft.pick(season.early_submitted))
    if session is season.closed and draft.luck(SHARE_EARLY_RESULT):
        entry.result = draft.grade()
        entry.result_release_on = session.results_on.isoformat()
    return entry


def _award(draft: Draft, qualification: Qualification, session: Session) -> Entry:
    """Ask for the award of the qualification."""
    entry = draft.enter(qualification, session)
    entry.kind = EntryKind.AWARD
    return entry


def _principal(draft: Draft) -> Qualification:
    """The principal learning of the learner's course."""
    return draft.catalogue.principal[draft.line, draft.number]


def entered(draft: Draft, closed: float = 0.0, other: Qualification | None = None) -> None:
    """Everything is entered, a share of the units for the session that is over."""
    qualification = other or _principal(draft)
    for code in qualification.units:
        over = closed > 0 and draft.luck(closed)
        session = draft.season.closed if over else draft.teaching_session()
        _unit(draft, qualification, code, session)
    _award(draft, qualification, draft.final)


def _marks_in(draft: Draft) -> None:
    """Every unit that the centre marks is over; examinations come."""
    qualification = _principal(draft)
    for code, unit in qualification.units.items():
        session = draft.season.closed if unit.internal else draft.teaching_session()
        _unit(draft, qualification, code, session)
    _award(draft, qualification, draft.final)


def _first_year(draft: Draft) -> list[Entry]:
    """Two units are resulted, the rest comes."""
    qualification = _principal(draft)
    found = [
        _unit(
            draft,
            qualification,
            code,
            draft.season.earlier if place < 2 else draft.teaching_session(),  # noqa: PLR2004 - two units a year
        )
        for place, code in enumerate(qualification.units)
    ]
    _award(draft, qualification, draft.final)
    for entry in found[:2]:
        settle(entry, draft.season.earlier, draft.grade())
    return found


def _with_results(draft: Draft) -> None:
    """One of the first year's units failed and is entered again."""
    failed = _first_year(draft)[0]
    failed.result = "U"
    _unit(draft, _principal(draft), failed.unit, draft.season.coming)


def _absent(draft: Draft) -> None:
    """The learner missed an examination of the first year and was not entered again."""
    _first_year(draft)[1].result = "ABSENT"


def _resulted(draft: Draft) -> None:
    """Everything is resulted."""
    qualification = _principal(draft)
    earlier = draft.season.earlier
    for code in qualification.units:
        settle(_unit(draft, qualification, code, earlier), earlier, draft.grade())
    settle(_award(draft, qualification, earlier), earlier, draft.grade())


def _complete(draft: Draft) -> None:
    """Everything is resulted and DAS knows."""
    _resulted(draft)
    draft.complete_on_das(after_results(draft.season.earlier))


def _window_open(draft: Draft) -> None:
    """Marks of an early unit can be sent and are not in."""
    qualification = _principal(draft)
    early = draft.catalogue.early_units[qualification.qan]
    for code in qualification.units:
        session = draft.season.coming if code == early else draft.teaching_session()
        entry = _unit(draft, qualification, code, session)
        if code == early:
            entry.marks_submitted_on = ""
    _award(draft, qualification, draft.final)


def _overdue(draft: Draft) -> None:
    """Marks of a unit should have come in and did not."""
    qualification = _principal(draft)
    late = draft.pick([code for code, unit in qualification.units.items() if unit.internal])
    for code in qualification.units:
        session = draft.season.closed if code == late else draft.teaching_session()
        entry = _unit(draft, qualification, code, session)
        if code == late:
            entry.marks_submitted_on = entry.result = entry.result_release_on = ""
    _award(draft, qualification, draft.final)


def _unit_forgotten(draft: Draft) -> None:
    """One required unit was left out."""
    start = len(draft.entries)
    entered(draft, 0.3)
    units = len(_principal(draft).units)
    del draft.entries[start + int(draft.draw.random() * units)]


def _award_forgotten(draft: Draft) -> None:
    """The entry that asks for the award was left out."""
    entered(draft, 0.3)
    draft.entries.pop()


def _too_late(draft: Draft) -> None:
    """The last unit and the award are entered for the session after the award month."""
    start = len(draft.entries)
    entered(draft, 0.3)
    season, beyond = draft.season, draft.beyond()
    for entry in draft.entries[start:][-2:]:
        entry.series = beyond.name
        entry.entered_on = season.this_year[-1]
        entry.marks_submitted_on = entry.result = entry.result_release_on = ""


def _wrong_line(draft: Draft) -> None:
    """The units of another line were entered."""
    others = sorted({line for line, _ in draft.catalogue.principal} - {draft.line})
    entered(draft, other=draft.catalogue.principal[draft.pick(others), draft.number])


def _wrong_level(draft: Draft) -> None:
    """The units of another level were entered."""
    others = [level for level in LEVELS if level != draft.number]
    entered(draft, other=draft.catalogue.principal[draft.line, draft.pick(others)])


def _unknown_qan(draft: Draft) -> None:
    """The entries carry a QAN that is in no catalogue."""
    start, qan = len(draft.entries), draft.unissued_qan()
    entered(draft)
    for entry in draft.entries[start:]:
        entry.qan = qan


def _unmatched(draft: Draft, *, missing: bool) -> None:
    """All entries carry another ULN than the learner's, or none."""
    start = len(draft.entries)
    entered(draft, 0.3)
    unmatch(draft.entries[start:], missing=missing)


def _withdrawn(draft: Draft) -> None:
    """All entries were withdrawn."""
    start = len(draft.entries)
    entered(draft)
    withdraw(draft.entries[start:])


def _nothing(_: Draft) -> None:
    """No entry was made."""


def _complete_unseen(draft: Draft) -> None:
    """DAS holds it complete, and no entry shows why."""
    draft.complete_on_das(after_results(draft.season.earlier))


def withdrawn_duplicate(draft: Draft) -> None:
    """An entry of the learner was made twice and one of them withdrawn."""
    entry = draft.pick(draft.entries)
    draft.entries.append(
        Entry(
            qan=entry.qan,
            component=entry.component,
            entered_on=entry.entered_on,
            kind=entry.kind,
            unit=entry.unit,
            series=entry.series,
            status=EntryStatus.WITHDRAWN,
        )
    )


PRINCIPAL_SITUATIONS: Mapping[Situation, Callable[[Draft], None]] = {
    Situation.NOT_OPEN: entered,
    Situation.MIXED: partial(entered, closed=0.5),
    Situation.MARKS_IN: _marks_in,
    Situation.WITH_RESULTS: _with_results,
    Situation.COMPLETE: _complete,
    Situation.COMPLETE_UNSEEN: _complete_unseen,
    Situation.WINDOW_OPEN: _window_open,
    Situation.OVERDUE: _overdue,
    Situation.UNIT_FORGOTTEN: _unit_forgotten,
    Situation.AWARD_FORGOTTEN: _award_forgotten,
    Situation.MISSING: _nothing,
    Situation.ELSEWHERE: _nothing,
    Situation.OTHER_ULN: partial(_unmatched, missing=False),
    Situation.NO_ULN: partial(_unmatched, missing=True),
    Situation.WRONG_LINE: _wrong_line,
    Situation.WRONG_LEVEL: _wrong_level,
    Situation.TOO_LATE: _too_late,
    Situation.UNKNOWN_QAN: _unknown_qan,
    Situation.WITHDRAWN_ONLY: _withdrawn,
    Situation.ABSENT: _absent,
    Situation.NOT_ON_DAS: _resulted,
}
