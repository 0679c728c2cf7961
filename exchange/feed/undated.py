"""Embargo for results without a release day, until the results month of their series is over."""

from datetime import date
from typing import Final, NamedTuple

from database.connection import Connection
from domain.catalogue import Catalogue
from domain.identifiers import day_in_words
from exchange.feed.problems import FeedProblem
from inputs.catalogue import read_catalogue

_UNDATED: Final = (
    "result IS NOT NULL AND series IS NOT NULL AND (result_release_on IS NULL OR release_assumed)"
)


class Undated(NamedTuple):
    """Results of a series that are held back, and until when."""

    series: str
    number: int
    until: date

    def warning(self, file: str, column: str) -> FeedProblem:
        """What the sender of a file is told."""
        held = "1 result" if self.number == 1 else f"{self.number:,} results"
        message = (
            f"{held} of {self.series} without a release day, held back until"
            f" {day_in_words(self.until)}."
        )
        return FeedProblem(file, None, column, "RELEASE_DAY_MISSING", None, message)


async def hold_undated(
    connection: Connection, table: str, day: date, among: str = "TRUE"
) -> list[Undated]:
    """Assume the last day of their series' results month for such results in a table of entries.

    From that day on, a result without a release day is taken as released.
    """
    # The next feed's table may have the column in another type, which a kept plan does not bear.
    found = await connection.tuples(
        f"SELECT CAST(series AS text), COUNT(*) FROM {table} WHERE {_UNDATED} AND {among}"  # noqa: S608 - the table is ours
        " GROUP BY series ORDER BY series"
    )
    if not found:
        return []
    catalogue, held = await read_catalogue(connection, ()), []
    for series, count in found:
        until = _until(series, catalogue, day)
        if until is not None:
            held.append(Undated(series, count, until))
        await connection.execute(
            f"UPDATE {table} SET result_release_on = ?, release_assumed = ?"  # noqa: S608 - the table is ours
            f" WHERE series = ? AND {_UNDATED} AND result_release_on {connection.differs} ?",
            *(until, until is not None, series, until),
        )
    return held


def _until(series: str, catalogue: Catalogue, day: date) -> date | None:
    """Until when results of a series without a release day are held back, if they are.

    They may come, or be sent again, weeks before the day on which they are told.
    """
    month = catalogue.results_month(series)
    last = None if month is None else month.last_day()
    return last if last is not None and last > day else None


async def hold_again(connection: Connection, day: date) -> list[Undated]:
    """Look again at known results of the series whose results month has changed."""
    return await hold_undated(
        connection,
        "entry",
        day,
        "EXISTS (SELECT 1 FROM ready_series r WHERE (r.target_id IS NULL OR r.changed)"
        " AND entry.series LIKE r.month || ' %')",
    )
