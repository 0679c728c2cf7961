"""Status flags of components."""

from tortoise import fields
from tortoise.models import Model

from models.centre import Centre
from models.component import Component
from models.registration import Registration


class Flag(Model):
    """A component's current flag of one kind (projection)."""

    id = fields.BigIntField(
        primary_key=True, generated=False, description="Two a component, see projection"
    )
    component: fields.ForeignKeyRelation[Component] = fields.ForeignKeyField(
        "models.Component", "flags", db_constraint=False
    )
    registration: fields.ForeignKeyRelation[Registration] = fields.ForeignKeyField(
        "models.Registration", "flags", db_constraint=False
    )
    centre: fields.ForeignKeyRelation[Centre] = fields.ForeignKeyField(
        "models.Centre", "flags", db_constraint=False
    )
    component_type = fields.CharField(40)
    kind = fields.CharField(10, description="ENTRY or ASSESSMENT")
    code = fields.CharField(30, null=True, description="Null where nothing is to be judged")
    detail = fields.CharField(30, null=True)
    reasons = fields.CharField(400, description="Codes separated by |")
    since = fields.DateField(description="Civil day on which the code and detail became so")

    class Meta:
        """Table name and indexes."""

        table = "flag"
        indexes = (("component_id",), ("registration_id",), ("centre_id", "kind", "code"))
