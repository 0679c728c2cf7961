"""Staff work at no centre: what they were granted before ends."""

from datetime import UTC, datetime
from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

from database.editors import connection_of


async def end(_apps: Any, editor: Any) -> None:  # noqa: ANN401 - tortoise's untyped hook
    """Grants are kept when they end, with the moment."""
    await connection_of(editor).execute(
        "UPDATE access_grant SET revoked_at = ?, version = version + 1 WHERE revoked_at IS NULL"
        " AND user_id IN (SELECT id FROM account WHERE staff IS NOT NULL)",
        datetime.now(UTC),
    )


async def leave(_apps: Any, _editor: Any) -> None:  # noqa: ANN401
    """What has ended stays so."""


class Migration(migrations.Migration):
    """No table changes."""

    dependencies = [("models", "0013_flags_with_dates")]

    initial = False

    operations = [ops.RunPython(end, leave)]
