"""Databases that are still empty, for tests of what comes before the first migration."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from tests.conftest import postgres_server


async def _administer(statement: str) -> None:
    connection = await asyncpg.connect(f"{postgres_server()}/postgres", timeout=5)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@contextmanager
def empty_database(dialect: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """The address of a database without a table; skipped where PostgreSQL does not answer."""
    if dialect == "sqlite":
        yield f"sqlite://{folder / 'empty.sqlite3'}"
        return
    request.getfixturevalue("postgresql_template")  # skips without a server
    name = f"lt_test_{uuid4().hex[:12]}"
    asyncio.run(_administer(f"CREATE DATABASE {name}"))
    yield f"{postgres_server()}/{name}"
    asyncio.run(_administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
