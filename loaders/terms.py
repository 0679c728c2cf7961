"""The terms of use."""

from collections.abc import Sequence

from loaders.account_rows import TermsRow
from loaders.reading import Reading, matched
from loaders.select import columns_of

_TERMS = f"SELECT {columns_of(TermsRow, 't')} FROM terms t"  # noqa: S608 - columns are ours


async def current_terms(reading: Reading) -> TermsRow:
    """The version published last, which anybody may read."""
    rows = await reading.connection.rows(TermsRow, f"{_TERMS} ORDER BY t.id DESC LIMIT 1")
    return rows[0]


async def terms_by_id(reading: Reading, ids: Sequence[int]) -> list[TermsRow | None]:
    """Versions by id, former ones too."""
    where = reading.connection.among("t.id", ids)
    rows = await reading.connection.rows(TermsRow, f"{_TERMS} WHERE {where.text}", *where.params)
    return matched(ids, rows, lambda row: row.id)
