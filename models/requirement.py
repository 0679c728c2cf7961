"""What a Diploma level asks of each component."""

from tortoise import fields
from tortoise.models import Model


class Requirement(Model):
    """One component at one level, with a row for PLTS because of its hours."""

    id = fields.BigIntField(primary_key=True)
    level = fields.CharField(40)
    component = fields.CharField(40)
    qualification_levels = fields.CharField(40, description="Levels that count, separated by |")
    glh = fields.IntField(description="Guided learning hours")
    min_glh = fields.IntField(null=True, description="Least guided learning hours to be entered")

    class Meta:
        """Table name and keys."""

        table = "requirement"
        unique_together = (("level", "component"),)
