"""Collects the learners whose flags a feed may change, to be derived again."""

from actions.attachment import OF_LEARNERS, reattach
from database.connection import Connection
from database.query import Dialect
from database.temporary_tables import create_temporary, create_temporary_from

TOUCHED = "touched"

PEOPLE = "moved_people"
"""Table of learners whose ULN, name or course changed: old and new values."""

_CHANGED = "(r.target_id IS NULL OR r.changed)"

_SHOWN = {
    "entries.csv": "r.shown",
    "das_components.csv": "FALSE",
}
"""For files with data under embargo: the condition under which a change is visible at once."""

_BY_FILE = {
    "requirements.csv": """
        SELECT g.learner_id, g.id FROM registration g JOIN ready_requirements r ON r.level = g.level
        WHERE {changed}""",
    "lines.csv": """
        SELECT g.learner_id, g.id FROM registration g JOIN ready_lines r ON r.code = g.line
        WHERE {changed}""",
    "series.csv": """
        SELECT e.learner_id, e.registration_id FROM entry e
        JOIN ready_series r ON e.series LIKE r.month || ' %' WHERE {changed}""",
    "qualifications.csv": """
        SELECT g.learner_id, g.id FROM entry e
        JOIN ready_qualifications r ON r.qan = e.qan
        JOIN registration g ON g.id = COALESCE(e.registration_id, e.suspected_id)
        WHERE {changed}
        UNION SELECT g.learner_id, g.id FROM declaration d
        JOIN ready_qualifications r ON r.qan = d.qan
        JOIN registration g ON g.id = d.registration_id WHERE {changed}""",
    "units.csv": """
        SELECT e.learner_id, e.registration_id FROM entry e JOIN ready_units r ON r.qan = e.qan
        WHERE {changed}""",
    "windows.csv": """
        SELECT e.learner_id, e.registration_id FROM entry e JOIN ready_windows r
        ON r.series = e.series AND (r.unit = '' OR r.unit = e.unit)
        WHERE {changed}""",
    "learners.csv": """
        SELECT g.learner_id, g.id FROM learner l JOIN ready_learners r ON r.ref = l.ref
        JOIN registration g ON g.learner_id = l.id WHERE {changed}""",
    "registrations.csv": """
        SELECT g.learner_id, g.id FROM registration g
        JOIN ready_registrations r ON r.ref = g.ref WHERE {changed}""",
    "entries.csv": """
        SELECT g.learner_id, g.id FROM ready_entries r JOIN registration g
        ON g.id IN (r.registration_id, r.suspected_id, r.old_registration_id, r.old_suspected_id)
        WHERE {changed}""",
    "verifications.csv": """
        SELECT e.learner_id, e.registration_id FROM entry e JOIN ready_verifications r
        ON r.centre_id = e.centre_id AND r.qan = e.qan AND {in_year}
        WHERE {changed}""",
    "das.csv": """
        SELECT g.learner_id, g.id FROM registration g JOIN ready_das r ON r.registration_id = g.id
        WHERE {changed}""",
    "das_components.csv": """
        SELECT g.learner_id, g.id FROM registration g
        JOIN ready_das_components r ON r.registration_id = g.id WHERE {changed}""",
}

_FORMER_PEOPLE = {
    "learners.csv": """
        SELECT l.id, l.uln, l.name_key FROM learner l
        JOIN ready_learners r ON r.target_id = l.id WHERE r.changed""",
    "registrations.csv": """
        SELECT l.id, l.uln, l.name_key FROM learner l
        JOIN registration g ON g.learner_id = l.id
        JOIN ready_registrations r ON r.target_id = g.id WHERE r.changed""",
}

_CHANGED_PEOPLE = {
    "learners.csv": """
        SELECT l.id, l.uln, l.name_key FROM learner l
        JOIN ready_learners r ON r.ref = l.ref WHERE {changed}""",
    "registrations.csv": """
        SELECT l.id, l.uln, l.name_key FROM learner l
        JOIN ready_registrations r ON r.learner_id = l.id WHERE {changed}""",
}

_MOVED = """
    SELECT g.learner_id, g.id FROM moved_entries m JOIN registration g
    ON g.id IN (m.registration_id, m.suspected_id, m.old_registration_id, m.old_suspected_id)
"""


_OF_SEVERAL_COURSES = f"""
    SELECT g.learner_id FROM registration g JOIN {TOUCHED} q ON q.learner_id = g.learner_id
    GROUP BY g.learner_id HAVING COUNT(DISTINCT g.id) > 1
"""  # noqa: S608 - names are ours


async def create_touched(connection: Connection) -> None:
    """An empty set of learners, each with those courses of theirs of which more is seen.

    Centres that share a learner see nothing of each other's courses: what touches one of them
    makes all be derived again, but readers of the others see only what follows from it.
    """
    columns = "learner_id bigint, registration_id bigint, PRIMARY KEY (learner_id, registration_id)"
    await create_temporary(connection, TOUCHED, columns)


async def touch(connection: Connection, query: str, *, shown: bool = True) -> None:
    """Add the learners with the courses that a query finds.

    Where it is not `shown` what touched them, or the course is 0, only what follows is seen.
    """
    course = "q.registration_id" if shown else "0"
    await connection.execute(
        f"WITH q (learner_id, registration_id) AS ({query})"  # noqa: S608 - queries are ours
        f" INSERT INTO {TOUCHED} (learner_id, registration_id)"
        f" SELECT DISTINCT q.learner_id, {course} FROM q WHERE q.learner_id IS NOT NULL"
        " ON CONFLICT DO NOTHING"
    )


async def number_touched(connection: Connection) -> int:
    """How many learners are touched."""
    return await connection.number(f"SELECT COUNT(DISTINCT learner_id) FROM {TOUCHED}")  # noqa: S608 - names are ours


async def touch_by_file(connection: Connection, file: str) -> None:
    """Add the learners that the new and changed rows of one file bear upon."""
    query = _BY_FILE.get(file)
    if query is None:
        return
    in_year = _in_year(connection, "r.academic_year", "e.entered_on")
    seen = _SHOWN.get(file)
    if seen is None:
        await touch(connection, query.format(changed=_CHANGED, in_year=in_year))
        return
    for shown, condition in ((True, seen), (False, f"NOT {seen}")):
        changed = f"{_CHANGED} AND {condition}"
        await touch(connection, query.format(changed=changed, in_year=in_year), shown=shown)


async def remember_people(connection: Connection, file: str, *, few: bool) -> None:
    """Note the people behind changed rows as they are before writing; what they lose is touched."""
    former = _FORMER_PEOPLE.get(file)
    if former is not None:
        await create_temporary_from(connection, PEOPLE, former, few=few)
        await touch(connection, f"SELECT p.id, 0 FROM {PEOPLE} p")  # noqa: S608 - names are ours


async def reattach_people(connection: Connection, file: str) -> None:
    """Entries follow learners whose key, name or course changed, or who lost a course."""
    changed = _CHANGED_PEOPLE[file].format(changed=_CHANGED)
    await connection.execute(f"INSERT INTO {PEOPLE} {changed}")
    await _reattach(
        connection,
        f"""e.id IN (
            SELECT x.id FROM entry x JOIN {PEOPLE} p ON p.id = x.learner_id
            UNION SELECT x.id FROM entry x JOIN {PEOPLE} p ON p.uln = x.uln
            WHERE x.learner_id IS NULL
            UNION SELECT x.id FROM entry x JOIN {PEOPLE} p ON p.name_key = x.name_key
            WHERE x.learner_id IS NULL)""",  # noqa: S608 - names are ours
    )


async def reattach_among_courses(connection: Connection) -> None:
    """Entries of touched learners with several courses go to the one that now suits best."""
    await _reattach(
        connection,
        OF_LEARNERS.format(learners=_OF_SEVERAL_COURSES),
    )


async def reattach_qualifications(connection: Connection) -> None:
    """Entries follow qualifications that came to the catalogue or changed their component."""
    await _reattach(
        connection,
        "e.qan IN (SELECT r.qan FROM ready_qualifications r"  # noqa: S608 - queries are ours
        f" WHERE {_CHANGED})",
    )


async def _reattach(connection: Connection, condition: str) -> None:
    """Attach entries again, and touch who loses or gets one."""
    if await reattach(connection, condition):
        await touch(connection, _MOVED)


def _in_year(connection: Connection, year: str, day: str) -> str:
    """A day falls into an academic year, September to August."""
    start = f"substr({year}, 1, 4) || '-09-01'"
    end = f"(CAST(substr({year}, 1, 4) AS integer) + 1) || '-08-31'"
    if connection.dialect is Dialect.POSTGRESQL:
        return f"{day} BETWEEN ({start})::date AND ({end})::date"
    return f"{day} BETWEEN {start} AND {end}"
