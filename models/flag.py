"""Status flags of components."""

from tortoise import fields
from tortoise.models import Model


class Flag(Model):
    """A component's current flag of one kind (projection)."""

    id = fields.BigIntField(primary_key=True, description="Two a component, see projection")
    component_id = fields.BigIntField()
    registration_id = fields.BigIntField()
    centre_id = fields.BigIntField()
    component_type = fields.CharField(40)
    kind = fields.CharField(10, description="ENTRY or ASSESSMENT")
    code = fields.CharField(30, null=True, description="Null where nothing is to be judged")
    detail = fields.CharField(30, null=True)
    reasons = fields.CharField(400, description="Codes separated by |")
    subjects = fields.TextField(
        null=True, description="JSON: what each reason is about, in their order, or null"
    )
    due_on = fields.DateField(null=True, description="Last day to act on it")
    opens_on = fields.DateField(null=True, description="First day on which its marks are taken")
    since = fields.DateField(description="Civil day on which the code and detail became so")

    class Meta:
        """Table name and indexes."""

        table = "flag"
        indexes = (("registration_id",), ("centre_id", "kind", "code"))
