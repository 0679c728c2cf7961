"""Flags carry what their reasons are about and by when to act."""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


async def fall_due(_apps: Any, editor: Any) -> None:  # noqa: ANN401 - tortoise's untyped hook
    """What the new columns hold follows from the records: everybody is derived again next."""
    await editor.client.execute_query("UPDATE completion SET next_change_on = derived_on")


async def leave(_apps: Any, _editor: Any) -> None:  # noqa: ANN401
    """Leave things as they are: the next step back drops the columns."""


class Migration(migrations.Migration):
    """Three more columns."""

    dependencies = [("models", "0012_flags_on_components")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Flag",
            name="subjects",
            field=fields.TextField(
                null=True,
                description="JSON: what each reason is about, in their order, or null",
            ),
        ),
        ops.AddField(
            model_name="Flag",
            name="due_on",
            field=fields.DateField(null=True, description="Last day to act on it"),
        ),
        ops.AddField(
            model_name="Flag",
            name="opens_on",
            field=fields.DateField(null=True, description="First day on which its marks are taken"),
        ),
        ops.RunPython(fall_due, leave),
    ]
