"""What advice fills into its sentences, made of rows."""

import re
from typing import Final

from domain.advice import Facts
from domain.identifiers import YearMonth
from domain.vocabulary import ComponentType, Level
from loaders.rows import FactsRow, IssueRow

_HOURS: Final = re.compile(r"(\d+) hours?")


def facts_of(row: FactsRow | None, component: ComponentType | None) -> Facts:
    """What is known of the learner and the course, in words."""
    if row is None:
        return Facts()
    return Facts(
        learner=f"{row.given_name} {row.family_name}",
        uln=row.uln,
        component=component.label if component else None,
        line=row.line_name or row.line,
        level=level_in_words(row.level),
        award_month=None if row.award is None else YearMonth.parse(row.award).long(),
    )


def facts_of_issue(row: FactsRow | None, issue: IssueRow) -> Facts:
    """The same for an issue: by when, what about, and how many hours are missing."""
    hours = _HOURS.fullmatch(issue.subject or "")
    return facts_of(row, issue.component_type)._replace(
        due_on=issue.due_on,
        subject=issue.subject,
        hours_missing=int(hours[1]) if hours else None,
    )


def level_in_words(code: str) -> str:
    """The level of a Diploma; one that is not in the vocabulary stands for itself."""
    level = Level.__members__.get(code)
    return level.label if level else code
