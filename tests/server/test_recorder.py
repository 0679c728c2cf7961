"""Write-behind: events wait a moment, are written together, and outlast a database that is away."""

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

import server.recorder
from auth.events import Event, EventKind
from database.connection import Database
from server.recorder import Recorder, recording
from tests.server.recording import (
    ANNA,
    BEN,
    EAST,
    LATE,
    NOW,
    SUPPORT,
    VIEWER,
    WEST,
    enrol,
    happened,
    reads,
    until_written,
    written,
)

# Writing -----------------------------------------------------------------------------------------


async def test_what_was_noted_is_written_in_its_order_and_once(database: Database) -> None:
    recorder = Recorder(database)
    numbers = range(1_203)

    recorder.note(*(happened(number) for number in numbers))
    assert (recorder.waiting, await written(database)) == (1_203, [])

    assert await recorder.flush()
    assert (recorder.waiting, await written(database)) == (0, [f"R{n}" for n in numbers])

    assert await recorder.flush()
    assert len(await written(database)) == 1_203


async def test_what_comes_while_others_are_written_waits_for_the_next_time(
    database: Database,
) -> None:
    recorder = Recorder(database)
    recorder.note(happened(1), happened(2))
    flushing = asyncio.create_task(recorder.flush())
    await asyncio.sleep(0)
    recorder.note(happened(3))

    assert await flushing
    assert (recorder.waiting, await written(database)) == (1, ["R1", "R2"])
    assert await recorder.flush()
    assert await written(database) == ["R1", "R2", "R3"]


async def test_what_comes_meanwhile_is_written_soon_all_the_same(database: Database) -> None:
    async with recording(database) as recorder:
        recorder.note(happened(1))
        assert await until_written(database, 1) == ["R1"]
        flushing = asyncio.create_task(recorder.flush())
        recorder.note(happened(2))
        await flushing
        recorder.note(happened(3))
        assert await until_written(database, 3) == ["R1", "R2", "R3"]


async def test_every_column_is_kept_and_what_is_too_long_for_one_is_cut(
    database: Database,
) -> None:
    recorder = Recorder(database)
    recorder.note(
        Event(NOW, EventKind.REFUSED, 1, "SUPPORT", 2, 3, 4, "AWARD_EDIT", "Q.f", "::1", "R"),
        happened(1, code="c" * 500, subject="s" * 500, address="a" * 500, standing="t" * 500),
    )

    assert await recorder.flush()

    rows = await database.reader.tuples(
        "SELECT at, kind, actor_id, standing, centre_id, learner_id, user_id, code, subject,"
        " address, request_id FROM event ORDER BY id"
    )
    first, second = (tuple(row) for row in rows)
    assert str(first[0]) == "2010-02-19 09:30:00+00:00"
    assert first[1:] == (*("REFUSED", 1, "SUPPORT", 2, 3, 4, "AWARD_EDIT", "Q.f", "::1", "R"),)
    assert second[2:] == (*(None, "t" * 30, None, None, None, "c" * 60, "s" * 120, "a" * 45, "R1"),)


async def test_events_are_written_together_a_batch_a_transaction(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []
    begin = database.brief_transaction

    def counted() -> Any:
        begun.append(1)
        return begin()

    monkeypatch.setattr(database, "brief_transaction", counted)
    recorder = Recorder(database)

    recorder.note(*(happened(number) for number in range(1_203)))
    await recorder.flush()

    assert len(begun) == 3


async def test_what_is_noted_is_written_behind_without_anybody_asking(database: Database) -> None:
    async with recording(database) as recorder:
        recorder.note(happened(1))
        assert await until_written(database, 1) == ["R1"]
        recorder.note(happened(2))
        assert await until_written(database, 2) == ["R1", "R2"]


async def test_as_soon_as_enough_wait_they_are_written(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.recorder, "EVERY", LATE)
    async with recording(database) as recorder:
        recorder.note(*(happened(number) for number in range(499)))
        for _ in range(20):
            assert await written(database) == []
        recorder.note(happened(499))
        assert len(await until_written(database, 500)) == 500


async def test_the_end_of_the_server_writes_the_last(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.recorder, "EVERY", LATE)
    async with recording(database) as recorder:
        recorder.note(*(happened(number) for number in range(3)))
        assert await written(database) == []
    assert await written(database) == ["R0", "R1", "R2"]


async def test_a_reader_of_the_log_finds_what_was_noted_before(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.recorder, "EVERY", LATE)
    async with recording(database) as recorder:
        recorder.note(happened(1))
        await recorder.settle()
        assert await written(database) == ["R1"]


async def test_a_reader_who_goes_away_breaks_no_write_off(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.recorder, "EVERY", LATE)
    gone = 0
    async with recording(database) as recorder:
        for number in range(20):
            recorder.note(happened(number))
            reader = asyncio.create_task(recorder.settle())
            for _ in range(number):
                await asyncio.sleep(0)
            waits = reader.cancel()  # a quick database may have taken everything by now
            await asyncio.wait({reader})
            assert reader.cancelled() is waits
            gone += waits
    assert gone > 0
    assert await written(database) == [f"R{number}" for number in range(20)]


# Reads -------------------------------------------------------------------------------------------


async def test_a_read_is_one_event_for_each_learner_and_centre(database: Database) -> None:
    await enrol(database, ANNA, (11, WEST), (12, WEST), (13, EAST))
    await enrol(database, BEN, (21, EAST))
    recorder = Recorder(database)

    recorder.note_reads(VIEWER, NOW, [12, 11, 12, 13])
    recorder.note_reads(VIEWER, NOW, [11])
    recorder.note_reads(SUPPORT, NOW, [21, 13])
    recorder.note_reads(SUPPORT, NOW, [])
    await recorder.flush()

    assert await reads(database) == [
        (7, ANNA, WEST, "CENTRE_VIEWER", "R1"),
        (7, ANNA, EAST, "REGISTERED", "R1"),
        (7, ANNA, WEST, "CENTRE_VIEWER", "R1"),
        (8, ANNA, EAST, "SUPPORT", "R2"),
        (8, BEN, EAST, "SUPPORT", "R2"),
    ]


async def test_the_records_of_a_whole_batch_are_looked_up_at_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await enrol(database, ANNA, *((number, WEST) for number in range(1, 101)))
    asked: list[str] = []
    tuples = database.reader.keyed.tuples

    async def noted(text: str, *params: object) -> Any:
        asked.append(text)
        return await tuples(text, *params)

    recorder = Recorder(database)
    for number in range(1, 101):
        recorder.note_reads(VIEWER, NOW, [number])
    with monkeypatch.context() as watched:
        watched.setattr(database.reader.keyed, "tuples", noted)
        await recorder.flush()

    assert len(asked) == 1
    assert len(await reads(database)) == 100


async def test_the_read_of_a_record_that_is_gone_is_kept_without_whose_it_was(
    database: Database,
) -> None:
    await enrol(database, ANNA, (11, WEST))
    recorder = Recorder(database)

    recorder.note_reads(VIEWER, NOW, [11, 998, 999])
    await recorder.flush()

    assert await reads(database) == [
        (7, ANNA, WEST, "CENTRE_VIEWER", "R1"),
        (7, None, None, "REGISTERED", "R1"),
    ]


async def test_what_staff_look_at_is_told_at_once_and_without_names(database: Database) -> None:
    recorder = Recorder(database)
    with capture_logs() as logs:
        recorder.note_reads(VIEWER, NOW, [11])
        recorder.note_reads(SUPPORT, NOW, [21, 13])

    assert logs == [
        {
            "event": "record_read",
            "log_level": "info",
            "actor": 8,
            "registrations": [13, 21],
            "request_id": "R2",
        }
    ]
