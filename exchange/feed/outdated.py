"""What a feed tells of DAS that is older than what is known: it changes nothing, and is told."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from database.connection import Connection
from database.temporary_tables import create_temporary
from domain.days import CIVIL_ZONE
from exchange.feed.merge import ready_name
from exchange.feed.problems import FeedProblem

ABOUT_DAS: Final = frozenset({"das.csv", "das_components.csv"})

NEWER: Final = "newer_on_das"
"""Table of the registrations whose DAS record is newer than what this feed tells of them."""

_NAMED: Final = """
    SELECT r.registration_id FROM ready_das r JOIN das_record t ON t.id = r.target_id
    WHERE t.fetched_at > r.fetched_at AND t.fetched_at < ?
"""
_OF_NAMED_CENTRES: Final = """
    SELECT t.registration_id FROM das_record t JOIN (
        SELECT r.centre_id, MAX(r.fetched_at) AS latest FROM ready_das r GROUP BY r.centre_id) n
    ON n.centre_id = t.centre_id WHERE t.fetched_at > n.latest AND t.fetched_at < ?
"""
"""Of a full feed, what it leaves out is as old as the latest that it tells of the centre."""


async def leave_newer(connection: Connection, file: str, day: date, *, full: bool) -> int:
    """Keep what is known from being replaced by what is older; how many ready rows go for it.

    Components are as old as the record that the same feed has of their registration. A record that
    is said to be fetched after the day is no reason to pass over others: it cannot be true.
    """
    if file == "das.csv":
        await _find_newer(connection, day, full=full)
    condition = f"registration_id IN (SELECT n.registration_id FROM {NEWER} n)"  # noqa: S608 - names are ours
    ready = ready_name(file)
    older = await connection.number(f"SELECT COUNT(*) FROM {ready} WHERE {condition}")  # noqa: S608 - as above
    if older:
        await connection.execute(f"DELETE FROM {ready} WHERE {condition}")  # noqa: S608 - as above
    return older


def warning(file: str, older: int) -> FeedProblem:
    """What the sender of a file is told."""
    rows = "1 row is" if older == 1 else f"{older:,} rows are"
    message = f"{rows} older than what is known from DAS, by fetched_at: what is known stays."
    column = "fetched_at" if file == "das.csv" else None
    return FeedProblem(file, None, column, "OUTDATED", None, message)


async def create_newer(connection: Connection) -> None:
    """An empty table of them, for a feed about DAS."""
    await create_temporary(connection, NEWER, "registration_id bigint PRIMARY KEY")


async def _find_newer(connection: Connection, day: date, *, full: bool) -> None:
    end = datetime.combine(day + timedelta(days=1), time(), CIVIL_ZONE)
    for query in (_NAMED, _OF_NAMED_CENTRES) if full else (_NAMED,):
        await connection.execute(
            f"INSERT INTO {NEWER} (registration_id) {query} ON CONFLICT DO NOTHING",
            end.astimezone(UTC),
        )
