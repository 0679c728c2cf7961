"""What the tests of the commands share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.commands import DAY, Terminal
from tests.server.databases import empty_database


@pytest.fixture
def empty_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without a table."""
    with empty_database(dialect, request, tmp_path) as url:
        yield url


def _terminal(folder: Path, url: str) -> Terminal:
    work = folder / "work"
    work.mkdir()
    return Terminal(work, {"DATABASE_URL": url, "LEARNER_TRACKING_TODAY": DAY})


@pytest.fixture
def fresh(empty_url: str, tmp_path: Path) -> Terminal:
    """A terminal whose database is still empty."""
    return _terminal(tmp_path, empty_url)


@pytest.fixture
def ready(database_url: str, tmp_path: Path) -> Terminal:
    """A terminal whose database is migrated."""
    return _terminal(tmp_path, database_url)


@pytest.fixture
def alone(tmp_path: Path) -> Terminal:
    """A terminal without settings, in a folder of its own."""
    return Terminal(tmp_path, {})
