"""Edits that hang together and can be undone; bulk edits that are sent twice."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0005_feed_runs")]

    initial = False

    operations = [
        ops.CreateModel(
            name="BulkEdit",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "user",
                    fields.ForeignKeyField(
                        "models.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="bulk_edits",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "key",
                    fields.CharField(description="The sender's own word for it", max_length=100),
                ),
                (
                    "digest",
                    fields.CharField(description="SHA-256 of what was asked for", max_length=64),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "batch",
                    fields.CharField(
                        null=True,
                        description="Of its changes, null when it changed none",
                        max_length=32,
                    ),
                ),
                (
                    "outcomes",
                    fields.TextField(
                        description="What became of each learner, as JSON", unique=False
                    ),
                ),
            ],
            options={
                "table": "bulk_edit",
                "app": "models",
                "unique_together": (("user_id", "key"),),
                "indexes": [Index(fields=["at"])],
                "pk_attr": "id",
                "table_description": "A bulk edit that was carried out, and what became of each of its learners.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Change",
            name="batch",
            field=fields.CharField(
                null=True,
                description="Shared by all changes of one user's edit, null for others",
                max_length=32,
            ),
        ),
        ops.AddField(
            model_name="Change",
            name="undoes_id",
            field=fields.BigIntField(null=True, description="The change that this one puts back"),
        ),
        ops.AddIndex(
            model_name="Change",
            index=Index(fields=["batch"]),
        ),
        ops.AddIndex(
            model_name="Change",
            index=Index(fields=["undoes_id"]),
        ),
        ops.AddField(
            model_name="Issue",
            name="version",
            field=fields.IntField(
                default=1,
                description="Rises when somebody takes it on or gives it back",
                db_default=1,
            ),
        ),
    ]
