"""The shopping list."""

from tortoise import fields
from tortoise.models import Model

from models.user import User


class Issue(Model):
    """Something to put right on a learner's record (projection, with acknowledgement)."""

    id = fields.BigIntField(primary_key=True)
    registration_id = fields.BigIntField()
    learner_id = fields.BigIntField()
    centre_id = fields.BigIntField()
    component_type = fields.CharField(
        40, default="", description="Empty for the registration as a whole"
    )
    code = fields.CharField(40)
    severity = fields.SmallIntField(description="0 information, 1 warning, 2 critical")
    subject = fields.TextField(null=True, description="Units, entries or QANs it is about")
    due_on = fields.DateField(null=True)
    first_seen = fields.DateField()
    acknowledged_at = fields.DatetimeField(null=True)
    acknowledged_by: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", "acknowledged_issues", null=True, on_delete=fields.SET_NULL
    )
    note = fields.TextField(null=True)
    # What lists are ordered by, as text and never null, so that one index serves one order.
    urgency = fields.CharField(1, default="", db_default="", description="0 for the most urgent")
    due = fields.CharField(
        10, default="9999-12-31", db_default="9999-12-31", description="The day, or the last of all"
    )
    family_order = fields.CharField(
        100, default="", db_default="", description="Folded family name"
    )
    uln = fields.CharField(10, default="", db_default="", description="Empty for none")
    version = fields.IntField(
        default=1, db_default=1, description="Rises when somebody takes it on or gives it back"
    )

    class Meta:
        """Table name and keys."""

        table = "issue"
        unique_together = (("registration_id", "component_type", "code"),)
        indexes = (
            ("learner_id",),
            ("centre_id", "code"),
            ("urgency", "due", "family_order", "uln", "id"),
            ("due", "urgency", "family_order", "uln", "id"),
            ("family_order", "uln", "urgency", "due", "id"),
        )
