"""Runs of the importer."""

from typing import Any

from tortoise import fields
from tortoise.models import Model


class FeedRun(Model):
    """One feed that was applied or refused, with its files, counts and problems."""

    id = fields.BigIntField(primary_key=True)
    started_at = fields.DatetimeField()
    finished_at = fields.DatetimeField()
    actor = fields.CharField(254, description="Who or what ran it")
    source = fields.CharField(300, description="Name of the folder or archive")
    mode = fields.CharField(10, description="DELTA or FULL")
    partial = fields.BooleanField()
    outcome = fields.CharField(20, description="APPLIED, PARTLY_APPLIED or REFUSED")
    learners_derived = fields.IntField()
    files: fields.Field[Any] = fields.JSONField(description="Name, SHA-256 and counts of each")
    problems: fields.Field[Any] = fields.JSONField(description="The first 1,000 problems")
    problem_count = fields.IntField()

    class Meta:
        """Table name and indexes."""

        table = "feed_run"
        indexes = (("started_at",),)
