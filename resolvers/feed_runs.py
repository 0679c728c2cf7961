"""Runs of the importer."""

from typing import Annotated

import strawberry
from strawberry import argument

from auth.permissions import Permission
from auth.requires import requires
from loaders import feed_runs as loaders
from schema.connection import DEFAULT_FIRST, After, Connection, First, page_request, paged
from schema.context import Info
from schema.ids import key_of
from schema.types.feed_run import FeedRun


@strawberry.field(
    description="A run of the importer, as far as it has come; null when there is none with this"
    " id.",
    extensions=requires(Permission.FEED_RUN_READ, everywhere=True),
)
async def feed_run(
    info: Info,
    id: Annotated[strawberry.ID, argument(description="The id that the feed was accepted under.")],
) -> FeedRun | None:
    """By its id."""
    key = key_of(str(id), "FeedRun")
    return None if key is None else await info.context.load(loaders.feed_run_by_id, key)


@strawberry.field(
    description="Runs of the importer, the newest first; a dry run of the command is not among"
    " them. Null where an argument is refused.",
    extensions=requires(Permission.FEED_RUN_READ, everywhere=True),
)
async def feed_runs(
    info: Info, first: First = DEFAULT_FIRST, after: After = None
) -> Connection[FeedRun] | None:
    """A page."""
    page, reading = page_request(loaders.NEWEST_FIRST, first, after), info.context.reading
    return await paged(
        info,
        page,
        lambda: loaders.feed_run_page(reading, page),
        lambda: loaders.feed_run_count(reading),
    )
