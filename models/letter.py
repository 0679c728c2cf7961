"""Mail on its way."""

from typing import Any

from tortoise import fields
from tortoise.models import Model


class Letter(Model):
    """A mail to be sent, written in the transaction it tells of, whose token is made on sending."""

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(30, description="Which text it is")
    recipient = fields.CharField(254, description="The e-mail address")
    facts: fields.Field[Any] = fields.JSONField(description="What the text fills in")
    created_at = fields.DatetimeField()
    due_at = fields.DatetimeField(description="When to try next")
    attempts = fields.SmallIntField(default=0)
    closed_at = fields.DatetimeField(null=True, description="When it was sent or given up")
    outcome = fields.CharField(20, null=True, description="SENT, NOT_NEEDED or GIVEN_UP")

    class Meta:
        """Table name and indexes."""

        table = "letter"
        indexes = (("closed_at", "due_at"),)
