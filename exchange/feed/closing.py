"""Full feeds: closes rows that a file no longer mentions, within what it names."""

from collections.abc import Mapping
from typing import NamedTuple

from database.connection import Connection
from exchange.feed.contract import NOT_IN_FULL_FEED
from exchange.feed.outdated import NEWER
from exchange.feed.touch import touch


class Closing(NamedTuple):
    """How unmentioned rows `t` of one file are found and closed."""

    table: str
    unmentioned: str
    close: str | None
    """Columns set on a closed row; None to delete it."""
    courses: str | None = None
    """The learner and the course of a closed row, for deriving again."""


_AT_NAMED_CENTRES = """
    t.centre_id IN (
        SELECT c.id FROM centre c JOIN stage_{stem} s ON s.centre_number = c.number)
    AND NOT EXISTS (SELECT 1 FROM stage_{stem} s WHERE {same})
"""

_OF_NAMED_REGISTRATIONS = f"""
    t.centre_id IN (
        SELECT r.centre_id FROM registration r
        JOIN stage_{{stem}} s ON s.registration_ref = r.ref)
    AND NOT EXISTS (
        SELECT 1 FROM stage_{{stem}} s JOIN registration r ON r.ref = s.registration_ref
        WHERE r.id = t.registration_id {{same}})
    AND NOT EXISTS (SELECT 1 FROM {NEWER} n WHERE n.registration_id = t.registration_id)
"""  # noqa: S608 - names are ours

_WITHDRAWN = f"status = 'WITHDRAWN', status_raw = '{NOT_IN_FULL_FEED}'"

_OWNER = "SELECT g.learner_id, g.id FROM registration g JOIN {table} t ON t.registration_id = g.id"

CLOSINGS: Mapping[str, Closing] = {
    "consortia.csv": Closing(
        "consortium_centre",
        """t.consortium_id IN (
            SELECT k.id FROM consortium k JOIN stage_consortia s ON s.consortium_code = k.code)
        AND NOT EXISTS (
            SELECT 1 FROM stage_consortia s JOIN consortium k ON k.code = s.consortium_code
            JOIN centre c ON c.number = s.centre_number
            WHERE k.id = t.consortium_id AND c.id = t.centre_id)""",
        None,
    ),
    "lines.csv": Closing(
        "line_of_learning",
        "t.active AND NOT EXISTS (SELECT 1 FROM stage_lines s WHERE s.line = t.code)",
        "active = FALSE",
        "SELECT g.learner_id, g.id FROM registration g JOIN line_of_learning t ON t.code = g.line",
    ),
    "units.csv": Closing(
        "unit",
        """t.qan IN (SELECT s.qan FROM stage_units s) AND NOT EXISTS (
            SELECT 1 FROM stage_units s WHERE s.qan = t.qan AND s.unit = t.code)""",
        None,
        """SELECT e.learner_id, e.registration_id FROM entry e JOIN unit t ON t.qan = e.qan
       """,
    ),
    "windows.csv": Closing(
        "submission_window",
        """t.series IN (SELECT s.series FROM stage_windows s) AND NOT EXISTS (
            SELECT 1 FROM stage_windows s WHERE s.series = t.series AND s.unit = t.unit)""",
        None,
        """SELECT e.learner_id, e.registration_id FROM entry e JOIN submission_window t
        ON t.series = e.series""",
    ),
    "registrations.csv": Closing(
        "registration",
        "t.status <> 'WITHDRAWN' AND"
        + _AT_NAMED_CENTRES.format(stem="registrations", same="s.registration_ref = t.ref"),
        f"{_WITHDRAWN}, version = version + 1",
        "SELECT t.learner_id, t.id FROM registration t",
    ),
    "entries.csv": Closing(
        "entry",
        "t.status <> 'WITHDRAWN' AND"
        + _AT_NAMED_CENTRES.format(stem="entries", same="s.entry_ref = t.ref"),
        _WITHDRAWN,
        """SELECT g.learner_id, g.id FROM registration g
        JOIN entry t ON g.id IN (t.registration_id, t.suspected_id)""",
    ),
    "verifications.csv": Closing(
        "verification",
        _AT_NAMED_CENTRES.format(
            stem="verifications",
            same="""s.qan = t.qan AND s.academic_year = t.academic_year AND EXISTS (
                SELECT 1 FROM centre c WHERE c.id = t.centre_id AND c.number = s.centre_number)""",
        ),
        None,
        """SELECT e.learner_id, e.registration_id FROM entry e JOIN verification t
        ON t.centre_id = e.centre_id AND t.qan = e.qan""",
    ),
    "das.csv": Closing(
        "das_record",
        _OF_NAMED_REGISTRATIONS.format(stem="das", same=""),
        None,
        _OWNER.format(table="das_record"),
    ),
    "das_components.csv": Closing(
        "das_component",
        _OF_NAMED_REGISTRATIONS.format(stem="das_components", same="AND s.component = t.component"),
        None,
        _OWNER.format(table="das_component"),
    ),
}


async def close_unmentioned(connection: Connection, file: str) -> int:
    """Close what a full file no longer mentions; how many rows that were."""
    closing = CLOSINGS.get(file)
    if closing is None:
        return 0
    closed = await connection.number(
        f"SELECT COUNT(*) FROM {closing.table} t WHERE {closing.unmentioned}"  # noqa: S608 - names are ours
    )
    if not closed:
        return 0
    if closing.courses is not None:
        await touch(connection, f"{closing.courses} WHERE {closing.unmentioned}")
    table = f"{closing.table} AS t"
    if closing.close is None:
        statement = f"DELETE FROM {table} WHERE {closing.unmentioned}"  # noqa: S608
    else:
        statement = f"UPDATE {table} SET {closing.close} WHERE {closing.unmentioned}"  # noqa: S608
    await connection.execute(statement)
    return closed
