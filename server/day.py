"""Background task: when the civil day changes, derives again what time has changed."""

import asyncio

import structlog

from database.connection import Database
from exchange.refresh import refresh
from server.clock import Clock

log = structlog.get_logger(__name__)

LOOK_EVERY = 30.0
"""Seconds between two looks at the calendar."""


async def follow_the_day(database: Database, clock: Clock) -> None:
    """At start and whenever the day turns, derive what is due; one process does it."""
    done = None
    while True:
        today = clock.today()
        if today != done:
            try:
                learners = await refresh(database, today)
            except Exception:
                log.exception("refresh_failed", day=today.isoformat())
            else:
                done = today
                log.info("refreshed", day=today.isoformat(), learners=learners)
        await asyncio.sleep(LOOK_EVERY)
