"""Derives again the learners that a feed or the calendar may have changed, in batches."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from datetime import date

from actions.storing import Differences, Judge, Lot, read_lot, write
from actions.versions import centres_of, change_versions
from database.connection import Connection
from database.news import about_centre
from database.query import Clause, Dialect
from domain.vocabulary import NewsKind
from exchange.feed.holds import settle_holds
from exchange.feed.touch import TOUCHED, number_touched
from exchange.feed.worker_process import worker_process
from inputs.catalogue import read_catalogue
from inputs.records import RecordReader

FED = (
    *("centre", "learner", "registration", "entry", "verification"),
    *("das_record", "das_component", "declaration"),
)
"""Tables that a feed fills."""

DERIVED = ("component", "flag", "issue", "completion", "name_part")
"""Tables that the derivation fills."""

CHUNK = 200
"""Learners derived at once."""

MUCH = 2_000
"""Number of learners from which on a separate process derives them."""

MANY = 200
"""Number of learners from which on the database's statistics are renewed."""


async def derive_touched(connection: Connection, day: date, progress: Callable[[int], None]) -> int:
    """Derive the touched learners again; how many there were."""
    touched = await number_touched(connection)
    done, renew_at = 0, CHUNK
    centre_ids: set[int] = set()
    if touched >= MANY:
        await renew_statistics(connection, (*FED, TOUCHED))
    judge = Judge(await read_catalogue(connection), day, connection.dialect)
    with worker_process(judge.differences, much=touched >= MUCH) as ask:
        async with aclosing(_judged(connection, judge, ask)) as lots:
            async for learner_ids, differences in lots:
                if done >= renew_at:
                    await renew_statistics(connection, DERIVED)
                    renew_at = done * 8
                centre_ids |= await centres_of(connection, learner_ids)
                await _tell(connection, learner_ids, differences.registration_ids)
                await write(connection, differences)
                done += len(learner_ids)
                progress(len(learner_ids))
    if touched >= MANY:
        await renew_statistics(connection, DERIVED)
    await change_versions(connection, centre_ids)
    return done


async def _judged(
    connection: Connection, judge: Judge, ask: Callable[[Lot], Awaitable[Differences]]
) -> AsyncGenerator[tuple[Sequence[int], Differences]]:
    """What differs for the touched learners, some hundreds at a time.

    While some are written, those who come next have been read, and are being derived.
    """
    reader = RecordReader(connection)
    coming: tuple[Sequence[int], asyncio.Future[Differences]] | None = None
    try:
        async for learner_ids in _touched(connection):
            await settle_holds(connection, judge.catalogue, learner_ids, judge.day)
            lot = await read_lot(connection, reader, learner_ids)
            before = coming
            coming = learner_ids, asyncio.ensure_future(ask(lot))
            if before is not None:
                yield before[0], await before[1]
        if coming is not None:
            yield coming[0], await coming[1]
    finally:
        if coming is not None:
            coming[1].cancel()


async def _touched(connection: Connection) -> AsyncIterator[list[int]]:
    """The touched learners, some hundreds at a time."""
    last = -1
    while True:
        rows = await connection.tuples(
            f"SELECT DISTINCT learner_id FROM {TOUCHED} WHERE learner_id > ?"  # noqa: S608 - names are ours
            f" ORDER BY learner_id LIMIT {CHUNK}",
            last,
        )
        if not rows:
            return
        last = rows[-1][0]
        yield [row[0] for row in rows]


async def _tell(
    connection: Connection, learner_ids: Sequence[int], registration_ids: Iterable[int]
) -> None:
    """Have those who watch the centres of changed records hear of it, if they can see it.

    Nothing is written yet, so those of a centre that loses a learner hear of it as well.
    """
    among = connection.among("q.learner_id", learner_ids)
    touched = f"IN (SELECT q.registration_id FROM {TOUCHED} q WHERE {among.text})"  # noqa: S608 - names are ours
    conditions = [
        Clause(f"{{}} {touched}", among.params),
        connection.among("{}", registration_ids),
    ]
    places = (("registration", "id"), ("completion", "registration_id"))
    rows = await connection.tuples(
        " UNION ".join(
            f"SELECT centre_id FROM {table} WHERE {condition.text.format(key)}"  # noqa: S608 - names are ours
            for condition in conditions
            for table, key in places
        ),
        *(value for condition in conditions for _ in places for value in condition.params),
    )
    await connection.tell(f"{about_centre(row[0])} {NewsKind.RECORDS}" for row in rows)


async def renew_statistics(connection: Connection, tables: Iterable[str]) -> None:
    """Tell the planner what the tables hold now: plans made while they were empty are slow."""
    if connection.dialect is Dialect.SQLITE:
        await connection.execute("PRAGMA analysis_limit = 1000")
    for table in tables:
        await connection.execute(f"ANALYZE {table}")
