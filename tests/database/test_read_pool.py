"""Connections to read through stay out of the pool, of two kinds, and keep nobody waiting."""

import asyncio

import pytest

from database.connection import Connection, Database
from database.opening import open_database
from database.trouble import Trouble, trouble_of
from tests.server.proxy import way_to

pytestmark = pytest.mark.parametrize("dialect", ["postgresql"])

SPEAKER = "SELECT pg_backend_pid()"
PLANS = "SELECT current_setting('plan_cache_mode')"


async def one(connection: Connection, query: str) -> object:
    ((value,),) = await connection.tuples(query)
    return value


async def test_statements_of_a_kind_go_through_the_same_connection(database: Database) -> None:
    reader, keyed = database.reader, database.reader.keyed
    speakers = {await one(reader, SPEAKER) for _ in range(3)}
    others = {await one(keyed, SPEAKER) for _ in range(3)}

    assert (len(speakers), len(others), len(speakers | others)) == (1, 1, 2)
    assert await one(reader, PLANS) == "force_custom_plan"
    assert await one(keyed, PLANS) == "force_generic_plan"
    for kind in (reader, keyed):
        assert await one(kind, "SELECT current_setting('random_page_cost')") == "1.1"
        assert await one(kind, "SELECT current_setting('jit')") == "off"
    assert reader.spare == 2


async def test_with_one_connection_both_kinds_take_turns(database_url: str) -> None:
    database = await open_database(database_url, pool_size=1)
    try:
        kinds = [database.reader, database.reader.keyed] * 5
        assert await asyncio.gather(*(one(kind, PLANS) for kind in kinds)) == [
            *("force_custom_plan", "force_generic_plan") * 5
        ]
        speakers = {await one(kind, SPEAKER) for kind in kinds}
        assert len(speakers) == 1
    finally:
        await database.close()


async def test_a_connection_that_was_lost_is_replaced(database: Database) -> None:
    reader = database.reader
    for kind in (reader, reader.keyed):
        lost = await one(kind, SPEAKER)
        await database.writer.tuples("SELECT pg_terminate_backend(?)", lost)
        await asyncio.sleep(0.2)
        assert await one(kind, SPEAKER) != lost


async def test_a_connection_that_has_yet_to_hear_of_its_end_is_away_and_then_replaced(
    database: Database, database_url: str
) -> None:
    async with way_to(database_url) as way:
        reached = await open_database(way.url)
        reader = reached.reader
        for kind in (reader, reader.keyed):
            lost = await one(kind, SPEAKER)
            way.ends.clear()
            await database.writer.tuples("SELECT pg_terminate_backend(?)", lost)
            await asyncio.sleep(0.2)
            with pytest.raises(Exception, match="in progress") as caught:
                await one(kind, SPEAKER)
            assert trouble_of(caught.value) is Trouble.AWAY
            assert await one(kind, SPEAKER) != lost
            way.ends.set()
        await reached.close()


async def test_after_a_statement_that_fails_the_next_one_is_answered(database: Database) -> None:
    for _ in range(6):
        with pytest.raises(Exception, match="division by zero"):
            await database.reader.tuples("SELECT 1 / 0")
    assert await one(database.reader, "SELECT 1") == 1


async def test_closed_readers_leave_nothing_behind(database_url: str) -> None:
    database = await open_database(database_url, pool_size=3)
    await one(database.reader, SPEAKER)
    await one(database.reader.keyed, SPEAKER)
    async with asyncio.timeout(5):
        await database.close()
    assert database.reader.spare == 0
