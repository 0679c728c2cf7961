"""The shopping list."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from auth.permissions import Permission
from auth.requires import requires
from domain.codes import IssueCode, Severity
from domain.vocabulary import ComponentType
from loaders.facts import facts_of_issue
from loaders.learners import facts_by_registration_id, learner_by_registration_id
from loaders.rows import IssueRow
from schema.batched import batched
from schema.types.advice import Advice, rendered
from schema.types.node import Node

if TYPE_CHECKING:
    from schema.types.learner import Learner


@strawberry.type(description="Something to put right on a learner's record.")
class Issue(Node):
    """Something to put right on a learner's record."""

    row = IssueRow
    registration_key = "registration_id"
    code: IssueCode = strawberry.field(description="What is wrong.")
    label: str = strawberry.field(description="The code in a few words.")
    description: str = strawberry.field(description="What the code means.")
    severity: Severity = strawberry.field(
        description="How urgent it is; rises as the anticipated award month comes near."
    )
    component_type: ComponentType | None = strawberry.field(
        description="The component it is about; null for the registration as a whole."
    )
    subject: str | None = strawberry.field(
        description="The units, entries, qualifications or hours it is about, late entries with the"
        " month of their results; null when the code says all."
    )
    first_seen: date | None = strawberry.field(
        description="Civil day on which it was first found; null only on another day than today,"
        " where it is not known to have been found by that day."
    )
    due_on: date | None = strawberry.field(
        description="Last day to act, inclusive; null when no day is known."
    )
    acknowledged_at: datetime | None = strawberry.field(
        description="When somebody took it on; null while nobody has."
    )
    acknowledged_by: str | None = strawberry.field(
        description="Who took it on; null while nobody has.",
        extensions=requires(Permission.CHANGE_ACTOR_READ),
    )
    note: str | None = strawberry.field(description="What they noted; null without a note.")
    version: int = strawberry.field(
        description="Rises when somebody takes it on or gives it back; sent back with a write as"
        " `expectedVersion`."
    )
    learner: Annotated["Learner", strawberry.lazy("schema.types.learner")] | None = batched(
        learner_by_registration_id,
        key="registration_id",
        description="Whom it is about, by the registration that it is about; null when"
        " out of reach.",
    )

    advice: Advice = batched(
        facts_by_registration_id,
        key="registration_id",
        pick=lambda row, found: rendered(row.code, facts_of_issue(found, row)),
        description="What to do about it, names and dates filled in.",
    )
