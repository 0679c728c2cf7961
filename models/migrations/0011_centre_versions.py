"""Versions of centres, by which kept counts are known to be out of date."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """One more column."""

    dependencies = [("models", "0010_held_until")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Centre",
            name="version",
            field=fields.BigIntField(
                default=0,
                db_default=0,
                description="Another whenever what is counted here may have changed",
            ),
        ),
    ]
