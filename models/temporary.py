"""Tables that end with their transaction."""

from models.database import Connection, Dialect


async def create_temporary(connection: Connection, name: str, columns: str) -> None:
    """A table that ends with the transaction; one of that name makes way."""
    await _make(connection, name, columns=f"({columns})")


async def create_temporary_from(connection: Connection, name: str, query: str) -> None:
    """The rows of a query as a table that ends with the transaction."""
    await _make(connection, name, query=f"AS {query}")
    if connection.dialect is Dialect.POSTGRESQL:
        await connection.execute(f"ANALYZE {name}")


async def _make(connection: Connection, name: str, columns: str = "", query: str = "") -> None:
    postgresql = connection.dialect is Dialect.POSTGRESQL
    schema, until = ("pg_temp", "ON COMMIT DROP") if postgresql else ("temp", "")
    await connection.execute(f"DROP TABLE IF EXISTS {schema}.{name}")
    await connection.execute(f"CREATE TEMPORARY TABLE {name} {columns} {until} {query}")
