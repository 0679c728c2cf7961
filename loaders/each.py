"""Lists of many owners at once: the first rows of each, and how many each has."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from loaders.paging import PageRequest, Slice, sliced
from loaders.reading import grouped
from models.database import Clause, Connection


class Listed(NamedTuple):
    """What is listed: a kind of row, its columns as SQL, and where they are."""

    row: type[msgspec.Struct]
    columns: str
    tables: str
    owner: str
    """Whose the rows are: a column with its alias, of which the rows have a field."""


async def page_of_each(
    connection: Connection, listed: Listed, ids: Sequence[int], where: Clause, page: PageRequest
) -> list[Slice]:
    """The first rows of each owner, in one statement for all of them; `where` keeps to `ids`."""
    name = listed.owner.partition(".")[2]
    rows = await connection.rows(
        listed.row,
        f"""SELECT {", ".join(listed.row.__struct_fields__)} FROM (
            SELECT {listed.columns},
            row_number() OVER (PARTITION BY {listed.owner} ORDER BY {page.order.text}) AS place
            FROM {listed.tables} WHERE {where.text}) p
        WHERE p.place <= ? ORDER BY p.{name}, p.place""",  # noqa: S608 - columns are ours
        *where.params,
        page.first + 1,
    )
    return slices(ids, rows, name, page)


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
