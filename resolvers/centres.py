"""Centres and consortia in reach."""

from enum import Enum
from typing import Annotated

import strawberry
from strawberry import argument

from auth.permissions import Permission
from auth.requires import signed_in
from loaders import centres as loaders
from loaders.named import Named, NameKind
from loaders.paging import CENTRES_BY_NAME, CENTRES_BY_NUMBER, CONSORTIA_BY_NAME
from schema.connection import DEFAULT_FIRST, After, Connection, First, page_request, paged
from schema.context import Info
from schema.named import note_names
from schema.scalars import CentreNumber
from schema.types.centre import Centre, Consortium, unmatched
from schema.types.component import Entry


@strawberry.enum(description="Orders of a list of centres.")
class CentreOrder(Enum):
    """Orders of a list of centres."""

    NAME = strawberry.enum_value("NAME", description="By name.")
    NUMBER = strawberry.enum_value("NUMBER", description="By national centre number.")


@strawberry.input(description="Which centres to list.")
class CentreFilter:
    """Which centres to list."""

    consortium: str | None = strawberry.field(
        default=None,
        description="Members of the consortium with this code; where none is in reach,"
        " `extensions.warnings` tells.",
    )


@strawberry.field(
    description="A centre in reach; null when there is none of this number in reach.",
    extensions=signed_in(),
)
async def centre(
    info: Info,
    number: Annotated[CentreNumber, argument(description="National centre number.")],
) -> Centre | None:
    """By its number."""
    return await info.context.load(loaders.centre_by_number, str(number))


@strawberry.field(
    description="Centres in reach. Null where an argument is refused.", extensions=signed_in()
)
async def centres(
    info: Info,
    filter: Annotated[  # noqa: A002 - the graph's own word
        CentreFilter | None, argument(description="Which ones; null for all.")
    ] = None,
    order_by: Annotated[CentreOrder, argument(description="In which order.")] = CentreOrder.NAME,
    first: First = DEFAULT_FIRST,
    after: After = None,
) -> Connection[Centre] | None:
    """A page."""
    order = CENTRES_BY_NAME if order_by is CentreOrder.NAME else CENTRES_BY_NUMBER
    page, member_of = page_request(order, first, after), filter.consortium if filter else None
    if member_of is not None:
        note_names(info, [Named("consortium", NameKind.CONSORTIUM, (member_of,))])
    reading = info.context.reading
    return await paged(
        info,
        page,
        lambda: loaders.centre_page(reading, member_of, page),
        lambda: loaders.centre_count(reading, member_of),
    )


@strawberry.field(
    description="A consortium with a centre in reach; null when there is none of this code.",
    extensions=signed_in(),
)
async def consortium(
    info: Info, code: Annotated[str, argument(description="Code of the consortium.")]
) -> Consortium | None:
    """By its code."""
    return await info.context.load(loaders.consortium_by_code, code)


@strawberry.field(
    description="Consortia with a centre in reach, by name. Null where an argument is refused.",
    extensions=signed_in(),
)
async def consortia(
    info: Info, first: First = DEFAULT_FIRST, after: After = None
) -> Connection[Consortium] | None:
    """A page."""
    page, reading = page_request(CONSORTIA_BY_NAME, first, after), info.context.reading
    return await paged(
        info,
        page,
        lambda: loaders.consortium_page(reading, page),
        lambda: loaders.consortium_count(reading),
    )


@strawberry.field(
    description="Entries of a centre that match no learner's ULN; null when the centre is out of"
    " reach.",
    extensions=signed_in(Permission.UNMATCHED_ENTRY_READ),
)
async def unmatched_entries(
    info: Info,
    centre: Annotated[CentreNumber, argument(description="National centre number.")],
    first: First = DEFAULT_FIRST,
    after: After = None,
) -> Connection[Entry] | None:
    """A page."""
    found = await info.context.load(loaders.centre_by_number, str(centre))
    if found is None:
        return None
    info.context.demand(Permission.UNMATCHED_ENTRY_READ, found.id)
    return await unmatched(info, found.id, first, after)
