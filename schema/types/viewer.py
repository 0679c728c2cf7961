"""The person who is logged in."""

from datetime import datetime

import strawberry

from auth.permissions import GrantKind, Role, Staff
from loaders.centres import centre_by_id, grants_by_user_id
from loaders.rows import CentreUserRow
from schema.batched import batched
from schema.types.centre import Centre


@strawberry.type(description="Access to one centre.")
class Access:
    """Access to one centre."""

    row = CentreUserRow
    centre: Centre | None = batched(centre_by_id, key="centre_id", description="The centre.")
    kind: GrantKind = strawberry.field(description="Whether one works at the centre.")
    role: Role = strawberry.field(description="Whether one may edit.")
    manages_users: bool = strawberry.field(description="Whether one lets others in.")
    affiliation: str | None = strawberry.field(
        description="A label such as consortium manager; null without one."
    )
    granted_at: datetime = strawberry.field(description="When access was given.")
    granted_by: str | None = strawberry.field(
        description="Who gave it; null when it came from the service itself."
    )


@strawberry.type(description="The person who is logged in.")
class Me:
    """The person who is logged in; shows the viewer."""

    email: str = strawberry.field(description="The log-in.")
    name: str = strawberry.field(description="First and last name.")
    staff: Staff | None = strawberry.field(
        description="What one does at the awarding body; null for everybody else."
    )
    access: list[Access] = batched(
        grants_by_user_id,
        key="user_id",
        description="The centres one was let in at, in the order of the grants.",
    )
