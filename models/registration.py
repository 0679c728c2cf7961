"""Diploma registrations."""

from tortoise import fields
from tortoise.models import Model

from models.centre import Centre
from models.learner import Learner
from models.user import User


class Registration(Model):
    """One learner on one Diploma at one home centre."""

    id = fields.BigIntField(primary_key=True)
    ref = fields.CharField(60, unique=True, description="The awarding body's key")
    learner: fields.ForeignKeyRelation[Learner] = fields.ForeignKeyField(
        "models.Learner", "registrations"
    )
    centre: fields.ForeignKeyRelation[Centre] = fields.ForeignKeyField(
        "models.Centre", "registrations"
    )
    line = fields.CharField(60)
    level = fields.CharField(40)
    registered_on = fields.CharField(7, null=True, description="Month, YYYY-MM")
    award = fields.CharField(7, null=True, description="Anticipated award month in force")
    award_source = fields.CharField(4, default="FEED", description="FEED or USER")
    feed_award = fields.CharField(7, null=True, description="The awarding body's own month")
    award_edited_at = fields.DatetimeField(null=True)
    award_edited_by: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", "edited_awards", null=True, on_delete=fields.SET_NULL
    )
    status = fields.CharField(20)
    status_raw = fields.CharField(100, null=True, description="The feed's own word")
    claim_status = fields.CharField(30)
    claim_status_raw = fields.CharField(100, null=True, description="The feed's own word")
    version = fields.IntField(default=1, description="Rises with every change")

    class Meta:
        """Table name and indexes."""

        table = "registration"
        indexes = (("learner_id",), ("centre_id", "line", "level"))
