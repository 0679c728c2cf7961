"""The catalogue of qualifications."""

from typing import Annotated

import strawberry
from strawberry import argument

from auth.permissions import Permission
from auth.requires import requires
from loaders import catalogue as loaders
from schema.context import Info
from schema.scalars import Qan
from schema.types.qualification import Qualification


@strawberry.field(
    description="What a QAN stands for; null when it is not in the catalogue.",
    extensions=requires(Permission.QUALIFICATION_READ),
)
async def qualification(
    info: Info,
    qan: Annotated[Qan, argument(description="Qualification accreditation number.")],
) -> Qualification | None:
    """By QAN."""
    return await info.context.load(loaders.qualification_by_qan, str(qan))
