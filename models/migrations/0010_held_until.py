"""Until when completeness is held back, settled for what is there already."""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


async def settle(_apps: Any, editor: Any) -> None:  # noqa: ANN401 - tortoise's untyped hook
    """Where DAS does not say, the last release day of the component's own results counts."""
    await editor.client.execute_query(
        """UPDATE das_component SET held_until = (
            SELECT MAX(e.result_release_on) FROM entry e
            WHERE e.registration_id = das_component.registration_id
            AND e.component = das_component.component
            AND e.status <> 'WITHDRAWN' AND e.result IS NOT NULL)
        WHERE complete AND visible_from IS NULL"""
    )


async def leave(_apps: Any, _editor: Any) -> None:  # noqa: ANN401
    """Leave the column as it is: the next step back drops it."""


class Migration(migrations.Migration):
    """A hold of our own beside the one DAS tells."""

    dependencies = [("models", "0009_past_records")]

    initial = False

    operations = [
        ops.AddField(
            model_name="DasComponent",
            name="held_until",
            field=fields.DateField(
                null=True, description="The same, found from the entries where DAS does not say"
            ),
        ),
        ops.RunPython(settle, leave),
    ]
