"""Checks across rows and files (stage 4): duplicate keys, references to nothing."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from database.connection import Connection
from exchange.feed.contract import FILES, File
from exchange.feed.problems import FeedProblem, Problems
from exchange.feed.reading import Layout
from exchange.feed.staging import stage_name


class Check(NamedTuple):
    """A query over staged rows `s` that finds the wrong ones."""

    file: str
    column: str
    code: str
    message: str
    wrong: str
    """Condition that holds for a wrong row."""
    kept: str = "FALSE"
    """Condition under which the stored value stands in for a column that the file lacks."""
    beside: str | None = None
    """A file whose staged rows are looked at as well: without some of them, others are wrong."""


def _unknown(file: str, column: str, table: str, key: str, stage: str, word: str) -> Check:
    """Rows that point to something neither known nor in the feed."""
    return Check(
        file,
        column,
        f"UNKNOWN_{word.upper().replace(' ', '_')}",
        f"There is no such {word}, neither known nor in this feed.",
        f"NOT EXISTS (SELECT 1 FROM {table} k WHERE k.{key} = s.{column})"  # noqa: S608 - names are ours
        f" AND NOT EXISTS (SELECT 1 FROM stage_{stage} k WHERE k.{column} = s.{column})",
        beside=f"{stage}.csv",
    )


_ULN_TAKEN = """
    WITH RECURSIVE stuck (learner_ref) AS (
        SELECT s.learner_ref FROM stage_learners s
        JOIN learner l ON l.uln = s.uln AND l.ref <> s.learner_ref
        WHERE NOT EXISTS (SELECT 1 FROM stage_learners o
            WHERE o.learner_ref = l.ref AND (o.uln IS NULL OR o.uln <> l.uln))
        UNION
        SELECT (SELECT MIN(s.learner_ref) FROM learner l
            JOIN stage_learners s ON s.uln = l.uln AND s.learner_ref <> l.ref
            WHERE l.ref = k.learner_ref)
        FROM stuck k WHERE k.learner_ref IS NOT NULL)
    SELECT k.learner_ref FROM stuck k WHERE k.learner_ref IS NOT NULL
"""
"""Learners who want a ULN that its holder keeps, for good or because the one it wants is kept too.

Who waits for whom is asked for one learner at a time: a chain of them is gone through once.
"""

_CENTRE = ("centre_number", "centre", "number", "centres", "centre")
_REGISTRATION = ("registration_ref", "registration", "ref", "registrations", "registration")

CHECKS: tuple[Check, ...] = (
    _unknown("consortia.csv", *_CENTRE),
    _unknown("units.csv", "qan", "qualification", "qan", "qualifications", "qualification"),
    Check(
        "consortia.csv",
        "consortium_name",
        "CONSORTIUM_NAME",
        "An earlier row gives this consortium another name.",
        """EXISTS (
            SELECT 1 FROM stage_consortia o
            WHERE o.consortium_code = s.consortium_code AND o.row_number < s.row_number
            AND o.consortium_name <> s.consortium_name)""",
    ),
    Check(
        "windows.csv",
        "closes_on",
        "WINDOW_ORDER",
        "The window closes before it opens.",
        "s.closes_on < s.opens_on",
    ),
    Check(
        "learners.csv",
        "uln",
        "DUPLICATE_ULN",
        "Another row of this file has the same ULN.",
        """s.uln IS NOT NULL AND EXISTS (
            SELECT 1 FROM stage_learners o
            WHERE o.uln = s.uln AND o.learner_ref <> s.learner_ref)""",
    ),
    Check(
        "learners.csv",
        "uln",
        "ULN_TAKEN",
        "Another learner already has this ULN.",
        f"s.learner_ref IN ({_ULN_TAKEN})",
        beside="learners.csv",
    ),
    _unknown("registrations.csv", "learner_ref", "learner", "ref", "learners", "learner"),
    _unknown("registrations.csv", *_CENTRE),
    _unknown("entries.csv", *_CENTRE),
    Check(
        "entries.csv",
        "unit",
        "UNIT_MISSING",
        "An entry of kind UNIT must name its unit.",
        "s.kind = 'UNIT' AND s.unit IS NULL",
        "EXISTS (SELECT 1 FROM entry t WHERE t.ref = s.entry_ref AND t.unit IS NOT NULL)",
    ),
    _unknown("verifications.csv", *_CENTRE),
    _unknown("das.csv", *_REGISTRATION),
    _unknown("das_components.csv", *_REGISTRATION),
)


def looked_at(files: Iterable[File]) -> list[File]:
    """The files whose staged rows are looked at when these are checked and written."""
    names = {file.name for file in files}
    names |= {check.beside for check in CHECKS if check.file in names and check.beside}
    return [file for file in FILES if file.name in names]


async def check_file(connection: Connection, layout: Layout, problems: Problems) -> set[int]:
    """Run the checks of one file; the numbers of its wrong rows, which leave the stage."""
    wrong: set[int] = set()
    file = layout.file
    checks = (_duplicates(file, connection.differs), *_checks_of(file))
    while checks:
        found: set[int] = set()
        # No row leaves before all checks have seen it, so that all of its faults are told.
        for check in checks:
            found |= await _wrong_rows(connection, layout, check, problems)
        await _remove(connection, stage_name(file), found)
        wrong |= found
        # Files that come later have not been checked yet; in this one a gap may make others wrong.
        checks = tuple(check for check in checks if found and check.beside == file.name)
    return wrong


async def _wrong_rows(
    connection: Connection, layout: Layout, check: Check, problems: Problems
) -> set[int]:
    """The numbers of the rows that a check finds, each of which becomes a problem."""
    column = f's."{check.column}"'
    kept = "FALSE" if check.column in layout.header else check.kept
    found = await connection.tuples(
        f"SELECT s.row_number, CAST({column} AS text) FROM {stage_name(layout.file)} s"  # noqa: S608 - names are ours
        f" WHERE {check.wrong} AND NOT ({kept}) ORDER BY s.row_number"
    )
    for number, value in found:
        problems.add(
            FeedProblem(check.file, number, check.column, check.code, value, check.message)
        )
    return {row[0] for row in found}


def _checks_of(file: File) -> Iterator[Check]:
    return (check for check in CHECKS if check.file == file.name)


def _duplicates(file: File, differs: str) -> Check:
    """Rows whose key an earlier row has, and all of one key that contradict each other."""
    same = " AND ".join(f'o."{name}" = s."{name}"' for name in file.key)
    # Of a status word that is not known, only the word itself tells it from another one.
    words = (f"{name}_raw" for name, column in file.columns.items() if column.status)
    other = " OR ".join(f'o."{name}" {differs} s."{name}"' for name in (*file.columns, *words))
    return Check(
        file.name,
        file.key[-1],
        "DUPLICATE_KEY",
        f"Another row has the same {' and '.join(file.key)}.",
        f"EXISTS (SELECT 1 FROM {stage_name(file)} o WHERE {same}"  # noqa: S608 - names are ours
        f" AND (o.row_number < s.row_number OR o.row_number > s.row_number AND ({other})))",
    )


async def _remove(connection: Connection, stage: str, numbers: Collection[int]) -> None:
    if numbers:
        rows = connection.among("row_number", numbers)
        await connection.execute(f"DELETE FROM {stage} WHERE {rows.text}", *rows.params)  # noqa: S608
