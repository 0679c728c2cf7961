"""Runs of the importer."""

from typing import Any

from tortoise import fields
from tortoise.models import Model


class FeedRun(Model):
    """One feed on its way or at its end, with its files, counts and problems."""

    id = fields.BigIntField(primary_key=True)
    started_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)
    seen_at = fields.DatetimeField(
        null=True, description="When the process that has it last said so, until it is finished"
    )
    actor = fields.CharField(254, description="Who or what ran it")
    source = fields.CharField(300, description="Name of the folder or archive")
    mode = fields.CharField(10, description="DELTA or FULL")
    partial = fields.BooleanField()
    dry_run = fields.BooleanField(default=False, db_default=False)
    outcome = fields.CharField(20, description="WAITING, RUNNING, or how it ended")
    step = fields.CharField(60, null=True, description="What is being done")
    rows_done = fields.IntField(default=0, db_default=0)
    rows_total = fields.IntField(null=True)
    learners_derived = fields.IntField()
    files: fields.Field[Any] = fields.JSONField(description="Name, SHA-256 and counts of each")
    problems: fields.Field[Any] = fields.JSONField(description="The first 1,000 problems")
    problem_count = fields.IntField()
    warnings: fields.Field[Any] = fields.JSONField(
        default=list, db_default="[]", description="The first 1,000 warnings"
    )
    warning_count = fields.IntField(default=0, db_default=0)

    class Meta:
        """Table name and indexes."""

        table = "feed_run"
        indexes = (("finished_at", "seen_at"),)
