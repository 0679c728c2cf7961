"""What those who watch are told."""

from datetime import datetime

import strawberry

from domain.vocabulary import NewsKind
from loaders.centres import centre_by_number
from schema.batched import batched
from schema.scalars import CentreNumber
from schema.types.centre import Centre


@strawberry.type(
    description="Something about a centre changed; it tells nothing of anybody, only that it is"
    " time to read again."
)
class CentreChange:
    """Something about a centre changed."""

    number: CentreNumber = strawberry.field(description="National centre number.")
    kinds: list[NewsKind] = strawberry.field(
        description="What happened since the last message, each kind once; empty in the first"
        " message, which says that watching has begun."
    )
    at: datetime = strawberry.field(description="When the message was made.")
    centre: Centre | None = batched(
        centre_by_number,
        key="number",
        description="The centre as it is now; null when out of reach.",
    )
