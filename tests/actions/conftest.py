"""A school for the tests of accounts and access, and nothing counted yet."""

import pytest

from auth.throttle import Throttle
from database.connection import Database
from tests.actions.school import open_school


@pytest.fixture
async def school(database: Database) -> Database:
    """A school and a college without anybody."""
    await open_school(database)
    return database


@pytest.fixture
def throttle() -> Throttle:
    return Throttle()
