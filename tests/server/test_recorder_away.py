"""Events outlast a database that is away, and are told of where they cannot."""

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

import server.recorder
from auth.events import append_all
from database.connection import Database
from database.opening import open_database
from server.recorder import Recorder, recording
from tests.server.recording import (
    ANNA,
    NOW,
    VIEWER,
    WEST,
    away,
    enrol,
    happened,
    until_written,
    written,
)


async def test_what_the_database_does_not_take_waits_and_that_is_told_once(
    database: Database,
) -> None:
    recorder = Recorder(database)
    with capture_logs() as logs:
        async with away(database):
            recorder.note(*(happened(number) for number in range(3)))
            assert not await recorder.flush()
            recorder.note(happened(3))
            assert not await recorder.flush()
            assert not await recorder.flush()
            assert recorder.waiting == 4
        assert await recorder.flush()
    assert await written(database) == ["R0", "R1", "R2", "R3"]
    assert [(line["event"], line["events"]) for line in logs] == [("events_waiting", 3)]
    assert "R0" not in str(logs)


async def test_of_a_batch_all_is_written_or_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(database)

    async def breaking(connection: Any, events: Any) -> None:
        await append_all(connection, events)
        raise OSError

    recorder.note(happened(1), happened(2))
    with monkeypatch.context() as broken:
        broken.setattr("server.recorder.append_all", breaking)
        assert not await recorder.flush()
    assert await written(database) == []

    assert await recorder.flush()
    assert await written(database) == ["R1", "R2"]


async def test_more_than_can_be_kept_drops_the_oldest_and_tells_how_many(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.recorder, "MOST_WAITING", 5)
    recorder = Recorder(database)
    with capture_logs() as logs:
        async with away(database):
            recorder.note(*(happened(number) for number in range(8)))
            assert recorder.waiting == 5
            assert not await recorder.flush()
            assert not await recorder.flush()
            recorder.note(happened(8))
            assert not await recorder.flush()
        assert await recorder.flush()
    assert await written(database) == ["R4", "R5", "R6", "R7", "R8"]
    assert [(line["event"], line["events"]) for line in logs] == [
        ("events_waiting", 5),
        ("events_dropped", 3),
        ("events_dropped", 1),
    ]


async def test_reads_count_by_the_records_when_too_many_wait(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.recorder, "MOST_WAITING", 5)
    recorder = Recorder(database)

    recorder.note_reads(VIEWER, NOW, {1, 2, 3})
    recorder.note(happened(1), happened(2))
    assert recorder.waiting == 5
    recorder.note(happened(3))

    assert recorder.waiting == 3
    assert await recorder.flush()
    assert await written(database) == ["R1", "R2", "R3"]


async def test_writing_goes_on_by_itself_when_the_database_is_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.recorder, "EVERY", 0.0)
    async with recording(database) as recorder:
        with capture_logs() as logs:
            async with away(database):
                recorder.note(happened(1))
                while not logs:  # noqa: ASYNC110 - as above
                    await asyncio.sleep(0)
            recorder.note(happened(2))
            assert await until_written(database, 2) == ["R1", "R2"]
    assert [line["event"] for line in logs] == ["events_waiting"]


async def test_nothing_is_lost_or_doubled_while_the_database_comes_and_goes(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.recorder, "EVERY", 0.0)
    monkeypatch.setattr(server.recorder, "LONGEST_PAUSE", 0.0)

    async def busy(recorder: Recorder, person: int) -> None:
        for number in range(100):
            recorder.note(happened(1_000 * person + number))
            await asyncio.sleep(0)
            if number % 10 == person:
                await recorder.flush()

    async with recording(database) as recorder:
        people = asyncio.gather(*(busy(recorder, person) for person in range(8)))
        for _ in range(5):
            async with away(database):
                await asyncio.sleep(0)
        await people

    found = [int(request.removeprefix("R")) for request in await written(database)]
    assert sorted(found) == [
        1_000 * person + number for person in range(8) for number in range(100)
    ]
    for person in range(8):
        own = [number for number in found if number // 1_000 == person]
        assert own == sorted(own)


async def test_what_the_database_never_takes_is_told_to_be_lost_at_the_end(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.recorder, "LAST_PATIENCE", 0.0)
    broken = await open_database(database_url)
    with capture_logs() as logs:
        async with away(database), recording(broken) as recorder:
            recorder.note(happened(1), happened(2))
        await broken.close()
    assert (logs[-1]["event"], logs[-1]["events"]) == ("events_lost", 2)
    assert await written(database) == []


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_on_sqlite_events_wait_for_another_writer_and_keep_nobody_else_waiting(
    database: Database, database_url: str
) -> None:
    await enrol(database, ANNA, (11, WEST))
    other = await open_database(database_url)
    recorder = Recorder(database)
    try:
        async with other.transaction() as connection:
            await connection.execute("DELETE FROM event WHERE FALSE")  # takes the lock to write
            recorder.note(happened(1))
            recorder.note_reads(VIEWER, NOW, {11})
            assert not await recorder.flush()
            assert await written(database) == []
            assert recorder.waiting == 2
        assert await recorder.flush()
    finally:
        await other.close()
    assert await written(database) == ["R1", "R1"]
    # Everybody else waits for another writer as long as ever.
    rows = await database.writer.tuples("PRAGMA busy_timeout")
    assert rows[0][0] == 10_000
