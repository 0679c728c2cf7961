"""PostgreSQL databases that one test leaves as the template was, for the next one to use."""

from typing import Any, Final, NamedTuple

import asyncpg

_SHAPE: Final = """
    SELECT md5(string_agg(told, '|' ORDER BY told)) FROM (
        SELECT c.relname || c.relkind::text || c.relpersistence::text
            || coalesce(c.relacl::text, '')
            || coalesce(string_agg(a.attname || a.atttypid || a.atttypmod
                || a.attnotnull::text || a.attcollation
                || coalesce(pg_get_expr(d.adbin, d.adrelid), ''), ','
                ORDER BY a.attnum), '') AS told
        FROM pg_class c
        LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace GROUP BY c.oid
        UNION ALL SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i
        JOIN pg_class t ON t.oid = i.indrelid AND t.relnamespace = 'public'::regnamespace
        UNION ALL SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT tgname || tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    ) all_of_it
"""
"""Tables, columns, indexes, constraints, triggers, functions and rights, as one text."""

_TABLES: Final = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname
"""
_SEQUENCES: Final = "SELECT relname FROM pg_class WHERE relkind = 'S' ORDER BY relname"
_OTHERS: Final = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class Template(NamedTuple):
    """What a database holds that no test has touched."""

    shape: str
    rows: dict[str, list[Any]]
    prints: dict[str, str]
    """The rows of each table as one text."""
    sequences: dict[str, tuple[int, bool]]


async def template_of(url: str) -> Template:
    """Read a database that no test has touched."""
    connection = await asyncpg.connect(url, timeout=5)
    try:
        tables = [row[0] for row in await connection.fetch(_TABLES)]
        return Template(
            await connection.fetchval(_SHAPE),
            {table: await connection.fetch(f'SELECT * FROM "{table}"') for table in tables},  # noqa: S608
            await _prints(connection, tables),
            await _sequences(connection),
        )
    finally:
        await connection.close()


class Caretaker:
    """Puts one database back after each test, by a connection that knows its tables by then."""

    def __init__(self, url: str, template: Template) -> None:
        self._url = url
        self._template = template
        self._held: asyncpg.Connection | None = None

    async def put_back(self) -> bool:
        """Make the database what the template is; False where its tables are not the same."""
        connection, template = await self._connection(), self._template
        await connection.execute(_OTHERS)
        if await connection.fetchval(_SHAPE) != template.shape:
            return False
        prints = await _prints(connection, list(template.rows))
        changed = [table for table, told in prints.items() if told != template.prints[table]]
        async with connection.transaction():
            # Neither order nor foreign keys matter while everything is put back.
            await connection.execute("SET LOCAL session_replication_role = replica")
            for table in changed:
                await connection.execute(f'DELETE FROM "{table}"')  # noqa: S608 - names are ours
                await connection.copy_records_to_table(table, records=template.rows[table])
            await connection.execute(
                "SELECT setval(name::regclass, last, called)"
                " FROM unnest($1::text[], $2::bigint[], $3::bool[]) AS kept (name, last, called)",
                list(template.sequences),
                [last for last, _ in template.sequences.values()],
                [called for _, called in template.sequences.values()],
            )
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
            self._held = await asyncpg.connect(self._url, timeout=5)
        return self._held


async def _prints(connection: asyncpg.Connection, tables: list[str]) -> dict[str, str]:
    whole = " UNION ALL ".join(
        f"SELECT '{table}', coalesce(md5(string_agg(md5(t::text), '' ORDER BY t::text)), '')"  # noqa: S608 - names are ours
        f' FROM "{table}" t'
        for table in tables
    )
    return {row[0]: row[1] for row in await connection.fetch(whole)}


async def _sequences(connection: asyncpg.Connection) -> dict[str, tuple[int, bool]]:
    names = [row[0] for row in await connection.fetch(_SEQUENCES)]
    found = {}
    for name in names:
        row = await connection.fetchrow(f'SELECT last_value, is_called FROM "{name}"')  # noqa: S608
        assert row is not None
        found[name] = (row[0], row[1])
    return found
