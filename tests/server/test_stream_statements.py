"""What streams ask of the database: it ends in time, and does not go on without a reader."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.applications import Starlette

from database.connection import Connection as Asked
from database.connection import Database
from database.news import about_centre
from database.query import Dialect
from tests.exchange.feeds import WEST, begin
from tests.factories import add_user, log_in, served
from tests.server.connections import Connection, app_of

ENDLESS: Final = {
    Dialect.POSTGRESQL: "SELECT pg_sleep(600)",
    Dialect.SQLITE: "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"
    " SELECT count(*) FROM n",
}
WATCH: Final = """
subscription ($centre: CentreNumber!) {
  centreChanged(centre: $centre) { number kinds centre { name consortia { name } } }
}
"""
LATE: Final = {
    "data": None,
    "errors": [
        {
            "message": "This took too long and was broken off; ask for less.",
            "extensions": {"code": "DEADLINE_EXCEEDED"},
        }
    ],
}
READER: Final = "reader@west.example"


class Stuck:
    """Statements with a word in them do not come to an end, while there is such a word."""

    def __init__(self) -> None:
        self.word: str | None = None
        self.began = asyncio.Event()
        self.ended = asyncio.Event()

    async def wait_for_the_beginning(self, database: Database) -> None:
        """Until the database works on such a statement: it cannot stop what has yet to come."""
        async with asyncio.timeout(20):
            await self.began.wait()
            while database.dialect is Dialect.POSTGRESQL and not await _at_work(database):  # noqa: ASYNC110 - a client of PostgreSQL has no other way
                await asyncio.sleep(0.01)

    async def wait_for_the_end(self, database: Database) -> None:
        """Until nobody works on such a statement any more, here or in PostgreSQL."""
        async with asyncio.timeout(20):
            await self.ended.wait()
            while database.dialect is Dialect.POSTGRESQL and await _at_work(database):  # noqa: ASYNC110 - a client of PostgreSQL has no other way
                await asyncio.sleep(0.01)


async def _at_work(database: Database) -> int:
    ((found,),) = await database.writer.tuples(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND state = 'active' AND query LIKE 'SELECT pg_sleep%'"
    )
    return int(found)


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> Stuck:
    found, really = Stuck(), Asked._send  # noqa: SLF001 - the one door for statements

    async def ask(self: Asked, text: str, params: list[Any], **how: Any) -> Sequence[Any]:
        if found.word is None or found.word not in text:
            return await really(self, text, params, **how)
        found.began.set()
        try:
            return await really(self, ENDLESS[self.dialect], [], **how)
        finally:
            found.ended.set()

    monkeypatch.setattr(Asked, "_send", ask)
    return found


class Watched:
    """A server over two centres, and somebody who watches one of them."""

    def __init__(self, app: Starlette, database: Database, token: str) -> None:
        self._app = app
        self.database = database
        self.reader = Connection(token)

    def begin(self) -> asyncio.Task[None]:
        """Watch the western centre."""
        return asyncio.create_task(self.reader.watch(self._app, WATCH, centre=WEST))

    async def tell(self, kind: str) -> None:
        """Have something happen there."""
        ((centre_id,),) = await self.database.writer.tuples(
            "SELECT id FROM centre WHERE number = ?", WEST
        )
        self.database.news.hear(f"{about_centre(centre_id)} {kind}")


@asynccontextmanager
async def watched(
    database: Database, url: str, folder: Path, *, seconds: float
) -> AsyncIterator[Watched]:
    """A server whose requests have so many seconds."""
    await begin(database, folder / "feed")
    await add_user(database, READER, WEST)
    async with served(url, deadline_seconds=seconds) as client:
        caller = await log_in(client, READER)
        token = caller._headers["authorization"].removeprefix("Bearer ")  # noqa: SLF001 - ours
        yield Watched(app_of(client), client.database, token)


def told(*kinds: str) -> dict[str, Any]:
    """A message about the western centre."""
    centre = {"name": "Westgate School", "consortia": [{"name": "The Gates"}]}
    return {"data": {"centreChanged": {"number": WEST, "kinds": list(kinds), "centre": centre}}}


@pytest.mark.parametrize("word", ["FROM centre c", "consortium"])
async def test_a_first_message_that_takes_too_long_is_told_as_a_stop(
    database: Database, database_url: str, tmp_path: Path, stuck: Stuck, word: str
) -> None:
    async with watched(database, database_url, tmp_path, seconds=1.0) as west:
        stuck.word = word
        watching = west.begin()
        async with asyncio.timeout(20):
            assert (await west.reader.wait_for(1))[0] == LATE
        await stuck.wait_for_the_end(database)
        west.reader.gone.set()
        await watching


async def test_the_look_at_the_token_ends_in_time_and_with_it_the_stream(
    database: Database, database_url: str, tmp_path: Path, stuck: Stuck
) -> None:
    async with watched(database, database_url, tmp_path, seconds=1.0) as west:
        watching = west.begin()
        assert await west.reader.wait_for(1) == [told()]
        stuck.word = "FROM session s"
        await west.tell("AWARDS")
        async with asyncio.timeout(20):
            await watching
        assert west.reader.events == [told(), LATE, "complete"]
        await stuck.wait_for_the_end(database)


async def test_a_stream_goes_on_after_a_message_that_could_not_be_made(
    database: Database, database_url: str, tmp_path: Path, stuck: Stuck
) -> None:
    async with watched(database, database_url, tmp_path, seconds=1.0) as west:
        watching = west.begin()
        await west.reader.wait_for(1)
        stuck.word = "consortium"
        await west.tell("AWARDS")
        async with asyncio.timeout(20):
            await west.reader.wait_for(2)
        stuck.word = None
        await west.tell("ISSUES")
        await west.reader.wait_for(3)
        assert west.reader.events == [told(), LATE, told("ISSUES")]
        west.reader.gone.set()
        await watching


async def test_waiting_takes_nothing_from_the_time_of_a_message(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    async with watched(database, database_url, tmp_path, seconds=1.0) as west:
        watching = west.begin()
        await west.reader.wait_for(1)
        await asyncio.sleep(1.1)  # longer than a request may take
        await west.tell("AWARDS")
        assert await west.reader.wait_for(2) == [told(), told("AWARDS")]
        west.reader.gone.set()
        await watching


@pytest.mark.parametrize("word", ["FROM centre c", "FROM session s", "consortium"])
async def test_no_statement_outlives_the_stream_that_it_is_for(
    database: Database, database_url: str, tmp_path: Path, stuck: Stuck, word: str
) -> None:
    async with watched(database, database_url, tmp_path, seconds=600) as west:
        watching = west.begin()
        await west.reader.wait_for(1)
        stuck.word = word
        await west.tell("AWARDS")
        await stuck.wait_for_the_beginning(database)
        west.reader.gone.set()
        async with asyncio.timeout(20):
            await watching
        await stuck.wait_for_the_end(database)
