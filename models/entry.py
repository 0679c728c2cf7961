"""Entries for units, awards and qualifications."""

from tortoise import fields
from tortoise.models import Model

from models.centre import Centre
from models.registration import Registration


def released(alias: str, day: str) -> str:
    """Whether nothing of an entry's result is held back on a day, as SQL over its row.

    The day is a literal or the mark of a parameter. What domain/inputs.py says of one entry.
    """
    return f"({alias}.result_release_on IS NULL OR {alias}.result_release_on <= {day})"


class Entry(Model):
    """One entry made by a centre, waiting among the unmatched until it has a learner."""

    id = fields.BigIntField(primary_key=True)
    ref = fields.CharField(60, unique=True, description="The awarding body's key")
    centre: fields.ForeignKeyRelation[Centre] = fields.ForeignKeyField("models.Centre", "entries")
    learner_id = fields.BigIntField(
        null=True, description="The learner with exactly this ULN at the centre"
    )
    registration: fields.ForeignKeyNullableRelation[Registration] = fields.ForeignKeyField(
        "models.Registration", "entries", null=True, description="The course it counts to"
    )
    suspected_id = fields.BigIntField(
        null=True,
        description="The course of a learner of the same name and birth date, while unmatched",
    )
    component = fields.CharField(40, description="The component it is filed under")
    uln = fields.CharField(10, null=True)
    given_name = fields.CharField(100, null=True)
    family_name = fields.CharField(100, null=True)
    name_key = fields.CharField(210, null=True)
    date_of_birth = fields.DateField(null=True)
    qan = fields.CharField(10)
    stated_component = fields.CharField(40, null=True, description="As the feed says")
    kind = fields.CharField(20)
    unit = fields.CharField(20, null=True)
    series = fields.CharField(14, null=True, description="June 2010, null on demand")
    status = fields.CharField(20)
    status_raw = fields.CharField(100, null=True, description="The feed's own word")
    entered_on = fields.DateField()
    marks_submitted_on = fields.DateField(null=True)
    claimed = fields.BooleanField()
    result = fields.CharField(10, null=True, description="Hidden before its release")
    result_release_on = fields.DateField(null=True)
    release_assumed = fields.BooleanField(
        default=False,
        db_default=False,
        description="Whether the release day is assumed, as no feed has told one",
    )

    class Meta:
        """Table name and indexes."""

        table = "entry"
        indexes = (
            ("registration_id", "component"),
            ("centre_id", "learner_id"),
            ("learner_id",),
            ("suspected_id",),
            ("qan",),
        )
