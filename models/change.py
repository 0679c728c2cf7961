"""The history of changes."""

from tortoise import fields
from tortoise.models import Model

from models.user import User

_SAME = "{n}.object_type = {c}.object_type AND {n}.object_id = {c}.object_id"
_FIELD = f"{_SAME} AND {{n}}.field = {{c}}.field"

_NEWER = f"""
    EXISTS (SELECT 1 FROM change n WHERE n.id > c.id AND {_FIELD.format(n="n", c="c")}
        AND n.undoes_id IS NULL
        AND (n.source <> 'FEED' OR n.at <> c.at OR n.centre_id = c.centre_id)
        AND NOT EXISTS (SELECT 1 FROM change u WHERE u.undoes_id = n.id))
"""  # noqa: S608 - the aliases are ours
"""Something newer than the change `c`, which was not put back since."""

_LATEST = f"""
    (SELECT l.{{}} FROM change l WHERE {_FIELD.format(n="l", c="c")} ORDER BY l.id DESC LIMIT 1)
"""  # noqa: S608 - as above
"""A column of the latest change of the same field."""


def put_back(alias: str) -> str:
    """Whether the latest that became of a change is that it was put back, as SQL over its row."""
    return f"COALESCE({_LATEST.format('undoes_id')} = c.id, FALSE)".replace("c.", f"{alias}.")


def superseded(alias: str) -> str:
    """Whether something newer stands on a change, or on others of its edit to the same object.

    As SQL over its row. Edits that were put back do not stand: what was before them can be put
    back then. A feed writes one row for each centre that hears of a change; none of them is newer.
    """
    latest = _LATEST.format("after")
    moved = (
        f"CASE WHEN c.after IS NULL OR {latest} IS NULL"
        f" THEN (c.after IS NULL) <> ({latest} IS NULL) ELSE c.after <> {latest} END"
    )
    return (
        f"EXISTS (SELECT 1 FROM change c WHERE {_SAME.format(n='c', c=alias)}"  # noqa: S608 - as above
        f" AND (c.id = {alias}.id OR c.batch = {alias}.batch) AND ({_NEWER} OR {moved}))"
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
