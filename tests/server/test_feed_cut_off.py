"""Feeds that are cut off leave everything as it was, and are told of."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

import exchange.feed.runs
from database.connection import Database
from tests.exchange.feeds import begin
from tests.exchange.projection_checks import assert_projection_is_derivation
from tests.factories import DAY
from tests.killing import kill_when_told
from tests.server.feeding import (
    PAGE,
    Gate,
    at_once,
    desk,
    fed,
    gate,
    impatient,
    later,
    put_aside,
    shelf,
    tiny,
    token,
    told,
    written,
)

__all__ = ["at_once", "gate", "impatient", "shelf", "tiny", "token"]  # fixtures


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
    await begin(database, tmp_path / "first")
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
import exchange.feed.apply
from tests.server.feeding import desk

async def main(url, token, shelf, feed):
    async def derive(*arguments):
        print("deriving", flush=True)
        await asyncio.sleep(60)
    exchange.feed.apply.derive_touched = derive
    async with desk(url, token, Path(shelf)) as robot:
        await robot.sent(Path(feed).read_bytes())
        await asyncio.sleep(60)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_a_feed_whose_process_is_killed_is_told_as_interrupted_by_the_next_start(
    database: Database,
    database_url: str,
    shelf: Path,
    tmp_path: Path,
    token: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await begin(database, tmp_path / "first")
    before = await fed(database)
    packed = tmp_path / "second.zip"
    packed.write_bytes(later(tmp_path / "second"))
    kill_when_told(SCRIPT, "deriving", database_url, token, str(shelf), str(packed))

    assert await fed(database) == before
    assert [row[0] for row in await written(database)] == ["APPLIED", "RUNNING"]
    monkeypatch.setattr(exchange.feed.runs, "STALE_AFTER", timedelta(0))
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
    await begin(database, tmp_path / "first")
    before = await fed(database)

    async def broken(*_arguments: Any) -> int:
        message = "hunter2"
        raise RuntimeError(message)

    monkeypatch.setattr(exchange.feed.apply, "derive_touched", broken)
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
