"""Learners."""

from tortoise import fields
from tortoise.models import Model


class Learner(Model):
    """A person, seen by the centres that hold their registrations."""

    id = fields.BigIntField(primary_key=True)
    ref = fields.CharField(60, unique=True, description="The awarding body's key")
    uln = fields.CharField(10, null=True, unique=True, description="Unique learner number")
    uln_verified = fields.BooleanField(null=True, description="By the Learning Records Service")
    given_name = fields.CharField(100)
    family_name = fields.CharField(100)
    name_key = fields.CharField(210, description="Both names folded, to suggest pairings")
    date_of_birth = fields.DateField(null=True)
    uci = fields.CharField(13, null=True, description="Unique candidate identifier")
    upn = fields.CharField(13, null=True, description="Unique pupil number")

    class Meta:
        """Table name and indexes."""

        table = "learner"
        indexes = (("family_name", "given_name", "id"), ("name_key",))
