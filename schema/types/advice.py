"""Checklists of what to do."""

import strawberry

from domain.advice import Advice as AdviceValue
from domain.advice import Facts, advice_for
from domain.identifiers import YearMonth
from domain.vocabulary import ComponentType, Level
from loaders.rows import FactsRow


@strawberry.type(description="One thing to do.")
class Step:
    """One thing to do."""

    order: int = strawberry.field(description="1 for the first.")
    text: str = strawberry.field(description="What to do, names and dates filled in.")
    actor: str = strawberry.field(description="Who usually does it.")
    system: str = strawberry.field(description="Where it is done.")
    url: str | None = strawberry.field(description="A link that helps; null when there is none.")


@strawberry.type(description="A checklist for one flag, reason or issue.")
class Advice:
    """A checklist for one flag, reason or issue."""

    key: str = strawberry.field(description="Which checklist it is.")
    version: int = strawberry.field(description="Rises whenever the text of the checklist changes.")
    title: str = strawberry.field(description="What the checklist is for.")
    steps: list[Step] = strawberry.field(description="What to do, in order.")


def rendered(code: str, facts: Facts) -> AdviceValue:
    """The checklist of a code with its facts filled in."""
    return advice_for(code, facts)


def facts_of(row: FactsRow | None, component: ComponentType | None) -> Facts:
    """What is known of the learner and the course, in words."""
    if row is None:
        return Facts()
    level = Level.__members__.get(row.level)
    return Facts(
        learner=f"{row.given_name} {row.family_name}",
        uln=row.uln,
        component=component.label if component else None,
        line=row.line_name or row.line,
        level=level.label if level else row.level,
        award_month=_long(row.award),
    )


def _long(month: str | None) -> str | None:
    return None if month is None else YearMonth.parse(month).long()
