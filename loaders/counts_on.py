"""Counts for charts, judged for another day."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from database.query import Clause
from domain.codes import CompletionStatus, FlagKind
from loaders.counting import Count, Grouping, Question, key_of
from loaders.counts import Counted
from loaders.derivations import Derived, at_centre, candidates, concerns, fitting, timeless
from loaders.filters import LearnerFilter
from loaders.reading import Reading
from loaders.views import in_view

Kind = tuple[str | None, str, str]
"""Group, kind and code."""


class Tally(NamedTuple):
    """All counts of a filter on a day from one pass over its learners, and the groups."""

    found: Mapping[Question, list[Count]]
    keys: list[str | None]
    learners: Mapping[int, int]
    """How many learners of each centre are counted, by its id."""

    def of(self, question: Question) -> Counted:
        """The counts that answer one question."""
        return Counted(self.found[question], self.keys)


async def tally_by_filter(
    reading: Reading, wanted: Sequence[tuple[LearnerFilter, Grouping | None]], on: date
) -> list[Tally]:
    """Counts of completion, flags and issues of learners in view, for each filter and grouping.

    Goes once through all learners that a filter may be about, some hundreds at a time, so that an
    operation that asks for all three counts pays for one.
    """
    viewer, connection = reading.viewer, reading.connection
    return [
        await _tally(reading, one, grouping, on, in_view(viewer, connection, one, grouping))
        for one, grouping in wanted
    ]


async def tally_by_centre_id(
    reading: Reading, ids: Sequence[int], wanted: LearnerFilter, grouping: Grouping | None, on: date
) -> list[Tally]:
    """The same for the learners of each centre; a walk for each."""
    return [
        await _tally(reading, wanted, grouping, on, at_centre(reading, centre_id, wanted, grouping))
        for centre_id in ids
    ]


async def _tally(
    reading: Reading,
    wanted: LearnerFilter,
    grouping: Grouping | None,
    on: date,
    view: Clause,
) -> Tally:
    of_component = grouping is Grouping.COMPONENT
    columns = Clause(key_of(None if of_component else grouping))
    found = await candidates(reading, timeless(wanted), columns=columns, view=view)
    completion: Counter[Kind] = Counter()
    learners: Counter[Kind] = Counter()
    rows: Counter[Kind] = Counter()
    keys: dict[str | None, None] = {}
    whose: set[tuple[int, int]] = set()
    async for (_, key), derived in fitting(reading, wanted, found, on):
        keys[key] = None
        whose.add((derived.centre_id, derived.learner_id))
        status = derived.derivation.status
        if wanted.completion_status or status is not CompletionStatus.WITHDRAWN:
            completion[key, "COMPLETION", status.value] += 1
        held = Counter(_held(derived, key, wanted, of_component=of_component))
        rows.update(held)
        learners.update(held.keys())
    counts: dict[Question, list[Count]] = {question: [] for question in Question}
    for kind, number in completion.items():
        counts[Question.COMPLETION].append(Count(*kind, number, number))
    for kind, number in rows.items():
        question = Question.ISSUE if kind[1] == Question.ISSUE else Question.FLAG
        counts[question].append(Count(*kind, learners[kind], number))
    return Tally(counts, _keys(grouping, keys), Counter(centre_id for centre_id, _ in whose))


def _keys(grouping: Grouping | None, found: Iterable[str | None]) -> list[str | None]:
    """The groups that are shown even where nothing in them is counted."""
    if grouping is None:
        return [None]
    return [] if grouping is Grouping.COMPONENT else list(found)


def _held(
    derived: Derived, key: str | None, wanted: LearnerFilter, *, of_component: bool
) -> Iterator[Kind]:
    """Every flag and issue of a learner that is counted."""
    for component, flags in derived.derivation.flags.items():
        if wanted.component and component not in wanted.component:
            continue
        group = component.value if of_component else key
        if flags.entry is not None:
            yield group, FlagKind.ENTRY.value, flags.entry.value
        if flags.assessment is not None:
            yield group, FlagKind.ASSESSMENT.value, flags.assessment.value
    for issue in derived.derivation.issues:
        if concerns(wanted, issue):
            whole = issue.component.value if issue.component else ""
            yield whole if of_component else key, "ISSUE", issue.code.value
