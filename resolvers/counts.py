"""The chart, and the same for flags and issues."""

import strawberry

from auth.requires import signed_in
from loaders import counts as loaders
from loaders.centres import consortium_by_code
from loaders.filters import LearnerFilter
from schema.context import Info
from schema.types import counts as shown
from schema.types.counts import Counts, Grouped
from schema.types.filters import LearnerWanted, chosen


@strawberry.field(
    description="The Diploma Learner Completion Status chart: learners in reach by completion"
    " status. Those who left are counted only where the filter asks for them.",
    extensions=signed_in(),
)
async def completion(
    info: Info,
    filter: LearnerWanted = None,  # noqa: A002 - the graph's own word
    group_by: Grouped = None,
) -> Counts | None:
    """Equal to the counts of the matching lists."""
    shown.check_groups(group_by)
    wanted, reading = chosen(filter), info.context.reading
    return shown.counts(
        await loaders.completion_counts(reading, wanted, group_by),
        await loaders.group_keys(reading, wanted, group_by),
        group_by,
        shown.statuses,
        await _out_of_reach(info, wanted),
    )


@strawberry.field(
    description="Components of learners in reach by flag, and how many learners have one.",
    extensions=signed_in(),
)
async def flag_counts(
    info: Info,
    filter: LearnerWanted = None,  # noqa: A002
    group_by: Grouped = None,
) -> Counts | None:
    """Equal to the counts of the matching lists."""
    wanted, reading = chosen(filter), info.context.reading
    return shown.counts(
        await loaders.flag_counts(reading, wanted, group_by),
        await loaders.group_keys(reading, wanted, group_by),
        group_by,
        shown.flags,
        await _out_of_reach(info, wanted),
    )


@strawberry.field(
    description="Issues of learners in reach by code, and how many learners have one.",
    extensions=signed_in(),
)
async def issue_counts(
    info: Info,
    filter: LearnerWanted = None,  # noqa: A002
    group_by: Grouped = None,
) -> Counts | None:
    """Equal to the counts of the matching lists."""
    wanted, reading = chosen(filter), info.context.reading
    return shown.counts(
        await loaders.issue_counts(reading, wanted, group_by),
        await loaders.group_keys(reading, wanted, group_by),
        group_by,
        shown.issues,
        await _out_of_reach(info, wanted),
    )


async def _out_of_reach(info: Info, wanted: LearnerFilter) -> int:
    """Member centres of the consortium that are not counted."""
    if wanted.consortium is None:
        return 0
    found = await info.context.load(consortium_by_code, wanted.consortium)
    return 0 if found is None else int(found.centres_out_of_reach)
