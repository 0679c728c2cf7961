"""Long exports: read a part at a time, given up when nobody waits, and leaving nothing behind."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

import exchange.export.listing
import server.streaming
from auth.permissions import Staff
from database.connection import Database
from server.app import create_app
from server.settings import Settings
from tests.factories import DAY, import_sample
from tests.server.connections import Connection
from tests.server.exporting import Taker
from tests.server.feeding import session_token

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])
"""How rows are read is tested on both databases elsewhere; this is about how they are sent."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where files are put that are needed for a moment."""
    made = tmp_path / "moment"
    made.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(made))
    return made


@pytest.fixture
async def app(
    database: Database,
    database_url: str,
    tmp_path: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Starlette]:
    """A server that reads twenty rows at a time of eighty learners."""
    monkeypatch.setattr(exchange.export.listing, "CHUNK", 20)
    await import_sample(database, tmp_path / "feed", centres=1, learners=80)
    mail = tmp_path / "mail"
    built = create_app(
        Settings(DATABASE_URL=database_url, today=DAY, secure_cookies=False, mail_folder=mail)
    )
    async with built.router.lifespan_context(built):
        yield built


async def person(app: Starlette, database: Database, name: str) -> Taker:
    """Somebody who may take everything away."""
    transport = httpx2.ASGITransport(app)
    client = httpx2.AsyncClient(transport=transport, base_url="http://tracker.example")
    return Taker(client, await session_token(database, name, Staff.SUPPORT))


def left_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def exports(database: Database) -> list[tuple[str, str]]:
    """What the log says of exports, once it is written."""
    found: list[tuple[str, str]] = []
    while not found:
        await asyncio.sleep(0.05)
        rows = await database.reader.tuples(
            "SELECT code, subject FROM event WHERE kind = 'EXPORT_MADE' ORDER BY id"
        )
        found = [(row[0], row[1]) for row in rows]
    return found


async def test_a_long_list_comes_in_parts_each_row_once_and_in_order(
    app: Starlette, database: Database, folder: Path
) -> None:
    taker = await person(app, database, "reader")
    expected = [
        row[0] or ""
        for row in await database.reader.tuples(
            "SELECT uln FROM learner ORDER BY family_name, given_name, id"
        )
    ]
    assert len(expected) == 80
    assert [row["ULN"] for row in await taker.csv("learners")] == expected
    about, rows = await taker.xlsx("learners")
    assert about["Rows"] == "80"
    assert [row["ULN"] for row in rows] == expected
    assert left_in(folder) == []

    connection = Connection(taker.headers["authorization"].removeprefix("Bearer "))
    await connection.get(app, "/export/learners.csv")
    assert len(connection.pieces) == 5  # the head, and four times twenty rows


async def test_who_goes_away_in_the_middle_gets_no_more_and_the_log_says_so(
    app: Starlette, database: Database, folder: Path
) -> None:
    token = await session_token(database, "leaver", Staff.SUPPORT)
    leaving = Connection(token, until=lambda came: len(came) == 3)
    await leaving.get(app, "/export/learners.csv")
    assert len(leaving.pieces) == 2
    assert await exports(database) == [("BROKEN_OFF", "20 rows of learners.csv")]

    gone = Connection(token)
    gone.gone.set()
    await gone.get(app, "/export/learners.xlsx")
    assert gone.pieces == []
    assert left_in(folder) == []

    staying = Connection(token)
    await staying.get(app, "/export/learners.csv")
    assert len(staying.pieces) == 5


async def test_one_person_has_two_exports_under_way_at_most(
    app: Starlette, database: Database
) -> None:
    taker, other = await person(app, database, "reader"), await person(app, database, "other")
    token = taker.headers["authorization"].removeprefix("Bearer ")
    slow = [Connection(token), Connection(token)]
    for connection in slow:
        connection.open.clear()
    running = [
        asyncio.create_task(connection.get(app, "/export/learners.csv")) for connection in slow
    ]
    while not all(connection.came for connection in slow):  # noqa: ASYNC110 - as a client sees it
        await asyncio.sleep(0.01)

    third = await taker.get("learners.csv")
    assert (third.status_code, third.json()["error"]["code"]) == (429, "TOO_MANY_EXPORTS")
    assert third.headers["retry-after"] == "10"
    assert (await other.get("learners.csv")).status_code == 200

    for connection in slow:
        connection.open.set()
    await asyncio.gather(*running)
    assert [len(connection.pieces) for connection in slow] == [5, 5]
    assert (await taker.get("learners.csv")).status_code == 200


async def test_who_takes_nothing_loses_the_place(
    app: Starlette, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.streaming, "PATIENCE", 0.05)
    slow = Connection(await session_token(database, "sleeper", Staff.SUPPORT))
    slow.open.clear()
    await slow.get(app, "/export/learners.csv")
    assert slow.pieces == []
    assert await exports(database) == [("BROKEN_OFF", "0 rows of learners.csv")]


async def test_a_workbook_that_there_is_no_room_for_is_refused(
    app: Starlette, database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taker = await person(app, database, "reader")
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "missing"))
    answer = await taker.get("learners.xlsx")
    assert (answer.status_code, answer.json()["error"]["code"]) == (507, "NO_ROOM")
    assert (await taker.get("learners.csv")).status_code == 200
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    assert (await taker.get("learners.xlsx")).status_code == 200
