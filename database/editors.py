"""The database connection that data migrations use."""

from typing import Any

from database.connection import Connection
from database.query import Dialect


def connection_of(editor: Any) -> Connection:  # noqa: ANN401 - tortoise's untyped hook
    """The door for SQL behind a schema editor."""
    client = editor.client
    dialect = Dialect.SQLITE if client.capabilities.dialect == "sqlite" else Dialect.POSTGRESQL
    return Connection(client, dialect)
