"""What is odd among learners and registrations once a feed is written: told, never refused."""

from typing import Final, NamedTuple

from database.connection import Connection
from exchange.feed.problems import FeedProblem, Problems
from exchange.feed.reading import Layout


class Doubt(NamedTuple):
    """A query over the rows of a file as they were written, and what is told of those it finds."""

    file: str
    column: str
    code: str
    message: str
    odd: str
    """Row numbers and values."""


def _shared(column: str) -> Doubt:
    """Learners of a feed who have an identifier of which another learner has the same."""
    return Doubt(
        "learners.csv",
        column,
        f"SHARED_{column.upper()}",
        f"Another learner has the same {column.upper()}; one of them may be there twice.",
        f"SELECT s.row_number, s.{column} FROM stage_learners s WHERE s.{column} IN ("  # noqa: S608 - names are ours
        f"SELECT l.{column} FROM learner l WHERE l.{column} IN ("
        f"SELECT o.{column} FROM stage_learners o WHERE o.{column} IS NOT NULL)"
        f" GROUP BY l.{column} HAVING COUNT(*) > 1)",
    )


_DOUBTS: Final = (
    _shared("uci"),
    _shared("upn"),
    Doubt(
        "registrations.csv",
        "level",
        "TWO_REGISTRATIONS",
        "The learner has another accepted registration at this level.",
        """SELECT s.row_number, s.level FROM stage_registrations s
        JOIN registration r ON r.ref = s.registration_ref
        WHERE r.status = 'ACCEPTED' AND (r.learner_id, r.level) IN (
            SELECT o.learner_id, o.level FROM registration o
            WHERE o.status = 'ACCEPTED' AND o.learner_id IN (
                SELECT x.learner_id FROM stage_registrations t
                JOIN registration x ON x.ref = t.registration_ref)
            GROUP BY o.learner_id, o.level HAVING COUNT(*) > 1)""",
    ),
    Doubt(
        "registrations.csv",
        "line",
        "UNKNOWN_LINE",
        "No line of learning has this code, so the course cannot be judged.",
        """SELECT s.row_number, s.line FROM stage_registrations s
        WHERE NOT EXISTS (SELECT 1 FROM line_of_learning n WHERE n.code = s.line)""",
    ),
    Doubt(
        "registrations.csv",
        "level",
        "UNKNOWN_LEVEL",
        "No level with this code has requirements, so the course cannot be judged.",
        """SELECT s.row_number, s.level FROM stage_registrations s
        WHERE NOT EXISTS (SELECT 1 FROM requirement n WHERE n.level = s.level)""",
    ),
)


async def warn_of_doubts(connection: Connection, layout: Layout, problems: Problems) -> None:
    """Tell what is odd about the rows of one file, when all files are written."""
    for doubt in _DOUBTS:
        if doubt.file != layout.file.name or doubt.column not in layout.header:
            continue
        for number, value in await connection.tuples(f"{doubt.odd} ORDER BY s.row_number"):
            problems.warn(
                FeedProblem(doubt.file, number, doubt.column, doubt.code, value, doubt.message)
            )
