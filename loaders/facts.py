"""The names, dates and numbers that are filled into the texts of advice."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from domain.advice import Facts, advice_key
from domain.identifiers import YearMonth
from domain.issues import joined
from domain.vocabulary import ComponentType, Level
from inputs.flags import subjects_of
from loaders.rows import FactsRow, IssueRow, WholeFlagRow

_HOURS: Final = re.compile(r"(\d+) hours?")
_DAYS: Final = re.compile(r", (opens|closes|closed) \d")
"""Matches the end of an entry's name where the windows of several entries differ."""


def facts_of_issue(row: FactsRow | None, issue: IssueRow) -> Facts:
    """What is known of the learner and the course, by when to act, and what about."""
    return _facts_of(row, issue.component_type, _case(issue.subject, issue.due_on))


def facts_of_flag(row: FactsRow | None, flag: WholeFlagRow) -> Iterator[tuple[str, Facts]]:
    """The same for each checklist that answers a flag, by its key."""
    facts = _facts_of(row, ComponentType(flag.component_type), {"opens_on": flag.opens_on})
    subjects: dict[str, list[str | None]] = {}
    named = subjects_of(flag.stored_subjects, flag.reasons)
    for reason, subject in zip(flag.reasons, named, strict=True):
        subjects.setdefault(advice_key(reason), []).append(subject)
    for key, shared in subjects.items():
        yield key, facts._replace(**_case(joined(shared), flag.due_on))


def _case(subject: str | None, due_on: date | None) -> dict[str, Any]:
    """What an issue or a reason says of its own."""
    hours = _HOURS.fullmatch(subject or "")
    return {
        "due_on": due_on,
        "of_several": _DAYS.search(subject or "") is not None,
        "subject": subject,
        "hours_missing": int(hours[1]) if hours else None,
    }


def _facts_of(
    row: FactsRow | None, component: ComponentType | None, case: Mapping[str, Any]
) -> Facts:
    """What is known of the learner and the course, in words, and of the case."""
    if row is None:
        return Facts(**case)
    return Facts(
        **case,
        learner=f"{row.given_name} {row.family_name}",
        uln=row.uln,
        component=component.label if component else None,
        line=row.line_name or row.line,
        level=level_in_words(row.level),
        award_month=None if row.award is None else YearMonth.parse(row.award).long(),
    )


def level_in_words(code: str) -> str:
    """The level of a Diploma; one that is not in the vocabulary stands for itself."""
    level = Level.__members__.get(code)
    return level.label if level else code
