"""The catalogue of qualifications and their units."""

from tortoise import fields
from tortoise.models import Model


class Qualification(Model):
    """What a QAN stands for and where it may count."""

    id = fields.BigIntField(primary_key=True)
    qan = fields.CharField(10, unique=True, description="NNN/NNNN/C")
    title = fields.CharField(300)
    awarding_body = fields.CharField(100, description="EDEXCEL or the body's name")
    component = fields.CharField(40)
    level = fields.IntField(description="Qualification level 1 to 8")
    lines = fields.TextField(description="Codes separated by |, or ANY")
    glh = fields.IntField(description="Guided learning hours")
    barring_code = fields.CharField(10, null=True, description="ZZZZ combines with anything")
    track = fields.CharField(20)
    requires_award_entry = fields.BooleanField()
    valid_from = fields.DateField(null=True)
    valid_to = fields.DateField(null=True, description="Last day on which entries may be made")
    post_sixteen_only = fields.BooleanField()
    grade_levels = fields.CharField(200, null=True, description="A*:2|D:1")

    class Meta:
        """Table name."""

        table = "qualification"


class Unit(Model):
    """One unit of a qualification."""

    id = fields.BigIntField(primary_key=True)
    qan = fields.CharField(10)
    code = fields.CharField(20)
    title = fields.CharField(300, null=True)
    assessment = fields.CharField(10, description="INTERNAL or EXTERNAL")
    required = fields.BooleanField()

    class Meta:
        """Table name and keys."""

        table = "unit"
        unique_together = (("qan", "code"),)
