"""SQL that links entries to learners (by exact ULN only), registrations and components."""

from database.connection import Connection
from database.temporary_tables import create_temporary_from

COURSES = """
    SELECT l.uln, r.centre_id, r.learner_id, MIN(r.id) AS registration_id, COUNT(*) AS courses
    FROM learner l JOIN registration r ON r.learner_id = l.id
    WHERE l.uln IN (SELECT e.uln FROM {source} e)
    GROUP BY l.uln, r.centre_id, r.learner_id
"""
"""The courses at each centre of whoever has the ULN of a source's entries."""


def _holds(listed: str, value: str) -> str:
    """A list with bars between its values holds one, to the letter on every database."""
    barred = f"('|' || {listed} || '|')"
    return f"replace({barred}, '|' || {value} || '|', '') <> {barred}"


_ALLOWED = f"""
    {_holds("n.qualification_levels", "q.level")}
    AND (q.lines = 'ANY' OR {_holds("q.lines", "r.line")})
"""

SUITS = f"""
    EXISTS (SELECT 1 FROM qualification q
        JOIN requirement n ON n.level = r.level AND n.component = e.component
        WHERE q.qan = e.qan AND {_ALLOWED})
"""  # noqa: S608 - names are ours
"""Condition: level and line of a registration `r` allow the qualification of an entry `e`."""

_BEST = f"""
    SELECT r.id FROM registration r
    LEFT JOIN qualification q ON q.qan = e.qan
    LEFT JOIN requirement n ON n.level = r.level AND n.component = e.component
    WHERE r.learner_id = {{learner}} AND r.centre_id = e.centre_id
    ORDER BY CASE WHEN {_ALLOWED} THEN 0 ELSE 1 END,
        CASE WHEN r.status = 'WITHDRAWN' THEN 1 ELSE 0 END,
        COALESCE(r.award, '') DESC, r.ref
    LIMIT 1
"""  # noqa: S608 - names are ours
"""The registration of a learner at the entry's centre that the entry belongs to."""

_NAMESAKE = """
    (SELECT CASE WHEN MIN(l.id) = MAX(l.id) THEN MAX(l.id) END
    FROM learner l JOIN registration o ON o.learner_id = l.id
    WHERE l.name_key = e.name_key AND o.centre_id = e.centre_id
    AND (l.date_of_birth = e.date_of_birth
        OR l.date_of_birth IS NULL OR e.date_of_birth IS NULL))
"""
"""The only learner of the centre with the entry's name whose birth date does not differ."""

ATTACHED = f"""
    SELECT e.*, k.learner_id,
        CASE WHEN k.courses = 1 THEN k.registration_id
        WHEN k.courses > 1 THEN ({_BEST.format(learner="k.learner_id")})
        END AS registration_id,
        CASE WHEN k.learner_id IS NULL AND e.name_key IS NOT NULL
        THEN ({_BEST.format(learner=_NAMESAKE)})
        END AS suspected_id
    FROM {{source}} e
    LEFT JOIN {{courses}} k ON k.uln = e.uln AND k.centre_id = e.centre_id
"""  # noqa: S608 - names are ours

OF_LEARNERS = """
    e.id IN (SELECT x.id FROM entry x WHERE x.learner_id IN ({learners})
        UNION SELECT x.id FROM entry x JOIN registration g ON g.id = x.suspected_id
        WHERE g.learner_id IN ({learners}))
"""
"""The entries `e` of some learners, and those that are suspected to be theirs."""

ATTACHMENT = ("learner_id", "registration_id", "suspected_id", "component")
"""The columns of an entry that are filled in."""


async def reattach(connection: Connection, condition: str) -> bool:
    """Attach again the entries `e` that a condition names; their courses, old and new, are touched.

    Leaves the temporary table `moved_entries` with the old and new courses of those that moved;
    False, and no table, where the condition names none.
    """
    # To make a table takes PostgreSQL longer than to see that there is nothing to put into it.
    if not await connection.tuples(f"SELECT 1 FROM entry e WHERE {condition} LIMIT 1"):  # noqa: S608 - names are ours
        return False
    await create_temporary_from(
        connection,
        "loose_entries",
        "SELECT e.id, e.centre_id, e.uln, e.qan, e.name_key, e.date_of_birth,"  # noqa: S608 - names are ours
        " COALESCE(e.stated_component, q.component, 'ASL') AS component"
        f" FROM entry e LEFT JOIN qualification q ON q.qan = e.qan WHERE {condition}",
    )
    await index_courses(connection, "loose_courses", "loose_entries")
    attached = ATTACHED.format(source="loose_entries", courses="loose_courses")
    differs = " OR ".join(f"t.{name} {connection.differs} a.{name}" for name in ATTACHMENT)
    await create_temporary_from(
        connection,
        "moved_entries",
        "SELECT a.id, a.learner_id, a.registration_id, a.suspected_id, a.component,"  # noqa: S608 - names are ours
        " t.registration_id AS old_registration_id, t.suspected_id AS old_suspected_id"
        f" FROM ({attached}) a JOIN entry t ON t.id = a.id WHERE {differs}",
    )
    await connection.execute(
        "UPDATE entry SET learner_id = m.learner_id, registration_id = m.registration_id,"
        " suspected_id = m.suspected_id, component = m.component"
        " FROM moved_entries m WHERE entry.id = m.id"
    )
    return True


async def index_courses(connection: Connection, name: str, source: str) -> None:
    """The courses at each centre of whoever has the ULN of a source's entries, as a table."""
    await create_temporary_from(connection, name, COURSES.format(source=source))
    await connection.execute(f"CREATE INDEX {name}_uln ON {name} (uln, centre_id)")
