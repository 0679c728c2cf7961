"""A cache in this process of the counts of whole centres, valid until the centre changes.

Every transaction that derives learners changes the version of their centres
(`actions/versions.py`). A version is read before what is counted under it, so that counts may be
newer than their version, never older. What is kept is about all learners of a centre; who may see
some of them only, or looks for some by name, is counted for each time.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from itertools import chain
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

import msgspec

from auth import scope
from database.connection import Connection
from database.query import ALWAYS, Clause
from loaders.counting import Count, Counting, Grouping, Question, counted, counted_by_centre_id
from loaders.filters import EVERYBODY, LearnerFilter, at_centres
from loaders.reading import Reading
from loaders.views import foremost_at_centre, in_view

MOST_CENTRES: Final = 500
"""Most centres whose cached counts are added up; beyond, one statement counts them all."""
MOST_KEPT: Final = 100_000
"""Capacity of the cache in counts; the least recently used are dropped first."""


class CachedCentre(NamedTuple):
    """A centre to be counted, with its version."""

    id: int
    number: str
    version: int
    issues: bool
    """Whether the viewer may see its issues."""


class _Whom(Enum):
    """Which of a centre's learners are counted, each by the foremost registration there."""

    ALL = ALWAYS
    ALONE = Clause("NOT c.shared")
    """Those who are registered at no other centre."""
    SHARED = Clause("c.shared")


class _What(NamedTuple):
    """The cache key within a centre."""

    whom: _Whom
    asked: Counting


class _Kept:
    """The cached counts by centre and cache key, each with the version it was counted under."""

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[int, _What], tuple[int, list[Count]]] = OrderedDict()
        self._size = 0

    def get(self, place: CachedCentre, what: _What) -> list[Count] | None:
        """What is kept, if it is of the version that the centre has."""
        version, found = self._held.get((place.id, what), (None, None))
        if version != place.version:
            return None
        self._held.move_to_end((place.id, what))
        return found

    def keep(self, place: CachedCentre, what: _What, found: list[Count]) -> None:
        """Keep counts in place of older ones."""
        self._drop((place.id, what))
        self._held[place.id, what] = place.version, found
        self._size += _weight(found)
        while self._size > MOST_KEPT:
            self._drop(next(iter(self._held)))

    def _drop(self, key: tuple[int, _What]) -> None:
        if key in self._held:
            _, found = self._held.pop(key)
            self._size -= _weight(found)


def _weight(found: list[Count]) -> int:
    return max(1, len(found))


_KEPT: WeakKeyDictionary[Connection, _Kept] = WeakKeyDictionary()
"""The cache of each open database."""


async def places(
    reading: Reading, wanted: LearnerFilter, ids: Sequence[int] | None = None
) -> list[CachedCentre] | None:
    """The centres that a filter is about and whose learners the viewer may see.

    None where counts cannot be put together from those of centres.
    """
    connection, viewer = reading.connection, reading.viewer
    sought = wanted.uln is not None or wanted.words or wanted.modified_since is not None
    if viewer.limited or sought:
        return None
    where = at_centres(connection, wanted)
    where &= scope.registrations(viewer, connection, "c.centre_id")
    if ids is not None:
        where &= connection.among("c.centre_id", ids)
    issues = scope.issues(viewer, connection, "c.centre_id")
    found = await connection.tuples(
        f"SELECT c.centre_id, c.number, c.version, {issues.text} FROM"  # noqa: S608 - clauses are ours
        " (SELECT z.id AS centre_id, z.number, z.version FROM centre z) c"
        f" WHERE {where.text} LIMIT {MOST_CENTRES + 1}",
        *issues.params,
        *where.params,
    )
    if len(found) > MOST_CENTRES:
        return None
    return [CachedCentre(id_, number, version, bool(seen)) for id_, number, version, seen in found]


async def kept_in_view(
    reading: Reading, asked: Counting, at: Sequence[CachedCentre]
) -> list[Count]:
    """Counts over all learners in view at some centres, each learner once in a group.

    Learners of one centre add up. Those of several are few, and counted each time, as it depends on
    what else the viewer sees by which registration they are counted.
    """
    if asked.grouping is Grouping.CENTRE:
        named = await kept_at_centres(reading, asked, at)
        return list(chain.from_iterable(named.values()))
    chosen = _chosen(asked, at)
    found = await _of_each(reading, _Whom.ALONE, asked, chosen)
    return _summed([*found.values(), await _shared(reading, asked, chosen)])


async def total_in_view(reading: Reading, question: Question, wanted: LearnerFilter) -> int | None:
    """How many there are in all; None where that cannot be put together from centres."""
    at = await places(reading, wanted)
    if at is None:
        return None
    return sum(
        one.rows for one in await kept_in_view(reading, Counting(question, wanted, None), at)
    )


async def kept_at_centres(
    reading: Reading, asked: Counting, at: Sequence[CachedCentre]
) -> Mapping[int, list[Count]]:
    """Counts of the learners of each of some centres."""
    chosen = _chosen(asked, at)
    found = await _of_each(reading, _Whom.ALL, asked, chosen)
    if asked.grouping is not Grouping.CENTRE:
        return found
    return {place.id: _named(place, found[place.id]) for place in chosen}


def _named(place: CachedCentre, found: Sequence[Count]) -> list[Count]:
    """A centre's counts as those of the group that it is."""
    number = place.number
    return [Count(number, kind, code, learners, rows) for _, kind, code, learners, rows in found]


def _chosen(asked: Counting, at: Sequence[CachedCentre]) -> list[CachedCentre]:
    return [place for place in at if place.issues or asked.question is not Question.ISSUE]


async def _of_each(
    reading: Reading, whom: _Whom, asked: Counting, at: Sequence[CachedCentre]
) -> dict[int, list[Count]]:
    """What is kept of each centre; what is not is counted in one statement, and kept."""
    kept = _KEPT.setdefault(reading.connection, _Kept())
    # A centre's own counts are the same whichever centres are asked for with it.
    wanted = msgspec.structs.replace(asked.wanted, centres=(), consortium=None)
    grouping = None if asked.grouping is Grouping.CENTRE else asked.grouping
    what = _What(whom, Counting(asked.question, wanted, grouping))
    found: dict[int, list[Count]] = {}
    stale: list[CachedCentre] = []
    for place in at:
        known = kept.get(place, what)
        if known is None:
            stale.append(place)
        else:
            found[place.id] = known
    if stale:
        view = reading.connection.among("c.centre_id", [place.id for place in stale])
        view &= foremost_at_centre(reading.connection, wanted, grouping) & whom.value
        fresh = await counted_by_centre_id(reading, what.asked, view)
        for place in stale:
            found[place.id] = fresh.get(place.id, [])
            kept.keep(place, what, found[place.id])
    return found


async def _shared(reading: Reading, asked: Counting, at: Sequence[CachedCentre]) -> list[Count]:
    """Counts of the learners who have registrations at several centres."""
    anybody = Counting(Question.GROUP, EVERYBODY, None)
    shared = await _of_each(reading, _Whom.SHARED, anybody, at)
    ids = [place.id for place in at if shared[place.id]]
    if not ids:
        return []
    view = in_view(reading.viewer, reading.connection, asked.wanted, asked.grouping)
    view &= Clause("c.shared")
    return await counted(reading, asked, view & reading.connection.among("c.centre_id", ids))


def _summed(parts: Iterable[Sequence[Count]]) -> list[Count]:
    """Counts of the same kind in the same group put together."""
    sums: dict[tuple[str | None, str, str | None], tuple[int, int]] = {}
    for key, kind, code, learners, rows in chain.from_iterable(parts):
        before = sums.get((key, kind, code), (0, 0))
        sums[key, kind, code] = before[0] + learners, before[1] + rows
    return [Count(*which, *amounts) for which, amounts in sums.items()]
