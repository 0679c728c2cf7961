"""The tables that there really are, told by the database."""

from typing import Final

from database.connection import Connection
from database.query import Dialect

OWN_BOOKKEEPING: Final = "tortoise_migrations"

COLUMNS: Final = {
    Dialect.SQLITE: """
        SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c
        WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'""",
    Dialect.POSTGRESQL: """
        SELECT table_name, column_name FROM information_schema.columns
        WHERE table_schema = 'public'""",
}


async def columns(connection: Connection) -> set[tuple[str, str]]:
    rows = await connection.tuples(COLUMNS[connection.dialect])
    return {(row[0], row[1]) for row in rows if row[0] != OWN_BOOKKEEPING}
