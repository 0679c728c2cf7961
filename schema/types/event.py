"""The log of who did what and who saw whom."""

from datetime import datetime

import strawberry

from auth.events import EventKind
from auth.permissions import Permission, Standing
from auth.requires import requires
from loaders.centres import centre_by_id
from loaders.learners import learner_by_id
from loaders.rows import ActorRow, EventRow
from schema.batched import batched
from schema.context import Info
from schema.types.centre import Centre
from schema.types.learner import Learner


@strawberry.type(description="Who did something.")
class EventActor:
    """Who did something."""

    row = ActorRow
    name: str | None = strawberry.field(
        description="First and last name; for people who are not staff themselves, staff are shown"
        " as what they do, such as Support. Null when the account is gone."
    )
    email: str | None = strawberry.field(
        description="The log-in; null for staff where the reader is not staff, and when the account"
        " is gone."
    )


@strawberry.type(description="Something that somebody did or saw, or was refused.")
class Event:
    """Something that somebody did or saw, or was refused."""

    row = EventRow
    at: datetime = strawberry.field(description="When it happened.")
    kind: EventKind = strawberry.field(description="What happened.")
    actor: EventActor | None = strawberry.field(
        description="Who did it; null when nobody was logged in, or a command on the machine itself"
        " did it."
    )
    standing: Standing | None = strawberry.field(
        description="Who the actor was at the centre at that time, or at none; null when not known."
    )
    centre: Centre | None = batched(
        centre_by_id,
        key="centre_id",
        description="The centre it is about; null when it is about none, or the centre is out of"
        " reach.",
    )
    user: str | None = strawberry.field(
        description="First and last name of the person whose account or access it was done to; null"
        " when it was done to none, or the account is gone."
    )
    code: str | None = strawberry.field(
        description="What came of it, or why it was refused: a stable word such as a permission;"
        " null when the kind says all."
    )
    subject: str | None = strawberry.field(
        description="The field, feed or token it is about; null when the kind says all."
    )
    address: str | None = strawberry.field(
        description="The network address it came from; null when not known.",
        extensions=requires(Permission.ACCOUNT_READ),
    )
    request_id: str | None = strawberry.field(
        description="The request it happened in, as it stands in the service's own log; null when"
        " there was none."
    )

    @strawberry.field(
        description="The learner it is about; null when it is about none, or the learner is out of"
        " reach."
    )
    async def learner(self, info: Info) -> Learner | None:
        """By the learner's foremost registration, noted like any learner in a list."""
        row: EventRow = self  # type: ignore[assignment]  # self is the row
        if row.learner_id is None:
            return None
        found = await info.context.load(learner_by_id, row.learner_id)
        info.context.trail.listed(info.context.viewer, [found])
        return found
