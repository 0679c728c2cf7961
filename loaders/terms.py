"""The terms of use."""

from loaders.account_rows import TermsRow
from loaders.reading import Reading
from loaders.select import columns_of


async def current_terms(reading: Reading) -> TermsRow:
    """The version published last, which anybody may read."""
    rows = await reading.connection.rows(
        TermsRow,
        f"SELECT {columns_of(TermsRow, 't')} FROM terms t ORDER BY t.id DESC LIMIT 1",  # noqa: S608
    )
    return rows[0]
