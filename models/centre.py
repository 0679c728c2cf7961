"""Centres and the consortia they form."""

from tortoise import fields
from tortoise.models import Model


class Centre(Model):
    """A school, college or other provider."""

    id = fields.BigIntField(primary_key=True)
    number = fields.CharField(5, unique=True, description="National centre number, five digits")
    name = fields.CharField(200)
    dfe_number = fields.CharField(7, null=True, description="Seven digits, the first three the LA")
    status = fields.CharField(20, description="OPEN, CLOSED or UNKNOWN")
    status_raw = fields.CharField(100, null=True, description="The feed's own word")
    version = fields.BigIntField(
        default=0,
        db_default=0,
        description="Another whenever what is counted here may have changed",
    )

    class Meta:
        """Table name."""

        table = "centre"


class Consortium(Model):
    """Centres that deliver a line together."""

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(40, unique=True)
    name = fields.CharField(200)

    class Meta:
        """Table name."""

        table = "consortium"


class ConsortiumCentre(Model):
    """A centre's membership of a consortium."""

    id = fields.BigIntField(primary_key=True)
    consortium: fields.ForeignKeyRelation[Consortium] = fields.ForeignKeyField(
        "models.Consortium", "members"
    )
    centre: fields.ForeignKeyRelation[Centre] = fields.ForeignKeyField(
        "models.Centre", "memberships"
    )

    class Meta:
        """Table name and keys."""

        table = "consortium_centre"
        unique_together = (("consortium", "centre"),)
        indexes = (("centre_id",),)
