"""Entries tell a release day that a feed told from one that is assumed."""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from database.editors import connection_of


async def fall_due(_apps: Any, editor: Any) -> None:  # noqa: ANN401 - tortoise's untyped hook
    """Results are judged by their scale from now on: whoever has one is derived again next."""
    await connection_of(editor).execute(
        "UPDATE completion SET next_change_on = derived_on WHERE registration_id IN ("
        "SELECT e.registration_id FROM entry e WHERE e.result IS NOT NULL AND e.kind <> 'UNIT')"
    )


async def leave(_apps: Any, _editor: Any) -> None:  # noqa: ANN401
    """The column goes."""


class Migration(migrations.Migration):
    """A column. Days that are there count as told, for nothing may be shown before its time."""

    dependencies = [("models", "0015_issues_in_the_history")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Entry",
            name="release_assumed",
            field=fields.BooleanField(
                default=False,
                db_default=False,
                description="Whether the release day is assumed, as no feed has told one",
            ),
        ),
        ops.RunPython(fall_due, leave),
    ]
