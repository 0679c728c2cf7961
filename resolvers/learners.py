"""Learners: the record, and the overview."""

from typing import Annotated

import strawberry
from strawberry import argument

from auth.requires import signed_in
from domain.errors import Invalid
from loaders import learners as loaders
from loaders import pages
from schema.connection import DEFAULT_FIRST, After, Connection, First, connection, page_request
from schema.context import Info
from schema.ids import key_of
from schema.scalars import Uln
from schema.types.filters import LearnerOrder, LearnersBy, LearnerWanted, chosen, order_of
from schema.types.learner import Learner


@strawberry.field(
    description="The Individual Learner Record, by id or by ULN (one of them); null when there is"
    " no such learner in reach.",
    extensions=signed_in(),
)
async def learner(
    info: Info,
    id: Annotated[strawberry.ID | None, argument(description="Opaque id of the learner.")] = None,
    uln: Annotated[Uln | None, argument(description="Unique learner number.")] = None,
) -> Learner | None:
    """One learner."""
    if (id is None) == (uln is None):
        message = "Give either the id or the ULN."
        raise Invalid(message, code="ARGUMENT_CHOICE", field="id")
    if uln is not None:
        return await info.context.load(loaders.learner_by_uln, str(uln))
    key = key_of(str(id), "Learner")
    if key is None:
        return None
    return await info.context.load(loaders.learner_by_id, key)


@strawberry.field(
    description="The Diploma Learner Overview: learners in reach, each once, by their foremost"
    " registration.",
    extensions=signed_in(),
)
async def learners(
    info: Info,
    filter: LearnerWanted = None,  # noqa: A002 - the graph's own word
    order_by: LearnersBy = LearnerOrder.NAME,
    first: First = DEFAULT_FIRST,
    after: After = None,
) -> Connection[Learner] | None:
    """A page."""
    page, wanted = page_request(order_of(order_by), first, after), chosen(filter)
    reading = info.context.reading
    found = await pages.learner_page(reading, wanted, page)
    return connection(page, found, lambda: pages.learner_count(reading, wanted))
