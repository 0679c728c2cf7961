"""The days ahead on which something changes by itself, and the learners concerned."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

from auth import scope
from domain.deadlines import Deadline, DeadlineKind, deadlines_of, last_day_to_act
from inputs.catalogue import read_catalogue
from inputs.records import RecordReader
from loaders.derivations import CHUNK, PAUSE, candidates, parts, read_courses
from loaders.filters import LearnerFilter
from loaders.learners_on import learner_rows
from loaders.paging import LEARNERS_BY_NAME, PageRequest, Slice, sliced
from loaders.reading import Reading, checked
from loaders.turns import Walk

MOST: Final = 5_000
"""Learners that are gone through: each is judged for several days, a thousand in a second."""

_ORDER = {kind: place for place, kind in enumerate(DeadlineKind)}


class DeadlineRow(msgspec.Struct, frozen=True):
    """One kind of change on one day, and the registrations concerned."""

    on: date
    kind: DeadlineKind
    registration_ids: tuple[int, ...]
    """In the order of the learners' names."""

    @property
    def last_day_to_act(self) -> date | None:
        """The last day on which it can be headed off."""
        return last_day_to_act(Deadline(self.on, self.kind))

    @property
    def label(self) -> str:
        """The kind in a few words."""
        return self.kind.label

    @property
    def description(self) -> str:
        """What happens."""
        return self.kind.description

    @property
    def learner_count(self) -> int:
        """To how many it happens."""
        return len(self.registration_ids)


async def deadlines(reading: Reading, wanted: LearnerFilter, until: date) -> list[DeadlineRow]:
    """The days after today on which something happens by itself to learners in view, in order.

    Goes through all learners of the filter, some hundreds at a time, and judges each once for
    every day on which it turns: about a second for a thousand learners and three months. Keeps
    the ids of the learners of each day.
    """
    found = await candidates(reading, wanted, order=LEARNERS_BY_NAME.text, most=MOST)
    reader, walk = RecordReader(reading.connection), Walk(reading.viewer)
    catalogue = await read_catalogue(reading.connection)
    owners: dict[Deadline, list[int]] = defaultdict(list)
    for some in parts([row[0] for row in found], CHUNK):
        async with walk.turn():
            read = await read_courses(reading, reader, some)
            courses = {course.row.id: course for course in read}
            for few in parts(some, PAUSE):
                for id_ in few:
                    if id_ in courses:
                        record = courses[id_].record
                        for deadline in deadlines_of(record, catalogue, reading.today, until):
                            owners[deadline].append(id_)
                await asyncio.sleep(0)
    return [
        DeadlineRow(deadline.on, deadline.kind, tuple(ids))
        for deadline, ids in sorted(
            owners.items(), key=lambda pair: (pair[0].on, _ORDER[pair[0].kind])
        )
    ]


async def learner_page_by_registration_ids(
    reading: Reading, groups: Sequence[tuple[int, ...]], page: PageRequest
) -> list[Slice]:
    """The first learners of each group of registrations; two statements for all groups."""
    everybody = {id_ for group in groups for id_ in group}
    behind = everybody if page.after is None else await _behind(reading, everybody, page)
    kept = [[id_ for id_ in group if id_ in behind][: page.first + 1] for group in groups]
    rows = await learner_rows(reading, sorted({id_ for group in kept for id_ in group}))
    by_id = {row.registration_id: row for row in rows}
    return [sliced([by_id[id_] for id_ in group if id_ in by_id], page.first) for group in kept]


async def _behind(reading: Reading, ids: set[int], page: PageRequest) -> set[int]:
    """The registrations whose learners come behind the last page."""
    viewer, connection = reading.viewer, reading.connection
    where = connection.among("c.registration_id", sorted(ids)) & page.clause
    where &= scope.registrations(viewer, connection, checked("c.centre_id"), "c.registration_id")
    rows = await connection.tuples(
        f"SELECT c.registration_id FROM completion c WHERE {where.text}",  # noqa: S608
        *where.params,
    )
    return {row[0] for row in rows}
