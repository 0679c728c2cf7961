"""Useful links, contacts and help topics, which anybody may read."""

from collections.abc import Sequence
from datetime import datetime

from database.query import ALWAYS, Clause
from database.slotted import SlottedRow
from domain.vocabulary import TextKind
from loaders.filters import comparable
from loaders.reading import Reading, matched
from loaders.select import columns_of


class SupportTextRow(SlottedRow, frozen=True):
    """A useful link, a contact or a help topic."""

    id: int
    kind: str
    key: str
    title: str
    body: str
    url: str | None
    place: int
    version: int
    changed_at: datetime


_COLUMNS = columns_of(SupportTextRow, "t")


async def support_texts(
    reading: Reading, kind: TextKind, key: str | None = None
) -> list[SupportTextRow]:
    """The texts of a kind in their order, or the one with a key."""
    own = ALWAYS if key is None else Clause("t.key = ?", (comparable(key),))
    return await _texts(reading, Clause("t.kind = ?", (kind.value,)) & own)


async def support_text_by_id(reading: Reading, ids: Sequence[int]) -> list[SupportTextRow | None]:
    """Texts by id."""
    rows = await _texts(reading, reading.connection.among("t.id", ids))
    return matched(ids, rows, lambda row: row.id)


async def _texts(reading: Reading, where: Clause) -> list[SupportTextRow]:
    return await reading.connection.rows(
        SupportTextRow,
        f"SELECT {_COLUMNS} FROM support_text t WHERE {where.text} ORDER BY t.place, t.id",  # noqa: S608 - columns are ours
        *where.params,
    )
