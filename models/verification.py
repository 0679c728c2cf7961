"""Standards verification of programmes."""

from tortoise import fields
from tortoise.models import Model

from models.centre import Centre


class Verification(Model):
    """Whether certification of a programme is released at a centre for an academic year."""

    id = fields.BigIntField(primary_key=True)
    centre: fields.ForeignKeyRelation[Centre] = fields.ForeignKeyField(
        "models.Centre", "verifications"
    )
    qan = fields.CharField(10)
    academic_year = fields.CharField(7, description="2009/10")
    state = fields.CharField(20)
    state_raw = fields.CharField(100, null=True, description="The feed's own word")
    verified_on = fields.DateField(null=True)

    class Meta:
        """Table name and keys."""

        table = "verification"
        unique_together = (("centre", "qan", "academic_year"),)
