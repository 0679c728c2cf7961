"""Unmatched entries and the history of changes as files."""

from collections.abc import AsyncGenerator, Sequence
from functools import partial
from typing import Final

from auth.matrix import sees
from auth.permissions import Standing
from domain.vocabulary import ChangeSource, ComponentType, EntryKind, EntryStatus
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
from loaders.changes import ChangeFilter, ChangeRow, change_count, change_page
from loaders.paging import CHANGES_NEWEST_FIRST, ENTRIES_BY_DAY, PageRequest, Slice
from loaders.reading import Reading
from loaders.rows import CentreRow, WholeEntryRow
from loaders.unmatched_entries import unmatched_count_by_centre_id, unmatched_page_by_centre_id

_ENTRY_COLUMNS: Final = (
    *CENTRE_COLUMNS,
    *PERSON_COLUMNS,
    Column("Date of birth", Kind.DAY),
    Column("QAN"),
    Column("Component", width=28),
    Column("Entry for"),
    Column("Unit"),
    Column("Series", width=16),
    Column("Status"),
    Column("Entered", Kind.DAY),
    Column("Marks submitted", Kind.DAY),
    Column("Claimed", Kind.YES_NO, 9),
    Column("Result"),
    Column("Result released", Kind.DAY),
)
_CHANGE_COLUMNS: Final = (
    Column("When (UTC)", Kind.MOMENT, 18),
    *CENTRE_COLUMNS,
    *PERSON_COLUMNS,
    Column("Changed by", width=22),
    Column("As", width=22),
    Column("Source", width=10),
    Column("What"),
    Column("About", width=24),
    Column("Field", width=18),
    Column("Before", width=22),
    Column("After", width=22),
    Column("Superseded", Kind.YES_NO, 11),
    Column("Edit", width=34),
    Column("Request", width=34),
)


async def unmatched_entries(reading: Reading, centre: CentreRow) -> Listing:
    """The entries of a centre that match no learner's ULN, the earliest first."""

    async def read(page: PageRequest) -> Slice:
        (found,) = await unmatched_page_by_centre_id(reading, [centre.id], page)
        return found

    async def total() -> int:
        (found,) = await unmatched_count_by_centre_id(reading, [centre.id])
        return found

    async def chunks() -> AsyncGenerator[Chunk]:
        async for found in pages(read, ENTRIES_BY_DAY):
            yield [_entry(reading, centre, row) for row in found]

    return Listing("Unmatched entries", _ENTRY_COLUMNS, total, chunks)


async def changes(reading: Reading, wanted: ChangeFilter) -> Listing:
    """The history of the learners in reach, the newest change first."""

    async def chunks() -> AsyncGenerator[Chunk]:
        async for found in pages(partial(change_page, reading, wanted), CHANGES_NEWEST_FIRST):
            yield await _changes(reading, found)

    return Listing("Changes", _CHANGE_COLUMNS, partial(change_count, reading, wanted), chunks)


def _entry(reading: Reading, centre: CentreRow, row: WholeEntryRow) -> Row:
    may_know = sees(reading.viewer, "Entry.dateOfBirth", row.centre_id)
    cells = (
        centre.number,
        centre.name,
        row.uln,
        row.given_name,
        row.family_name,
        row.date_of_birth if may_know else None,
        row.qan,
        ComponentType(row.component).label,
        EntryKind(row.kind).label,
        row.unit,
        row.series,
        EntryStatus(row.status).label,
        row.entered_on,
        row.marks_submitted_on,
        row.claimed,
        row.result,
        row.result_released_on,
    )
    return Row(cells, row.centre_id)


async def _changes(reading: Reading, found: Sequence[ChangeRow]) -> list[Row]:
    learners = await whose(reading, (row.learner_id for row in found))
    centres = await centres_of(reading, (row.centre_id for row in found))
    rows = []
    for row in found:
        learner = learners[row.learner_id]
        known = sees(reading.viewer, "Change.actor", row.centre_id)
        cells = (
            row.at,
            *centres[row.centre_id],
            *learner.cells,
            row.actor if known else None,
            Standing(row.standing).label if row.standing else None,
            ChangeSource(row.source).label,
            row.object_type.capitalize(),
            row.about,
            row.field,
            row.before,
            row.after,
            row.superseded,
            row.batch,
            row.request_id,
        )
        rows.append(Row(cells, row.centre_id, learner.registration_id))
    return rows
