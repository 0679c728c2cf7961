"""What the Diploma Aggregation Service holds."""

from tortoise import fields
from tortoise.models import Model

from models.registration import Registration


class DasRecord(Model):
    """The DAS account behind a registration, as last fetched."""

    id = fields.BigIntField(primary_key=True)
    registration: fields.OneToOneRelation[Registration] = fields.OneToOneField(
        "models.Registration", "das_record"
    )
    centre_id = fields.BigIntField(description="The home centre, for scope")
    uln = fields.CharField(20, null=True, description="As DAS holds it, unchecked")
    line = fields.CharField(60, null=True)
    level = fields.CharField(40, null=True)
    given_name = fields.CharField(100, null=True)
    family_name = fields.CharField(100, null=True)
    date_of_birth = fields.DateField(null=True)
    plts = fields.BooleanField(null=True, description="Confirmed by the centre")
    work_experience = fields.BooleanField(null=True, description="Confirmed by the centre")
    claim_status = fields.CharField(30, null=True)
    claim_status_raw = fields.CharField(100, null=True, description="The feed's own word")
    fetched_at = fields.DatetimeField()

    class Meta:
        """Table name and indexes."""

        table = "das_record"
        indexes = (("centre_id",),)


class DasComponent(Model):
    """Whether DAS holds one component complete."""

    id = fields.BigIntField(primary_key=True)
    registration: fields.ForeignKeyRelation[Registration] = fields.ForeignKeyField(
        "models.Registration", "das_components"
    )
    centre_id = fields.BigIntField(description="The home centre, for scope")
    component = fields.CharField(40)
    complete = fields.BooleanField()
    visible_from = fields.DateField(null=True, description="Not shown as complete before")
    held_until = fields.DateField(
        null=True, description="The same, found from the entries where DAS does not say"
    )

    class Meta:
        """Table name and keys."""

        table = "das_component"
        unique_together = (("registration", "component"),)
        indexes = (("centre_id",),)
