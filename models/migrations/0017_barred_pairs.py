"""Barred pairs are told as the cause of missing hours in more cases: whose they are follow."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

from database.editors import connection_of


async def fall_due(_apps: Any, editor: Any) -> None:  # noqa: ANN401 - tortoise's untyped hook
    """Whoever has two entries of additional learning with one barring code is derived again next."""
    await connection_of(editor).execute(
        "UPDATE completion SET next_change_on = derived_on WHERE registration_id IN ("
        "SELECT e.registration_id FROM entry e JOIN qualification q ON q.qan = e.qan"
        " WHERE e.component = 'ASL' AND q.barring_code <> 'ZZZZ'"
        " GROUP BY e.registration_id, q.barring_code HAVING COUNT(DISTINCT e.qan) > 1)"
    )


async def leave(_apps: Any, _editor: Any) -> None:  # noqa: ANN401
    """Derived again is derived again."""


class Migration(migrations.Migration):
    """No table changes."""

    dependencies = [("models", "0016_assumed_releases")]

    initial = False

    operations = [ops.RunPython(fall_due, leave)]
