"""Declarations that stand, over all learners in reach."""

from auth import scope
from database.query import Clause
from loaders.components import DECLARATION_COLUMNS, DECLARATION_TABLES
from loaders.filters import LearnerFilter, learner_clause, modified_clause
from loaders.paging import PageRequest, Slice, sliced
from loaders.reading import Reading
from loaders.rows import DeclarationRow

_DECLARATIONS = f"{DECLARATION_TABLES} JOIN completion c ON c.registration_id = d.registration_id"
_COURSE = "JOIN registration r ON r.id = c.registration_id"


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
    return await reading.connection.number(
        f"SELECT COUNT(*) FROM {_DECLARATIONS} {_COURSE} WHERE {where.text}",  # noqa: S608
        *where.params,
    )


def _declared(reading: Reading, wanted: LearnerFilter) -> Clause:
    connection = reading.connection
    where = scope.declarations(reading.viewer, connection, "d.centre_id")
    where &= Clause("d.removed_at IS NULL") & learner_clause(connection, wanted)
    where &= modified_clause(wanted)
    if wanted.component:
        where &= connection.among("d.component", wanted.component)
    return where
