"""The history of changes."""

from tortoise import fields
from tortoise.models import Model

from models.user import User


def put_back(alias: str) -> str:
    """Whether the latest that became of a change is that it was put back, as SQL over its row."""
    return f"COALESCE({_latest(alias, 'undoes_id')} = {alias}.id, FALSE)"


def superseded(alias: str) -> str:
    """Whether something newer stands on a change, or on others of its edit to the same object.

    As SQL over its row. Edits that were put back do not stand: what was before them can be put
    back then. A feed writes one row for each centre that hears of a change; none of them is newer.
    """
    latest = _latest("c", "after")
    newer = (
        f"EXISTS (SELECT 1 FROM change n WHERE n.id > c.id AND {_of_one_field('n', 'c')}"  # noqa: S608 - names are ours
        " AND n.undoes_id IS NULL"
        " AND (n.source <> 'FEED' OR n.at <> c.at OR n.centre_id = c.centre_id)"
        " AND NOT EXISTS (SELECT 1 FROM change u WHERE u.undoes_id = n.id))"
    )
    moved = (
        f"CASE WHEN c.after IS NULL OR {latest} IS NULL"
        f" THEN (c.after IS NULL) <> ({latest} IS NULL) ELSE c.after <> {latest} END"
    )
    return (
        f"EXISTS (SELECT 1 FROM change c WHERE {_of_one_object('c', alias)}"  # noqa: S608 - as above
        f" AND (c.id = {alias}.id OR c.batch = {alias}.batch) AND ({newer} OR {moved}))"
    )


def _latest(alias: str, column: str) -> str:
    """A column of the latest change of the same field."""
    return (
        f"(SELECT l.{column} FROM change l WHERE {_of_one_field('l', alias)}"  # noqa: S608 - names are ours
        " ORDER BY l.id DESC LIMIT 1)"
    )


def _of_one_object(one: str, other: str) -> str:
    return f"{one}.object_type = {other}.object_type AND {one}.object_id = {other}.object_id"


def _of_one_field(one: str, other: str) -> str:
    return f"{_of_one_object(one, other)} AND {one}.field = {other}.field"


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
