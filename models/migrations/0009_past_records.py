"""Records of learners whose time is over, without who they were."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Past records."""

    dependencies = [("models", "0008_support_texts")]
    operations = [
        ops.CreateModel(
            name="PastRecord",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "registration_hash",
                    fields.CharField(
                        description="Keyed hash of the awarding body's key, hex",
                        unique=True,
                        max_length=64,
                    ),
                ),
                (
                    "learner_hash",
                    fields.CharField(
                        description="Keyed hash of the ULN, or of the awarding body's key without one, hex",
                        max_length=64,
                    ),
                ),
                ("centre_id", fields.BigIntField(description="The home centre")),
                ("birth_year", fields.SmallIntField(null=True)),
                ("line", fields.CharField(max_length=60)),
                ("level", fields.CharField(max_length=40)),
                (
                    "registered_on",
                    fields.CharField(null=True, description="Month, YYYY-MM", max_length=7),
                ),
                ("award", fields.CharField(description="Anticipated award month", max_length=7)),
                ("status", fields.CharField(max_length=20)),
                ("claim_status", fields.CharField(max_length=30)),
                ("completion_status", fields.CharField(null=True, max_length=20)),
                ("percent", fields.SmallIntField(null=True)),
                (
                    "entries",
                    fields.JSONField(
                        description="What was entered for, with its result, without who it was"
                    ),
                ),
                (
                    "kept_on",
                    fields.DateField(description="Civil day on which the name was removed"),
                ),
            ],
            options={
                "table": "past_record",
                "app": "models",
                "indexes": [
                    Index(fields=["learner_hash"]),
                    Index(fields=["centre_id", "award"]),
                    Index(fields=["award"]),
                ],
                "pk_attr": "id",
                "table_description": "One registration without its learner: for statistics, under keyed hashes.",
            },
            bases=["Model"],
        ),
    ]
