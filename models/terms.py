"""Terms of use."""

from tortoise import fields
from tortoise.models import Model

from models.user import User


class Terms(Model):
    """One version of the terms of use, never altered once published."""

    id = fields.BigIntField(primary_key=True)
    version = fields.CharField(40, unique=True)
    title = fields.CharField(200)
    body = fields.TextField(description="Plain text, paragraphs apart by an empty line")
    published_at = fields.DatetimeField()

    class Meta:
        """Table name."""

        table = "terms"


class TermsAcceptance(Model):
    """Somebody's yes to one version."""

    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("models.User", "acceptances")
    terms: fields.ForeignKeyRelation[Terms] = fields.ForeignKeyField("models.Terms", "acceptances")
    at = fields.DatetimeField()
    address = fields.CharField(45, null=True, description="Where it came from")

    class Meta:
        """Table name and keys."""

        table = "terms_acceptance"
        unique_together = (("user_id", "terms_id"),)
