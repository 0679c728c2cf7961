"""The chart, and the same for flags and issues."""

from datetime import date

import strawberry

from auth.requires import signed_in
from loaders.centres import consortium_by_code
from loaders.counting import Counting, Grouping, Question
from loaders.counts import counts_by_counting
from loaders.counts_on import tally_by_filter
from loaders.filters import LearnerFilter
from schema.context import Info
from schema.dated import On, other_day
from schema.named import note_filter
from schema.types import counts as shown
from schema.types.counts import Counts, Grouped
from schema.types.filters import LearnerWanted, chosen


@strawberry.field(
    description="The Diploma Learner Completion Status chart: learners in reach by completion"
    " status. Those who left are counted only where the filter asks for them. Null where an"
    " argument is refused.",
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
    return await _counted(info, chosen(filter), group_by, on, Question.COMPLETION, shown.statuses)


@strawberry.field(
    description="Components of learners in reach by flag, and how many learners have one. Null"
    " where an argument is refused.",
    extensions=signed_in(),
)
async def flag_counts(
    info: Info,
    filter: LearnerWanted = None,  # noqa: A002
    group_by: Grouped = None,
    on: On = None,
) -> Counts | None:
    """Equal to the counts of the matching lists."""
    return await _counted(info, chosen(filter), group_by, on, Question.FLAG, shown.flags)


@strawberry.field(
    description="Issues of learners in reach by code, and how many learners have one. Null where"
    " an argument is refused.",
    extensions=signed_in(),
)
async def issue_counts(
    info: Info,
    filter: LearnerWanted = None,  # noqa: A002
    group_by: Grouped = None,
    on: On = None,
) -> Counts | None:
    """Equal to the counts of the matching lists."""
    return await _counted(info, chosen(filter), group_by, on, Question.ISSUE, shown.issues)


async def _counted(
    info: Info,
    wanted: LearnerFilter,
    group_by: Grouping | None,
    on: date | None,
    question: Question,
    make: shown.Make,
) -> Counts:
    """From what is stored for today; of another day all three kinds come of one walk."""
    load, day = info.context.load, other_day(info, on)
    note_filter(info, wanted)
    if day is None:
        found = await load(counts_by_counting, Counting(question, wanted, group_by))
    else:
        found = (await load(tally_by_filter, (wanted, group_by), day)).of(question)
    return shown.counts(found, group_by, make, await _out_of_reach(info, wanted))


async def _out_of_reach(info: Info, wanted: LearnerFilter) -> int:
    """Member centres of the consortium that are not counted."""
    if wanted.consortium is None:
        return 0
    found = await info.context.load(consortium_by_code, wanted.consortium)
    return 0 if found is None else int(found.centres_out_of_reach)
