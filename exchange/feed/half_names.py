"""Entries of which a feed names only one column of the name: the other one is known."""

from collections.abc import Sequence
from typing import Any

from database.connection import Connection
from domain.names import name_key
from exchange.feed.reading import Layout


async def with_name_keys(
    connection: Connection, layout: Layout, batch: Sequence[tuple[Any, ...]]
) -> Sequence[tuple[Any, ...]]:
    """Rows of such a file, each with the key of its one name and of the other, as it is stored."""
    if layout.file.name != "entries.csv" or len(layout.names) != 1:
        return batch
    (told,) = layout.names
    given_told = told == "given_name"
    kept = "family_name" if given_told else "given_name"
    # The row number stands before the columns of the header.
    ref_at, told_at = (layout.header.index(name) + 1 for name in ("entry_ref", told))
    among = connection.among("ref", [row[ref_at] for row in batch])
    known = await connection.tuples(
        f"SELECT ref, {kept} FROM entry WHERE {among.text}",  # noqa: S608 - names are ours
        *among.params,
    )
    others: dict[str, str | None] = {row[0]: row[1] for row in known}

    def key(row: tuple[Any, ...]) -> str | None:
        own, other = row[told_at], others.get(row[ref_at])
        return name_key(own, other) if given_told else name_key(other, own)

    return [(*row, key(row)) for row in batch]
