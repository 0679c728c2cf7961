"""Deriving the learners that a feed or the calendar has touched, a few hundred at a time."""

from collections.abc import Callable
from datetime import date

from actions.catalogue import read_catalogue
from actions.projection import derive_learners
from actions.records import RecordReader
from exchange.touch import TOUCHED
from models.database import Connection

CHUNK = 500
"""Learners derived at once."""


async def derive_touched(connection: Connection, day: date, progress: Callable[[int], None]) -> int:
    """Derive the touched learners again; how many there were."""
    catalogue = await read_catalogue(connection)
    reader = RecordReader(connection)
    last, done = -1, 0
    while True:
        rows = await connection.tuples(
            f"SELECT learner_id FROM {TOUCHED} WHERE learner_id > ?"  # noqa: S608 - names are ours
            f" ORDER BY learner_id LIMIT {CHUNK}",
            last,
        )
        if not rows:
            return done
        learner_ids = [row[0] for row in rows]
        last = learner_ids[-1]
        await derive_learners(connection, reader, catalogue, learner_ids, day)
        done += len(learner_ids)
        progress(len(learner_ids))
