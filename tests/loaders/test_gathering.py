"""Queries of one moment travel together, and each gets its own rows."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import orjson
import pytest
from tortoise.exceptions import OperationalError

from database.connection import Connection, Database
from database.opening import open_database
from database.query import Clause, RowQuery, json_rows
from database.slotted import SlottedRow
from database.united import SOUGHT
from loaders.gathering import Gathering
from tests.factories import counted


class Told(SlottedRow, frozen=True):
    """One column of each kind that tables have."""

    number: int
    text: str
    day: date | None
    moment: datetime
    fact: bool


MOMENT = datetime(2010, 2, 19, 8, 30, 0, 250_000, tzinfo=UTC)
ROWS = [
    Told(1, "é?", date(2009, 1, 31), MOMENT, fact=True),
    Told(2, "", None, MOMENT, fact=False),
]


async def _table(connection: Connection) -> None:
    await connection.execute(
        "CREATE TABLE told (number INT, text TEXT, day DATE, moment TIMESTAMPTZ, fact BOOL)"
    )
    for row in ROWS:
        await connection.execute(
            "INSERT INTO told VALUES (?, ?, ?, ?, ?)", *msgspec.structs.astuple(row)
        )


def _asked(connection: Connection, numbers: tuple[int, ...]) -> tuple[str, tuple[Any, ...]]:
    where = connection.among("number", numbers)
    return f"SELECT * FROM told WHERE {where.text} ORDER BY number DESC", where.params  # noqa: S608


def _question(connection: Connection, numbers: tuple[int, ...]) -> RowQuery:
    text, params = _asked(connection, numbers)
    return RowQuery(Told, Clause(text, params))


async def test_queries_of_one_moment_are_one_statement_and_each_gets_its_rows(
    database: Database,
) -> None:
    await _table(database.writer)
    reader = database.reader.keyed
    gathering = Gathering(reader)
    both, second, none = (_asked(reader, numbers) for numbers in ((1, 2), (2,), (3,)))

    with counted() as statements:
        found = await asyncio.gather(
            *(gathering.rows(Told, text, *params) for text, params in (both, second, none)),
            gathering.rows(Told, "SELECT * FROM told WHERE text = ?", "é?"),
        )
    assert found == [[ROWS[1], ROWS[0]], [ROWS[1]], [], [ROWS[0]]]
    assert len(statements) == 1

    with counted() as statements:
        assert await gathering.rows(Told, second[0], *second[1]) == [ROWS[1]]
    assert [text.rpartition(": [")[0].count("ARRAY(") for text in statements] == [0]


async def test_what_fails_is_told_to_all_who_asked_with_it(database: Database) -> None:
    await _table(database.writer)
    gathering = Gathering(database.reader.keyed)

    fine = gathering.rows(Told, "SELECT * FROM told ORDER BY number")
    wrong = gathering.rows(Told, "SELECT * FROM nowhere")
    found = await asyncio.gather(fine, wrong, return_exceptions=True)

    assert [isinstance(one, Exception) for one in found] == [True, True]
    assert await gathering.rows(Told, "SELECT * FROM told ORDER BY number") == ROWS


async def test_who_gives_up_takes_nothing_from_the_others(database: Database) -> None:
    await _table(database.writer)
    gathering = Gathering(database.reader.keyed)
    text = "SELECT * FROM told ORDER BY number"
    gone, patient = (asyncio.create_task(gathering.rows(Told, text)) for _ in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    assert await patient == ROWS

    given_up = asyncio.create_task(gathering.rows(Told, text))
    await asyncio.sleep(0)
    given_up.cancel()
    with counted() as statements:
        await asyncio.sleep(0.05)
    assert statements == []


async def test_when_everything_is_cancelled_nobody_waits_any_more(database: Database) -> None:
    await _table(database.writer)
    gathering = Gathering(database.reader.keyed)
    waiting = asyncio.create_task(gathering.rows(Told, "SELECT * FROM told"))
    for _ in range(3):
        await asyncio.sleep(0)
    gathering.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_what_goes_along_is_sent_with_whatever_is_asked_first(database: Database) -> None:
    await _table(database.writer)
    reader = database.reader.keyed
    both, second = (_question(reader, numbers) for numbers in ((1, 2), (2,)))
    gathering = Gathering(reader)
    along = gathering.along(both)
    with counted() as statements:
        await asyncio.sleep(0.05)
        assert statements == []
        assert await gathering.rows(Told, second.query.text, *second.query.params) == [ROWS[1]]
    assert along.result() == [ROWS[1], ROWS[0]]
    assert len(statements) == 1

    gathering = Gathering(reader)
    along = gathering.along(both)
    sought = Clause("SELECT 2")
    where = reader.among("number", SOUGHT).text
    about = RowQuery(Told, Clause(f"SELECT * FROM told WHERE {where}"))  # noqa: S608
    with counted() as statements:
        assert await gathering.about(sought, [about]) == [[ROWS[1]]]
    assert along.result() == [ROWS[1], ROWS[0]]
    assert len(statements) == 1


class Nested(SlottedRow, frozen=True):
    """A text that is JSON, and one that only looks like it."""

    made: str | None
    stored: str


async def test_a_text_stays_a_text_whatever_is_in_it(database: Database) -> None:
    await _table(database.writer)
    written = '[{"a": "\\u00e9"}] \t\n"'
    await database.writer.execute("UPDATE told SET text = ? WHERE number = 1", written)
    made = json_rows(database.dialect, "number, text")
    text = f"SELECT (SELECT {made} FROM (SELECT * FROM told ORDER BY number) t), text FROM told"  # noqa: S608
    reader = database.reader.keyed

    # The database may put one query into the other, or not.
    for query in (Clause(f"{text} WHERE number = ?", (1,)), Clause(f"{text} ORDER BY number")):
        question = RowQuery(Nested, query)
        (alone,) = await reader.together([question])
        assert [row.stored for row in alone] == [written, ""][: len(alone)]
        assert {type(row.made) for row in alone} == {str}
        assert orjson.loads(alone[0].made) == [[1, written], [2, ""]]
        assert await reader.together([question, question]) == [alone, alone]


async def test_what_went_along_with_something_wrong_says_so(database: Database) -> None:
    await _table(database.writer)
    gathering = Gathering(database.reader.keyed)
    along = gathering.along(_question(database.reader.keyed, (1,)))
    with pytest.raises(OperationalError):
        await gathering.rows(Told, "SELECT * FROM nowhere")
    assert isinstance(along.exception(), OperationalError)


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_moments_are_those_of_the_graph_wherever_the_database_is(
    database: Database, database_url: str
) -> None:
    await _table(database.writer)
    ((name,),) = await database.reader.tuples("SELECT current_database()")
    await database.writer.execute(f"ALTER DATABASE \"{name}\" SET timezone = 'Asia/Tokyo'")
    elsewhere = await open_database(database_url)
    try:
        gathering = Gathering(elsewhere.reader.keyed)
        text = "SELECT * FROM told ORDER BY number"
        found = await asyncio.gather(*(gathering.rows(Told, text) for _ in range(2)))
    finally:
        await elsewhere.close()
    assert found == [ROWS, ROWS]
    assert {row.moment.isoformat() for rows in found for row in rows} == {MOMENT.isoformat()}
