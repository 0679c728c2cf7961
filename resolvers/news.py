"""Subscriptions: what changes is told to whoever watches, for as long as they may."""

from collections.abc import AsyncGenerator
from typing import Annotated, Final

import strawberry
from strawberry import argument

from auth.explain import verdict
from auth.permissions import Permission
from auth.requires import requires, signed_in
from loaders.centres import centre_by_number
from loaders.feed_runs import feed_run_by_id
from loaders.news import kinds_of, watched
from schema.context import Info
from schema.ids import key_of
from schema.scalars import CentreNumber
from schema.types.feed_run import FeedRun
from schema.types.news import CentreChange

LOOK_AGAIN: Final = 15.0
"""Seconds after which it is asked again whether somebody may still watch."""
LOOK_AT_RUN: Final = 0.5
"""Seconds between two looks at a run."""


@strawberry.subscription(
    description="Something about a centre changed. The first message comes at once; null when the"
    " centre is out of reach. The stream ends when its reader may not watch any longer.",
    extensions=signed_in(),
)
async def centre_changed(
    info: Info,
    centre: Annotated[CentreNumber, argument(description="National centre number.")],
) -> AsyncGenerator[CentreChange | None]:
    """For whoever sees the centre."""
    return _changes(info, centre)


async def _changes(info: Info, centre: CentreNumber) -> AsyncGenerator[CentreChange | None]:
    context, number = info.context, str(centre)
    found = await context.load(centre_by_number, number)
    if found is None:
        yield None
        return
    with watched(context.database.news, context.viewer, found.id) as watch:
        yield CentreChange(number=centre, kinds=[], at=context.now())
        while (heard := await watch.wait(LOOK_AGAIN)) is not None:
            kinds = kinds_of(heard)
            await context.look_again()
            if not await _sees(info, number):
                return
            if kinds:
                yield CentreChange(number=centre, kinds=kinds, at=context.now())


@strawberry.subscription(
    description="A run of the importer whenever it has come further, until it has ended; null when"
    " there is none with this id.",
    extensions=requires(Permission.FEED_RUN_READ, everywhere=True),
)
async def feed_run(
    info: Info,
    id: Annotated[strawberry.ID, argument(description="The id that the feed was accepted under.")],
) -> AsyncGenerator[FeedRun | None]:
    """For whoever may see what is loaded."""
    return _progress(info, key_of(str(id), "FeedRun"))


async def _progress(info: Info, key: int | None) -> AsyncGenerator[FeedRun | None]:
    """Other processes write down once a second how far they have come."""
    context = info.context
    found = None if key is None else await context.load(feed_run_by_id, key)
    yield found
    with watched(context.database.news, context.viewer) as watch:
        while found is not None and found.finished_at is None:
            if await watch.wait(LOOK_AT_RUN) is None:
                return
            await context.look_again()
            if not verdict(context.viewer, Permission.FEED_RUN_READ, everywhere=True).allowed:
                return
            before, found = found, await context.load(feed_run_by_id, key)
            if found is not None and found != before:
                yield found


async def _sees(info: Info, number: str) -> bool:
    """Whether who asks may still watch a centre."""
    allowed = verdict(info.context.viewer, None).allowed
    return allowed and await info.context.load(centre_by_number, number) is not None
