"""Lists of learners filtered and sorted by what is derived for another day."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from msgspec.structs import replace

from auth import scope
from database.query import ALWAYS, Clause
from loaders import learner_pages
from loaders.derivations import (
    CHUNK,
    MOST,
    Derived,
    Deriver,
    candidates,
    depends_on_day,
    fits,
    parts,
    timeless,
)
from loaders.filters import LearnerFilter
from loaders.learners import LEARNER_TABLES
from loaders.paging import Order, PageRequest, Slice, sliced
from loaders.reading import Reading, checked
from loaders.views import in_view_at_centre

NOBODY_LEFT_OUT = MOST + 1
"""A limit that no list reaches."""


async def learner_page(
    reading: Reading, wanted: LearnerFilter, page: PageRequest, on: date
) -> Slice:
    """Learners in view who are as the filter asks on a day, each once.

    Goes through learners in the order of the list until the page is full.
    """
    if not depends_on_day(wanted):
        return await learner_pages.learner_page(reading, wanted, page)
    found = await candidates(reading, timeless(wanted), order=page.order.text, where=page.clause)
    kept = await _fitting(reading, wanted, found, on, page.first + 1)
    return sliced(await learner_rows(reading, kept[None]), page.first)


async def learner_count(reading: Reading, wanted: LearnerFilter, on: date) -> int:
    """How many learners in view are as the filter asks on a day; goes through all of them."""
    if not depends_on_day(wanted):
        return await learner_pages.learner_count(reading, wanted)
    found = await candidates(reading, timeless(wanted))
    kept = await _fitting(reading, wanted, found, on, NOBODY_LEFT_OUT)
    return len(kept[None])


async def all_learners(
    reading: Reading, wanted: LearnerFilter, order: Order, on: date
) -> list[int]:
    """The registrations by which learners in view are listed on a day, in an order."""
    found = await candidates(reading, timeless(wanted), order=order.text)
    if not depends_on_day(wanted):
        return [row[0] for row in found]
    kept = await _fitting(reading, wanted, found, on, NOBODY_LEFT_OUT)
    return kept[None]


async def learner_page_by_centre_id(
    reading: Reading, ids: Sequence[int], wanted: LearnerFilter, page: PageRequest, on: date
) -> list[Slice]:
    """The first learners of each centre who are as the filter asks on a day."""
    if not depends_on_day(wanted):
        return await learner_pages.learner_page_by_centre_id(reading, ids, wanted, page)
    # The first of every centre come first: the walk ends when every page is full.
    order = f"row_number() OVER (PARTITION BY c.centre_id ORDER BY {page.order.text}), c.centre_id"
    found = await _at_centres(reading, ids, wanted, order, page.clause)
    kept = await _fitting(reading, wanted, found, on, page.first + 1)
    rows = await learner_rows(reading, [id_ for group in kept.values() for id_ in group])
    by_id = {row.registration_id: row for row in rows}
    return [
        sliced([by_id[id_] for id_ in kept[centre_id] if id_ in by_id], page.first)
        for centre_id in ids
    ]


async def learner_count_by_centre_id(
    reading: Reading, ids: Sequence[int], wanted: LearnerFilter, on: date
) -> list[int]:
    """How many learners of each centre are as the filter asks on a day."""
    if not depends_on_day(wanted):
        return await learner_pages.learner_count_by_centre_id(reading, ids, wanted)
    found = await _at_centres(reading, ids, wanted, "c.registration_id", ALWAYS)
    kept = await _fitting(reading, wanted, found, on, NOBODY_LEFT_OUT)
    return [len(kept[centre_id]) for centre_id in ids]


async def _at_centres(
    reading: Reading, ids: Sequence[int], wanted: LearnerFilter, order: str, behind: Clause
) -> list[Sequence[Any]]:
    """Registrations with their centre, by the foremost one that each learner has there."""
    connection = reading.connection
    return await candidates(
        reading,
        timeless(wanted),
        columns=Clause("c.centre_id"),
        order=order,
        where=behind,
        view=connection.among("c.centre_id", ids)
        & in_view_at_centre(reading.viewer, connection, wanted),
    )


async def _fitting(
    reading: Reading,
    wanted: LearnerFilter,
    found: Sequence[Sequence[Any]],
    on: date,
    room: int,
) -> dict[Any, list[int]]:
    """Of registrations with a group, the first of each group that the filter asks for."""
    kept: dict[Any, list[int]] = defaultdict(list)
    deriver = Deriver(reading, on)
    for some in parts(found, CHUNK):
        open_ = [(id_, group) for id_, group in some if len(kept[group]) < room]
        derived = await deriver.derived([id_ for id_, _ in open_]) if open_ else {}
        for id_, group in open_:
            one = derived.get(id_)
            if one is not None and len(kept[group]) < room and fits(wanted, one.derivation):
                kept[group].append(id_)
    return kept


def learner_then(
    learner: learner_pages.ListedLearnerRow, derived: Derived
) -> learner_pages.ListedLearnerRow:
    """A learner as far as they have come on the day."""
    found = derived.derivation
    return replace(learner, completion_status=found.status.value, percent_complete=found.percent)


async def learner_rows(
    reading: Reading, registration_ids: Sequence[int]
) -> list[learner_pages.ListedLearnerRow]:
    """Learners by some of their registrations in view, in the same order."""
    viewer, connection = reading.viewer, reading.connection
    where = connection.among("c.registration_id", registration_ids)
    where &= scope.registrations(viewer, connection, checked("c.centre_id"), "c.registration_id")
    rows = await connection.rows(
        learner_pages.ListedLearnerRow,
        f"SELECT {learner_pages.LISTED_COLUMNS} FROM {LEARNER_TABLES} WHERE {where.text}",  # noqa: S608
        *where.params,
    )
    found = {row.registration_id: row for row in rows}
    return [found[id_] for id_ in registration_ids if id_ in found]
