"""How far learners have come."""

from tortoise import fields
from tortoise.models import Model


class Completion(Model):
    """A registration's completion and its place among the learner's (projection)."""

    registration_id = fields.BigIntField(primary_key=True)
    learner_id = fields.BigIntField()
    centre_id = fields.BigIntField()
    place = fields.SmallIntField(description="1 for the learner's foremost registration")
    foremost = fields.BooleanField(description="Foremost of the learner at this centre")
    shared = fields.BooleanField(description="The learner has registrations at other centres")
    claim_status = fields.CharField(30, description="DAS's word, else the awarding body's")
    claim_status_raw = fields.CharField(100, null=True)
    status = fields.CharField(20)
    percent = fields.SmallIntField(null=True)
    next_change_on = fields.DateField(null=True, description="First day time may change it")
    derived_on = fields.DateField(description="Civil day it was derived for")

    class Meta:
        """Table name and indexes."""

        table = "completion"
        indexes = (("centre_id", "status"), ("learner_id",), ("next_change_on",))
