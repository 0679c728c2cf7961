"""Bulk edits that were sent with a key, so that sending one again does nothing twice."""

from tortoise import fields
from tortoise.models import Model

from models.user import User


class BulkEdit(Model):
    """A bulk edit that was carried out, and what became of each of its learners."""

    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("models.User", "bulk_edits")
    key = fields.CharField(100, description="The sender's own word for it")
    digest = fields.CharField(64, description="SHA-256 of what was asked for")
    at = fields.DatetimeField()
    batch = fields.CharField(32, null=True, description="Of its changes, null when it changed none")
    outcomes = fields.TextField(description="What became of each learner, as JSON")

    class Meta:
        """Table name and keys."""

        table = "bulk_edit"
        unique_together = (("user_id", "key"),)
        indexes = (("at",),)
