"""The shopping list: issues of all learners in reach, or of many centres."""

from collections.abc import Sequence

from auth import scope
from database.query import Clause
from loaders.components import ISSUE_SOURCES
from loaders.count_cache import total_in_view
from loaders.counting import Question
from loaders.each import Listed, count_of_each, page_of, page_of_each
from loaders.filters import (
    LearnerFilter,
    course_tables,
    issue_clause,
)
from loaders.paging import PageRequest, Slice, sliced
from loaders.reading import Reading
from loaders.rows import ListedIssueRow
from loaders.select import columns_of
from loaders.views import in_view, in_view_at_centre

_LISTED = Listed(
    ListedIssueRow,
    columns_of(ListedIssueRow, "i", ISSUE_SOURCES),
    "i",
    "centre_id",
    "LEFT JOIN account u ON u.id = i.acknowledged_by_id",
)


async def issue_page(reading: Reading, wanted: LearnerFilter, page: PageRequest) -> Slice:
    """Issues of learners in view."""
    where = _issues(reading, None, wanted) & page.clause
    rows = await page_of(reading.connection, _LISTED, _tables(wanted), where, page)
    return sliced(rows, page.first)


async def issue_count(reading: Reading, wanted: LearnerFilter) -> int:
    """How many issues the learners in view have."""
    total = await total_in_view(reading, Question.ISSUE, wanted)
    if total is not None:
        return total
    where = _issues(reading, None, wanted)
    return await reading.connection.number(
        f"SELECT COUNT(*) FROM {_tables(wanted)} WHERE {where.text}",  # noqa: S608
        *where.params,
    )


async def issue_page_by_centre_id(
    reading: Reading, ids: Sequence[int], wanted: LearnerFilter, page: PageRequest
) -> list[Slice]:
    """The first issues of each centre's learners, in one statement for all centres."""
    where = _issues(reading, ids, wanted) & page.clause
    return await page_of_each(reading.connection, _LISTED, ids, _tables(wanted), where, page)


async def issue_count_by_centre_id(
    reading: Reading, ids: Sequence[int], wanted: LearnerFilter
) -> list[int]:
    """How many issues each centre's learners have, in one statement."""
    where = _issues(reading, ids, wanted)
    return await count_of_each(reading.connection, _tables(wanted), _LISTED.of, ids, where)


def _tables(wanted: LearnerFilter) -> str:
    return f"{course_tables(wanted)} JOIN issue i ON i.registration_id = c.registration_id"


def _issues(reading: Reading, ids: Sequence[int] | None, wanted: LearnerFilter) -> Clause:
    """Issues of learners in view as a whole, or as each of some centres has them."""
    connection, viewer = reading.connection, reading.viewer
    if ids is None:
        where = in_view(viewer, connection, wanted)
    else:
        where = connection.among("c.centre_id", ids)
        where &= in_view_at_centre(viewer, connection, wanted)
    where &= issue_clause(connection, wanted)
    return where & scope.issues(viewer, connection, "i.centre_id")
