"""The civil day turns while many ask: each answer is of one day, and none is lost."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import server.day
from auth.permissions import Staff
from database.connection import Database
from exchange.refresh import is_due
from server.clock import Clock
from tests.exchange.projection_checks import assert_projection_is_derivation
from tests.factories import DAY, Caller, add_user, import_sample, log_in, served

AFTER = DAY + timedelta(days=90)
QUERY = """
{ serviceInfo { date } learners(first: 40) { nodes { uln completionStatus
  components { type entryFlag assessmentFlag flags { code } } } } }
"""


async def test_midnight_under_load_loses_no_answer_and_ends_on_the_new_day(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await import_sample(database, tmp_path / "feed", centres=1, learners=40)
    await add_user(database, "support@example.org", staff=Staff.SUPPORT)
    day = [DAY]
    monkeypatch.setattr(Clock, "today", lambda _clock: day[0])
    monkeypatch.setattr(server.day, "LOOK_EVERY", 0.01)
    async with served(database_url) as client:
        caller = await log_in(client, "support@example.org")
        before = await caller.data(QUERY)
        turned = asyncio.Event()
        asking = [asyncio.create_task(ask_until(caller, turned)) for _ in range(6)]
        await asyncio.sleep(0)
        day[0] = AFTER
        while await is_due(database.reader, AFTER):  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.01)
        turned.set()
        answers = [answer for task in asking for answer in await task]
        after = await caller.data(QUERY)

    assert len(answers) >= 6
    assert {answer["serviceInfo"]["date"] for answer in answers} <= {str(DAY), str(AFTER)}
    assert all(len(answer["learners"]["nodes"]) == 40 for answer in answers)
    assert after["serviceInfo"]["date"] == str(AFTER)
    assert after["learners"] != before["learners"]
    await assert_projection_is_derivation(database, AFTER)


async def ask_until(caller: Caller, turned: asyncio.Event) -> list[dict[str, Any]]:
    """The answers of one who asks again and again, each without an error."""
    answers = []
    while not turned.is_set():
        answers.append(await caller.data(QUERY))
    return answers
