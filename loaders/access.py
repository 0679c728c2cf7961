"""Who may see which centre."""

from collections.abc import Sequence

from auth import scope
from auth.permissions import Permission
from database.query import Clause
from loaders.account_rows import AccessRow
from loaders.each import Listed, count_of_each, page_of_each
from loaders.paging import ACCESS_BY_NAME, PageRequest, Slice
from loaders.reading import Reading, grouped, matched
from loaders.select import columns_of
from models.grant import CENTRE_USERS

_GIVER = "b.first_name || ' ' || b.last_name"
_COLUMNS = {
    knows_staff: columns_of(
        AccessRow,
        "g",
        {
            "first_name": "u.first_name",
            "last_name": "u.last_name",
            "email": "u.email",
            "granted_by": _GIVER if knows_staff else f"CASE WHEN b.staff IS NULL THEN {_GIVER} END",
        },
    )
    for knows_staff in (True, False)
}
_PERSON = "JOIN account u ON u.id = g.user_id"
_BESIDE = f"{_PERSON} LEFT JOIN account b ON b.id = g.granted_by_id"
_IN_FORCE = Clause("g.revoked_at IS NULL")
_LISTED = {
    knows_staff: Listed(AccessRow, columns, "g", "centre_id", _BESIDE)
    for knows_staff, columns in _COLUMNS.items()
}


async def access_by_id(reading: Reading, ids: Sequence[int]) -> list[AccessRow | None]:
    """Grants in force that the viewer may see, by id."""
    where = reading.connection.among("g.id", ids)
    where &= scope.users(reading.viewer, reading.connection, "g.centre_id")
    rows = await _access(reading, where, "g.id")
    return matched(ids, rows, lambda row: row.id)


async def access_by_centre_id(reading: Reading, ids: Sequence[int]) -> list[list[AccessRow]]:
    """The users of each centre that may be listed: all of them, or only the viewer."""
    rows = await _access(reading, _at(reading, ids), ACCESS_BY_NAME.text)
    return grouped(ids, rows, lambda row: row.centre_id)


async def access_page_by_centre_id(
    reading: Reading, ids: Sequence[int], page: PageRequest
) -> list[Slice]:
    """The first of them at each centre, in one statement for all centres."""
    where = _at(reading, ids) & _IN_FORCE & page.clause
    tables = f"access_grant g {_PERSON}"
    listed = _LISTED[reading.knows_staff]
    return await page_of_each(reading.connection, listed, ids, tables, where, page)


async def access_count_by_centre_id(reading: Reading, ids: Sequence[int]) -> list[int]:
    """How many of them each centre has."""
    where = _at(reading, ids) & _IN_FORCE
    return await count_of_each(reading.connection, "access_grant g", "g.centre_id", ids, where)


def _at(reading: Reading, centre_ids: Sequence[int]) -> Clause:
    """Grants at centres, as far as the viewer may list them."""
    where = reading.connection.among("g.centre_id", centre_ids)
    return where & scope.users(reading.viewer, reading.connection, "g.centre_id")


async def access_by_user_id(reading: Reading, ids: Sequence[int]) -> list[list[AccessRow]]:
    """The access of each user, in the order of the grants: one's own, and for staff anybody's."""
    where = reading.connection.among("g.user_id", ids)
    if not reading.viewer.may_everywhere(Permission.ACCOUNT_READ):
        where &= scope.own_access(reading.viewer, reading.connection, "g.centre_id")
    rows = await _access(reading, where, "g.id")
    return grouped(ids, rows, lambda row: row.user_id)


async def only_centre_user_by_centre_id(reading: Reading, ids: Sequence[int]) -> list[int | None]:
    """Who alone can manage the users of each centre; None where several can, or nobody."""
    among = reading.connection.among("g.centre_id", ids)
    rows = await reading.connection.tuples(
        f"SELECT g.centre_id, MIN(g.user_id) FROM {CENTRE_USERS} AND {among.text}"  # noqa: S608
        " GROUP BY g.centre_id HAVING COUNT(*) = 1",
        *among.params,
    )
    known = {row[0]: row[1] for row in rows}
    return [known.get(key) for key in ids]


async def _access(reading: Reading, where: Clause, order: str) -> list[AccessRow]:
    where &= _IN_FORCE
    return await reading.connection.rows(
        AccessRow,
        f"SELECT {_COLUMNS[reading.knows_staff]} FROM access_grant g {_BESIDE}"  # noqa: S608 - columns are ours
        f" WHERE {where.text} ORDER BY {order}",
        *where.params,
    )
