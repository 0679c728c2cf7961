"""Learners of a course for whom a qualification may be declared."""

from typing import NamedTuple

from auth import scope
from database.query import Clause
from database.slotted import SlottedRow
from domain.vocabulary import ComponentType
from loaders.paging import PageRequest, Slice, sliced
from loaders.reading import Reading
from loaders.select import columns_of


class CandidateRow(SlottedRow, frozen=True):
    """A registration on a course that a qualification may be declared for."""

    id: int
    learner_id: int
    centre_id: int
    uln: str | None
    given_name: str
    family_name: str
    registered_on: str | None
    anticipated_award: str | None
    status: str
    required: bool
    complete: bool
    entry_flag: str | None
    declared: bool
    qan: str
    """What would be declared."""
    name_order: str

    @property
    def registration_id(self) -> int:
        """A candidate is a registration."""
        return self.id


_COLUMNS = columns_of(
    CandidateRow,
    "r",
    {
        "uln": "l.uln",
        "given_name": "l.given_name",
        "family_name": "l.family_name",
        "anticipated_award": "r.award",
        "required": "k.required",
        "complete": "k.complete",
        "entry_flag": "k.entry_flag",
        "declared": "EXISTS (SELECT 1 FROM declaration d WHERE d.registration_id = r.id"
        " AND d.component = k.type AND d.qan = ? AND d.removed_at IS NULL)",
        "qan": "CAST(? AS TEXT)",
        "name_order": "c.name_order",
    },
)
_TABLES = """
    registration r JOIN learner l ON l.id = r.learner_id
    JOIN component k ON k.registration_id = r.id
    JOIN completion c ON c.registration_id = r.id
"""


class CandidateCourse(NamedTuple):
    """Whom to list, and what is to be declared for them."""

    centre_id: int
    line: str
    level: str
    component: ComponentType
    qan: str


async def candidate_page(reading: Reading, course: CandidateCourse, page: PageRequest) -> Slice:
    """Learners on the course who have not left it, by name."""
    where = _where(reading, course) & page.clause
    rows = await reading.connection.rows(
        CandidateRow,
        f"SELECT {_COLUMNS} FROM {_TABLES} WHERE {where.text} {page.tail}",  # noqa: S608
        course.qan,
        course.qan,
        *where.params,
    )
    return sliced(rows, page.first)


async def candidate_count(reading: Reading, course: CandidateCourse) -> int:
    """How many learners are on the course."""
    where = _where(reading, course)
    return await reading.connection.number(
        f"SELECT COUNT(*) FROM {_TABLES} WHERE {where.text}",  # noqa: S608
        *where.params,
    )


def _where(reading: Reading, course: CandidateCourse) -> Clause:
    own = Clause(
        "r.centre_id = ? AND r.line = ? AND r.level = ? AND k.type = ? AND r.status <> 'WITHDRAWN'",
        (course.centre_id, course.line, course.level, course.component.value),
    )
    return own & scope.registrations(reading.viewer, reading.connection, "r.centre_id", "r.id")
