"""What learners are found by when somebody types a name."""

from tortoise import fields
from tortoise.models import Model


class NamePart(Model):
    """One folded part of the name of a registration's learner (projection)."""

    id = fields.BigIntField(primary_key=True, description="Sixteen a registration, see projection")
    registration_id = fields.BigIntField()
    centre_id = fields.BigIntField()
    kind = fields.SmallIntField(description="0 of the family name, 1 of the given name")
    part = fields.CharField(50)
    place = fields.CharField(
        111, description="The whole name and the ULN, which hits are ordered by"
    )

    class Meta:
        """Table name and indexes."""

        table = "name_part"
        indexes = (
            ("registration_id", "part"),
            ("centre_id", "part"),
            ("kind", "part", "place", "registration_id"),
        )
