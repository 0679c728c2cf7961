"""A result that comes out modifies those who have left the course, too: whose is still to come."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

from database.editors import connection_of


async def fall_due(_apps: Any, editor: Any) -> None:  # noqa: ANN401 - tortoise's untyped hook
    """Whoever was derived with no turn ahead and has a result still held back is derived again."""
    await connection_of(editor).execute(
        "UPDATE completion SET next_change_on = derived_on WHERE next_change_on IS NULL"
        " AND registration_id IN (SELECT e.registration_id FROM entry e"
        " WHERE e.result IS NOT NULL AND e.result_release_on > completion.derived_on)"
    )


async def leave(_apps: Any, _editor: Any) -> None:  # noqa: ANN401
    """Derived again is derived again."""


class Migration(migrations.Migration):
    """No table changes."""

    dependencies = [("models", "0017_barred_pairs")]

    initial = False

    operations = [ops.RunPython(fall_due, leave)]
