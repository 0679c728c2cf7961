"""Rows that are found by their keys are found by them, however many rows a viewer may see."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from auth.permissions import GrantKind, Role
from auth.viewer import Grants, HeldGrant, Viewer
from database.connection import Connection, Database
from database.query import Dialect
from loaders import components, learners
from loaders.filters import LearnerFilter
from loaders.issues import issue_page
from loaders.learner_pages import learner_page
from loaders.paging import ISSUES_BY_SEVERITY, LEARNERS_BY_NAME, PageRequest
from loaders.reading import Reading
from tests.factories import DAY, import_sample

Keyed = Callable[[Reading, Sequence[int]], Awaitable[Sequence[Any]]]

BY_REGISTRATION: list[tuple[str, Keyed]] = [
    ("component", components.components_by_registration_id),
    ("flag", components.flags_by_registration_id),
    ("issue", components.issues_by_registration_id),
    ("entry", components.entries_by_registration_id),
    ("declaration", components.declarations_by_registration_id),
    ("das_record", components.das_by_registration_id),
    ("registration", learners.registration_by_id),
    ("registration", learners.facts_by_registration_id),
]


class Explaining(Connection):
    """A connection that keeps the plan of each statement."""

    def __init__(self, connection: Connection) -> None:
        """Speak through another one."""
        super().__init__(connection.client, connection.dialect)
        self.plans: list[str] = []

    async def tuples(self, text: str, *params: object) -> Sequence[Sequence[Any]]:
        """The rows, after the plan."""
        explain = "EXPLAIN" if self.dialect is Dialect.POSTGRESQL else "EXPLAIN QUERY PLAN"
        plan = await super().tuples(f"{explain} {text}", *params)
        self.plans.append("\n".join(str(row[-1]) for row in plan))
        return await super().tuples(text, *params)


async def led_by_centre(connection: Connection) -> set[str]:
    """The indexes that begin with the centre."""
    if connection.dialect is Dialect.POSTGRESQL:
        rows = await connection.tuples(
            "SELECT indexname FROM pg_indexes WHERE indexdef LIKE '%(centre_id%'"
        )
    else:
        rows = await connection.tuples(
            "SELECT m.name FROM sqlite_master m, pragma_index_info(m.name) c"
            " WHERE m.type = 'index' AND c.seqno = 0 AND c.name = 'centre_id'"
        )
    return {row[0] for row in rows}


async def everywhere(connection: Connection) -> Viewer:
    """Somebody who may read at every centre, by a grant for each."""
    rows = await connection.tuples("SELECT id FROM centre")
    grants = Grants(HeldGrant(row[0], row[0], GrantKind.CENTRE, Role.VIEWER) for row in rows)
    return Viewer(user_id=1, email="", name="", grants=grants)


async def mislead(connection: Connection, table: str, key: str) -> None:
    """Have PostgreSQL take every key for one of many rows, as a sample of a long table may say."""
    if connection.dialect is Dialect.POSTGRESQL:
        await connection.execute(f"ALTER TABLE {table} ALTER COLUMN {key} SET (n_distinct = 2)")
        await connection.execute(f"ANALYZE {table}")
        await connection.execute("SET LOCAL enable_seqscan = off")


async def test_rows_of_registrations_are_found_by_no_index_of_centres(
    database: Database, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=60)
    async with database.transaction() as connection:
        for table in {table for table, _ in BY_REGISTRATION} - {"registration"}:
            await mislead(connection, table, "registration_id")
        ids = [row[0] for row in await connection.tuples("SELECT id FROM registration LIMIT 3")]
        explaining = Explaining(connection)
        viewer = await everywhere(connection)
        for _, ask in BY_REGISTRATION:
            found = await ask(Reading(explaining, viewer, DAY), ids)
            assert len(found) == len(ids)
        used = await led_by_centre(connection)

    assert len(explaining.plans) == len(BY_REGISTRATION)
    for plan in explaining.plans:
        assert [name for name in used if name in plan] == [], plan
    assert used


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_learners_of_a_centre_are_not_looked_for_among_all_who_have_an_award_month(
    database: Database, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=200, centres=9)
    async with database.transaction() as connection:
        await connection.execute("ANALYZE")
        number = (await connection.tuples("SELECT number FROM centre"))[0][0]
        explaining = Explaining(connection)
        reading = Reading(explaining, await everywhere(connection), DAY)
        wanted = LearnerFilter(centres=(number,), award_from="2009-01")
        await issue_page(reading, wanted, PageRequest(ISSUES_BY_SEVERITY, 50))
        await learner_page(reading, wanted, PageRequest(LEARNERS_BY_NAME, 50))

    assert ["idx_completion_award" in plan for plan in explaining.plans] == [False, False]
