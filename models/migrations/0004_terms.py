"""Publish the built-in terms of use; an operator may publish later ones."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

from database.editors import connection_of
from models.migrations.frozen.terms import BUILT_IN_TERMS

TERMS = "INSERT INTO terms (version, title, body, published_at) VALUES (?, ?, ?, ?)"


async def load(_apps: Any, editor: Any) -> None:  # noqa: ANN401 - tortoise's untyped hook
    """Write the one version there is."""
    await connection_of(editor).execute(TERMS, *BUILT_IN_TERMS)


async def unload(_apps: Any, _editor: Any) -> None:  # noqa: ANN401
    """Leave the table as it is: the next step back drops it."""


class Migration(migrations.Migration):
    """The built-in terms of use."""

    dependencies = [("models", "0003_accounts")]
    operations = [ops.RunPython(load, unload)]
