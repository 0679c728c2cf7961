"""Databases of earlier versions: what migrations make of the rows that were there."""

from collections.abc import AsyncIterator, Iterator
from copy import copy
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
from tortoise.migrations.executor import MigrationTarget

from database.connection import Database
from database.opening import open_database
from tests.server.databases import empty_database

NAMES: Final = {
    1: ("Zoë Ann", "O’Brien-Łukasz"),  # noqa: RUF001 - as people type it
    2: ("E\N{COMBINING ACUTE ACCENT}va", "\N{LATIN SMALL LIGATURE FI}nch"),
}
DAY: Final = date(2010, 2, 19)

CENTRE: Final = "INSERT INTO centre (id, number, name, status) VALUES (1, '10001', 'West', 'OPEN')"
LEARNER: Final = """
    INSERT INTO learner (id, ref, uln, given_name, family_name, name_key)
    VALUES (?, ?, ?, ?, ?, '')"""
REGISTRATION: Final = """
    INSERT INTO registration (id, ref, learner_id, centre_id, line, level, registered_on, award,
        award_source, status, claim_status, version)
    VALUES (?, ?, ?, 1, 'ENGINEERING', 'HIGHER', ?, ?, 'FEED', 'ACCEPTED', 'NONE', 1)"""
COMPLETION: Final = """
    INSERT INTO completion (registration_id, learner_id, centre_id, place, foremost, shared,
        claim_status, status, derived_on)
    VALUES (?, ?, 1, 1, TRUE, FALSE, 'NONE', ?, ?)"""
ISSUE: Final = """
    INSERT INTO issue (id, registration_id, learner_id, centre_id, component_type, code, severity,
        due_on, first_seen)
    VALUES (?, 1, 1, 1, 'PROJECT', ?, ?, ?, ?)"""


@pytest.fixture
def empty_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with empty_database(dialect, request, tmp_path) as url:
        yield url


@pytest.fixture
async def old(empty_url: str) -> AsyncIterator[Database]:
    """A database as it was before lists had orders of their own, with two learners."""
    database = await open_database(empty_url, pool_size=2)
    with copy(database._context):  # noqa: SLF001 - where tortoise keeps its models
        await database._migrator().migrate([MigrationTarget("models", "0006_editing")])  # noqa: SLF001 - nobody else stops on the way
    await put_learners(database)
    yield database
    await database.close()


async def put_learners(database: Database) -> None:
    """The first has all there is and two issues, the second only what must be."""
    writer = database.writer
    await writer.execute(CENTRE)
    for key, (given, family) in NAMES.items():
        first = key == 1
        uln = "9276308686" if first else None
        month, award = ("2008-11", "2010-08") if first else (None, None)
        status = "ACTION_REQUIRED" if first else "WITHDRAWN"
        await writer.execute(LEARNER, key, f"L{key}", uln, given, family)
        await writer.execute(REGISTRATION, key, f"R{key}", key, month, award)
        await writer.execute(COMPLETION, key, key, status, DAY)
    await writer.execute(ISSUE, 1, "GLH_SHORTFALL", 1, None, DAY)
    await writer.execute(ISSUE, 2, "MARKS_OVERDUE", 2, date(2010, 5, 15), DAY)


async def found(database: Database, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await database.reader.tuples(sql)]


async def test_learners_who_were_there_are_ordered_and_found(old: Database) -> None:
    await old.migrate()

    assert await found(
        old,
        "SELECT registration_id, name_order, uln, award, registered_on, stage, urgency, due"
        " FROM completion ORDER BY registration_id",
    ) == [
        (1, "obrienlukasz zoeann", "9276308686", "2010-08", "2008-11", "3", "0", "2010-05-15"),
        (2, "finch eva", "", "", "", "5", "3", "9999-12-31"),
    ]
    assert await found(
        old, "SELECT id, urgency, due, family_order, uln FROM issue ORDER BY id"
    ) == [
        (1, "1", "9999-12-31", "obrienlukasz", "9276308686"),
        (2, "0", "2010-05-15", "obrienlukasz", "9276308686"),
    ]
    assert await found(
        old, "SELECT id, registration_id, centre_id, kind, part, place FROM name_part ORDER BY id"
    ) == [
        (16, 1, 1, 0, "obrienlukasz", "obrienlukasz zoeann 9276308686"),
        (17, 1, 1, 0, "obrien", "obrienlukasz zoeann 9276308686"),
        (18, 1, 1, 0, "brien", "obrienlukasz zoeann 9276308686"),
        (19, 1, 1, 0, "lukasz", "obrienlukasz zoeann 9276308686"),
        (24, 1, 1, 1, "zoeann", "obrienlukasz zoeann 9276308686"),
        (25, 1, 1, 1, "zoe", "obrienlukasz zoeann 9276308686"),
        (26, 1, 1, 1, "ann", "obrienlukasz zoeann 9276308686"),
        (32, 2, 1, 0, "finch", "finch eva "),
        (40, 2, 1, 1, "eva", "finch eva "),
    ]
