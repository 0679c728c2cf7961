"""Links a feed's entries to learners, registrations and components before writing them."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import TypeAlias

from actions.attachment import ATTACHED, ATTACHMENT, COURSES, index_courses
from database.connection import Connection
from database.temporary_tables import create_temporary_from
from exchange.feed.merge import Merge, MergeCounts, expressions_of, write
from exchange.feed.undated import Undated, hold_undated
from models.entry import released

_RELEASED = ("result", "result_release_on", "release_assumed")

_VALUES = {
    name: name
    for name in (
        *("uln", "given_name", "family_name", "name_key", "date_of_birth", "kind", "unit"),
        *("series", "status", "status_raw", "entered_on", "marks_submitted_on", "claimed"),
        *("result", "result_release_on"),
    )
}

ENTRIES = Merge(
    "entries.csv",
    "entry",
    {"ref": "s.entry_ref"},
    {**_VALUES, "stated_component": "component"},
    computed={"qan": "s.qan", "centre_id": "c.id", "release_assumed": "FALSE"},
    kept={
        # An assumed day is not known, so it is found once more.
        "result_release_on": "CASE WHEN t.release_assumed THEN NULL ELSE t.result_release_on END"
    },
)


async def prepare_entries(
    connection: Connection, header: frozenset[str], day: date, *, few: bool
) -> list[Undated]:
    """Put entries as they will be, attached, beside the entries as they are.

    The results that are held back, because nothing says from which day on they are released.
    """
    expressions = expressions_of(ENTRIES, header)
    stated = expressions["stated_component"]
    columns = ", ".join(f"{text} AS {name}" for name, text in expressions.items())
    await create_temporary_from(
        connection,
        "filed_entries",
        f"SELECT s.row_number, t.id AS target_id, s.entry_ref AS ref, {columns},"  # noqa: S608 - names are ours
        f" COALESCE({stated}, q.component, 'ASL') AS component"
        " FROM stage_entries s JOIN centre c ON c.number = s.centre_number"
        " LEFT JOIN qualification q ON q.qan = s.qan LEFT JOIN entry t ON t.ref = s.entry_ref",
        few=few,
    )
    undated = await hold_undated(connection, "filed_entries", day)
    courses = f"({COURSES.format(source='filed_entries')})"
    if not few:
        courses = "entry_courses"
        await index_courses(connection, courses, "filed_entries")
    attached = ATTACHED.format(source="filed_entries", courses=courses)
    names = (*expressions, *ATTACHMENT)
    differs = _differ(connection, names)
    shown = _differ(connection, names, _seen_on(day))
    await create_temporary_from(
        connection,
        "ready_entries",
        f"SELECT a.*, (t.id IS NOT NULL AND ({differs})) AS changed,"  # noqa: S608 - names are ours
        f" (t.id IS NULL OR {shown}) AS shown,"
        " t.registration_id AS old_registration_id, t.suspected_id AS old_suspected_id"
        f" FROM ({attached}) a LEFT JOIN entry t ON t.id = a.target_id",
        few=few,
    )
    return undated


Seen: TypeAlias = Callable[[str, str], str]
"""A table and a column of it in, what is seen of it as SQL out."""


def _stored(table: str, column: str) -> str:
    return f"{table}.{column}"


def _seen_on(day: date) -> Seen:
    """What is seen of an entry on a day: of a result nothing before its release."""
    literal = f"'{day}'"

    def seen(table: str, column: str) -> str:
        if column not in _RELEASED:
            return _stored(table, column)
        out = f"{table}.result IS NOT NULL AND {released(table, literal)}"
        return f"CASE WHEN {out} THEN {table}.{column} END"

    return seen


def _differ(connection: Connection, columns: Iterable[str], seen: Seen = _stored) -> str:
    """Whether entries as they will be differ from entries as they are."""
    return " OR ".join(
        f"{seen('t', column)} {connection.differs} {seen('a', column)}" for column in columns
    )


async def write_entries(connection: Connection, counts: MergeCounts) -> None:
    """Update what changed, then insert what is new, attached."""
    await write(connection, ENTRIES, counts, further=ATTACHMENT)
