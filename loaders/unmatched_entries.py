"""Entries that no learner's ULN matches, for many centres at once."""

from collections.abc import Sequence

from auth import scope
from loaders.components import entry_columns
from loaders.each import count_of_each, slices
from loaders.paging import PageRequest, Slice
from loaders.reading import Reading
from loaders.rows import WholeEntryRow


async def unmatched_page_by_centre_id(
    reading: Reading, ids: Sequence[int], page: PageRequest
) -> list[Slice]:
    """The first unmatched entries of each centre, in one statement for all centres."""
    connection = reading.connection
    where = connection.among("e.centre_id", ids) & page.clause
    where &= scope.unmatched_entries(reading.viewer, connection, "e.centre_id")
    columns = entry_columns(WholeEntryRow, reading.today)
    rows = await connection.rows(
        WholeEntryRow,
        f"""SELECT {columns.text} FROM entry e JOIN (
            SELECT e.id, row_number() OVER (PARTITION BY e.centre_id ORDER BY {page.order.text})
                AS place FROM entry e WHERE {where.text}) p ON p.id = e.id
        WHERE p.place <= ? ORDER BY e.centre_id, p.place""",  # noqa: S608
        *columns.params,
        *where.params,
        page.first + 1,
    )
    return slices(ids, rows, "centre_id", page)


async def unmatched_count_by_centre_id(reading: Reading, ids: Sequence[int]) -> list[int]:
    """How many unmatched entries each centre has."""
    where = reading.connection.among("e.centre_id", ids)
    where &= scope.unmatched_entries(reading.viewer, reading.connection, "e.centre_id")
    return await count_of_each(reading.connection, "entry e", "e.centre_id", ids, where)
