"""The history of changes."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from auth.permissions import Permission, Standing
from auth.requires import requires
from domain.vocabulary import ChangeSource
from loaders.centres import centre_by_id
from loaders.changes import ChangeRow
from loaders.learners import learner_by_id
from schema.batched import batched
from schema.types.node import Node

if TYPE_CHECKING:
    from schema.types.centre import Centre
    from schema.types.learner import Learner


@strawberry.type(description="What became of one field of one object, when and by whom.")
class Change(Node):
    """What became of one field of one object."""

    row = ChangeRow
    at: datetime = strawberry.field(description="When it was changed.")
    source: ChangeSource = strawberry.field(
        description="Whether a user changed it, a feed, or the service itself."
    )
    actor: str | None = strawberry.field(
        description="First and last name of who changed it; null when it was nobody's account, the"
        " account is gone, or it was one of the awarding body's own, which its staff see.",
        extensions=requires(Permission.CHANGE_ACTOR_READ),
    )
    standing: Standing | None = strawberry.field(
        description="Who the actor was at the centre at that time; null for feeds."
    )
    centre: Annotated["Centre", strawberry.lazy("schema.types.centre")] | None = batched(
        centre_by_id,
        key="centre_id",
        description="The centre it happened at; null when it is out of reach.",
    )
    learner: Annotated["Learner", strawberry.lazy("schema.types.learner")] | None = batched(
        learner_by_id,
        key="learner_id",
        description="The learner it is about; null when out of reach.",
    )
    object_type: str = strawberry.field(
        description="What was changed: LEARNER, REGISTRATION, DECLARATION or ISSUE."
    )
    about: str | None = strawberry.field(
        description="Which issue it was: its code, then its component if it has one; null for"
        " other objects."
    )
    field: str = strawberry.field(
        description="Which field: award and award_source of a registration, the component of a"
        " declaration, acknowledged of an issue, or a field that a feed fills, such as centre."
    )
    before: str | None = strawberry.field(description="What it was; null when there was nothing.")
    after: str | None = strawberry.field(description="What it became; null for nothing.")
    request_id: str | None = strawberry.field(
        description="The request it happened in; null when there was none."
    )
    batch: str | None = strawberry.field(
        description="What all changes of one edit have in common; null where no user edited."
    )
    superseded: bool = strawberry.field(
        description="Whether something newer stands on it, such as its being put back; then it"
        " cannot be put back itself."
    )
