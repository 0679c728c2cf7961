"""A child: migrate an empty database, import a feed, add a viewer, and tell what it took."""

import asyncio
import os
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import orjson

from actions import accounts
from actions.access import set_access
from actions.grants import Rights
from actions.terms import accept_terms
from auth.viewer import ANONYMOUS, CONSOLE
from bench.process import DAY, usage
from database.connection import Database
from database.opening import open_database
from exchange.feed.apply import apply_feed
from exchange.feed.report import FeedOutcome, Options
from exchange.feed.source import Source
from loaders.reading import Reading
from loaders.terms import current_terms
from server.clock import Clock

EMAIL = "bench@example.org"


async def work(url: str, feed: Path, password: str) -> dict[str, object]:
    """Import through the real importer; nothing enters by a side door."""
    database = await open_database(url)
    try:
        await database.migrate()
        report = await apply_feed(
            database, Source(feed), Options("bench"), day=date.fromisoformat(DAY)
        )
        assert report.outcome is FeedOutcome.APPLIED, report.problems[:5]
        used = usage()
        await _add_viewer(database, password)
    finally:
        await database.close()
    created = {file.name: file.created for file in report.files}
    return {
        "learners": created["learners.csv"],
        "entries": created["entries.csv"],
        "seconds": report.seconds,
        "entries_per_second": created["entries.csv"] / report.seconds,
        "cpu_seconds": used.cpu_seconds,
        "peak_mb": used.peak_mb,
    }


async def _add_viewer(database: Database, password: str) -> None:
    """Somebody who may read at the first hundred centres."""
    now = Clock().now()
    user_id = await accounts.create_user(
        database,
        CONSOLE,
        email=EMAIL,
        password=password,
        title="",
        first_name="Bench",
        last_name="Reader",
        now=now,
    )
    terms = await current_terms(Reading(database.reader, CONSOLE, date.fromisoformat(DAY)))
    person = replace(ANONYMOUS, user_id=user_id)
    await accept_terms(database, person, terms.version, now=now)
    rows = await database.reader.tuples("SELECT number FROM centre ORDER BY number LIMIT 100")
    for row in rows:
        await set_access(
            database, CONSOLE, centre_number=row[0], login=EMAIL, rights=Rights(), now=now
        )


if __name__ == "__main__":
    found = asyncio.run(work(os.environ["DATABASE_URL"], Path(sys.argv[1]), sys.argv[2]))
    print(orjson.dumps(found).decode())
