"""Pages of learners: all that the viewer may see, or those of many centres at once."""

from collections.abc import Sequence

from database.query import Clause
from loaders.count_cache import total_in_view
from loaders.counting import Question
from loaders.each import Listed, count_of_each, page_of, page_of_each
from loaders.filters import LearnerFilter, course_tables, learner_clause
from loaders.learners import LEARNER_BESIDE, LEARNER_SOURCES
from loaders.paging import PageRequest, Slice, sliced
from loaders.reading import Reading
from loaders.rows import LearnerRow
from loaders.select import columns_of
from loaders.views import in_view, in_view_at_centre


class ListedLearnerRow(LearnerRow, frozen=True):
    """A learner with the sort keys of lists."""

    award: str
    name_order: str
    registered_on: str
    stage: str
    urgency: str
    due: str


_KEYS = ("award", "name_order", "registered_on", "stage", "urgency", "due")
LISTED_COLUMNS = columns_of(
    ListedLearnerRow, "l", {**LEARNER_SOURCES, **{name: f"c.{name}" for name in _KEYS}}
)
_LISTED = Listed(ListedLearnerRow, LISTED_COLUMNS, "c", "centre_id", LEARNER_BESIDE)


async def learner_page(reading: Reading, wanted: LearnerFilter, page: PageRequest) -> Slice:
    """Learners in view, each once."""
    where = in_view(reading.viewer, reading.connection, wanted)
    where &= learner_clause(reading.connection, wanted) & page.clause
    rows = await page_of(reading.connection, _LISTED, course_tables(wanted), where, page)
    return sliced(rows, page.first)


async def learner_count(reading: Reading, wanted: LearnerFilter) -> int:
    """How many learners are in view."""
    total = await total_in_view(reading, Question.GROUP, wanted)
    if total is not None:
        return total
    where = in_view(reading.viewer, reading.connection, wanted)
    where &= learner_clause(reading.connection, wanted)
    return await reading.connection.number(
        f"SELECT COUNT(*) FROM {course_tables(wanted)} WHERE {where.text}",  # noqa: S608
        *where.params,
    )


async def learner_page_by_centre_id(
    reading: Reading, ids: Sequence[int], wanted: LearnerFilter, page: PageRequest
) -> list[Slice]:
    """The first learners of each centre, in one statement for all centres."""
    where = _at_centres(reading, ids, wanted) & page.clause
    tables = course_tables(wanted)
    return await page_of_each(reading.connection, _LISTED, ids, tables, where, page)


async def learner_count_by_centre_id(
    reading: Reading, ids: Sequence[int], wanted: LearnerFilter
) -> list[int]:
    """How many learners each centre has, in one statement."""
    where = _at_centres(reading, ids, wanted)
    tables = course_tables(wanted)
    return await count_of_each(reading.connection, tables, _LISTED.of, ids, where)


def _at_centres(reading: Reading, ids: Sequence[int], wanted: LearnerFilter) -> Clause:
    """Learners by their foremost registration at each centre."""
    connection = reading.connection
    where = connection.among("c.centre_id", ids)
    where &= in_view_at_centre(reading.viewer, connection, wanted)
    return where & learner_clause(connection, wanted)
