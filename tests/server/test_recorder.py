"""Write-behind: events wait a moment, are written together, and outlast a database that is away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

import server.recorder
from auth.events import Event, EventKind, append_all
from auth.permissions import GrantKind, Role, Staff
from auth.viewer import Grants, HeldGrant, Viewer
from models.database import Database, open_database
from server.recorder import Recorder, recording

NOW = datetime(2010, 2, 19, 9, 30, tzinfo=UTC)
WEST, EAST = 1, 2
ANNA, BEN = 100, 200
LATE = 3600.0

VIEWER = Viewer(
    user_id=7,
    email="viewer@example.org",
    name="Vera Viewer",
    grants=Grants([HeldGrant(1, WEST, GrantKind.CENTRE, Role.VIEWER)]),
    address="192.0.2.1",
    request_id="R1",
)
SUPPORT = Viewer(
    user_id=8, email="support@example.org", name="Sue Port", staff=Staff.SUPPORT, request_id="R2"
)


def happened(number: int, **told: Any) -> Event:
    """An event that can be told from others."""
    return Event(NOW, EventKind.REFUSED, request_id=f"R{number}", **told)


async def written(database: Database) -> list[str]:
    """The requests of the events that are in the database, in the order of their ids."""
    rows = await database.reader.tuples("SELECT request_id FROM event ORDER BY id")
    return [row[0] for row in rows]


async def reads(database: Database) -> list[tuple[object, ...]]:
    """Who saw whom, where, as whom."""
    rows = await database.reader.tuples(
        "SELECT kind, actor_id, learner_id, centre_id, standing, request_id FROM event ORDER BY id"
    )
    assert {row[0] for row in rows} <= {"RECORD_READ"}
    return [tuple(row)[1:] for row in rows]


async def enrol(database: Database, learner_id: int, *courses: tuple[int, int]) -> None:
    """A learner with registrations at centres."""
    async with database.transaction() as connection:
        for centre_id in (WEST, EAST):
            await connection.execute(
                "INSERT INTO centre (id, number, name, status) VALUES (?, ?, 'C', 'OPEN')"
                " ON CONFLICT DO NOTHING",
                centre_id,
                f"1000{centre_id}",
            )
        await connection.execute(
            "INSERT INTO learner (id, ref, given_name, family_name, name_key)"
            " VALUES (?, ?, 'A', 'B', 'ab')",
            learner_id,
            f"L{learner_id}",
        )
        for registration_id, centre_id in courses:
            await connection.execute(
                "INSERT INTO registration (id, ref, learner_id, centre_id, line, level,"
                " award_source, status, claim_status, version)"
                " VALUES (?, ?, ?, ?, 'IT', 'HIGHER', 'FEED', 'ACCEPTED', 'NONE', 1)",
                registration_id,
                f"R{registration_id}",
                learner_id,
                centre_id,
            )


@asynccontextmanager
async def away(database: Database) -> AsyncIterator[None]:
    """A database that does not take events meanwhile."""
    await database.writer.execute("ALTER TABLE event RENAME TO elsewhere")
    try:
        yield
    finally:
        await database.writer.execute("ALTER TABLE elsewhere RENAME TO event")


async def until_written(database: Database, number: int) -> list[str]:
    while len(found := await written(database)) < number:  # noqa: ASYNC110 - nothing tells it
        await asyncio.sleep(0)
    return found


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


# A database that is away -------------------------------------------------------------------------


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
