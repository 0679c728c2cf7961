"""PostgreSQL databases that one test leaves as the template was, for the next one to use."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import asyncpg

_OURS: Final = "(SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)"
_CATALOGUE: Final = {
    "pg_class": "relnamespace = 'public'::regnamespace",
    "pg_attribute": f"attrelid IN {_OURS}",
    "pg_attrdef": f"adrelid IN {_OURS}",
    "pg_index": f"indrelid IN {_OURS}",
    "pg_constraint": "connamespace = 'public'::regnamespace",
    "pg_trigger": f"tgrelid IN {_OURS}",
    "pg_proc": "pronamespace = 'public'::regnamespace",
}
"""Where PostgreSQL keeps tables, columns, defaults, indexes, constraints, triggers, functions, and
the rights to them."""

_TABLES: Final = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname
"""
_SEQUENCES: Final = "SELECT relname FROM pg_class WHERE relkind = 'S' ORDER BY relname"
_OTHERS: Final = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


Print = tuple[int, int]
"""How many rows there are, and the sum of the transactions that wrote them.

Whatever is written, in place of other rows too, is written by a later transaction.
"""
Prints = dict[str, Print]


class Template(NamedTuple):
    """What a database holds that no test has touched."""

    shape: Prints
    """Of the catalogue."""
    rows: dict[str, list[Any]]
    prints: Prints
    """Of each table."""
    sequences: dict[str, tuple[int, bool]]


async def template_of(url: str) -> Template:
    """Read a database that no test has touched."""
    connection = await asyncpg.connect(url, timeout=5)
    try:
        tables = [row[0] for row in await connection.fetch(_TABLES)]
        return Template(
            await _prints(connection, _CATALOGUE),
            {table: await connection.fetch(f'SELECT * FROM "{table}"') for table in tables},  # noqa: S608
            await _prints(connection, dict.fromkeys(tables, "TRUE")),
            await _sequences(connection),
        )
    finally:
        await connection.close()


class Caretaker:
    """Puts one database back after each test, by a connection that knows its tables by then."""

    def __init__(self, url: str, template: Template) -> None:
        self._url = url
        self._template = template
        self._prints = dict(template.prints)
        """Of what was put back last, which holds the same as the template."""
        self._held: asyncpg.Connection | None = None

    async def put_back(self) -> bool:
        """Make the database what the template is; False where its tables are not the same."""
        connection, template = await self._connection(), self._template
        await connection.execute(_OTHERS)
        if await _prints(connection, _CATALOGUE) != template.shape:
            return False
        tables = dict.fromkeys(template.rows, "TRUE")
        prints = await _prints(connection, tables)
        changed = [table for table, found in prints.items() if found != self._prints[table]]
        async with connection.transaction():
            if changed:
                emptied = "; ".join(f'DELETE FROM "{table}"' for table in changed)  # noqa: S608 - names are ours
                await connection.execute(emptied)
            refilled = [table for table in changed if template.rows[table]]
            for table in refilled:
                await connection.copy_records_to_table(table, records=template.rows[table])
            await connection.execute(
                "SELECT setval(name::regclass, last, called)"
                " FROM unnest($1::text[], $2::bigint[], $3::bool[]) AS kept (name, last, called)",
                list(template.sequences),
                [last for last, _ in template.sequences.values()],
                [called for _, called in template.sequences.values()],
            )
        if refilled:
            self._prints |= await _prints(connection, dict.fromkeys(refilled, "TRUE"))
        return True

    async def leave(self) -> None:
        """Let go of the database."""
        if self._held is not None:
            await self._held.close()

    async def _connection(self) -> asyncpg.Connection:
        """The connection, or another one where a test has ended it."""
        if self._held is not None:
            try:
                await self._held.fetchval("SELECT 1")
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                self._held.terminate()
                self._held = None
        if self._held is None:
            # Neither order nor foreign keys matter while everything is put back.
            self._held = await asyncpg.connect(
                self._url, timeout=5, server_settings={"session_replication_role": "replica"}
            )
        return self._held


async def _prints(connection: asyncpg.Connection, tables: Mapping[str, str]) -> Prints:
    """Of the rows of some tables for which a condition holds."""
    whole = " UNION ALL ".join(
        f"SELECT '{table}', count(*), coalesce(sum(xmin::text::bigint), 0)::bigint"  # noqa: S608 - names are ours
        f' FROM "{table}" WHERE {condition}'
        for table, condition in tables.items()
    )
    return {table: (rows, written) for table, rows, written in await connection.fetch(whole)}


async def _sequences(connection: asyncpg.Connection) -> dict[str, tuple[int, bool]]:
    names = [row[0] for row in await connection.fetch(_SEQUENCES)]
    found = {}
    for name in names:
        row = await connection.fetchrow(f'SELECT last_value, is_called FROM "{name}"')  # noqa: S608
        assert row is not None
        found[name] = (row[0], row[1])
    return found
