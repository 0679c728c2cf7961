"""Lists over all learners in reach: the shopping list, and what is declared elsewhere."""

from collections.abc import Sequence

from auth import scope
from loaders.components import DECLARATION_COLUMNS, DECLARATION_TABLES, ISSUE_SOURCES
from loaders.filters import LearnerFilter, issue_clause, learner_clause
from loaders.learners import COURSE_TABLES, in_view, in_view_at_centre
from loaders.paging import PageRequest, Slice, sliced
from loaders.reading import Reading, grouped
from loaders.rows import DeclarationRow, ListedIssueRow
from loaders.select import columns_of
from models.database import Clause

_ISSUE_COLUMNS = columns_of(ListedIssueRow, "i", ISSUE_SOURCES)
_ISSUES = f"{COURSE_TABLES} JOIN issue i ON i.registration_id = c.registration_id"
_DECLARATIONS = f"{DECLARATION_TABLES} JOIN completion c ON c.registration_id = d.registration_id"
_COURSE = "JOIN registration r ON r.id = c.registration_id"


async def issue_page(reading: Reading, wanted: LearnerFilter, page: PageRequest) -> Slice:
    """Issues of learners in view."""
    where = _issues(reading, None, wanted) & page.clause
    rows = await reading.connection.rows(
        ListedIssueRow,
        f"SELECT {_ISSUE_COLUMNS} FROM {_ISSUES}"  # noqa: S608
        f" LEFT JOIN account u ON u.id = i.acknowledged_by_id WHERE {where.text}"
        f" {page.tail}",
        *where.params,
    )
    return sliced(rows, page.first)


async def issue_count(reading: Reading, wanted: LearnerFilter) -> int:
    """How many issues the learners in view have."""
    where = _issues(reading, None, wanted)
    rows = await reading.connection.tuples(
        f"SELECT COUNT(*) FROM {_ISSUES} WHERE {where.text}",  # noqa: S608
        *where.params,
    )
    return int(rows[0][0])


async def issue_page_by_centre_id(
    reading: Reading, ids: Sequence[int], wanted: LearnerFilter, page: PageRequest
) -> list[Slice]:
    """The first issues of each centre's learners, in one statement for all centres."""
    where = _issues(reading, ids, wanted) & page.clause
    rows = await reading.connection.rows(
        ListedIssueRow,
        f"""SELECT {", ".join(ListedIssueRow.__struct_fields__)} FROM (
            SELECT {_ISSUE_COLUMNS},
            row_number() OVER (PARTITION BY i.centre_id ORDER BY {page.order.text}) AS place
            FROM {_ISSUES} LEFT JOIN account u ON u.id = i.acknowledged_by_id
            WHERE {where.text}) p
        WHERE p.place <= ? ORDER BY p.centre_id, p.place""",  # noqa: S608
        *where.params,
        page.first + 1,
    )
    return [sliced(group, page.first) for group in grouped(ids, rows, lambda row: row.centre_id)]


async def issue_count_by_centre_id(
    reading: Reading, ids: Sequence[int], wanted: LearnerFilter
) -> list[int]:
    """How many issues each centre's learners have, in one statement."""
    where = _issues(reading, ids, wanted)
    rows = await reading.connection.tuples(
        f"SELECT i.centre_id, COUNT(*) FROM {_ISSUES} WHERE {where.text}"  # noqa: S608
        " GROUP BY i.centre_id",
        *where.params,
    )
    counts = {row[0]: int(row[1]) for row in rows}
    return [counts.get(centre_id, 0) for centre_id in ids]


def _issues(reading: Reading, ids: Sequence[int] | None, wanted: LearnerFilter) -> Clause:
    """Issues of learners in view as a whole, or as each of some centres has them."""
    connection, viewer = reading.connection, reading.viewer
    if ids is None:
        where = in_view(viewer, connection)
    else:
        where = connection.among("c.centre_id", ids) & in_view_at_centre(viewer, connection)
    where &= issue_clause(connection, wanted)
    return where & scope.issues(viewer, connection, "i.centre_id")


async def declaration_page(reading: Reading, wanted: LearnerFilter, page: PageRequest) -> Slice:
    """Standing declarations of learners in reach, the newest first."""
    where = _declared(reading, wanted) & page.clause
    rows = await reading.connection.rows(
        DeclarationRow,
        f"SELECT {DECLARATION_COLUMNS} FROM {_DECLARATIONS} {_COURSE} WHERE {where.text}"  # noqa: S608
        f" {page.tail}",
        *where.params,
    )
    return sliced(rows, page.first)


async def declaration_count(reading: Reading, wanted: LearnerFilter) -> int:
    """How many declarations of learners in reach stand."""
    where = _declared(reading, wanted)
    rows = await reading.connection.tuples(
        f"SELECT COUNT(*) FROM {_DECLARATIONS} {_COURSE} WHERE {where.text}",  # noqa: S608
        *where.params,
    )
    return int(rows[0][0])


def _declared(reading: Reading, wanted: LearnerFilter) -> Clause:
    connection = reading.connection
    where = scope.declarations(reading.viewer, connection, "d.centre_id")
    where &= Clause("d.removed_at IS NULL") & learner_clause(connection, wanted)
    if wanted.component:
        where &= connection.among("d.component", wanted.component)
    return where
