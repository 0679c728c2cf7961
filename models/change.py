"""The history of changes."""

from tortoise import fields
from tortoise.models import Model

from models.user import User


def superseded(alias: str) -> str:
    """Whether something newer stands on a change, as SQL over its row.

    A feed writes one row for each centre that hears of a change; none of them is newer.
    """
    return (
        f"EXISTS (SELECT 1 FROM change n WHERE n.id > {alias}.id"  # noqa: S608 - the alias is ours
        f" AND n.object_type = {alias}.object_type AND n.object_id = {alias}.object_id"
        f" AND n.field = {alias}.field"
        f" AND (n.source <> 'FEED' OR n.at <> {alias}.at OR n.centre_id = {alias}.centre_id))"
    )


class Change(Model):
    """One change of one field, written in the transaction that made it and never altered."""

    id = fields.BigIntField(primary_key=True)
    at = fields.DatetimeField()
    source = fields.CharField(10, description="USER, FEED or SYSTEM")
    actor: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", "changes", null=True, on_delete=fields.SET_NULL
    )
    standing = fields.CharField(30, null=True, description="Who the actor was at the centre")
    centre_id = fields.BigIntField(null=True)
    learner_id = fields.BigIntField(null=True)
    object_type = fields.CharField(40)
    object_id = fields.BigIntField()
    about = fields.CharField(
        60, null=True, description="Of an issue: its code, and its component if it has one"
    )
    field = fields.CharField(60)
    before = fields.TextField(null=True)
    after = fields.TextField(null=True)
    request_id = fields.CharField(64, null=True)
    batch = fields.CharField(
        32, null=True, description="Shared by all changes of one user's edit, null for others"
    )
    undoes_id = fields.BigIntField(null=True, description="The change that this one puts back")

    class Meta:
        """Table name and indexes."""

        table = "change"
        indexes = (
            ("learner_id",),
            ("centre_id", "at"),
            ("object_type", "object_id"),
            ("batch",),
            ("undoes_id",),
        )
