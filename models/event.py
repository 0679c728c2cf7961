"""The log of who did what and who saw whom."""

from tortoise import fields
from tortoise.models import Model


class Event(Model):
    """One thing that happened, appended and never altered, whose keys stay when rows go."""

    id = fields.BigIntField(primary_key=True)
    at = fields.DatetimeField()
    kind = fields.CharField(30, description="LOG_IN, RECORD_READ and so on")
    actor_id = fields.BigIntField(null=True, description="The account that acted")
    standing = fields.CharField(30, null=True, description="Who the actor was at the centre")
    centre_id = fields.BigIntField(null=True)
    learner_id = fields.BigIntField(null=True)
    user_id = fields.BigIntField(null=True, description="The account it was done to")
    code = fields.CharField(60, null=True, description="Why it was refused, or what came of it")
    subject = fields.CharField(120, null=True, description="The field, feed or token it is about")
    address = fields.CharField(45, null=True, description="Where it came from")
    request_id = fields.CharField(64, null=True)

    class Meta:
        """Table name and indexes."""

        table = "event"
        indexes = (("at",), ("centre_id", "at"), ("learner_id", "at"), ("actor_id", "at"))
