"""Lines of learning."""

from tortoise import fields
from tortoise.models import Model


class LineOfLearning(Model):
    """A subject area in which a Diploma is taken."""

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(60, unique=True)
    name = fields.CharField(200)
    phase = fields.IntField(null=True, description="1 to 4, the order of first teaching")
    active = fields.BooleanField(default=True, description="Whether registrations are judged")

    class Meta:
        """Table name."""

        table = "line_of_learning"
