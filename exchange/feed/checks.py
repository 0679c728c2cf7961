"""Checks across rows and files (stage 4): duplicate keys, references to nothing."""

from collections.abc import Iterable, Iterator, Sequence
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
    """Another file whose staged rows are looked at as well."""


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
            WHERE o.uln = s.uln AND o.row_number <> s.row_number)""",
    ),
    Check(
        "learners.csv",
        "uln",
        "ULN_TAKEN",
        "Another learner already has this ULN.",
        """s.uln IS NOT NULL AND EXISTS (
            SELECT 1 FROM learner l
            WHERE l.uln = s.uln AND l.ref <> s.learner_ref
            AND NOT EXISTS (SELECT 1 FROM stage_learners o
                WHERE o.learner_ref = l.ref AND (o.uln IS NULL OR o.uln <> l.uln)))""",
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
    stage = stage_name(file)
    for check in (_duplicates(file, connection.differs), *_checks_of(file)):
        column = f's."{check.column}"'
        kept = "FALSE" if check.column in layout.header else check.kept
        # A row that leaves the stage can make another one wrong, so look until nothing is found.
        while found := await connection.tuples(
            f"SELECT s.row_number, CAST({column} AS text) FROM {stage} s"  # noqa: S608 - names are ours
            f" WHERE {check.wrong} AND NOT ({kept}) ORDER BY s.row_number"
        ):
            for number, value in found:
                wrong.add(number)
                problems.add(
                    FeedProblem(file.name, number, check.column, check.code, value, check.message)
                )
            await _remove(connection, stage, [number for number, _ in found])
    return wrong


def _checks_of(file: File) -> Iterator[Check]:
    return (check for check in CHECKS if check.file == file.name)


def _duplicates(file: File, differs: str) -> Check:
    """Rows whose key an earlier row has, and all of one key that contradict each other."""
    same = " AND ".join(f'o."{name}" = s."{name}"' for name in file.key)
    other = " OR ".join(f'o."{name}" {differs} s."{name}"' for name in file.columns)
    return Check(
        file.name,
        file.key[-1],
        "DUPLICATE_KEY",
        f"Another row has the same {' and '.join(file.key)}.",
        f"EXISTS (SELECT 1 FROM {stage_name(file)} o WHERE {same}"  # noqa: S608 - names are ours
        f" AND (o.row_number < s.row_number OR o.row_number > s.row_number AND ({other})))",
    )


async def _remove(connection: Connection, stage: str, numbers: Sequence[int]) -> None:
    rows = connection.among("row_number", numbers)
    await connection.execute(f"DELETE FROM {stage} WHERE {rows.text}", *rows.params)  # noqa: S608
