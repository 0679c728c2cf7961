"""The history names the issue that somebody took on."""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from database.editors import connection_of


async def name_issues(_apps: Any, editor: Any) -> None:  # noqa: ANN401 - tortoise's untyped hook
    """Those that still stand; the others cannot be known any more."""
    await connection_of(editor).execute(
        "UPDATE change SET about = (SELECT TRIM(i.code || ' ' || i.component_type) FROM issue i"
        " WHERE i.id = change.object_id) WHERE object_type = 'ISSUE'"
    )


async def leave(_apps: Any, _editor: Any) -> None:  # noqa: ANN401
    """The column goes."""


class Migration(migrations.Migration):
    """A column."""

    dependencies = [("models", "0014_staff_without_grants")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Change",
            name="about",
            field=fields.CharField(
                60, null=True, description="Of an issue: its code, and its component if it has one"
            ),
        ),
        ops.RunPython(name_issues, leave),
    ]
