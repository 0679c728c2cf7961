"""What time alone will do to the learners in reach."""

from datetime import date
from typing import Annotated

import strawberry
from strawberry import argument

from auth.requires import signed_in
from domain.deadlines import looked_to
from loaders import deadlines as loaders
from schema.context import Info
from schema.named import note_filter
from schema.types.deadline import Deadline
from schema.types.filters import LearnerWanted, chosen


@strawberry.field(
    description="The days ahead on which something changes by itself for learners in reach: a"
    " marks window opens or is over, an award month nears or ends. By day, then by kind. The"
    " filter is about today. Results that are not released yet are told of by the published month"
    " of their series only. Null where an argument is refused.",
    extensions=signed_in(),
)
async def deadlines(
    info: Info,
    filter: LearnerWanted = None,  # noqa: A002 - the graph's own word
    until: Annotated[
        date | None,
        argument(
            description="The last day to look at, up to two years ahead; null for 92 days from"
            " today."
        ),
    ] = None,
) -> list[Deadline] | None:
    """From the day after today on."""
    last, wanted = looked_to(until, info.context.today), chosen(filter)
    note_filter(info, wanted)
    return await loaders.deadlines(info.context.reading, wanted, last)  # type: ignore[return-value]  # shown as they are
