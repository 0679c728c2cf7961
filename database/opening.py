"""Opening a database by its address."""

import re
import sqlite3
from urllib.parse import urlsplit

from tortoise.context import TortoiseContext

from database.connection import LONGEST_WAIT, READ, WRITE, Database, Dialect, apps


class DatabaseUrlError(ValueError):
    """The database address is not one that can be used."""


def dialect_of(url: str) -> Dialect:
    """Which database an address points to; raises DatabaseUrlError for any other."""
    scheme = urlsplit(url).scheme
    if scheme in ("postgres", "postgresql", "asyncpg"):
        return Dialect.POSTGRESQL
    if scheme == "sqlite":
        return Dialect.SQLITE
    message = "The database address must begin with sqlite:// or postgres://."
    raise DatabaseUrlError(message)


async def open_database(url: str, *, pool_size: int = 10) -> Database:
    """Open the database behind an address; nothing is created or changed in it."""
    dialect = dialect_of(url)
    if dialect is Dialect.SQLITE:
        _try_file(url)
    context = TortoiseContext()  # of its own: Tortoise.init would close the one opened before
    config = {
        "connections": {WRITE: _connection(url, pool_size), READ: _connection(url, pool_size)},
        "apps": apps(),
        "use_tz": True,
        "timezone": "UTC",
    }
    with context:
        await context.init(config)
    return Database(context, dialect, pool_size)


def _try_file(url: str) -> None:
    """Raise what keeps a file from being opened here: later it would leave a thread behind."""
    parts = urlsplit(url)
    sqlite3.connect(parts.netloc + parts.path).close()


def _connection(url: str, pool_size: int) -> str:
    """The address with what each database needs to serve many requests."""
    joint = "&" if "?" in url else "?"
    if dialect_of(url) is Dialect.SQLITE:
        return f"{url}{joint}journal_mode=WAL&busy_timeout={LONGEST_WAIT}&synchronous=NORMAL"
    address = re.sub(r"^(postgresql|asyncpg)://", "postgres://", url)
    return f"{address}{joint}minsize=1&maxsize={pool_size}"
