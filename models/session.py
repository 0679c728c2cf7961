"""Log-in sessions."""

from tortoise import fields
from tortoise.models import Model

from models.user import User


class Session(Model):
    """A log-in, of whose token only the hash is stored."""

    id = fields.BigIntField(primary_key=True)
    token_hash = fields.CharField(64, unique=True, description="SHA-256 of the token, hex")
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("models.User", "sessions")
    created_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(description="Absolute end of life")
    ended_at = fields.DatetimeField(null=True)
    address = fields.CharField(45, null=True, description="Where it was opened from")
    agent = fields.CharField(200, null=True, description="What the program called itself")

    class Meta:
        """Table name and indexes."""

        table = "session"
        indexes = (("user_id",),)
