"""How entries for additional and specialist learning come about: hours have to add up."""

from collections.abc import Callable, Mapping
from functools import partial

from domain.catalogue import Qualification
from domain.vocabulary import Level
from exchange.sample.common import after_results, unmatch, withdraw
from exchange.sample.draft import FALSE, TRUE, Draft, Entry
from exchange.sample.season import Session
from exchange.sample.situations import Situation

CLAIMABLE: Mapping[Level, tuple[tuple[tuple[int, int], ...], ...]] = {
    Level.FOUNDATION: (((1, 120),), ((1, 60), (1, 60)), ((2, 120),), ((1, 120),)),
    Level.HIGHER: (((2, 180),), ((2, 60), (2, 120)), ((3, 180),), ((2, 120), (2, 60))),
    Level.ADVANCED: (((3, 360),), ((3, 180), (3, 180))),
}
"""Vocational programmes, as (level, hours), that together reach the minimum of a level."""

PART: Mapping[Level, tuple[int, int]] = {
    Level.FOUNDATION: (1, 60),
    Level.HIGHER: (2, 60),
    Level.ADVANCED: (3, 180),
}
"""A programme that is not enough by itself."""

WHOLE: Mapping[Level, tuple[int, int]] = {
    Level.FOUNDATION: (1, 120),
    Level.HIGHER: (2, 180),
    Level.ADVANCED: (3, 360),
}
"""A programme that is enough by itself."""

USELESS: Mapping[Level, tuple[int, int]] = {
    Level.FOUNDATION: (3, 180),
    Level.HIGHER: (1, 120),
    Level.ADVANCED: (2, 180),
}
"""A programme at a level that does not count."""

VOCATIONAL_GRADES = ("P", "P", "M", "D")


def _vocational(draft: Draft, qualification: Qualification, *, claimed: bool) -> Entry:
    """Enter a vocational programme this academic year, on demand."""
    entry = draft.enter(qualification)
    entry.claimed = TRUE if claimed else FALSE
    return entry


def _verified(draft: Draft, key: tuple[int, int], count: int = 1) -> list[Qualification]:
    """Different programmes that the centre is verified for; others if there are too few."""
    held = (*draft.centre.verified[key], *draft.centre.unverified[key])
    start = int(draft.draw.random() * len(draft.centre.verified[key])) if count == 1 else 0
    return list(held[start : start + count])


def claimed(draft: Draft, *, lodged: bool = True) -> None:
    """Programmes that the centre is verified for, claimed or not."""
    recipe = draft.pick(CLAIMABLE[draft.level])
    if len(set(recipe)) < len(recipe) and any(
        len(draft.centre.verified[key]) < len(recipe) for key in recipe
    ):
        recipe = (WHOLE[draft.level],)
    if len(set(recipe)) < len(recipe):
        chosen = _verified(draft, recipe[0], len(recipe))
    else:
        chosen = [_verified(draft, key)[0] for key in recipe]
    for place, qualification in enumerate(chosen):
        _vocational(draft, qualification, claimed=lodged or place > 0)


def _not_verified(draft: Draft) -> None:
    """A programme that the centre is not verified for; somebody may have claimed all the same."""
    key = WHOLE[draft.level]
    qualification = draft.pick(draft.centre.unverified[key])
    _vocational(draft, qualification, claimed=draft.luck(0.2))


def _examined(draft: Draft) -> None:
    """Examinations, with a claimed programme where hours are short."""
    season = draft.season
    if draft.level is Level.ADVANCED:
        pair = draft.draw.sample(draft.catalogue.advanced, 2)
        for qualification in pair:
            draft.enter(qualification, season.coming)
        return
    draft.enter(draft.pick(draft.catalogue.examined), season.coming)
    if draft.level is Level.HIGHER:
        _vocational(draft, _verified(draft, (2, 60))[0], claimed=True)


def _coursework(draft: Draft, session: Session) -> None:
    """A GCSE with coursework, and enough beside it."""
    entry = draft.enter(draft.pick(draft.catalogue.coursework), session)
    if draft.level is Level.ADVANCED:
        entry.qan = draft.pick(draft.catalogue.advanced).qan
        _vocational(draft, _verified(draft, (3, 180))[0], claimed=True)
    elif draft.level is Level.HIGHER:
        _vocational(draft, _verified(draft, (2, 60))[0], claimed=True)


def _marks_later(draft: Draft) -> None:
    """The marks of a GCSE fall due later."""
    _coursework(draft, draft.season.coming)


def _overdue(draft: Draft) -> None:
    """The marks of a GCSE should have come in and did not."""
    _coursework(draft, draft.season.closed)


def _resulted(draft: Draft) -> None:
    """A programme was claimed and resulted weeks ago."""
    entry = _vocational(draft, _verified(draft, WHOLE[draft.level])[0], claimed=True)
    entry.result = draft.pick(VOCATIONAL_GRADES)
    entry.result_release_on = draft.pick(draft.season.settled)
    entry.entered_on = min(entry.entered_on, entry.result_release_on)


def _complete(draft: Draft) -> None:
    """Resulted, and DAS knows."""
    _resulted(draft)
    draft.complete_on_das(draft.entries[-1].result_release_on)


def _complete_unseen(draft: Draft) -> None:
    """DAS holds it complete, and no entry shows why."""
    draft.complete_on_das(after_results(draft.season.earlier))


def _barred(draft: Draft, *, covered: bool) -> None:
    """Two subjects that bar each other, beside enough other hours or not."""
    for qualification in draft.catalogue.barred_pair:
        draft.enter(qualification, draft.season.coming)
    if covered:
        _vocational(draft, _verified(draft, (2, 60))[0], claimed=True)


def _hours_short(draft: Draft) -> None:
    """One small programme does not reach the minimum."""
    _vocational(draft, _verified(draft, PART[draft.level])[0], claimed=draft.luck(0.5))


def _wrong_level(draft: Draft) -> None:
    """Half of the hours are at a level that does not count."""
    _vocational(draft, _verified(draft, USELESS[draft.level])[0], claimed=True)
    _hours_short(draft)


def _expired(draft: Draft) -> None:
    """The programme closed to entries before this one was made."""
    _vocational(draft, draft.catalogue.expired[draft.number], claimed=True)


def _grade_too_low(draft: Draft) -> None:
    """A GCSE came out at a grade that counts a level lower."""
    entry = draft.enter(draft.pick(draft.catalogue.examined), draft.season.closed)
    entry.result = draft.pick(("D", "E"))
    entry.result_release_on = draft.pick(draft.season.settled)
    _vocational(draft, _verified(draft, (2, 60))[0], claimed=True)


def _age_restricted(draft: Draft) -> None:
    """A programme for learners of 16 and over."""
    _vocational(draft, draft.catalogue.post_sixteen, claimed=False)


def _too_late(draft: Draft) -> None:
    """Examinations in the session after the award month."""
    start = len(draft.entries)
    _examined(draft)
    beyond = draft.beyond()
    for entry in draft.entries[start:]:
        if entry.series:
            entry.series = beyond.name


def _unknown_qan(draft: Draft) -> None:
    """The entry carries a QAN that is in no catalogue, and nothing says where it belongs."""
    entry = _vocational(draft, _verified(draft, WHOLE[draft.level])[0], claimed=True)
    entry.qan = draft.unissued_qan()


def _unmatched(draft: Draft, *, missing: bool) -> None:
    """The entries carry another ULN than the learner's, or none."""
    start = len(draft.entries)
    claimed(draft)
    unmatch(draft.entries[start:], missing=missing)


def _withdrawn(draft: Draft) -> None:
    """All entries were withdrawn."""
    start = len(draft.entries)
    claimed(draft)
    withdraw(draft.entries[start:])


def _nothing(_: Draft) -> None:
    """No entry was made."""


ASL_SITUATIONS: Mapping[Situation, Callable[[Draft], None]] = {
    Situation.CLAIMED: claimed,
    Situation.EXAMINED: _examined,
    Situation.NOT_OPEN: _marks_later,
    Situation.COMPLETE: _complete,
    Situation.COMPLETE_UNSEEN: _complete_unseen,
    Situation.BARRED_COVERED: partial(_barred, covered=True),
    Situation.BARRED_SHORT: partial(_barred, covered=False),
    Situation.NOT_CLAIMED: partial(claimed, lodged=False),
    Situation.NOT_VERIFIED: _not_verified,
    Situation.HOURS_SHORT: _hours_short,
    Situation.MISSING: _nothing,
    Situation.ELSEWHERE: _nothing,
    Situation.EXPIRED: _expired,
    Situation.WRONG_LEVEL: _wrong_level,
    Situation.GRADE_TOO_LOW: _grade_too_low,
    Situation.AGE_RESTRICTED: _age_restricted,
    Situation.OVERDUE: _overdue,
    Situation.OTHER_ULN: partial(_unmatched, missing=False),
    Situation.NO_ULN: partial(_unmatched, missing=True),
    Situation.UNKNOWN_QAN: _unknown_qan,
    Situation.WITHDRAWN_ONLY: _withdrawn,
    Situation.TOO_LATE: _too_late,
    Situation.NOT_ON_DAS: _resulted,
}
