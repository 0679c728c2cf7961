"""Tokens for programs."""

from tortoise import fields
from tortoise.models import Model

from models.grant import Grant
from models.user import User


class ApiToken(Model):
    """A key that a person gave to a program, of which only the hash is stored."""

    id = fields.BigIntField(primary_key=True)
    token_hash = fields.CharField(64, unique=True, description="SHA-256 of the token, hex")
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("models.User", "api_tokens")
    name = fields.CharField(100, description="What its owner calls it")
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        """Table name and indexes."""

        table = "api_token"
        indexes = (("user_id",),)


class ApiTokenGrant(Model):
    """A grant of the owner that a token carries, and that it ends with."""

    id = fields.BigIntField(primary_key=True)
    api_token: fields.ForeignKeyRelation[ApiToken] = fields.ForeignKeyField(
        "models.ApiToken", "grants"
    )
    grant: fields.ForeignKeyRelation[Grant] = fields.ForeignKeyField("models.Grant", "api_tokens")

    class Meta:
        """Table name and keys."""

        table = "api_token_grant"
        unique_together = (("api_token_id", "grant_id"),)
