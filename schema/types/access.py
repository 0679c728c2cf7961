"""Who may see a centre, and on what footing."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from auth.permissions import GrantKind, Role, Standing
from loaders.account_rows import AccessRow
from loaders.centres import centre_by_id
from schema.batched import batched
from schema.scalars import CourseCode
from schema.types.node import Node

if TYPE_CHECKING:
    from schema.types.centre import Centre


@strawberry.type(description="Somebody's access to one centre.")
class Access(Node):
    """Somebody's access to one centre."""

    row = AccessRow
    name: str = strawberry.field(description="First and last name of the person.")
    email: str = strawberry.field(description="The person's log-in.")
    centre: Annotated["Centre", strawberry.lazy("schema.types.centre")] | None = batched(
        centre_by_id, key="centre_id", description="The centre; null when out of reach."
    )
    kind: GrantKind = strawberry.field(description="Whether the person works at the centre.")
    role: Role = strawberry.field(description="Whether the person may edit.")
    manages_users: bool = strawberry.field(
        description="Whether the person is the centre's own user, who lets others in."
    )
    standing: Standing = strawberry.field(
        description="Who kind, role and managing users make the person at the centre."
    )
    affiliation: str | None = strawberry.field(
        description="A label such as consortium manager; null without one."
    )
    line: CourseCode | None = strawberry.field(
        description="The only line of learning whose learners the person sees; null for all."
    )
    granted_at: datetime = strawberry.field(description="When access was given.")
    granted_by: str | None = strawberry.field(
        description="Who gave it; null when it came from the awarding body, whose staff see who."
    )
    version: int = strawberry.field(
        description="Rises with every change; sent back with a write as `expectedVersion`."
    )
