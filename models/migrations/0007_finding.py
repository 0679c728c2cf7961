"""What learners are found and ordered by, filled in for those who are there already."""

from datetime import UTC, datetime
from typing import Any

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from database.connection import Connection
from database.editors import connection_of
from database.query import Dialect
from models.migrations.frozen.names import MOST_PARTS, family_order, name_order, name_parts

BATCH = 2_000

BY_CODE_POINT = (
    ("completion", "name_order", 100),
    ("issue", "family_order", 100),
    ("name_part", "part", 50),
    ("name_part", "place", 111),
)
"""Columns that compare alike on every database, whatever its language: prefixes are ranges."""

STATUSES = (
    *("AWARDED", "READY_FOR_AWARD", "IN_PROGRESS", "ACTION_REQUIRED"),
    *("UNDETERMINED", "WITHDRAWN"),
)
STAGES = " ".join(f"WHEN '{status}' THEN '{rank}'" for rank, status in enumerate(STATUSES))


async def compare_by_code_point(_apps: Any, editor: Any) -> None:  # noqa: ANN401
    """SQLite always does; PostgreSQL is told."""
    connection = connection_of(editor)
    if connection.dialect is Dialect.POSTGRESQL:
        for table, column, size in BY_CODE_POINT:
            await connection.execute(
                f'ALTER TABLE {table} ALTER COLUMN {column} TYPE VARCHAR({size}) COLLATE "C"'
            )


async def fill(_apps: Any, editor: Any) -> None:  # noqa: ANN401
    """Names are folded here, the rest is copied where it lies."""
    connection = connection_of(editor)
    last = -1
    while people := await connection.tuples(
        "SELECT c.registration_id, c.centre_id, l.given_name, l.family_name, COALESCE(l.uln, '')"
        " FROM completion c JOIN learner l ON l.id = c.learner_id WHERE c.registration_id > ?"
        " ORDER BY c.registration_id LIMIT ?",
        last,
        BATCH,
    ):
        last = people[-1][0]
        await name(connection, people)
    await connection.execute(
        f"""UPDATE completion SET modified_at = ?, uln = COALESCE(l.uln, ''),
            award = COALESCE(r.award, ''), registered_on = COALESCE(r.registered_on, ''),
            stage = CASE completion.status {STAGES} ELSE '' END,
            urgency = COALESCE((SELECT CAST(MIN(2 - i.severity) AS TEXT) FROM issue i
                WHERE i.registration_id = completion.registration_id), '3'),
            due = COALESCE((SELECT CAST(MIN(i.due_on) AS TEXT) FROM issue i
                WHERE i.registration_id = completion.registration_id), '9999-12-31')
        FROM registration r, learner l
        WHERE r.id = completion.registration_id AND l.id = completion.learner_id""",  # noqa: S608 - nothing in it is anybody's
        datetime.now(UTC),
    )
    await connection.execute(
        """UPDATE issue SET urgency = CAST(2 - issue.severity AS TEXT),
            due = COALESCE(CAST(issue.due_on AS TEXT), '9999-12-31'),
            uln = c.uln
        FROM completion c WHERE c.registration_id = issue.registration_id"""
    )


async def name(connection: Connection, people: Any) -> None:  # noqa: ANN401 - rows of a driver
    """Write what some learners are ordered and found by."""
    orders, families, parts = [], [], []
    for key, centre_id, given, family, uln in people:
        order = name_order(given, family)
        orders.append((order, key))
        families.append((family_order(family), key))
        for kind, text in enumerate((family, given)):
            parts += [
                ((key * 2 + kind) * MOST_PARTS + slot, key, centre_id, kind, part, f"{order} {uln}")
                for slot, part in enumerate(name_parts(text))
            ]
    await connection.execute_many(
        "UPDATE completion SET name_order = ? WHERE registration_id = ?", orders
    )
    await connection.execute_many(
        "UPDATE issue SET family_order = ? WHERE registration_id = ?", families
    )
    columns = ("id", "registration_id", "centre_id", "kind", "part", "place")
    await connection.load("name_part", columns, parts)


async def leave(_apps: Any, _editor: Any) -> None:  # noqa: ANN401
    """Leave the columns as they are: the next step back drops them."""


def text(size: int, default: str, description: str) -> Any:  # noqa: ANN401 - a field of tortoise
    """A column of text that is never null."""
    return fields.CharField(
        default=default, description=description, db_default=default, max_length=size
    )


class Migration(migrations.Migration):
    dependencies = [("models", "0006_editing")]

    initial = False

    operations = [
        ops.CreateModel(
            name="NamePart",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True,
                        primary_key=True,
                        unique=True,
                        db_index=True,
                        description="Sixteen a registration, see projection",
                    ),
                ),
                ("registration_id", fields.BigIntField()),
                ("centre_id", fields.BigIntField()),
                (
                    "kind",
                    fields.SmallIntField(description="0 of the family name, 1 of the given name"),
                ),
                ("part", fields.CharField(max_length=50)),
                (
                    "place",
                    fields.CharField(
                        description="The whole name and the ULN, which hits are ordered by",
                        max_length=111,
                    ),
                ),
            ],
            options={
                "table": "name_part",
                "app": "models",
                "indexes": [
                    Index(fields=["registration_id", "part"]),
                    Index(fields=["centre_id", "part"]),
                    Index(fields=["kind", "part", "place", "registration_id"]),
                ],
                "pk_attr": "id",
                "table_description": "One folded part of the name of a registration's learner (projection).",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Completion",
            name="modified_at",
            field=fields.DatetimeField(
                null=True,
                description="When the record, or what follows from it, was last changed",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        *(
            ops.AddField(model_name="Completion", name=name, field=text(size, default, words))
            for name, size, default, words in (
                ("name_order", 100, "", "Folded name"),
                ("uln", 10, "", "Empty for none"),
                ("award", 7, "", "Empty for none"),
                ("registered_on", 7, "", "Empty for none"),
                ("stage", 1, "", "The status as a rank"),
                ("urgency", 1, "3", "Of the most urgent issue, 3 without one"),
                ("due", 10, "9999-12-31", "Of the issue due first"),
            )
        ),
        *(
            ops.AddField(model_name="Issue", name=name, field=text(size, default, words))
            for name, size, default, words in (
                ("urgency", 1, "", "0 for the most urgent"),
                ("due", 10, "9999-12-31", "The day, or the last of all"),
                ("family_order", 100, "", "Folded family name"),
                ("uln", 10, "", "Empty for none"),
            )
        ),
        ops.RunPython(compare_by_code_point, leave),
        ops.RunPython(fill, leave),
        *(
            ops.AddIndex(model_name="Completion", index=Index(fields=list(names)))
            for names in (
                ("modified_at",),
                ("name_order", "learner_id"),
                ("uln", "learner_id"),
                ("award", "name_order", "learner_id"),
                ("registered_on", "name_order", "learner_id"),
                ("stage", "name_order", "learner_id"),
                ("urgency", "due", "name_order", "learner_id"),
                ("due", "urgency", "name_order", "learner_id"),
            )
        ),
        *(
            ops.AddIndex(model_name="Issue", index=Index(fields=list(names)))
            for names in (
                ("urgency", "due", "family_order", "uln", "id"),
                ("due", "urgency", "family_order", "uln", "id"),
                ("family_order", "uln", "urgency", "due", "id"),
            )
        ),
    ]
