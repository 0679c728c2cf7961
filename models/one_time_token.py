"""Tokens that are sent by mail."""

from tortoise import fields
from tortoise.models import Model

from models.user import User


class OneTimeToken(Model):
    """What proves that a mail was received, of which only the hash is stored."""

    id = fields.BigIntField(primary_key=True)
    token_hash = fields.CharField(64, unique=True, description="SHA-256 of the token, hex")
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("models.User", "tokens")
    purpose = fields.CharField(20, description="CONFIRM_EMAIL or RESET_PASSWORD")
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True, description="When it was used, or replaced")

    class Meta:
        """Table name and indexes."""

        table = "one_time_token"
        indexes = (("user_id",),)
