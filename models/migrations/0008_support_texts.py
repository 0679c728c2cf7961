"""Support texts, and those that are built in; operators may change them."""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from database.editors import connection_of
from models.migrations.frozen.support_texts import BUILT_IN_TEXTS, WRITTEN_AT

TEXTS = (
    "INSERT INTO support_text (kind, key, title, body, url, place, version, changed_at)"
    " VALUES (?, ?, ?, ?, ?, ?, 1, ?)"
)


async def load(_apps: Any, editor: Any) -> None:  # noqa: ANN401 - tortoise's untyped hook
    """Write the built-in texts."""
    rows = [
        (text.kind, text.key, text.title, text.body, text.url, place, WRITTEN_AT)
        for place, text in enumerate(BUILT_IN_TEXTS, start=1)
    ]
    await connection_of(editor).execute_many(TEXTS, rows)


async def unload(_apps: Any, _editor: Any) -> None:  # noqa: ANN401
    """Leave the table as it is: the next step back drops it."""


class Migration(migrations.Migration):
    """Support texts."""

    dependencies = [("models", "0007_finding")]
    operations = [
        ops.CreateModel(
            name="SupportText",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("kind", fields.CharField(description="LINK, CONTACT or HELP", max_length=20)),
                (
                    "key",
                    fields.CharField(description="What programs ask for it by", max_length=60),
                ),
                ("title", fields.CharField(max_length=200)),
                (
                    "body",
                    fields.TextField(
                        description="Plain text, paragraphs apart by an empty line", unique=False
                    ),
                ),
                (
                    "url",
                    fields.CharField(
                        null=True,
                        description="Where to go, https:// or mailto:",
                        max_length=500,
                    ),
                ),
                ("place", fields.IntField(description="Its place among those of its kind")),
                ("version", fields.IntField(default=1)),
                ("changed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "support_text",
                "app": "models",
                "unique_together": (("kind", "key"),),
                "pk_attr": "id",
                "table_description": "A useful link, a way to reach somebody, or a help topic, which operators may change.",
            },
            bases=["Model"],
        ),
        ops.RunPython(load, unload),
    ]
