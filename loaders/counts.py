"""Counts for charts: of all learners in view, or as each of some centres has them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from loaders.count_cache import CachedCentre, kept_at_centres, kept_in_view, places
from loaders.counting import (
    Count,
    Counting,
    Grouping,
    Question,
    counted,
    counted_by_centre_id,
    of_course,
)
from loaders.filters import LearnerFilter, course_tables, learner_clause
from loaders.reading import Reading
from loaders.views import in_view, in_view_at_centre


class Counted(NamedTuple):
    """Counts, and all groups, also those without a count."""

    found: list[Count]
    keys: list[str | None]


async def counts_by_counting(reading: Reading, asked: Sequence[Counting]) -> list[Counted]:
    """What each question finds among all learners in view."""
    known: dict[LearnerFilter, list[CachedCentre] | None] = {}

    async def find(one: Counting) -> list[Count]:
        at = known[one.wanted]
        if at is not None:
            return await kept_in_view(reading, one, at)
        view = in_view(reading.viewer, reading.connection, one.wanted, one.grouping)
        return await counted(reading, one, view)

    answers = []
    for one in asked:
        if one.wanted not in known:
            known[one.wanted] = await places(reading, one.wanted)
        groups = _groups(one)
        keys = () if groups is None else await find(groups)
        answers.append(Counted(await find(one), _keys(one, keys)))
    return answers


async def learners_by_centre_id(
    reading: Reading, wanted: LearnerFilter, grouping: Grouping | None
) -> dict[int, int]:
    """How many learners of each centre are counted among all in view, each by one registration."""
    where = in_view(reading.viewer, reading.connection, wanted, grouping)
    where &= learner_clause(reading.connection, wanted)
    tables = course_tables(wanted, course=of_course(grouping))
    rows = await reading.connection.tuples(
        f"SELECT c.centre_id, COUNT(DISTINCT c.learner_id) FROM {tables}"  # noqa: S608 - names are ours
        f" WHERE {where.text} GROUP BY c.centre_id",
        *where.params,
    )
    return {int(row[0]): int(row[1]) for row in rows}


async def counts_by_centre_id(
    reading: Reading, asked: Sequence[tuple[int, Counting]]
) -> list[Counted]:
    """What questions find among the learners of each centre."""
    connection = reading.connection
    known: dict[LearnerFilter, list[CachedCentre] | None] = {}
    by_question: dict[Counting, list[int]] = defaultdict(list)
    for centre_id, one in asked:
        by_question[one].append(centre_id)
    every = sorted({centre_id for centre_id, _ in asked})

    async def find(one: Counting, ids: Sequence[int]) -> Mapping[int, list[Count]]:
        at = known[one.wanted]
        if at is not None:
            return await kept_at_centres(reading, one, [place for place in at if place.id in ids])
        view = connection.among("c.centre_id", ids)
        view &= in_view_at_centre(reading.viewer, connection, one.wanted, one.grouping)
        return await counted_by_centre_id(reading, one, view)  # type: ignore[return-value]  # a centre has an id

    answers = {}
    for one, ids in by_question.items():
        if one.wanted not in known:
            known[one.wanted] = await places(reading, one.wanted, every)
        groups = _groups(one)
        keys = {} if groups is None else await find(groups, ids)
        found = await find(one, ids)
        for centre_id in ids:
            own = list(found.get(centre_id, ()))
            answers[centre_id, one] = Counted(own, _keys(one, keys.get(centre_id, ())))
    return [answers[one] for one in asked]


def by_group(counts: Counted) -> Iterator[tuple[str | None, Sequence[Count]]]:
    """Counts group by group, in the order of the keys, groups of nobody included."""
    groups: dict[str | None, list[Count]] = defaultdict(list, {key: [] for key in counts.keys})
    for one in counts.found:
        groups[one.key].append(one)
    return ((key, groups[key]) for key in sorted(groups, key=lambda key: key or ""))


def _groups(asked: Counting) -> Counting | None:
    """Who is asked for the groups that there are; None where these do not depend on learners."""
    if asked.grouping in {None, Grouping.COMPONENT}:
        return None
    return asked._replace(question=Question.GROUP)


def _keys(asked: Counting, groups: Iterable[Count]) -> list[str | None]:
    return [None] if asked.grouping is None else [one.key for one in groups]
