"""Components of registrations."""

from tortoise import fields
from tortoise.models import Model


class Component(Model):
    """One part of one learner's Diploma (projection)."""

    id = fields.BigIntField(primary_key=True, description="Eight a registration, see projection")
    registration_id = fields.BigIntField()
    learner_id = fields.BigIntField()
    centre_id = fields.BigIntField()
    type = fields.CharField(40)
    required = fields.BooleanField()
    complete = fields.BooleanField(description="On DAS, visibly")
    level = fields.CharField(40, default="", db_default="")
    entry_flag = fields.CharField(30, null=True, description="The code of the flag of this kind")
    assessment_flag = fields.CharField(
        30, null=True, description="The code of the flag of this kind"
    )
    assessment_detail = fields.CharField(
        30, null=True, description="The detail of the assessment flag"
    )

    class Meta:
        """Table name and keys."""

        table = "component"
        unique_together = (("registration_id", "type"),)
        indexes = (("centre_id",),)
