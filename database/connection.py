"""The open database: the one API for SQL statements, the same for SQLite and PostgreSQL."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from copy import copy
from typing import Any, TypeVar

import asyncpg
import orjson
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import TortoiseContext
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.transactions import in_transaction

from database.deadline import in_time, interrupted, time_left
from database.migrator import Migrator
from database.news import CHANNEL, News
from database.placeholders import numbered, sendable
from database.query import Clause, Dialect, RowQuery
from database.read_pool import Pooled, ReadPool
from database.release import let_go
from database.slotted import SlottedRow, rows_in_json
from database.sqlite import for_sqlite, sqlite_converters
from database.statement_count import count
from database.transactions import begun
from database.united import SOUGHT, about_keys, united

APP = "models"
WRITE = "default"
READ = "read"
LONGEST_WAIT = 10_000
"""Milliseconds for which a statement waits for another process that writes to SQLite."""
BRIEF_WAIT = 100
"""Milliseconds for which a brief transaction waits."""

Row = TypeVar("Row")


class Connection:
    """Statements with `?` placeholders, on one connection or inside one transaction."""

    def __init__(
        self,
        client: BaseDBAsyncClient,
        dialect: Dialect,
        hear: Callable[[str], None] = lambda _news: None,
        *,
        lending: ReadPool | None = None,
        plans_once: bool = False,
    ) -> None:
        """Speak through a tortoise client; `hear` takes news where the database cannot tell any.

        `lending` keeps connections to read through between statements.
        """
        self.client = client
        self.dialect = dialect
        self._hear = hear
        self._lending = lending
        self._plans_once = plans_once
        self.keyed = self
        """For rows that are found by their keys: planned once, whatever keys are sent."""
        if lending is not None and not plans_once:
            self.keyed = Connection(client, dialect, lending=lending, plans_once=True)

    async def tuples(self, text: str, *params: object) -> Sequence[Sequence[Any]]:
        """The rows of a query, or those that a change returns, as the driver gives them."""
        if self.dialect is Dialect.POSTGRESQL:
            return await self._send(*sendable((text, params)))
        return await self._send(text, self._params(params))

    async def rows(self, shape: Callable[..., Row], text: str, *params: object) -> list[Row]:
        """The rows of a query as slotted values; the columns stand in the order of its fields."""
        found = await self.tuples(text, *params)
        if self.dialect is Dialect.POSTGRESQL:
            return [shape(*row) for row in found]
        return [_shaped(shape, row) for row in found]

    async def number(self, text: str, *params: object) -> int:
        """The whole number that is all a query answers."""
        ((found,),) = await self.tuples(text, *params)
        return int(found)

    async def together(
        self, questions: Sequence[RowQuery], sought: Clause | None = None
    ) -> list[list[Any]]:
        """The rows of each of these queries, which are sent as one statement.

        It may begin with the query of the keys that they are about (`SOUGHT`).
        """
        if sought is None and len(questions) == 1:
            ((shape, query),) = questions
            return [await self.rows(shape, query.text, *query.params)]
        columns = [len(question.shape.__struct_fields__) for question in questions]
        queries = [question.query for question in questions]
        text, params = united(self.dialect, queries, columns, sought)
        ((*lists,),) = await self._answered(text, self._params(params))
        found = [
            self._listed(question.shape, rows) if rows else []
            for question, rows in zip(questions, lists, strict=True)
        ]
        count(sum(map(len, found)))
        return found

    async def execute(self, text: str, *params: object) -> None:
        """Run a statement that answers nothing."""
        await self._send(self._text(text), self._params(params))

    async def insert(self, text: str, *params: object) -> int:
        """Insert one row; its id."""
        returning = " RETURNING id" if self.dialect is Dialect.POSTGRESQL else ""
        async with in_time():
            found = await self.client.execute_insert(
                self._text(text + returning), self._params(params)
            )
        count(1)
        return int(found if self.dialect is Dialect.SQLITE else found[0])

    async def execute_many(self, text: str, rows: Sequence[Sequence[object]]) -> None:
        """Run one statement for each row of parameters."""
        if rows:
            prepared = [self._params(row) for row in rows]
            async with in_time():
                await self.client.execute_many(self._text(text), prepared)
            count(0)

    async def load(
        self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]
    ) -> None:
        """Append storable rows to a table the fastest way the database has."""
        if not rows:
            return
        if self.dialect is Dialect.POSTGRESQL:
            async with self.client.acquire_connection() as raw:
                await raw.copy_records_to_table(table, records=rows, columns=list(columns))
            return
        names = ", ".join(f'"{name}"' for name in columns)
        marks = ", ".join("?" * len(columns))
        text = f'INSERT INTO "{table}" ({names}) VALUES ({marks})'  # noqa: S608 - names are ours
        await self.client.execute_many(text, rows)  # type: ignore[arg-type]  # rows are sequences

    async def tell(self, news: Iterable[str]) -> None:
        """Have everybody who watches hear this, once the transaction has ended well."""
        told = list(dict.fromkeys(news))
        if told and self.dialect is Dialect.POSTGRESQL:
            await self.execute(f"SELECT pg_notify('{CHANNEL}', t) FROM unnest(?::text[]) t", told)  # noqa: S608 - the channel is ours
            return
        for text in told:
            self._hear(text)

    def among(self, column: str, values: Iterable[object]) -> Clause:
        """The column is one of the values: one parameter, one text, however many values."""
        if values is SOUGHT:
            return Clause(about_keys(self.dialect, column))
        if self.dialect is Dialect.POSTGRESQL:
            listed = values if isinstance(values, tuple) else list(values)
            return Clause(f"{column} = ANY(?)", (listed,))
        text = f"{column} IN (SELECT value FROM json_each(?))"  # noqa: S608 - columns are ours
        return Clause(text, (orjson.dumps(list(values)).decode(),))

    @property
    def differs(self) -> str:
        """The operator that tells values apart and treats null as a value."""
        return "IS DISTINCT FROM" if self.dialect is Dialect.POSTGRESQL else "IS NOT"

    @property
    def spare(self) -> int:
        """Connections that are out of the pool and not in use."""
        return 0 if self._lending is None else self._lending.spare

    async def close(self) -> None:
        """Give back to the pool what was kept."""
        if self._lending is not None:
            await self._lending.close()

    async def _send(self, text: str, params: list[Any]) -> Sequence[Sequence[Any]]:
        """The rows that a statement answers, in time."""
        rows = await self._answered(text, params)
        count(len(rows))
        return rows

    async def _answered(self, text: str, params: list[Any]) -> Sequence[Sequence[Any]]:
        """What is sent back, in time; whoever asks counts it."""
        self.client.log.debug("%s: %s", text, params)
        if self._lending is not None:
            return await self._ask_lent(self._lending, text, params)
        holder = self.client.acquire_connection()
        async with in_time(queue=True):
            raw = await holder.__aenter__()
        try:
            return await self._ask(raw, text, params)
        finally:
            await let_go(raw, holder)

    async def _ask_lent(
        self, lending: ReadPool, text: str, params: list[Any]
    ) -> Sequence[Sequence[Any]]:
        once = self._plans_once
        lent = await lending.take(plans_once=once)
        try:
            rows = await self._ask(lent.raw, text, params)
        except BaseException as error:
            await lending.give_back(lent, plans_once=once, failed=error)
            raise
        await lending.give_back(lent, plans_once=once)
        return rows

    async def _ask(self, raw: Any, text: str, params: list[Any]) -> Sequence[Sequence[Any]]:  # noqa: ANN401 - a driver's
        if self.dialect is Dialect.POSTGRESQL:
            ask = self.client._translate_exceptions  # type: ignore[attr-defined]  # noqa: SLF001 - as its own methods do
            return await ask(_fetch, raw, text, params)  # type: ignore[no-any-return]
        try:
            return await interrupted(raw, raw.execute_fetchall(text, params))  # type: ignore[no-any-return]
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error
        except sqlite3.IntegrityError as error:
            raise IntegrityError(error) from error

    def _listed(self, shape: type[SlottedRow], rows: str) -> list[Any]:
        """Rows that came as a JSON list."""
        if self.dialect is Dialect.POSTGRESQL:
            return rows_in_json(shape).decode(rows)
        return [_shaped(shape, row) for row in orjson.loads(rows)]

    def _text(self, text: str) -> str:
        return numbered(text) if self.dialect is Dialect.POSTGRESQL else text

    def _params(self, params: Iterable[object]) -> list[Any]:
        if self.dialect is Dialect.POSTGRESQL:
            return list(params)
        return [for_sqlite(value) for value in params]


def _shaped(shape: Callable[..., Row], row: Sequence[Any]) -> Row:
    """A row of SQLite, which keeps days, moments and facts as text and numbers."""
    pairs = zip(sqlite_converters(shape), row, strict=True)
    return shape(*(convert(value) if convert else value for convert, value in pairs))


async def _fetch(
    _client: object, raw: asyncpg.Connection, text: str, params: list[Any]
) -> Sequence[Sequence[Any]]:
    """The rows of a statement, on a connection that is held; PostgreSQL stops it in time.

    A time limit of asyncpg's own would not hold for the statements that it puts before this one.
    """
    async with in_time():
        return await raw.fetch(text, *params)  # type: ignore[return-value]  # records can be indexed by position


class Database:
    """A connection to write with and one to read with, so that reads never wait for a feed."""

    def __init__(self, context: TortoiseContext, dialect: Dialect, pool_size: int) -> None:
        """Wrap an initialised tortoise context."""
        self._context = context
        self.dialect = dialect
        client = context.connections.get(READ)
        lending = ReadPool(client, pool_size) if dialect is Dialect.POSTGRESQL else None
        self.reader = Connection(client, dialect, lending=lending)
        self.news = News()
        self.writer = Connection(context.connections.get(WRITE), dialect, self.news.hear)
        if dialect is Dialect.POSTGRESQL:
            for connection in (self.reader, self.writer):
                connection.client.connection_class = Pooled  # type: ignore[attr-defined]

    @asynccontextmanager
    async def transaction(
        self, *, wait: int = LONGEST_WAIT, patience: float | None = None
    ) -> AsyncIterator[Connection]:
        """Everything or nothing; nothing but statements may be awaited inside.

        `wait` is for how many milliseconds another process may keep SQLite to itself, `patience`
        for how many seconds this one may; raises BusyError.
        """
        told: list[str] = []
        left = time_left()
        if left is not None:
            patience = left if patience is None else min(left, patience)
        with copy(self._context):  # a context remembers who entered it: each enters one of its own
            async with begun(in_transaction(WRITE), patience) as client:
                connection = Connection(client, self.dialect, told.append)
                if self.dialect is Dialect.SQLITE:
                    await _take_turn(connection, wait)
                yield connection
        for text in dict.fromkeys(told):
            self.news.hear(text)

    @asynccontextmanager
    async def brief_transaction(self) -> AsyncIterator[Connection]:
        """A transaction that gives up soon where another process keeps SQLite to itself.

        Whoever waits for SQLite keeps the one connection to write with from everybody else.
        """
        async with self.transaction(wait=BRIEF_WAIT) as connection:
            yield connection

    async def is_writable(self) -> bool:
        """Whether the server takes changes; a standby and a primary that only reads do not."""
        if self.dialect is Dialect.SQLITE:
            return True
        ((only_reads,),) = await self.writer.tuples("SHOW transaction_read_only")
        return bool(only_reads == "off")

    async def pending_migrations(self) -> list[str]:
        """Names of the migrations that this database still needs."""
        await self.writer.tuples("SELECT 1")  # tortoise takes one that is away for an empty one
        with copy(self._context):
            return [step.migration.name for step in await self._migrator().plan()]

    async def migrate(self) -> None:
        """Bring the tables to what the models say."""
        with copy(self._context):
            await self._migrator().migrate()

    def _migrator(self) -> Migrator:
        client = self._context.connections.get(WRITE)
        return Migrator(client, apps())

    def connections(self) -> list[tuple[str, int, int]]:
        """For each purpose, how many connections are open, and how many of them idle."""
        found = []
        for purpose, connection in (("read", self.reader), ("write", self.writer)):
            pool = getattr(connection.client, "_pool", None)
            if pool is not None:
                idle = pool.get_idle_size() + connection.spare
                found.append((purpose, pool.get_size(), idle))
        return found

    async def close(self) -> None:
        """Close every connection."""
        await self.reader.close()
        await self._context.close_connections()


async def _take_turn(connection: Connection, wait: int) -> None:
    """Begin as SQLite's one writer: who reads first and writes later is refused without a wait."""
    await connection.execute("COMMIT")
    await connection.execute(f"PRAGMA busy_timeout = {wait}")
    try:
        await connection.execute("BEGIN IMMEDIATE")
    finally:
        await connection.execute(f"PRAGMA busy_timeout = {LONGEST_WAIT}")


def apps() -> dict[str, Any]:
    """The tables, as tortoise is told of them."""
    return {
        APP: {
            "models": ["models"],
            "default_connection": WRITE,
            "migrations": "models.migrations",
        }
    }
