"""Temporary tables, which are dropped when their transaction ends."""

from database.connection import Connection
from database.query import Dialect


async def create_temporary(connection: Connection, name: str, columns: str) -> None:
    """A table that ends with the transaction, which makes one of that name once."""
    if connection.dialect is Dialect.SQLITE:  # whose tables stay when a transaction is broken off
        await _make_way(connection, name)
    await _make(connection, name, columns=f"({columns})")


async def create_temporary_from(
    connection: Connection, name: str, query: str, *, few: bool = False
) -> None:
    """The rows of a query as a table that ends with the transaction; one of that name makes way.

    Of a few rows PostgreSQL need not know how many they are.
    """
    await _make_way(connection, name)
    await _make(connection, name, query=f"AS {query}")
    if connection.dialect is Dialect.POSTGRESQL and not few:
        await connection.execute(f"ANALYZE {name}")


async def _make_way(connection: Connection, name: str) -> None:
    schema = "pg_temp" if connection.dialect is Dialect.POSTGRESQL else "temp"
    await connection.execute(f"DROP TABLE IF EXISTS {schema}.{name}")


async def _make(connection: Connection, name: str, columns: str = "", query: str = "") -> None:
    until = "ON COMMIT DROP" if connection.dialect is Dialect.POSTGRESQL else ""
    await connection.execute(f"CREATE TEMPORARY TABLE {name} {columns} {until} {query}")
