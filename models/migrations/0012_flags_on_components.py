"""Components carry the codes of their flags and the level of their course."""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


async def fill(_apps: Any, editor: Any) -> None:  # noqa: ANN401 - tortoise's untyped hook
    """Copy what stands in the flags and the registrations."""
    await editor.client.execute_query(
        """UPDATE component SET
            level = (SELECT r.level FROM registration r WHERE r.id = component.registration_id),
            entry_flag = (SELECT f.code FROM flag f
                WHERE f.component_id = component.id AND f.kind = 'ENTRY'),
            assessment_flag = (SELECT f.code FROM flag f
                WHERE f.component_id = component.id AND f.kind = 'ASSESSMENT'),
            assessment_detail = (SELECT f.detail FROM flag f
                WHERE f.component_id = component.id AND f.kind = 'ASSESSMENT')"""
    )


async def leave(_apps: Any, _editor: Any) -> None:  # noqa: ANN401
    """Leave the columns as they are: the next step back drops them."""


class Migration(migrations.Migration):
    """Four more columns, and two indexes less: flags are found by their registration, award months by
    what is kept beside the completion."""

    dependencies = [("models", "0011_centre_versions")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Component",
            name="level",
            field=fields.CharField(default="", db_default="", max_length=40),
        ),
        *(
            ops.AddField(
                model_name="Component",
                name=name,
                field=fields.CharField(null=True, max_length=30, description=description),
            )
            for name, description in (
                ("entry_flag", "The code of the flag of this kind"),
                ("assessment_flag", "The code of the flag of this kind"),
                ("assessment_detail", "The detail of the assessment flag"),
            )
        ),
        ops.RunPython(fill, leave),
        ops.RemoveIndex(model_name="Flag", fields=["component_id"]),
        ops.RemoveIndex(model_name="Registration", fields=["centre_id", "award"]),
    ]
