"""Who may see and edit which centre."""

from typing import Final

from tortoise import fields
from tortoise.models import Model

from models.centre import Centre
from models.user import User

CENTRE_USERS: Final = """
    access_grant g JOIN account u ON u.id = g.user_id
    WHERE g.manages_users AND g.kind = 'CENTRE' AND g.revoked_at IS NULL
    AND u.disabled_at IS NULL AND u.email_confirmed_at IS NOT NULL AND u.staff IS NULL
"""
"""Grants `g` of those `u` who can manage a centre's users; staff have no part in one."""


class Grant(Model):
    """A user's access to one centre, kept when revoked."""

    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("models.User", "grants")
    centre: fields.ForeignKeyRelation[Centre] = fields.ForeignKeyField("models.Centre", "grants")
    kind = fields.CharField(10, description="CENTRE or NON_CENTRE")
    role = fields.CharField(20, description="VIEWER or ADMINISTRATOR")
    manages_users = fields.BooleanField(
        default=False, description="Bound to the centre as its centre user"
    )
    affiliation = fields.CharField(100, null=True, description="A label for reports")
    line = fields.CharField(60, null=True, description="The only line it opens, null for all")
    granted_at = fields.DatetimeField()
    granted_by: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", "given_grants", null=True, on_delete=fields.SET_NULL
    )
    revoked_at = fields.DatetimeField(null=True)
    version = fields.IntField(default=1, description="Rises with every change")

    class Meta:
        """Table name and indexes."""

        table = "access_grant"
        indexes = (("user_id",), ("centre_id",))
