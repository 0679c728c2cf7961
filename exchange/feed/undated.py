"""Embargo for results without a release day, before the results month of their series."""

from datetime import date
from typing import NamedTuple

from database.connection import Connection
from domain.identifiers import YearMonth, day_in_words
from exchange.feed.problems import FeedProblem
from inputs.catalogue import read_catalogue


class Undated(NamedTuple):
    """Results of a series that are held back, and until when."""

    series: str
    number: int
    until: date

    def warning(self) -> FeedProblem:
        """What the sender is told."""
        held = "1 result" if self.number == 1 else f"{self.number:,} results"
        message = (
            f"{held} of {self.series} without a release day, held back until"
            f" {day_in_words(self.until)}."
        )
        return FeedProblem(
            "entries.csv", None, "result_release_on", "RELEASE_DAY_MISSING", None, message
        )


async def hold_undated(connection: Connection, table: str, day: date) -> list[Undated]:
    """Give such results in a table of entries the last day of their series' results month.

    From that month on, a result without a release day is taken as released.
    """
    # The next feed's table may have the column in another type, which a kept plan does not bear.
    found = await connection.tuples(
        f"SELECT CAST(series AS text), COUNT(*) FROM {table} WHERE result IS NOT NULL"  # noqa: S608 - the table is ours
        " AND result_release_on IS NULL AND series IS NOT NULL GROUP BY series ORDER BY series"
    )
    if not found:
        return []
    catalogue, held = await read_catalogue(connection, ()), []
    for series, count in found:
        month = catalogue.results_month(series)
        if month is not None and month > YearMonth.of(day):
            held.append(Undated(series, count, month.last_day()))
            await connection.execute(
                f"UPDATE {table} SET result_release_on = ? WHERE series = ?"  # noqa: S608 - the table is ours
                " AND result IS NOT NULL AND result_release_on IS NULL",
                month.last_day(),
                series,
            )
    return held
