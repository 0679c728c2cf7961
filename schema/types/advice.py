"""Checklists of what to do."""

import strawberry

from domain.advice import Advice as AdviceValue
from domain.advice import Facts, advice_for


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
