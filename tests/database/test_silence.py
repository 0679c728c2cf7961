"""A database that says nothing any more: nobody waits for it longer than they may."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from database.connection import Connection, Database
from database.deadline import DeadlineError, ending_in
from database.opening import open_database
from database.trouble import Trouble, trouble_of
from tests.server.proxy import Way, way_to

pytestmark = pytest.mark.parametrize("dialect", ["postgresql"])

PLANS = "SELECT current_setting('plan_cache_mode')"
MOST = 2
"""Connections in a pool here."""
READERS: dict[str, Callable[[Database], Connection]] = {
    "lists": lambda database: database.reader,
    "keys": lambda database: database.reader.keyed,
    "writer": lambda database: database.writer,
}


@pytest.fixture
async def way(database_url: str) -> AsyncIterator[Way]:
    async with way_to(database_url) as found:
        yield found


@pytest.fixture
async def reached(way: Way) -> AsyncIterator[Database]:
    """A database at the end of a way that may fall silent."""
    opened = await open_database(way.url, pool_size=MOST)
    yield opened
    way.flows.set()
    await opened.close()


async def one(connection: Connection, query: str) -> object:
    ((value,),) = await connection.tuples(query)
    return value


async def late(connection: Connection, query: str) -> None:
    """Ask something that is not answered in time."""
    with ending_in(0.3), pytest.raises(DeadlineError):
        await one(connection, query)


async def whole(database: Database) -> None:
    """As many are answered at the same time as before, and none is missed."""
    async with asyncio.timeout(20):
        for connection in (database.reader, database.reader.keyed, database.writer):
            asked = [one(connection, "SELECT 1 FROM pg_sleep(0.05)") for _ in range(2 * MOST)]
            assert await asyncio.gather(*asked) == [1] * (2 * MOST)
    lending = database.reader._lending  # noqa: SLF001 - it tells nobody how many it has taken
    assert lending is not None
    assert (lending._out, lending._queue) == (lending.spare, 0)  # noqa: SLF001 - as above


@pytest.mark.parametrize("kind", READERS)
async def test_a_statement_ends_in_time_and_its_connection_is_replaced(
    way: Way, reached: Database, kind: str
) -> None:
    connection = READERS[kind](reached)
    await one(connection, "SELECT 1")
    way.flows.clear()
    async with asyncio.timeout(20):
        await asyncio.gather(*(late(connection, "SELECT 2") for _ in range(MOST + 1)))
    way.flows.set()
    assert await one(connection, "SELECT 3") == 3
    await whole(reached)


async def test_how_statements_are_planned_is_said_again_after_it_was_broken_off(
    way: Way, reached: Database
) -> None:
    async with asyncio.timeout(30):
        await one(reached.reader, PLANS)
        for kind in (reached.reader.keyed, reached.reader) * 2:
            way.flows.clear()
            await late(kind, PLANS)
            way.flows.set()
            assert await one(reached.reader, PLANS) == "force_custom_plan"
            assert await one(reached.reader.keyed, PLANS) == "force_generic_plan"
    await whole(reached)


async def test_who_goes_away_does_not_wait(way: Way, reached: Database) -> None:
    for connection in (reached.reader, reached.writer):
        await one(connection, "SELECT 1")
        way.flows.clear()
        going = asyncio.create_task(one(connection, "SELECT 2"))
        await asyncio.sleep(0.1)
        going.cancel()
        async with asyncio.timeout(20):
            await asyncio.wait({going})
        assert going.cancelled()
        way.flows.set()
    await whole(reached)


async def test_a_transaction_ends_in_time_wherever_it_stands(way: Way, reached: Database) -> None:
    await one(reached.writer, "SELECT 1")

    async def write(silent_from: int) -> None:
        """A transaction of three steps; silence falls before one of them."""
        steps = [lambda: None] * 3
        steps[silent_from] = way.flows.clear
        with ending_in(0.5):
            steps[0]()
            async with reached.transaction() as connection:
                steps[1]()
                await connection.execute("SELECT 1")
                steps[2]()

    for step, trouble in enumerate((Trouble.LATE, Trouble.LATE, Trouble.AWAY)):
        async with asyncio.timeout(20):
            (error,) = await asyncio.gather(write(step), return_exceptions=True)
        assert error is not None
        assert trouble_of(error) is trouble
        way.flows.set()
    await whole(reached)
