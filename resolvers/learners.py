"""Learners: the record, and the overview."""

from typing import Annotated

import strawberry
from strawberry import argument

from auth.requires import signed_in
from domain.errors import Invalid
from loaders import learners as loaders
from loaders import pages
from schema.connection import DEFAULT_FIRST, After, Connection, First, page_request
from schema.context import Info
from schema.ids import key_of
from schema.scalars import Uln
from schema.types.filters import LearnerOrder, LearnersBy, LearnerWanted, chosen, order_of
from schema.types.learner import Learner, learners_page


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
    context = info.context
    if uln is not None:
        found = await context.load(loaders.learner_by_uln, str(uln))
    elif (key := key_of(str(id), "Learner")) is not None:
        found = await context.load(loaders.learner_by_id, key)
    else:
        return None
    context.note_read(found)
    return found


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
    return learners_page(info, page, found, lambda: pages.learner_count(reading, wanted))
