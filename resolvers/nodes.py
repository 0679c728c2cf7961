"""Whatever has an id, by it; out of reach answers like missing."""

import asyncio
from typing import Annotated, Any

import strawberry
from strawberry import argument

from auth.requires import signed_in
from domain.errors import Invalid
from loaders.by_id import BY_ID
from schema.context import Info
from schema.ids import decode_id
from schema.types.node import Node

MAX_IDS = 100


async def _node(info: Info, text: str, field: str) -> Any:  # noqa: ANN401 - a row of any type
    name, key = decode_id(text, field)
    batch = BY_ID.get(name)
    if batch is None:
        return None
    found = await info.context.load(batch, key)
    info.context.trail.read(info.context.viewer, found)
    return found


@strawberry.field(
    description="The object with this id; null when there is none in reach.",
    extensions=signed_in(),
)
async def node(
    info: Info,
    id: Annotated[strawberry.ID, argument(description="Opaque id.")],
) -> Node | None:
    """One object."""
    return await _node(info, str(id), "id")


@strawberry.field(
    description="The objects with these ids, in the same order, null where there is none in reach;"
    " at most 100. What is no id is null as well, and told as an error of its own.",
    extensions=signed_in(),
)
async def nodes(
    info: Info, ids: Annotated[list[strawberry.ID], argument(description="Opaque ids.")]
) -> list[Node | None] | None:
    """Many objects."""
    if len(ids) > MAX_IDS:
        message = f"At most {MAX_IDS} ids may be asked for at once."
        raise Invalid(message, code="PAGE_SIZE", field="ids")
    return await asyncio.gather(*(_node_or_fault(info, str(text)) for text in ids))


async def _node_or_fault(info: Info, text: str) -> Any:  # noqa: ANN401 - a row of any type
    """A node, or the error that stands in its place."""
    try:
        return await _node(info, text, "ids")
    except Invalid as fault:
        return fault
