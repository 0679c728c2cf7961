"""Deriving again what the calendar alone has changed."""

from collections.abc import Callable
from datetime import date

from actions.locks import lock_feeds
from database.connection import Connection, Database
from database.query import Dialect
from exchange.feed.derive import derive_touched
from exchange.feed.staging import drop_stages, expect_much
from exchange.feed.touch import create_touched, touch


async def refresh(
    database: Database,
    day: date,
    *,
    everything: bool = False,
    progress: Callable[[int], None] = lambda _done: None,
) -> int:
    """Derive the learners who are due on a day; how many there were."""
    if not everything and not await is_due(database.reader, day):
        return 0
    async with database.transaction() as connection:
        await lock_feeds(connection)
        await expect_much(connection)
        await create_touched(connection)
        await touch(
            connection,
            f"SELECT c.learner_id, 0 FROM completion c WHERE {_condition(connection, day)}"  # noqa: S608
            if not everything
            else "SELECT r.learner_id, 0 FROM registration r",
        )
        derived = await derive_touched(connection, day, progress)
        await drop_stages(connection)
        return derived


async def is_due(connection: Connection, day: date) -> bool:
    """Whether time has changed anything by the day that is not derived yet."""
    rows = await connection.tuples(
        f"SELECT 1 FROM completion c WHERE {_condition(connection, day)} LIMIT 1"  # noqa: S608
    )
    return bool(rows)


def _condition(connection: Connection, day: date) -> str:
    """Rows that time has changed by the day, and rows derived for a later day."""
    literal = f"'{day.isoformat()}'"
    if connection.dialect is Dialect.POSTGRESQL:
        literal += "::date"
    return f"(c.next_change_on <= {literal} OR c.derived_on > {literal})"
