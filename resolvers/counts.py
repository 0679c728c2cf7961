"""The chart, and the same for flags and issues."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from operator import attrgetter
from typing import NamedTuple

import strawberry

from auth.requires import signed_in
from loaders import counts as loaders
from loaders.centres import consortium_by_code
from loaders.counts import Count, Grouping
from loaders.counts_on import Tally, tally_by_filter
from loaders.filters import LearnerFilter
from loaders.reading import Reading
from schema.context import Info
from schema.dated import On, other_day
from schema.types import counts as shown
from schema.types.counts import CountGroup, Counts, Grouped
from schema.types.filters import LearnerWanted, chosen


class _Source(NamedTuple):
    """Where counts of one kind come from."""

    stored: Callable[[Reading, LearnerFilter, Grouping | None], Awaitable[list[Count]]]
    derived: Callable[[Tally], list[Count]]


_COMPLETION = _Source(loaders.completion_counts, attrgetter("completion"))
_FLAGS = _Source(loaders.flag_counts, attrgetter("flags"))
_ISSUES = _Source(loaders.issue_counts, attrgetter("issues"))


@strawberry.field(
    description="The Diploma Learner Completion Status chart: learners in reach by completion"
    " status. Those who left are counted only where the filter asks for them.",
    extensions=signed_in(),
)
async def completion(
    info: Info,
    filter: LearnerWanted = None,  # noqa: A002 - the graph's own word
    group_by: Grouped = None,
    on: On = None,
) -> Counts | None:
    """Equal to the counts of the matching lists."""
    shown.check_groups(group_by)
    return await _counted(info, chosen(filter), group_by, on, shown.statuses, _COMPLETION)


@strawberry.field(
    description="Components of learners in reach by flag, and how many learners have one.",
    extensions=signed_in(),
)
async def flag_counts(
    info: Info,
    filter: LearnerWanted = None,  # noqa: A002
    group_by: Grouped = None,
    on: On = None,
) -> Counts | None:
    """Equal to the counts of the matching lists."""
    return await _counted(info, chosen(filter), group_by, on, shown.flags, _FLAGS)


@strawberry.field(
    description="Issues of learners in reach by code, and how many learners have one.",
    extensions=signed_in(),
)
async def issue_counts(
    info: Info,
    filter: LearnerWanted = None,  # noqa: A002
    group_by: Grouped = None,
    on: On = None,
) -> Counts | None:
    """Equal to the counts of the matching lists."""
    return await _counted(info, chosen(filter), group_by, on, shown.issues, _ISSUES)


async def _counted(
    info: Info,
    wanted: LearnerFilter,
    group_by: Grouping | None,
    on: date | None,
    make: Callable[[str | None, Sequence[Count]], CountGroup],
    source: _Source,
) -> Counts:
    """From what is stored for today; of another day all three kinds come of one walk."""
    reading, day = info.context.reading, other_day(info, on)
    if day is None:
        found = await source.stored(reading, wanted, group_by)
        keys = await loaders.group_keys(reading, wanted, group_by)
    else:
        tally = await info.context.load(tally_by_filter, (wanted, group_by), day)
        found, keys = source.derived(tally), tally.keys
    return shown.counts(found, keys, group_by, make, await _out_of_reach(info, wanted))


async def _out_of_reach(info: Info, wanted: LearnerFilter) -> int:
    """Member centres of the consortium that are not counted."""
    if wanted.consortium is None:
        return 0
    found = await info.context.load(consortium_by_code, wanted.consortium)
    return 0 if found is None else int(found.centres_out_of_reach)
