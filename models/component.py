"""Components of registrations."""

from tortoise import fields
from tortoise.models import Model

from models.centre import Centre
from models.learner import Learner
from models.registration import Registration


class Component(Model):
    """One part of one learner's Diploma (projection)."""

    id = fields.BigIntField(
        primary_key=True, generated=False, description="Eight a registration, see projection"
    )
    registration: fields.ForeignKeyRelation[Registration] = fields.ForeignKeyField(
        "models.Registration", "components", db_constraint=False
    )
    learner: fields.ForeignKeyRelation[Learner] = fields.ForeignKeyField(
        "models.Learner", "components", db_constraint=False
    )
    centre: fields.ForeignKeyRelation[Centre] = fields.ForeignKeyField(
        "models.Centre", "components", db_constraint=False
    )
    type = fields.CharField(40)
    required = fields.BooleanField()
    complete = fields.BooleanField(description="On DAS, visibly")

    class Meta:
        """Table name and keys."""

        table = "component"
        unique_together = (("registration", "type"),)
        indexes = (("centre_id",),)
