"""Feed runs that are seen while they are on their way, and their warnings."""

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0004_terms")]

    initial = False

    operations = [
        ops.RemoveIndex(
            model_name="FeedRun",
            name=None,
            fields=["started_at"],
        ),
        ops.AlterModelOptions(
            name="FeedRun",
            options={
                "table": "feed_run",
                "app": "models",
                "indexes": [Index(fields=["finished_at", "seen_at"])],
                "pk_attr": "id",
                "table_description": "One feed on its way or at its end, with its files, counts and problems.",
            },
        ),
        ops.AlterField(
            model_name="FeedRun",
            name="finished_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AlterField(
            model_name="FeedRun",
            name="outcome",
            field=fields.CharField(description="WAITING, RUNNING, or how it ended", max_length=20),
        ),
        ops.AddField(
            model_name="FeedRun",
            name="dry_run",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="FeedRun",
            name="rows_done",
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name="FeedRun",
            name="rows_total",
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name="FeedRun",
            name="seen_at",
            field=fields.DatetimeField(
                null=True,
                description="When the process that has it last said so, until it is finished",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="FeedRun",
            name="step",
            field=fields.CharField(null=True, description="What is being done", max_length=60),
        ),
        ops.AddField(
            model_name="FeedRun",
            name="warning_count",
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name="FeedRun",
            name="warnings",
            field=fields.JSONField(
                default=list,
                description="The first 1,000 warnings",
                db_default="[]",
                encoder=JSON_DUMPS,
                decoder=loads,
            ),
        ),
        ops.AddIndex(
            model_name="FeedRun",
            index=Index(fields=["finished_at", "seen_at"]),
        ),
    ]
