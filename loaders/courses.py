"""The lines and levels of courses."""

from collections.abc import Sequence
from typing import NamedTuple

from auth import scope
from loaders.reading import Reading


class _Code(NamedTuple):
    """Where codes of one kind stand: in a table of the catalogue, and in registrations."""

    table: str
    code: str
    column: str


_LINE = _Code("line_of_learning", "k.code", "r.line")
_LEVEL = _Code("requirement", "k.level", "r.level")


async def knows_line(reading: Reading, codes: Sequence[str]) -> list[bool]:
    """Whether each is a line of the catalogue, or at least of a registration in reach."""
    return await _knows(reading, _LINE, codes)


async def knows_level(reading: Reading, codes: Sequence[str]) -> list[bool]:
    """Whether each is a level of the catalogue, or at least of a registration in reach."""
    return await _knows(reading, _LEVEL, codes)


async def line_name_by_code(reading: Reading, codes: Sequence[str]) -> list[str | None]:
    """The name of each line; None for one that the catalogue does not have."""
    connection = reading.connection
    among = connection.among("n.code", codes)
    rows = await connection.tuples(
        f"SELECT n.code, n.name FROM line_of_learning n WHERE {among.text}",  # noqa: S608
        *among.params,
    )
    names = {row[0]: row[1] for row in rows}
    return [names.get(code) for code in codes]


async def _knows(reading: Reading, kind: _Code, codes: Sequence[str]) -> list[bool]:
    """Feeds may bring registrations of which the catalogue does not know the line."""
    connection = reading.connection
    among = connection.among(kind.code, codes)
    rows = await connection.tuples(
        f"SELECT DISTINCT {kind.code} FROM {kind.table} k WHERE {among.text}",  # noqa: S608 - columns are ours
        *among.params,
    )
    known = {row[0] for row in rows}
    others = [code for code in codes if code not in known]
    if others:
        where = connection.among(kind.column, others)
        where &= scope.registrations(reading.viewer, connection, "r.centre_id", "r.id")
        rows = await connection.tuples(
            f"SELECT DISTINCT {kind.column} FROM registration r WHERE {where.text}",  # noqa: S608 - as above
            *where.params,
        )
        known |= {row[0] for row in rows}
    return [code in known for code in codes]
