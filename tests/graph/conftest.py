"""A server over the tiny feed, with people of every kind."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from database.connection import Database
from tests.exchange.feeds import begin
from tests.factories import served
from tests.graph.watching import World, people


@pytest.fixture
async def world(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    await begin(database, tmp_path / "feed")
    await people(database)
    async with served(database_url) as client:
        yield World(client, database)
