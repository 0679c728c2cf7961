"""What to do about a code: checklists with the learner's names, dates and hours filled in."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final, NamedTuple

from domain.advice_texts import LINKS, TEXTS
from domain.identifiers import day_in_words

ACTORS: Final = ("Exams officer", "Line lead", "Domain assessor", "Quality nominee", "Tutor")
"""Who acts."""

SYSTEMS: Final = (
    "Learner Tracking",
    "DAS",
    "Edexcel Online",
    "Learner Registration Service",
    "Qualification register",
    "Centre",
)
"""Where they act; Centre stands for anything done without one of the systems."""


class Step(NamedTuple):
    """One line of a checklist; steps count from 1."""

    order: int
    text: str
    actor: str
    system: str
    url: str | None


class Advice(NamedTuple):
    """A checklist made out for one learner."""

    key: str
    version: int
    title: str
    steps: tuple[Step, ...]


class Facts(NamedTuple):
    """What is known of the case; whatever is left out is written around."""

    learner: str = "the learner"
    """The name to show."""
    uln: str | None = None
    component: str | None = None
    """The label of the component."""
    line: str | None = None
    """The name of the line of learning."""
    level: str | None = None
    """The label of the level, such as Higher Diploma."""
    award_month: str | None = None
    """The anticipated award month in its long form."""
    due_on: date | None = None
    """The last day to act."""
    opens_on: date | None = None
    """The first day on which marks are taken."""
    of_several: bool = False
    """Whether these are the days of the first of several windows."""
    subject: str | None = None
    """What the case is about: units, entries or QANs."""
    hours_missing: int | None = None
    """Guided learning hours still to be found."""


def advice_key(code: str) -> str:
    """The key of the checklist that answers a code; raises KeyError for a code without one."""
    return ADVICE_KEYS[code]


def advice_for(key: str, facts: Facts) -> Advice:
    """The checklist of a key, or of a code that shares one, filled in with the facts of a case.

    Raises KeyError when there is no such checklist.
    """
    checklist = _CHECKLISTS[ADVICE_KEYS[key]]
    if not checklist.phrases:
        return checklist.plain
    phrases = {name: phrase(facts) for name, phrase in checklist.phrases.items()}
    phrases[""] = ""
    steps = tuple(
        [
            Step(step.order, _fill(pieces, phrases), step.actor, step.system, step.url)
            if pieces
            else step
            for step, pieces in zip(checklist.plain.steps, checklist.pieces, strict=True)
        ]
    )
    return Advice(checklist.plain.key, checklist.plain.version, checklist.plain.title, steps)


# Filling in --------------------------------------------------------------------------------------

_Phrase = Callable[[Facts], str]
_Pieces = tuple[tuple[str, str], ...]


class _Checklist(NamedTuple):
    """A checklist taken apart once, so that making it out is joining strings."""

    plain: Advice
    """The finished checklist where nothing is to be filled in, else its frame."""
    pieces: tuple[_Pieces, ...]
    """For each step its texts, each with the phrase that follows; empty for a finished step."""
    phrases: Mapping[str, _Phrase]


def _fill(pieces: _Pieces, phrases: Mapping[str, str]) -> str:
    """The text of a step."""
    return "".join([text + phrases[name] for text, name in pieces])


def _note(text: str | None) -> str:
    """A fact in brackets after the word it belongs to, or nothing."""
    return f" ({text})" if text else ""


def _learner(facts: Facts) -> str:
    """Who it is about."""
    return facts.learner or "the learner"


def _learner_uln(facts: Facts) -> str:
    """Who it is about, with the ULN to look for."""
    return _learner(facts) + _note(f"ULN {facts.uln}" if facts.uln else None)


def _component(facts: Facts) -> str:
    """The component inside a sentence."""
    if not facts.component:
        return "the component"
    return f"the {facts.component[0].lower()}{facts.component[1:]} component"


def _course(facts: Facts) -> str:
    """The Diploma by level and line, as far as they are known."""
    level = facts.level or "Diploma"
    if not level.endswith("Diploma"):
        level = f"{level} Diploma"
    return f"the {level} in {facts.line}" if facts.line else f"the {level}"


def _registered(facts: Facts) -> str:
    """What the registration is for, where there is something to say."""
    known = facts.level or facts.line
    return f"; the registration is for {_course(facts)}" if known else ""


def _hours(facts: Facts) -> str:
    """How much there is to find, opening a sentence."""
    if not facts.hours_missing:
        return "See how many more guided learning hours are needed"
    hours = "hour" if facts.hours_missing == 1 else "hours"
    return f"Find {facts.hours_missing} more guided learning {hours}"


def _by_close(facts: Facts) -> str:
    """The last day for marks."""
    if facts.due_on is None:
        return "before the window closes"
    day = day_in_words(facts.due_on)
    if facts.of_several:
        return f"by the day on which its own window closes, the first of them on {day}"
    return f"by {day}"


def _closed(facts: Facts) -> str:
    """Since when marks have been overdue."""
    window = "the first window" if facts.of_several else "the window"
    if facts.due_on is None:
        return f"{window} has closed"
    return f"{window} closed on {day_in_words(facts.due_on)}"


def _opens(facts: Facts) -> str:
    """From when on marks are taken, opening a sentence."""
    window = "the first window" if facts.of_several else "the window"
    if facts.opens_on is None:
        return f"Note when {window} opens"
    closes = f" and closes on {day_in_words(facts.due_on)}" if facts.due_on else ""
    return f"Note that {window} opens on {day_in_words(facts.opens_on)}{closes}"


_PHRASES: Mapping[str, _Phrase] = {
    "learner": _learner,
    "learners": lambda facts: f"{_learner(facts)}'s",
    "learner_uln": _learner_uln,
    "uln_note": lambda facts: _note(facts.uln),
    "component": _component,
    "course": _course,
    "registered": _registered,
    "award": lambda facts: facts.award_month or "the anticipated award month",
    "award_note": lambda facts: _note(facts.award_month),
    "subject_note": lambda facts: _note(facts.subject),
    "Hours": _hours,
    "due_note": lambda facts: _note(f"due {day_in_words(facts.due_on)}" if facts.due_on else None),
    "by_close": _by_close,
    "closed": _closed,
    "Opens": _opens,
}
"""What may stand in braces; every phrase reads well without its fact."""


# Reading the texts -------------------------------------------------------------------------------

_HEAD = re.compile(r"\[([A-Z_ ]+)\] ([0-9]+) (.+)")
_STEP = re.compile(rf"({'|'.join(ACTORS)}), ({'|'.join(SYSTEMS)})(?: <({'|'.join(LINKS)})>)?: (.+)")
_BLANK = re.compile(r"\{(\w+)\}")


def _pieces(text: str) -> _Pieces:
    """A template as texts and the phrases after them; empty when there is nothing to fill in."""
    parts = _BLANK.split(text)
    if len(parts) == 1:
        return ()
    return tuple(zip(parts[::2], [*parts[1::2], ""], strict=True))


def _read(text: str) -> Iterator[tuple[list[str], _Checklist]]:
    """The checklists of a text, each with the codes it answers; the first code is its key."""
    for block in text.strip().split("\n\n"):
        head, *lines = block.replace("\n  ", " ").split("\n")
        codes, version, title = _match(_HEAD, head)
        steps = []
        for order, line in enumerate(lines, start=1):
            actor, system, link, words = _match(_STEP, line)
            steps.append(Step(order, words, actor, system, LINKS.get(link)))
        names = codes.split()
        pieces = tuple(_pieces(step.text) for step in steps)
        blanks = sorted({name for step in pieces for _, name in step if name})
        phrases = {name: _PHRASES[name] for name in blanks}
        plain = Advice(names[0], int(version), title, tuple(steps))
        yield names, _Checklist(plain, pieces, MappingProxyType(phrases))


def _match(pattern: re.Pattern[str], line: str) -> tuple[str, ...]:
    """The parts of a line of the texts; a line of another form is a mistake in the texts."""
    found = pattern.fullmatch(line)
    if found is None:
        message = f"not a line of a checklist: {line}"
        raise ValueError(message)
    return found.groups("")


def _read_all() -> tuple[dict[str, str], dict[str, _Checklist]]:
    """Which checklist answers each code, and the checklists by key; no code is answered twice."""
    keys: dict[str, str] = {}
    checklists: dict[str, _Checklist] = {}
    for text in TEXTS:
        for codes, checklist in _read(text):
            for code in codes:
                if keys.setdefault(code, codes[0]) != codes[0] or codes[0] in checklists:
                    message = f"answered twice: {code}"
                    raise ValueError(message)
            checklists[codes[0]] = checklist
    return keys, checklists


_keys, _CHECKLISTS = _read_all()

ADVICE_KEYS: Mapping[str, str] = MappingProxyType(_keys)
"""The key of the checklist by code; codes that call for the same work share one."""
