"""A session of somebody, who it shows at some moment, and when it was used."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from auth.sessions import OpenedSession, add_session, viewer_of
from auth.viewer import ANONYMOUS, Viewer
from database.connection import Database

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
IDLE = timedelta(hours=1)
ABSOLUTE = timedelta(hours=12)
MINUTE = timedelta(minutes=1)
ASKING = replace(ANONYMOUS, address="192.0.2.7", agent="browser", request_id="r-1")


async def run(database: Database, statement: str, *params: object) -> None:
    async with database.transaction() as connection:
        await connection.execute(statement, *params)


async def open_one(database: Database, asking: Viewer = ASKING) -> OpenedSession:
    async with database.transaction() as connection:
        return await add_session(connection, asking, 1, now=NOW, absolute=ABSOLUTE)


async def seen(
    database: Database, opened: OpenedSession | str, at: datetime = NOW
) -> Viewer | None:
    token = opened if isinstance(opened, str) else opened.token
    return await viewer_of(database, token, ASKING, now=at, idle=IDLE)


async def last_used(database: Database, table: str = "session") -> datetime | None:
    found = await database.writer.tuples(f"SELECT last_used_at FROM {table}")  # noqa: S608 - ours
    value = found[0][0]
    return datetime.fromisoformat(value) if isinstance(value, str) else value
