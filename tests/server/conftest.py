"""What the tests of the edge share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.databases import empty_database


@pytest.fixture
def empty_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without a table."""
    with empty_database(dialect, request, tmp_path) as url:
        yield url
