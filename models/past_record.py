"""What is kept of learners whose time is over."""

from typing import Any

from tortoise import fields
from tortoise.models import Model


class PastRecord(Model):
    """One registration without its learner: for statistics, under keyed hashes."""

    id = fields.BigIntField(primary_key=True)
    registration_hash = fields.CharField(
        64, unique=True, description="Keyed hash of the awarding body's key, hex"
    )
    learner_hash = fields.CharField(
        64, description="Keyed hash of the ULN, or of the awarding body's key without one, hex"
    )
    centre_id = fields.BigIntField(description="The home centre")
    birth_year = fields.SmallIntField(null=True)
    line = fields.CharField(60)
    level = fields.CharField(40)
    registered_on = fields.CharField(7, null=True, description="Month, YYYY-MM")
    award = fields.CharField(7, description="Anticipated award month")
    status = fields.CharField(20)
    claim_status = fields.CharField(30)
    completion_status = fields.CharField(20, null=True)
    percent = fields.SmallIntField(null=True)
    entries: fields.Field[Any] = fields.JSONField(
        description="What was entered for, with its result, without who it was"
    )
    kept_on = fields.DateField(description="Civil day on which the name was removed")

    class Meta:
        """Table name and indexes."""

        table = "past_record"
        indexes = (("learner_hash",), ("centre_id", "award"), ("award",))
