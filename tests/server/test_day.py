"""The turn of the civil day: exactly what time has changed is derived again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

import server.day
from auth.permissions import Staff
from database.connection import Database
from database.opening import open_database
from domain.derivation import derive
from exchange.refresh import refresh
from inputs.catalogue import read_catalogue
from inputs.records import RecordReader
from server.app import create_app
from server.clock import Clock
from server.day import follow_the_day
from server.settings import Settings
from tests.exchange.projection_checks import assert_projection_is_derivation, snapshot
from tests.factories import DAY, Served, add_user, import_sample, log_in

LATER = date(2010, 9, 1)
DERIVED = ("component", "flag", "issue", "completion")


@pytest.fixture
async def sample(database: Database, tmp_path: Path) -> Database:
    """A database with the sample feed, derived for the day of the tests."""
    await import_sample(database, tmp_path / "feed", centres=2, learners=40)
    return database


async def due(database: Database, day: date) -> set[int]:
    """The learners whom the calendar changes between their derivation and a day."""
    rows = await database.reader.tuples(
        "SELECT learner_id, next_change_on, derived_on FROM completion"
    )
    found = set()
    for learner_id, change, derived in rows:
        changes = change and date.fromisoformat(str(change))
        if date.fromisoformat(str(derived)) > day or (changes and changes <= day):
            found.add(learner_id)
    return found


async def derived_on(database: Database) -> dict[int, set[date]]:
    """For which day each learner was derived."""
    rows = await database.reader.tuples("SELECT learner_id, derived_on FROM completion")
    found: dict[int, set[date]] = {}
    for learner_id, day in rows:
        found.setdefault(learner_id, set()).add(date.fromisoformat(str(day)))
    return found


async def derived(database: Database) -> dict[str, Any]:
    held = await snapshot(database)
    return {table: held[table] for table in DERIVED}


# refresh -----------------------------------------------------------------------------------------


async def test_exactly_the_learners_who_are_due_are_derived(sample: Database) -> None:
    day = DAY + timedelta(days=30)
    expected = await due(sample, day)
    assert 0 < len(expected) < 40

    assert await refresh(sample, day) == len(expected)

    days = await derived_on(sample)
    assert {learner for learner, found in days.items() if found == {day}} == expected
    assert {learner for learner, found in days.items() if found == {DAY}} == set(days) - expected
    assert await due(sample, day) == set()
    await assert_projection_is_derivation(sample, day)


async def test_a_day_that_has_been_derived_derives_nobody_and_writes_nothing(
    sample: Database,
) -> None:
    await refresh(sample, LATER)
    before = await snapshot(sample)

    assert await refresh(sample, LATER) == 0
    assert await snapshot(sample) == before


async def test_every_day_in_turn_leads_where_one_leap_does(sample: Database) -> None:
    for days in range(1, 121):
        await refresh(sample, DAY + timedelta(days=days))
    await assert_projection_is_derivation(sample, DAY + timedelta(days=120))


async def test_going_back_to_an_earlier_day_shows_that_day_again(sample: Database) -> None:
    await refresh(sample, LATER)
    moved = {learner for learner, days in (await derived_on(sample)).items() if days == {LATER}}
    assert moved

    assert await refresh(sample, DAY) == len(moved)

    await assert_projection_is_derivation(sample, DAY)
    assert set.union(*(await derived_on(sample)).values()) == {DAY}


async def test_everything_can_be_derived_whether_due_or_not(sample: Database) -> None:
    before = await derived(sample)

    assert await refresh(sample, DAY, everything=True) == 40
    assert await derived(sample) == before


async def test_two_processes_share_the_turn_of_the_day_and_neither_fails(
    sample: Database, database_url: str
) -> None:
    expected = await due(sample, LATER)
    other = await open_database(database_url, pool_size=2)
    try:
        counts = await asyncio.gather(refresh(sample, LATER), refresh(other, LATER))
    finally:
        await other.close()

    assert sorted(counts) == [0, len(expected)]
    await assert_projection_is_derivation(sample, LATER)


# the server --------------------------------------------------------------------------------------

OVERVIEW = """
{
  learners(first: 100) {
    nodes {
      uln completionStatus percentComplete
      registration { derivedOn }
      components { type required entryFlag assessmentFlag assessmentDetail }
    }
  }
}
"""


@asynccontextmanager
async def served_on(url: str, day: date) -> AsyncIterator[Served]:
    """The application pinned to a day, once it has followed the calendar to it."""
    app = create_app(Settings(DATABASE_URL=url, today=day, secure_cookies=False, pool_size=4))
    async with app.router.lifespan_context(app), Served(app) as client:
        while await due(app.state.database, day):  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.01)
        yield client


async def expected_on(database: Database, day: date) -> dict[str, Any]:
    """What the rules say about each learner, by ULN; each has one course here."""
    rows = await database.reader.tuples("SELECT id, uln FROM learner WHERE uln IS NOT NULL")
    ulns = {row[0]: row[1] for row in rows}
    catalogue = await read_catalogue(database.reader)
    found: dict[str, Any] = {}
    for course in await RecordReader(database.reader).courses(list(ulns)):
        derivation = derive(course.record, catalogue, day)
        found[ulns[course.row.learner_id]] = (
            derivation.status.value,
            derivation.percent,
            [
                (component.value, flags.required, flags.entry, flags.assessment, flags.detail)
                for component, flags in derivation.flags.items()
            ],
        )
    assert len(found) == len(ulns)
    return found


async def shown_by(client: Served) -> dict[str, Any]:
    caller = await log_in(client, "support@example.org")
    data = await caller.data(OVERVIEW)
    return {
        node["uln"]: (
            node["completionStatus"],
            node["percentComplete"],
            [tuple(component.values()) for component in node["components"]],
        )
        for node in data["learners"]["nodes"]
        if node["uln"]
    }


async def test_a_server_on_a_later_day_and_then_an_earlier_one_shows_what_the_rules_say(
    sample: Database, database_url: str
) -> None:
    await add_user(sample, "support@example.org", staff=Staff.SUPPORT)
    told = {}

    for day in (LATER, DAY):
        async with served_on(database_url, day) as client:
            told[day] = await shown_by(client)
        assert told[day] == await expected_on(sample, day)

    assert told[LATER] != told[DAY]


async def test_the_day_is_followed_again_when_a_turn_fails(
    sample: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[date] = []
    done = asyncio.Event()

    async def sometimes(database: Database, day: date) -> int:
        asked.append(day)
        if len(asked) == 1:
            raise OSError
        done.set()
        return await refresh(database, day)

    monkeypatch.setattr(server.day, "refresh", sometimes)
    monkeypatch.setattr(server.day, "LOOK_EVERY", 0.0)

    following = asyncio.create_task(follow_the_day(sample, Clock(LATER)))
    await asyncio.wait_for(done.wait(), 30)
    while await due(sample, LATER):  # noqa: ASYNC110 - as above
        await asyncio.sleep(0)
    following.cancel()
    with pytest.raises(asyncio.CancelledError):
        await following

    assert asked == [LATER, LATER]
    await assert_projection_is_derivation(sample, LATER)
