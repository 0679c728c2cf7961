"""Pages and counts of lists, also of the lists of many parents in one statement."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from database.connection import Connection
from database.query import Clause
from loaders.paging import PageRequest, Slice, sliced
from loaders.reading import grouped


class Listed(NamedTuple):
    """A kind of list: its row class, its columns as SQL, and what it is joined with."""

    row: type[msgspec.Struct]
    columns: str
    alias: str
    """Of the table in which the rows of a page are found."""
    owner: str
    """The column of the parent's id, which is also a field of the rows."""
    beside: str
    """The joins that fill in the other columns, made for the rows of the page only."""

    @property
    def of(self) -> str:
        """The owner's column with its alias."""
        return f"{self.alias}.{self.owner}"


async def page_of(
    connection: Connection, listed: Listed, tables: str, where: Clause, page: PageRequest
) -> list[Any]:
    """The first rows of a list, and one more if there is one; `tables` are what its filter reads.

    They are found first and then looked up, or all that are in the list would be.
    """
    alias = listed.alias
    return await connection.rows(
        listed.row,
        f"""SELECT {listed.columns} FROM (
            SELECT {alias}.* FROM {tables} WHERE {where.text} {page.tail}) {alias}
        {listed.beside} ORDER BY {page.order.text}""",  # noqa: S608 - columns are ours
        *where.params,
    )


async def page_of_each(
    connection: Connection,
    listed: Listed,
    ids: Sequence[int],
    tables: str,
    where: Clause,
    page: PageRequest,
) -> list[Slice]:
    """The first rows of each owner, in one statement for all of them; `where` keeps to `ids`."""
    alias = listed.alias
    if len(ids) == 1:  # then an order that is indexed may end with the page
        return [sliced(await page_of(connection, listed, tables, where, page), page.first)]
    rows = await connection.rows(
        listed.row,
        f"""SELECT {listed.columns} FROM (
            SELECT {alias}.*,
            row_number() OVER (PARTITION BY {listed.of} ORDER BY {page.order.text}) AS rank
            FROM {tables} WHERE {where.text}) {alias}
        {listed.beside} WHERE {alias}.rank <= ?
        ORDER BY {listed.of}, {alias}.rank""",  # noqa: S608 - columns are ours
        *where.params,
        page.first + 1,
    )
    return slices(ids, rows, listed.owner, page)


def slices(
    ids: Sequence[int], rows: Sequence[msgspec.Struct], owner: str, page: PageRequest
) -> list[Slice]:
    """The page of each owner, from rows that stand in order."""
    groups = grouped(ids, rows, lambda row: getattr(row, owner))
    return [sliced(group, page.first) for group in groups]


async def count_of_each(
    connection: Connection, tables: str, owner: str, ids: Sequence[int], where: Clause
) -> list[int]:
    """How many rows each owner has, in one statement; zero for one who has none."""
    rows = await connection.tuples(
        f"SELECT {owner}, COUNT(*) FROM {tables} WHERE {where.text} GROUP BY {owner}",  # noqa: S608
        *where.params,
    )
    counts = {row[0]: int(row[1]) for row in rows}
    return [counts.get(key, 0) for key in ids]
