"""Staging tables: a feed's valid rows in temporary tables of the transaction."""

from collections.abc import Iterable, Sequence
from typing import Any

from database.connection import Connection
from database.query import Dialect
from database.temporary_tables import create_temporary
from exchange.feed.contract import File
from exchange.feed.reading import Layout

FEW = 200
"""Number of rows up to which a full scan is faster than making indexes and statistics."""


def stage_name(file: File) -> str:
    """The temporary table that holds a file's rows."""
    return f"stage_{file.stem}"


async def expect_much(connection: Connection) -> None:
    """Until the transaction ends, hold whole files in memory, and compile no statement for them.

    Each statement runs once, and to compile one takes longer than to run most of them.
    """
    if connection.dialect is Dialect.POSTGRESQL:
        await connection.execute("SET LOCAL work_mem = '64MB'")
        await connection.execute("SET LOCAL jit = off")


async def create_stages(connection: Connection, files: Iterable[File]) -> None:
    """One empty staging table a file; on PostgreSQL each takes longer than to read a small file."""
    for file in files:
        columns = ["row_number integer"]
        for name, column in file.columns.items():
            # An absent column of the key holds its default, for rows are found by it.
            default = (
                f" DEFAULT '{column.default}'" if name in file.key and not column.required else ""
            )
            columns.append(f'"{name}" {_type(connection, column.type)}{default}')
            if column.status:
                columns.append(f'"{name}_raw" text')
        if file.names:
            columns.append("name_key text")
        await create_temporary(connection, stage_name(file), ", ".join(columns))


async def load_batch(
    connection: Connection, layout: Layout, batch: Sequence[tuple[Any, ...]]
) -> None:
    """Append rows of one file to its staging table."""
    await connection.load(stage_name(layout.file), ("row_number", *layout.staged), batch)


async def analyse(connection: Connection, file: File, rows: int) -> None:
    """Let the planner know how many rows were staged, and find them by key."""
    stage = stage_name(file)
    if rows <= FEW:
        return
    keys = ", ".join(f'"{name}"' for name in file.key)
    await connection.execute(f"CREATE INDEX {stage}_key ON {stage} ({keys})")
    if "uln" in file.columns:
        await connection.execute(f"CREATE INDEX {stage}_uln ON {stage} (uln)")
    if connection.dialect is Dialect.POSTGRESQL:
        await connection.execute(f"ANALYZE {stage}")


async def drop_stages(connection: Connection) -> None:
    """SQLite keeps temporary tables after the transaction; PostgreSQL does not."""
    if connection.dialect is Dialect.SQLITE:
        names = await connection.tuples("SELECT name FROM sqlite_temp_master WHERE type = 'table'")
        for row in list(names):
            await connection.execute(f"DROP TABLE IF EXISTS temp.{row[0]}")


def _type(connection: Connection, kind: str) -> str:
    """SQLite keeps days and moments as text."""
    if connection.dialect is Dialect.SQLITE and kind in ("date", "timestamptz"):
        return "text"
    return kind
