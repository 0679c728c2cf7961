"""Databases for tests: each test has its own, copied from a migrated template."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

from models.database import Database, open_database

DEFAULT_POSTGRES = "postgres://postgres@127.0.0.1:5432/test"
EXECUTOR = os.environ.get("TEST_EXECUTOR")
REQUIRED = os.environ.get("LEARNER_TRACKING_REQUIRE_POSTGRES") == "1"

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("default")


def postgres_server() -> str:
    """The address of the PostgreSQL server that tests use, up to the database name."""
    url = os.environ.get("TEST_POSTGRES_URL", DEFAULT_POSTGRES)
    return url.rpartition("/")[0]


async def _administer(statement: str) -> None:
    connection = await asyncpg.connect(f"{postgres_server()}/postgres", timeout=5)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def migrated(url: str) -> None:
    database = await open_database(url)
    try:
        await database.migrate()
    finally:
        await database.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    asyncio.run(migrated(f"sqlite://{path}"))
    return path


@pytest.fixture(scope="session")
def postgresql_template() -> Iterator[str]:
    name = f"lt_template_{uuid4().hex[:12]}"
    try:
        asyncio.run(_administer(f"CREATE DATABASE {name}"))
    except (OSError, asyncpg.PostgresError) as error:
        if REQUIRED:
            raise
        pytest.skip(f"PostgreSQL does not answer at {postgres_server()}: {error}")
    asyncio.run(migrated(f"{postgres_server()}/{name}"))
    yield name
    asyncio.run(_administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated database that belongs to one test."""
    if dialect == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        path = tmp_path / "learner-tracking.sqlite3"
        shutil.copyfile(template, path)
        yield f"sqlite://{path}"
        return
    yield request.getfixturevalue("postgresql_url")


@pytest.fixture
def postgresql_url(postgresql_template: str) -> Iterator[str]:
    """The address of a migrated PostgreSQL database that belongs to one test."""
    name = f"lt_test_{uuid4().hex[:12]}"
    asyncio.run(_administer(f"CREATE DATABASE {name} TEMPLATE {postgresql_template}"))
    yield f"{postgres_server()}/{name}"
    asyncio.run(_administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open, migrated, empty database."""
    opened = await open_database(database_url, pool_size=4)
    yield opened
    await opened.close()


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests see no settings but their own, and the executor that the whole run is about."""
    for name in list(os.environ):
        if name.startswith("LEARNER_TRACKING_") or name in ("DATABASE_URL", "REDIS_URL"):
            monkeypatch.delenv(name)
    if EXECUTOR is not None:
        monkeypatch.setenv("LEARNER_TRACKING_EXECUTOR", EXECUTOR)
