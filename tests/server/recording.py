"""Events that tests note, and what became of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from auth.events import Event, EventKind
from auth.permissions import GrantKind, Role, Staff
from auth.viewer import Grants, HeldGrant, Viewer
from database.connection import Database

NOW = datetime(2010, 2, 19, 9, 30, tzinfo=UTC)
WEST, EAST = 1, 2
ANNA, BEN = 100, 200
LATE = 3600.0

VIEWER = Viewer(
    user_id=7,
    email="viewer@example.org",
    name="Vera Viewer",
    grants=Grants([HeldGrant(1, WEST, GrantKind.CENTRE, Role.VIEWER)]),
    address="192.0.2.1",
    request_id="R1",
)
SUPPORT = Viewer(
    user_id=8, email="support@example.org", name="Sue Port", staff=Staff.SUPPORT, request_id="R2"
)


def happened(number: int, **told: Any) -> Event:
    """An event that can be told from others."""
    return Event(NOW, EventKind.REFUSED, request_id=f"R{number}", **told)


async def written(database: Database) -> list[str]:
    """The requests of the events that are in the database, in the order of their ids."""
    rows = await database.reader.tuples("SELECT request_id FROM event ORDER BY id")
    return [row[0] for row in rows]


async def reads(database: Database) -> list[tuple[object, ...]]:
    """Who saw whom, where, as whom."""
    rows = await database.reader.tuples(
        "SELECT kind, actor_id, learner_id, centre_id, standing, request_id FROM event ORDER BY id"
    )
    assert {row[0] for row in rows} <= {"RECORD_READ"}
    return [tuple(row)[1:] for row in rows]


async def enrol(database: Database, learner_id: int, *courses: tuple[int, int]) -> None:
    """A learner with registrations at centres."""
    async with database.transaction() as connection:
        for centre_id in (WEST, EAST):
            await connection.execute(
                "INSERT INTO centre (id, number, name, status) VALUES (?, ?, 'C', 'OPEN')"
                " ON CONFLICT DO NOTHING",
                centre_id,
                f"1000{centre_id}",
            )
        await connection.execute(
            "INSERT INTO learner (id, ref, given_name, family_name, name_key)"
            " VALUES (?, ?, 'A', 'B', 'ab')",
            learner_id,
            f"L{learner_id}",
        )
        for registration_id, centre_id in courses:
            await connection.execute(
                "INSERT INTO registration (id, ref, learner_id, centre_id, line, level,"
                " award_source, status, claim_status, version)"
                " VALUES (?, ?, ?, ?, 'IT', 'HIGHER', 'FEED', 'ACCEPTED', 'NONE', 1)",
                registration_id,
                f"R{registration_id}",
                learner_id,
                centre_id,
            )


@asynccontextmanager
async def away(database: Database) -> AsyncIterator[None]:
    """A database that does not take events meanwhile."""
    await database.writer.execute("ALTER TABLE event RENAME TO elsewhere")
    try:
        yield
    finally:
        await database.writer.execute("ALTER TABLE elsewhere RENAME TO event")


async def until_written(database: Database, number: int) -> list[str]:
    while len(found := await written(database)) < number:  # noqa: ASYNC110 - nothing tells it
        await asyncio.sleep(0)
    return found
