"""Another day shows what a server shows on that day, and never what is not released yet."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from auth.permissions import GrantKind, Staff
from exchange.refresh import refresh
from models.database import Database
from tests.factories import DAY, Caller, add_user, import_sample, log_in, served
from tests.graph.asking import centre_numbers
from tests.graph.travelling import answers, forget_results, hold_results

DAYS = (
    date(2009, 9, 1),
    date(2010, 1, 10),
    date(2010, 2, 21),
    date(2010, 5, 16),
    date(2011, 9, 1),
)
"""Days before and after the one of the tests, among them first and last days of windows."""


async def test_another_day_is_what_a_server_of_that_day_shows(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", centres=2, learners=30)
    await forget_results(database)
    await add_user(database, "reader@example.org", *(await centre_numbers(database)))
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        today = await answers(caller, None)
        assert await answers(caller, DAY) == today
        seen = {day: await answers(caller, day) for day in DAYS}
    for day in DAYS:
        await refresh(database, day)
        async with served(database_url, today=day) as client:
            assert await answers(await log_in(client, "reader@example.org"), None) == seen[day]
    assert len({str(found) for found in (today, *seen.values())}) == 1 + len(DAYS)
