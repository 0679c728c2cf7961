"""Feeds in line: one after the other, told while they are on their way, and cut off cleanly."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest

import exchange.runs
import server.board
import server.line
from exchange.report import Options, Outcome
from exchange.runs import begin_run, breakdown, end_abandoned, failed, tell_run
from models.database import Database
from tests.exchange.feeds import apply, find, send, tiny_feed, write_feed
from tests.exchange.projection_checks import assert_projection_is_derivation
from tests.factories import DAY
from tests.server.feeding import (
    Gate,
    desk,
    fed,
    gate,
    put_aside,
    service_token,
    tiny,
    zipped,
)

__all__ = ["gate", "tiny"]  # fixtures

ROOT = Path(__file__).resolve().parents[2]
PAGE = """
query ($first: Int!, $after: String) {
  feedRuns(first: $first, after: $after) {
    totalCount nodes { id outcome } pageInfo { hasNextPage endCursor }
  }
}
"""


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    return tmp_path / "shelf"


@pytest.fixture
async def token(database: Database) -> str:
    return await service_token(database)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows tell how far a run has come without delay, and nobody waits long for them."""
    monkeypatch.setattr(server.board, "EVERY", 0.01)
    monkeypatch.setattr(server.board, "PATIENCE", 0.01)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that stops does not wait for the feed it applies."""
    monkeypatch.setattr(server.line, "LAST_PATIENCE", 0.0)


async def written(database: Database) -> list[tuple[Any, ...]]:
    """What the rows tell of the runs, in their order."""
    rows = await database.reader.tuples(
        "SELECT outcome, step, rows_done, rows_total, finished_at IS NULL FROM feed_run ORDER BY id"
    )
    return [(*row[:4], bool(row[4])) for row in rows]


async def told(database: Database) -> list[tuple[str, str]]:
    """Outcome and the code of the only problem of runs that came to nothing."""
    rows = await database.reader.tuples(
        "SELECT outcome, problems FROM feed_run WHERE problem_count = 1 ORDER BY id"
    )
    return [(row[0], orjson.loads(row[1])[0]["code"]) for row in rows]


def later(folder: Path) -> bytes:
    """The same feed with Anna's award a year later."""
    feed = tiny_feed()
    find(feed, "registrations.csv", registration_ref="R-anna")["anticipated_award"] = "2011-08"
    return zipped(feed, folder)


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
        ids = [await robot.sent(tiny) for _ in range(server.line.PLACES)]
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
    monkeypatch.setattr(server.line, "PLACES", 1)
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


# Cut off -----------------------------------------------------------------------------------------


async def test_a_feed_that_is_cut_off_when_the_server_stops_leaves_everything_as_it_was(
    database: Database,
    database_url: str,
    shelf: Path,
    tmp_path: Path,
    token: str,
    gate: Gate,
    impatient: None,
    at_once: None,
) -> None:
    await send(database, tmp_path / "first", tiny_feed())
    before = await fed(database)
    changed = later(tmp_path / "second")

    gate.shut()
    async with desk(database_url, token, shelf) as robot:
        await robot.sent(changed)
        await gate.reached.wait()
        await robot.sent(changed)

    assert await fed(database) == before
    assert await told(database) == [("FAILED", "INTERRUPTED")] * 2
    assert put_aside(shelf) == []
    gate.open()
    async with desk(database_url, token, shelf) as robot:
        again = await robot.ended(await robot.sent(changed))
    assert (again["outcome"], again["learnersDerived"]) == ("APPLIED", 1)
    await assert_projection_is_derivation(database, DAY)


async def test_a_server_that_stops_waits_for_a_feed_that_is_nearly_done(
    database: Database, database_url: str, shelf: Path, token: str, tiny: bytes, gate: Gate
) -> None:
    gate.shut()
    async with AsyncExitStack() as stack:
        robot = await stack.enter_async_context(desk(database_url, token, shelf))
        await robot.sent(tiny)
        await gate.reached.wait()
        stopping = asyncio.create_task(stack.aclose())
        await asyncio.sleep(0)
        gate.open()
        await stopping

    assert [row[0] for row in await written(database)] == ["APPLIED"]
    await assert_projection_is_derivation(database, DAY)


SCRIPT = """
import asyncio, sys, time
from pathlib import Path
import exchange.feed
from tests.server.feeding import desk

async def main(url, token, shelf, feed):
    async def derive(*arguments):
        print("deriving", flush=True)
        await asyncio.sleep(60)
    exchange.feed.derive_touched = derive
    async with desk(url, token, Path(shelf)) as robot:
        await robot.sent(Path(feed).read_bytes())
        await asyncio.sleep(60)

asyncio.run(main(*sys.argv[1:]))
"""


def kill_while_deriving(*arguments: str) -> None:
    """Run a server in a process of its own, and kill it once a feed has written its rows."""
    with subprocess.Popen(  # noqa: S603 - runs this interpreter on the script above
        [sys.executable, "-c", SCRIPT, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None
        assert "deriving\n" in process.stdout
        process.send_signal(signal.SIGKILL)


async def test_a_feed_whose_process_is_killed_is_told_as_interrupted_by_the_next_start(
    database: Database,
    database_url: str,
    shelf: Path,
    tmp_path: Path,
    token: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await send(database, tmp_path / "first", tiny_feed())
    before = await fed(database)
    packed = tmp_path / "second.zip"
    packed.write_bytes(later(tmp_path / "second"))
    kill_while_deriving(database_url, token, str(shelf), str(packed))

    assert await fed(database) == before
    assert [row[0] for row in await written(database)] == ["APPLIED", "RUNNING"]
    monkeypatch.setattr(exchange.runs, "STALE_AFTER", timedelta(0))
    async with desk(database_url, token, shelf) as robot:
        killed = await robot.data(PAGE, first=1)
        interrupted = await robot.ended(killed["feedRuns"]["nodes"][0]["id"])
        again = await robot.ended(await robot.sent(packed.read_bytes()))

    assert interrupted["outcome"] == "FAILED"
    assert interrupted["problems"] == [
        {
            "file": "feed.zip",
            "row": None,
            "column": None,
            "code": "INTERRUPTED",
            "message": "The service stopped before the feed was applied; nothing was changed."
            " Send it again.",
            "value": None,
        }
    ]
    assert again["outcome"] == "APPLIED"


async def test_a_fault_of_ours_changes_nothing_and_is_told_with_its_reference(
    database: Database,
    database_url: str,
    shelf: Path,
    tmp_path: Path,
    token: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await send(database, tmp_path / "first", tiny_feed())
    before = await fed(database)

    async def broken(*_arguments: Any) -> int:
        message = "hunter2"
        raise RuntimeError(message)

    monkeypatch.setattr(exchange.feed, "derive_touched", broken)
    async with desk(database_url, token, shelf, log_format="json") as robot:
        run = await robot.ended(await robot.sent(later(tmp_path / "second")))

    (problem,) = run["problems"]
    lines = [orjson.loads(line) for line in capsys.readouterr().err.splitlines()]
    (fault,) = (line for line in lines if line["event"] == "feed_failed")
    assert (run["outcome"], run["problemCount"], problem["code"]) == ("FAILED", 1, "INTERNAL")
    assert problem["message"] == (
        f"Something went wrong on our side. Give support the reference {fault['reference']}."
    )
    assert (fault["level"], type(fault["run"]), len(fault["request_id"])) == ("error", int, 32)
    assert "hunter2" not in str(run)
    assert await fed(database) == before
    assert put_aside(shelf) == []


# The rows ----------------------------------------------------------------------------------------


async def test_what_was_written_with_the_data_is_not_told_otherwise(
    database: Database, tmp_path: Path
) -> None:
    folder, now = write_feed(tmp_path / "feed", tiny_feed()), datetime.now(UTC)
    report = await apply(database, folder)
    late = begin_run(Options("test"), "feed", now)
    stale = msgspec.structs.replace(late, id=report.run_id, outcome=Outcome.RUNNING.value)

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

    monkeypatch.setattr(server.board, "tell_run", sometimes)
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
