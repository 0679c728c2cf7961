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
    modified_at = fields.DatetimeField(
        null=True, description="When the record, or what follows from it, was last changed"
    )
    # What lists are ordered by, as text and never null, so that one index serves one order.
    name_order = fields.CharField(100, default="", db_default="", description="Folded name")
    uln = fields.CharField(10, default="", db_default="", description="Empty for none")
    award = fields.CharField(7, default="", db_default="", description="Empty for none")
    registered_on = fields.CharField(7, default="", db_default="", description="Empty for none")
    stage = fields.CharField(1, default="", db_default="", description="The status as a rank")
    urgency = fields.CharField(
        1, default="3", db_default="3", description="Of the most urgent issue, 3 without one"
    )
    due = fields.CharField(
        10, default="9999-12-31", db_default="9999-12-31", description="Of the issue due first"
    )

    class Meta:
        """Table name and indexes."""

        table = "completion"
        indexes = (
            ("centre_id", "status"),
            ("learner_id",),
            ("next_change_on",),
            ("modified_at",),
            ("name_order", "learner_id"),
            ("uln", "learner_id"),
            ("award", "name_order", "learner_id"),
            ("registered_on", "name_order", "learner_id"),
            ("stage", "name_order", "learner_id"),
            ("urgency", "due", "name_order", "learner_id"),
            ("due", "urgency", "name_order", "learner_id"),
        )
