"""A learner's record: the learner, and what belongs to the registration shown, in one statement."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple

from auth.viewer import Rights
from database.connection import Connection
from database.query import Clause
from database.united import SOUGHT
from loaders.batching import Batch
from loaders.learners import (
    LEARNER_TABLES,
    learner_by_id,
    learner_by_registration_id,
    learner_by_uln,
)
from loaders.one_query import Loading, OneQuery
from loaders.reading import Reading
from loaders.views import in_view

_KEPT: Final = 512
"""Combinations of rights, relations and columns for which the text is kept; one takes some 10 kB
at most."""


class Lookup(NamedTuple):
    """A way to find learners: the loader, and the column that it looks into."""

    batch: Batch
    column: str


BY_ID: Final = Lookup(learner_by_id, "l.id")
BY_ULN: Final = Lookup(learner_by_uln, "l.uln")


class Record(NamedTuple):
    """What is asked for the record of any learner."""

    shown: Clause
    """The registration by which a learner is shown; which learner is yet to be said."""
    loadings: tuple[Loading[Any], ...]
    """The learner, and what each of the loaders asks."""

    def of(self, reading: Reading, lookup: Lookup, key: object) -> Clause:
        """The registration of one learner."""
        return self.shown & reading.connection.among(lookup.column, (key,))


def record_for(reading: Reading, loaders: Sequence[OneQuery[Any]]) -> Record:
    """What is asked for a record with these relations; the same for all with the same rights."""
    return _record(
        reading.viewer.rights, reading.connection, reading.today, reading.brief, tuple(loaders)
    )


@lru_cache(maxsize=_KEPT)
def _record(
    rights: Rights,
    connection: Connection,
    today: date,
    brief: frozenset[type],
    loaders: tuple[OneQuery[Any], ...],
) -> Record:
    # Whatever else there is to a viewer is not at hand here, so that nothing can depend on it.
    reading = Reading(connection, rights.of_anybody, today, None, brief)
    where = in_view(reading.viewer, connection)
    return Record(
        Clause(f"SELECT c.registration_id FROM {LEARNER_TABLES} WHERE {where.text}", where.params),  # noqa: S608
        tuple(loader.say(reading, SOUGHT) for loader in (learner_by_registration_id, *loaders)),
    )
