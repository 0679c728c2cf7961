"""Databases for tests: each test has its own, which is as the migrated template."""

import asyncio
import gc
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

from database.connection import Database
from database.opening import open_database
from database.query import Dialect
from tests.spare import Caretaker, template_of

DEFAULT_POSTGRES = "postgres://postgres@127.0.0.1:5432/test"
EXECUTOR = os.environ.get("TEST_EXECUTOR")
REQUIRED = os.environ.get("LEARNER_TRACKING_REQUIRE_POSTGRES") == "1"

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("default")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of the whole, which take longest, come first: no worker waits for one at the end."""
    items.sort(key=lambda item: item.path.parent != Path(__file__).parent)


def pytest_collection_finish() -> None:
    """What was read for the tests stays until the end: it is not looked through for garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


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


class SpareDatabases:
    """Copies of the template; making and dropping one takes longer than most tests."""

    def __init__(self, template: str) -> None:
        self._source = template
        self._loop = asyncio.Runner()
        self._template = self._loop.run(template_of(f"{postgres_server()}/{template}"))
        self._free: list[str] = []
        self._spoilt: list[str] = []
        self._caretakers: dict[str, Caretaker] = {}

    def take(self) -> str:
        """The name of a database that is as the template."""
        if self._free:
            return self._free.pop()
        name = f"lt_test_{uuid4().hex[:12]}"
        self._loop.run(_administer(f"CREATE DATABASE {name} TEMPLATE {self._source}"))
        # No test stops the server, so nothing is gained by waiting for its disk.
        self._loop.run(_administer(f"ALTER DATABASE {name} SET synchronous_commit = off"))
        self._caretakers[name] = Caretaker(f"{postgres_server()}/{name}", self._template)
        return name

    def give_back(self, name: str) -> None:
        """Keep a database for the next test, unless its tables have been changed."""
        if self._loop.run(self._caretakers[name].put_back()):
            self._free.append(name)
        else:
            self._loop.run(self._caretakers[name].leave())
            self._spoilt.append(name)

    def drop(self) -> None:
        """Drop them all: PostgreSQL writes all it has to disk for each, the first time much."""
        for name in self._free:
            self._loop.run(self._caretakers[name].leave())
        for name in (*self._free, *self._spoilt):
            self._loop.run(_administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        self._loop.close()


@contextmanager
def alone(folder: Path, dialect: Dialect) -> Iterator[None]:
    """One worker of the run at a time."""
    with (folder / f"{dialect}.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        yield


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of a run share; migrating takes long, so one does it for all."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def sqlite_template(shared_folder: Path) -> Path:
    path = shared_folder / "template.sqlite3"
    with alone(shared_folder, Dialect.SQLITE):
        if not path.exists():
            asyncio.run(migrated(f"sqlite://{path}"))
    return path


@pytest.fixture(scope="session")
def postgresql_template(shared_folder: Path) -> Iterator[str]:
    users = shared_folder / "postgresql"
    own = users / os.environ.get("PYTEST_XDIST_WORKER", "alone")
    with alone(shared_folder, Dialect.POSTGRESQL):
        name = make_postgresql_template(users)
        own.write_text(name, "utf-8")
    yield name
    with alone(shared_folder, Dialect.POSTGRESQL):
        own.unlink()
        if not any(users.iterdir()):
            asyncio.run(_administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


def make_postgresql_template(users: Path) -> str:
    """The name of the template that other workers use, or of a new one."""
    users.mkdir(exist_ok=True)
    for other in users.iterdir():
        return other.read_text("utf-8")
    name = f"lt_template_{uuid4().hex[:12]}"
    try:
        asyncio.run(_administer(f"CREATE DATABASE {name}"))
    except (OSError, asyncpg.PostgresError) as error:
        if REQUIRED:
            raise
        pytest.skip(f"PostgreSQL does not answer at {postgres_server()}: {error}")
    asyncio.run(migrated(f"{postgres_server()}/{name}"))
    return name


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


@pytest.fixture(scope="session")
def spare_databases(postgresql_template: str) -> Iterator[SpareDatabases]:
    """Databases that no test uses at the moment."""
    spare = SpareDatabases(postgresql_template)
    yield spare
    spare.drop()


@pytest.fixture
def postgresql_url(spare_databases: SpareDatabases) -> Iterator[str]:
    """The address of a migrated PostgreSQL database that belongs to one test."""
    name = spare_databases.take()
    yield f"{postgres_server()}/{name}"
    spare_databases.give_back(name)


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
