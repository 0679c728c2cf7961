"""Opening a database by its address."""

import re
import sqlite3
from inspect import signature
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import asyncpg
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.context import TortoiseContext

from database.connection import LONGEST_WAIT, READ, WRITE, Database, apps
from database.query import Dialect

ENCRYPTION: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
"""Values of `sslmode`, as PostgreSQL's own clients have them."""

MOST_KEPT: Final = 64 << 10
"""Characters of a statement that stays prepared. All relations of a record, for somebody with
grants for many lines, are more than the 15 kB that asyncpg keeps by itself."""

_PARAMETERS: Final = frozenset({
    *signature(asyncpg.connect).parameters,
    *("application_name", "schema", "minsize", "maxsize"),
    *("max_queries", "max_inactive_connection_lifetime"),
})  # fmt: skip
"""Other parameters of an address: what asyncpg takes, and what Tortoise reads itself."""


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
        # Connections are made when they are asked for; what is spared here are the querysets of
        # all models, which nobody uses and which take longer than all else.
        await context.init(config, init_connections=False)
    return Database(context, dialect, pool_size)


def _try_file(url: str) -> None:
    """Raise what keeps a file from being opened here: later it would leave a thread behind."""
    parts = urlsplit(url)
    sqlite3.connect(parts.netloc + parts.path).close()


def _connection(url: str, pool_size: int) -> str | dict[str, Any]:
    """The address with what each database needs to serve many requests."""
    joint = "&" if "?" in url else "?"
    if dialect_of(url) is Dialect.SQLITE:
        return f"{url}{joint}journal_mode=WAL&busy_timeout={LONGEST_WAIT}&synchronous=NORMAL"
    address = re.sub(r"^(postgresql|asyncpg)://", "postgres://", url)
    plain, asked = _without_encryption(address)
    found: dict[str, Any] = expand_db_url(plain)
    found["credentials"] |= {"minsize": 1, "maxsize": pool_size}
    found["credentials"].setdefault("max_cacheable_statement_size", MOST_KEPT)
    if asked is not None:
        found["credentials"]["ssl"] = asked
    return found


def _without_encryption(address: str) -> tuple[str, str | None]:
    """An address without its `sslmode`, and that; raises DatabaseUrlError for unknown parameters.

    asyncpg takes the words that PostgreSQL's own clients take, but as an argument.
    """
    parts = urlsplit(address)
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    mode = asked.pop("sslmode", None)
    unknown = sorted(asked.keys() - _PARAMETERS)
    if unknown:
        message = f"The database address has a parameter that is not known: {unknown[0]}."
        raise DatabaseUrlError(message)
    if mode is not None and mode not in ENCRYPTION:
        message = f"sslmode in the database address must be one of {', '.join(ENCRYPTION)}."
        raise DatabaseUrlError(message)
    return urlunsplit(parts._replace(query=urlencode(asked))), mode
