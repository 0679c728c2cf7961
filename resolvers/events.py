"""The log, for those who answer for it."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import argument

from auth.events import EventKind
from auth.permissions import Permission
from auth.requires import signed_in
from domain.people import sought_email
from loaders import events as loaders
from loaders.centres import centre_by_number
from loaders.paging import EVENTS_NEWEST_FIRST
from schema.connection import DEFAULT_FIRST, After, Connection, First, page_request, paged
from schema.context import Info
from schema.ids import key_of
from schema.ranges import period
from schema.scalars import CentreNumber
from schema.types.event import Event


@strawberry.input(
    description="Which events to list. Every condition that is given must hold; of several kinds,"
    " any."
)
class EventFilter:
    """Which events to list."""

    kinds: list[EventKind] | None = strawberry.field(
        default=None, description="Of one of these kinds."
    )
    since: datetime | None = strawberry.field(
        name="from", default=None, description="At this moment or later; in UTC without an offset."
    )
    until: datetime | None = strawberry.field(
        name="to", default=None, description="Before this moment; in UTC without an offset."
    )
    login: str | None = strawberry.field(
        default=None,
        description="Done by the account with this e-mail address; only staff find what staff did.",
    )
    learner: strawberry.ID | None = strawberry.field(
        default=None, description="About the learner in reach with this opaque id."
    )


@strawberry.field(
    description="The log of who did what and who saw whom, the newest first; null when the centre"
    " is out of reach.",
    extensions=signed_in(Permission.ACCESS_LOG_READ),
)
async def access_log(
    info: Info,
    centre: Annotated[
        CentreNumber | None,
        argument(
            description="National centre number of the centre it happened at; null for everything,"
            " which is for staff."
        ),
    ] = None,
    filter: Annotated[  # noqa: A002 - the graph's own word
        EventFilter | None, argument(description="Which ones; null for all.")
    ] = None,
    first: First = DEFAULT_FIRST,
    after: After = None,
) -> Connection[Event] | None:
    """A page."""
    context, centre_id = info.context, None
    page, wanted = page_request(EVENTS_NEWEST_FIRST, first, after), chosen(filter)
    if centre is not None:
        found = await context.load(centre_by_number, str(centre))
        if found is None:
            return None
        centre_id = found.id
    context.demand(Permission.ACCESS_LOG_READ, centre_id)
    await context.settle()
    reading = context.reading
    return await paged(
        info,
        page,
        lambda: loaders.event_page(reading, centre_id, wanted, page),
        lambda: loaders.event_count(reading, centre_id, wanted),
    )


def chosen(given: EventFilter | None) -> loaders.EventFilter:
    """The filter as the loader knows it; a key of no learner finds nothing."""
    if given is None:
        return loaders.EventFilter()
    learner = None
    if given.learner is not None:
        learner = key_of(str(given.learner), "Learner", "learner") or 0
    since, until = period(given.since, given.until)
    return loaders.EventFilter(
        kinds=tuple(kind.value for kind in given.kinds or ()),
        since=since,
        until=until,
        login=sought_email(given.login),
        learner_id=learner,
    )
