"""The databases that are measured: a SQLite file, and PostgreSQL where one answers."""

import asyncio
import os
from pathlib import Path
from typing import NamedTuple

import asyncpg

DEFAULT_POSTGRES = "postgres://postgres@127.0.0.1:5432/test"


class Target(NamedTuple):
    """A database of a run."""

    name: str
    url: str


def targets(folder: Path, learners: int) -> list[Target]:
    """SQLite always; PostgreSQL when the server of TEST_POSTGRES_URL, or the usual one, answers."""
    found = [Target("sqlite", f"sqlite://{folder / f'bench-{learners}.sqlite3'}")]
    try:
        asyncio.run(_administer("SELECT 1"))
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return found
    return [*found, Target("postgresql", f"{_server()}/lt_bench_{learners}")]


def secret(folder: Path, target: Target) -> Path:
    """Where the password of whoever asks is kept, beside the feeds."""
    return folder / f"{Path(target.url).name}.password"


def exists(target: Target) -> bool:
    """Whether an earlier run kept the database."""
    if target.name == "sqlite":
        return _file(target).exists()
    name = target.url.rpartition("/")[2]
    return bool(
        asyncio.run(_administer(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))  # noqa: S608 - ours
    )


def create(target: Target) -> None:
    """An empty database in place of whatever an earlier run left."""
    drop(target)
    if target.name == "postgresql":
        asyncio.run(_administer(f"CREATE DATABASE {target.url.rpartition('/')[2]}"))


def drop(target: Target) -> None:
    """Remove the database."""
    if target.name == "sqlite":
        for ending in ("", "-wal", "-shm"):
            path = _file(target)
            path.with_name(path.name + ending).unlink(missing_ok=True)
        return
    name = target.url.rpartition("/")[2]
    asyncio.run(_administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


def _file(target: Target) -> Path:
    return Path(target.url.removeprefix("sqlite://"))


def _server() -> str:
    return os.environ.get("TEST_POSTGRES_URL", DEFAULT_POSTGRES).rpartition("/")[0]


async def _administer(statement: str) -> object:
    connection = await asyncpg.connect(f"{_server()}/postgres", timeout=5)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()
