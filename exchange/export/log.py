"""The log of who did what and who saw whom, as a file."""

from collections.abc import AsyncGenerator, Sequence
from functools import partial
from typing import Final

from auth.events import EventKind
from auth.matrix import sees
from auth.permissions import Standing
from exchange.export.listing import (
    CENTRE_COLUMNS,
    PERSON_COLUMNS,
    Chunk,
    Column,
    Kind,
    Listing,
    Row,
    centres_of,
    pages,
    whose,
)
from loaders.events import EventFilter, event_count, event_page
from loaders.paging import EVENTS_NEWEST_FIRST
from loaders.reading import Reading
from loaders.rows import EventRow

_COLUMNS: Final = (
    Column("When (UTC)", Kind.MOMENT, 18),
    Column("What", width=24),
    *CENTRE_COLUMNS,
    Column("Who", width=22),
    Column("E-mail", width=28),
    Column("As", width=22),
    *PERSON_COLUMNS,
    Column("Done to", width=22),
    Column("Code", width=22),
    Column("Subject", width=28),
    Column("Address", width=20),
    Column("Request", width=34),
)


async def access_log(reading: Reading, centre_id: int | None, wanted: EventFilter) -> Listing:
    """What happened at a centre, or anywhere, the newest first."""

    async def chunks() -> AsyncGenerator[Chunk]:
        read = partial(event_page, reading, centre_id, wanted)
        async for found in pages(read, EVENTS_NEWEST_FIRST):
            yield await _rows(reading, found)

    total = partial(event_count, reading, centre_id, wanted)
    return Listing("Access log", _COLUMNS, total, chunks)


async def _rows(reading: Reading, found: Sequence[EventRow]) -> list[Row]:
    learners = await whose(reading, (row.learner_id for row in found))
    centres = await centres_of(reading, (row.centre_id for row in found))
    rows = []
    for row in found:
        learner = learners[row.learner_id]
        actor = row.actor
        cells = (
            row.at,
            EventKind(row.kind).label,
            *centres[row.centre_id],
            actor.name if actor else None,
            actor.email if actor else None,
            Standing(row.standing).label if row.standing else None,
            *learner.cells,
            row.user,
            row.code,
            row.subject,
            row.address if sees(reading.viewer, "Event.address", row.centre_id) else None,
            row.request_id,
        )
        rows.append(Row(cells, row.centre_id, learner.registration_id))
    return rows
