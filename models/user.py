"""Accounts."""

from tortoise import fields
from tortoise.models import Model


class User(Model):
    """A person or service that may log in."""

    id = fields.BigIntField(primary_key=True)
    email = fields.CharField(254, unique=True, description="The log-in, in lower case")
    password_hash = fields.CharField(300)
    title = fields.CharField(40, default="")
    first_name = fields.CharField(100)
    last_name = fields.CharField(100)
    staff = fields.CharField(10, null=True, description="SUPPORT or OPERATOR")
    created_at = fields.DatetimeField()
    email_confirmed_at = fields.DatetimeField(null=True)
    disabled_at = fields.DatetimeField(null=True)
    last_log_in_at = fields.DatetimeField(null=True)

    class Meta:
        """Table name."""

        table = "account"
