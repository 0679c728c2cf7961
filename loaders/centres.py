"""Centres, the consortia they form, and the people who may see them."""

from collections.abc import Sequence

from auth import scope
from database.query import ALWAYS, Clause
from loaders.each import Listed, count_of_each, page_of_each
from loaders.filters import comparable
from loaders.paging import PageRequest, Slice, sliced
from loaders.reading import Reading, grouped, matched
from loaders.rows import CentreRow, ConsortiumRow, MemberRow
from loaders.select import columns_of

_CENTRE_COLUMNS = columns_of(CentreRow, "c")
_CENTRE_OF_MEMBER = "JOIN centre c ON c.id = m.centre_id"
_MEMBERS = Listed(
    MemberRow,
    columns_of(MemberRow, "c", {"consortium_id": "m.consortium_id"}),
    "m",
    "consortium_id",
    _CENTRE_OF_MEMBER,
)


async def centre_by_id(reading: Reading, ids: Sequence[int]) -> list[CentreRow | None]:
    """Centres in reach by id."""
    rows = await _centres(reading, reading.connection.among("c.id", ids))
    return matched(ids, rows, lambda row: row.id)


async def centre_by_number(reading: Reading, numbers: Sequence[str]) -> list[CentreRow | None]:
    """Centres in reach by national centre number."""
    rows = await _centres(reading, reading.connection.among("c.number", numbers))
    return matched(numbers, rows, lambda row: row.number)


async def _centres(reading: Reading, wanted: Clause, tail: str = "") -> list[CentreRow]:
    where = wanted & scope.centres(reading.viewer, reading.connection, "c.id")
    return await reading.connection.rows(
        CentreRow,
        f"SELECT {_CENTRE_COLUMNS} FROM centre c WHERE {where.text} {tail}",  # noqa: S608
        *where.params,
    )


async def centre_page(reading: Reading, consortium: str | None, page: PageRequest) -> Slice:
    """Centres in reach, of one consortium or all."""
    wanted = page.clause & _members(consortium)
    rows = await _centres(reading, wanted, page.tail)
    return sliced(rows, page.first)


async def centre_count(reading: Reading, consortium: str | None) -> int:
    """How many centres are in reach."""
    where = _members(consortium) & scope.centres(reading.viewer, reading.connection, "c.id")
    return await reading.connection.number(
        f"SELECT COUNT(*) FROM centre c WHERE {where.text}",  # noqa: S608
        *where.params,
    )


def _members(consortium: str | None) -> Clause:
    if consortium is None:
        return ALWAYS
    return Clause(
        """c.id IN (SELECT m.centre_id FROM consortium_centre m
        JOIN consortium k ON k.id = m.consortium_id WHERE k.code = ?)""",
        (comparable(consortium),),
    )


async def consortium_by_id(reading: Reading, ids: Sequence[int]) -> list[ConsortiumRow | None]:
    """Consortia with a centre in reach, by id."""
    rows = await _consortia(reading, reading.connection.among("k.id", ids))
    return matched(ids, rows, lambda row: row.id)


async def consortium_by_code(reading: Reading, codes: Sequence[str]) -> list[ConsortiumRow | None]:
    """Consortia with a centre in reach, by code."""
    rows = await _consortia(reading, reading.connection.among("k.code", map(comparable, codes)))
    return matched(codes, rows, lambda row: row.code)


async def consortium_page(reading: Reading, page: PageRequest) -> Slice:
    """Consortia with a centre in reach."""
    return sliced(await _consortia(reading, page.clause, page.tail), page.first)


async def consortium_count(reading: Reading) -> int:
    """How many consortia have a centre in reach."""
    return len(await _consortia(reading, ALWAYS))


async def _consortia(reading: Reading, wanted: Clause, tail: str = "") -> list[ConsortiumRow]:
    """Consortia with how many of their centres there are, and how many of these in reach."""
    reach = scope.centres(reading.viewer, reading.connection, "m.centre_id")
    return await reading.connection.rows(
        ConsortiumRow,
        f"""SELECT k.id, k.code, k.name, COUNT(*),
            SUM(CASE WHEN {reach.text} THEN 1 ELSE 0 END)
        FROM consortium k JOIN consortium_centre m ON m.consortium_id = k.id
        WHERE {wanted.text} GROUP BY k.id, k.code, k.name
        HAVING SUM(CASE WHEN {reach.text} THEN 1 ELSE 0 END) > 0 {tail}""",  # noqa: S608
        *(*reach.params, *wanted.params, *reach.params),
    )


async def centres_by_consortium_id(reading: Reading, ids: Sequence[int]) -> list[list[CentreRow]]:
    """The member centres in reach of each consortium, by name."""
    connection = reading.connection
    where = _members_of(reading, ids)
    pairs = await connection.tuples(
        f"SELECT m.consortium_id, {_CENTRE_COLUMNS} FROM consortium_centre m"  # noqa: S608
        f" JOIN centre c ON c.id = m.centre_id WHERE {where.text} ORDER BY c.name, c.id",
        *where.params,
    )
    rows = [(pair[0], CentreRow(*tuple(pair)[1:])) for pair in pairs]
    return [[row for _, row in group] for group in grouped(ids, rows, lambda pair: pair[0])]


async def member_page_by_consortium_id(
    reading: Reading, ids: Sequence[int], page: PageRequest
) -> list[Slice]:
    """The first of them of each consortium, in one statement for all consortia."""
    where = _members_of(reading, ids) & page.clause
    tables = f"consortium_centre m {_CENTRE_OF_MEMBER}"
    return await page_of_each(reading.connection, _MEMBERS, ids, tables, where, page)


async def member_count_by_consortium_id(reading: Reading, ids: Sequence[int]) -> list[int]:
    """How many of them each consortium has."""
    where = _members_of(reading, ids)
    tables = "consortium_centre m"
    return await count_of_each(reading.connection, tables, "m.consortium_id", ids, where)


def _members_of(reading: Reading, consortium_ids: Sequence[int]) -> Clause:
    where = reading.connection.among("m.consortium_id", consortium_ids)
    return where & scope.centres(reading.viewer, reading.connection, "m.centre_id")


async def consortia_by_centre_id(reading: Reading, ids: Sequence[int]) -> list[list[ConsortiumRow]]:
    """The consortia that each centre belongs to, by name."""
    connection = reading.connection
    where = connection.among("m.centre_id", ids)
    where &= scope.centres(reading.viewer, connection, "m.centre_id")
    pairs = await connection.tuples(
        "SELECT m.centre_id, m.consortium_id FROM consortium_centre m"  # noqa: S608
        f" WHERE {where.text}",
        *where.params,
    )
    wanted = connection.among("k.id", sorted({pair[1] for pair in pairs}))
    rows = {row.id: row for row in await _consortia(reading, wanted)}
    named = sorted(
        ((pair[0], rows[pair[1]]) for pair in pairs if pair[1] in rows),
        key=lambda pair: (pair[1].name, pair[1].id),
    )
    return [[row for _, row in group] for group in grouped(ids, named, lambda pair: pair[0])]
