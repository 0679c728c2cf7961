"""Feeds in line: one after the other, and told while they are on their way."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest

import server.feed_progress
import server.feed_queue
from database.connection import Database
from exchange.feed.report import FeedOutcome, Options
from exchange.feed.runs import begin_run, breakdown, end_abandoned, failed, tell_run
from tests.exchange.feeds import apply, find, tiny_feed, write_feed
from tests.exchange.projection_checks import assert_projection_is_derivation
from tests.factories import DAY
from tests.server.feeding import (
    PAGE,
    Gate,
    at_once,
    desk,
    gate,
    impatient,
    put_aside,
    shelf,
    tiny,
    token,
    told,
    written,
    zipped,
)

__all__ = ["at_once", "gate", "impatient", "shelf", "tiny", "token"]  # fixtures


# One after the other -----------------------------------------------------------------------------


async def test_a_feed_is_told_while_it_is_applied_and_the_next_while_it_waits(
    database: Database,
    database_url: str,
    shelf: Path,
    token: str,
    tiny: bytes,
    gate: Gate,
    at_once: None,
) -> None:
    gate.shut()
    async with desk(database_url, token, shelf) as robot:
        first = await robot.sent(tiny)
        await gate.reached.wait()
        second = await robot.sent(tiny, dryRun="true")
        running, waiting = await robot.run(first), await robot.run(second)
        listed = (await robot.data(PAGE, first=10))["feedRuns"]
        newest = (await robot.data(PAGE, first=1))["feedRuns"]
        oldest = (await robot.data(PAGE, first=1, after=newest["pageInfo"]["endCursor"]))[
            "feedRuns"
        ]
        gate.open()
        ended = [await robot.ended(run_id) for run_id in (first, second)]

    assert (running["outcome"], running["step"]) == ("RUNNING", "Deriving flags")
    assert (running["rowsDone"], running["rowsTotal"]) == (0, 3)
    assert (running["finishedAt"], running["files"]) == (None, [])
    assert (waiting["outcome"], waiting["step"], waiting["dryRun"]) == ("WAITING", None, True)
    assert listed["nodes"] == [
        {"id": second, "outcome": "WAITING"},
        {"id": first, "outcome": "RUNNING"},
    ]
    assert (listed["totalCount"], listed["pageInfo"]["hasNextPage"]) == (2, False)
    assert ([node["id"] for node in newest["nodes"]], newest["pageInfo"]["hasNextPage"]) == (
        [second],
        True,
    )
    assert [node["id"] for node in oldest["nodes"]] == [first]
    assert [run["outcome"] for run in ended] == ["APPLIED", "TRIED"]
    assert ended[0]["finishedAt"] < ended[1]["finishedAt"]
    # The second came upon what the first had written.
    assert {file["created"] for file in ended[1]["files"]} == {0}


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_another_process_tells_how_far_a_feed_has_come(
    database: Database,
    database_url: str,
    shelf: Path,
    token: str,
    tiny: bytes,
    gate: Gate,
    at_once: None,
) -> None:
    gate.shut()
    async with (
        desk(database_url, token, shelf) as robot,
        desk(database_url, token, shelf) as elsewhere,
    ):
        run_id = await robot.sent(tiny)
        await gate.reached.wait()
        while (seen := await elsewhere.run(run_id))["step"] != "Deriving flags":  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        gate.open()
        ended = await robot.ended(run_id)
        assert await elsewhere.ended(run_id) == ended

    assert (seen["outcome"], seen["rowsTotal"]) == ("RUNNING", 3)


async def test_feeds_of_two_processes_are_applied_one_after_the_other(
    database: Database, database_url: str, shelf: Path, tmp_path: Path, token: str, tiny: bytes
) -> None:
    async with (
        desk(database_url, token, shelf) as robot,
        desk(database_url, token, shelf) as elsewhere,
    ):
        ids = await asyncio.gather(
            *(sender.sent(tiny) for _ in range(3) for sender in (robot, elsewhere))
        )
        runs = [
            await sender.ended(run_id)
            for run_id, sender in zip(ids, (robot, elsewhere) * 3, strict=True)
        ]

    assert {run["outcome"] for run in runs} == {"APPLIED"}
    assert sorted(run["learnersDerived"] for run in runs) == [0, 0, 0, 0, 0, 3]
    assert len(set(ids)) == 6
    await assert_projection_is_derivation(database, DAY)


async def test_a_line_has_nine_places(
    database_url: str, shelf: Path, token: str, tiny: bytes, gate: Gate, at_once: None
) -> None:
    gate.shut()
    async with desk(database_url, token, shelf) as robot:
        ids = [await robot.sent(tiny) for _ in range(server.feed_queue.PLACES)]
        await gate.reached.wait()
        full = await robot.post(tiny)
        gate.open()
        for run_id in ids:
            assert (await robot.ended(run_id))["outcome"] == "APPLIED"
        again = await robot.ended(await robot.sent(tiny))

    assert len(ids) == 9
    assert (full.status_code, full.json()["error"]["code"]) == (429, "LINE_FULL")
    assert full.headers["retry-after"] == "60"
    assert again["outcome"] == "APPLIED"


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_feed_that_is_still_coming_in_has_its_place(
    database_url: str, shelf: Path, token: str, tiny: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.feed_queue, "PLACES", 1)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield tiny[:100]
        begun.set()
        await go_on.wait()
        yield tiny[100:]

    async with desk(database_url, token, shelf) as robot:
        sending = asyncio.create_task(robot.post(slowly()))
        await begun.wait()
        full = await robot.post(tiny)
        go_on.set()
        run = await robot.ended((await sending).json()["id"])

    assert full.status_code == 429
    assert run["outcome"] == "APPLIED"


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_feed_that_does_not_come_in_is_given_up(
    database_url: str, shelf: Path, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.uploads.PATIENCE", 0.0)

    async def never() -> AsyncIterator[bytes]:
        yield b"PK"
        await asyncio.Event().wait()

    async with desk(database_url, token, shelf) as robot:
        answer = await robot.post(never())

    assert (answer.status_code, answer.json()["error"]["code"]) == (408, "TOO_SLOW")
    assert put_aside(shelf) == []


async def test_a_run_whose_files_cannot_be_put_away_has_its_outcome_and_the_next_feed_its_turn(
    database: Database,
    database_url: str,
    shelf: Path,
    tmp_path: Path,
    token: str,
    tiny: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(*_arguments: object) -> None:
        raise ValueError

    feed = tiny_feed()
    feed["learners.csv"][1]["date_of_birth"] = "19/02/1994"
    faulty = zipped(feed, tmp_path / "faults")
    monkeypatch.setattr("zipfile.ZipFile.write", never)
    async with desk(database_url, token, shelf) as robot:
        first = await robot.sent(faulty, partial="true")
        second = await robot.sent(tiny)
        ended = [(await robot.ended(run_id))["outcome"] for run_id in (first, second)]

    assert ended == ["PARTLY_APPLIED", "APPLIED"]
    assert [row[0] for row in await written(database)] == ended


# The rows ----------------------------------------------------------------------------------------


async def test_what_was_written_with_the_data_is_not_told_otherwise(
    database: Database, tmp_path: Path
) -> None:
    folder, now = write_feed(tmp_path / "feed", tiny_feed()), datetime.now(UTC)
    report = await apply(database, folder)
    late = begin_run(Options("test"), "feed", now)
    stale = msgspec.structs.replace(late, id=report.run_id, outcome=FeedOutcome.RUNNING.value)

    await tell_run(database.writer, stale, now)
    await tell_run(database.writer, failed(stale, now), now, breakdown("feed", "x"))

    assert [row[0] for row in await written(database)] == ["APPLIED"]


async def test_a_run_that_was_given_up_too_early_is_told_as_it_is(database: Database) -> None:
    now = datetime.now(UTC)
    run = begin_run(Options("test"), "feed", now)
    await tell_run(database.writer, run, now)
    fresh = await end_abandoned(database.writer, now + timedelta(seconds=59))
    stale = await end_abandoned(database.writer, now + timedelta(seconds=60))
    given_up = await told(database)

    await tell_run(database.writer, run, now + timedelta(seconds=61))

    assert (fresh, stale) == ([], [run.id])
    assert given_up == [("FAILED", "INTERRUPTED")]
    assert await written(database) == [("WAITING", None, 0, None, True)]


async def test_a_feed_waits_for_a_database_that_does_not_take_it(
    database: Database,
    database_url: str,
    shelf: Path,
    token: str,
    tiny: bytes,
    at_once: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries = 0

    async def sometimes(*arguments: Any) -> None:
        nonlocal tries
        tries += 1
        if tries <= 3:
            raise OSError
        await tell_run(*arguments)

    monkeypatch.setattr(server.feed_progress, "tell_run", sometimes)
    async with desk(database_url, token, shelf) as robot:
        run = await robot.ended(await robot.sent(tiny))

    assert run["outcome"] == "APPLIED"
    assert tries > 3


async def test_the_warnings_of_a_run_of_the_command_are_kept_as_well(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    find(feed, "registrations.csv", registration_ref="R-anna")["status"] = "PENDED"

    report = await apply(database, write_feed(tmp_path / "feed", feed))

    ((warnings, count),) = await database.reader.tuples(
        "SELECT warnings, warning_count FROM feed_run WHERE id = ?", report.run_id
    )
    assert count == 1
    assert [entry["value"] for entry in orjson.loads(warnings)] == ["PENDED"]
