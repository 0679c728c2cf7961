"""Declarations of qualifications taken with other awarding bodies."""

from tortoise import fields
from tortoise.models import Model

from models.registration import Registration
from models.user import User


class Declaration(Model):
    """A user's word that a component is taken elsewhere, kept when removed."""

    id = fields.BigIntField(primary_key=True)
    registration: fields.ForeignKeyRelation[Registration] = fields.ForeignKeyField(
        "models.Registration", "declarations"
    )
    centre_id = fields.BigIntField(description="The home centre, for scope")
    component = fields.CharField(40)
    qan = fields.CharField(10)
    created_at = fields.DatetimeField()
    created_by: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", "declarations", null=True, on_delete=fields.SET_NULL
    )
    removed_at = fields.DatetimeField(null=True)
    removed_by: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", "removed_declarations", null=True, on_delete=fields.SET_NULL
    )

    class Meta:
        """Table name and indexes."""

        table = "declaration"
        indexes = (("registration_id", "component"), ("centre_id",), ("qan",))
