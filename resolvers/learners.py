"""Learners: the record, and the overview."""

from typing import Annotated

import strawberry
from strawberry import argument

from auth.requires import signed_in
from domain.errors import Invalid
from domain.sought import parse_term
from loaders import learner_pages, learners_on
from loaders.filters import LearnerFilter
from loaders.paging import LEARNERS_BY_ULN
from loaders.record import BY_ID, BY_ULN
from loaders.search import hit_count, hit_page, hits_by
from schema.ahead import asked_below_alone
from schema.connection import DEFAULT_FIRST, After, Connection, First, page_request, paged
from schema.context import Info
from schema.dated import FilterOn, other_day
from schema.ids import key_of
from schema.named import note_filter
from schema.scalars import Uln
from schema.types.filters import (
    LearnerOrder,
    LearnersBy,
    LearnerWanted,
    chosen,
    order_of,
)
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
    context = info.context
    if uln is not None:
        found = await context.load_with(BY_ULN, str(uln), asked_below_alone(info))
    elif (key := key_of(str(id), "Learner")) is not None:
        found = await context.load_with(BY_ID, key, asked_below_alone(info))
    else:
        return None
    context.trail.read(context.viewer, found)
    if found is not None:
        context.trail.learners.add(found.id)
    return found


@strawberry.field(
    description="The Diploma Learner Overview: learners in reach, each once, by their foremost"
    " registration. Null where an argument is refused.",
    extensions=signed_in(),
)
async def learners(
    info: Info,
    filter: LearnerWanted = None,  # noqa: A002 - the graph's own word
    order_by: LearnersBy = LearnerOrder.NAME,
    first: First = DEFAULT_FIRST,
    after: After = None,
    on: FilterOn = None,
) -> Connection[Learner] | None:
    """A page."""
    page, wanted = page_request(order_of(order_by), first, after), chosen(filter)
    note_filter(info, wanted)
    reading, day = info.context.reading, other_day(info, on)
    if day is not None:
        return await paged(
            info,
            page,
            lambda: learners_on.learner_page(reading, wanted, page, day),
            lambda: learners_on.learner_count(reading, wanted, day),
            of_one=wanted.uln is not None,
        )
    return await paged(
        info,
        page,
        lambda: learner_pages.learner_page(reading, wanted, page),
        lambda: learner_pages.learner_count(reading, wanted),
        of_one=wanted.uln is not None,
    )


@strawberry.field(
    description="Learners in reach found by what somebody types. What begins with a digit is a ULN;"
    " one that cannot be is refused with the rule that failed. Anything else is a name: each word"
    " begins a part of the given or family name, whatever its case and accents, one of them with"
    " at least two letters. Whole parts come first, family names before given names, then by the"
    " part, the name and the ULN; of several words, the longest ranks the hits. Null where an"
    " argument is refused.",
    extensions=signed_in(),
)
async def search_learners(
    info: Info,
    term: Annotated[str, argument(description="A ULN or words of a name, at most 100 characters.")],
    first: First = DEFAULT_FIRST,
    after: After = None,
) -> Connection[Learner] | None:
    """A page."""
    sought, reading = parse_term(term, "term"), info.context.reading
    if sought.uln:
        page, wanted = page_request(LEARNERS_BY_ULN, first, after), LearnerFilter(uln=sought.uln)
        return await paged(
            info,
            page,
            lambda: learner_pages.learner_page(reading, wanted, page),
            lambda: learner_pages.learner_count(reading, wanted),
            of_one=True,
        )
    page = page_request(hits_by(sought.words), first, after)
    return await paged(
        info,
        page,
        lambda: hit_page(reading, sought.words, page),
        lambda: hit_count(reading, sought.words),
    )
