"""Accounts by mail, terms of use, tokens for programs, and the log."""

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0002_catalogue")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ApiToken",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "token_hash",
                    fields.CharField(
                        unique=True, description="SHA-256 of the token, hex", max_length=64
                    ),
                ),
                (
                    "user",
                    fields.ForeignKeyField(
                        "models.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="api_tokens",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(description="What its owner calls it", max_length=100)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "last_used_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "api_token",
                "app": "models",
                "indexes": [Index(fields=["user_id"])],
                "pk_attr": "id",
                "table_description": "A key that a person gave to a program, of which only the hash is stored.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ApiTokenGrant",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "api_token",
                    fields.ForeignKeyField(
                        "models.ApiToken",
                        source_field="api_token_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="grants",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "grant",
                    fields.ForeignKeyField(
                        "models.Grant",
                        source_field="grant_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="api_tokens",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
            ],
            options={
                "table": "api_token_grant",
                "app": "models",
                "unique_together": (("api_token_id", "grant_id"),),
                "pk_attr": "id",
                "table_description": "A grant of the owner that a token carries, and that it ends with.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "kind",
                    fields.CharField(description="LOG_IN, RECORD_READ and so on", max_length=30),
                ),
                ("actor_id", fields.BigIntField(null=True, description="The account that acted")),
                (
                    "standing",
                    fields.CharField(
                        null=True, description="Who the actor was at the centre", max_length=30
                    ),
                ),
                ("centre_id", fields.BigIntField(null=True)),
                ("learner_id", fields.BigIntField(null=True)),
                (
                    "user_id",
                    fields.BigIntField(null=True, description="The account it was done to"),
                ),
                (
                    "code",
                    fields.CharField(
                        null=True,
                        description="Why it was refused, or what came of it",
                        max_length=60,
                    ),
                ),
                (
                    "subject",
                    fields.CharField(
                        null=True,
                        description="The field, feed or token it is about",
                        max_length=120,
                    ),
                ),
                (
                    "address",
                    fields.CharField(null=True, description="Where it came from", max_length=45),
                ),
                ("request_id", fields.CharField(null=True, max_length=64)),
            ],
            options={
                "table": "event",
                "app": "models",
                "indexes": [
                    Index(fields=["at"]),
                    Index(fields=["centre_id", "at"]),
                    Index(fields=["learner_id", "at"]),
                    Index(fields=["actor_id", "at"]),
                ],
                "pk_attr": "id",
                "table_description": "One thing that happened, appended and never altered, whose keys stay when rows go.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Letter",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("kind", fields.CharField(description="Which text it is", max_length=30)),
                ("recipient", fields.CharField(description="The e-mail address", max_length=254)),
                (
                    "facts",
                    fields.JSONField(
                        description="What the text fills in", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "due_at",
                    fields.DatetimeField(
                        description="When to try next", auto_now=False, auto_now_add=False
                    ),
                ),
                ("attempts", fields.SmallIntField(default=0)),
                (
                    "closed_at",
                    fields.DatetimeField(
                        null=True,
                        description="When it was sent or given up",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "outcome",
                    fields.CharField(
                        null=True, description="SENT, NOT_NEEDED or GIVEN_UP", max_length=20
                    ),
                ),
            ],
            options={
                "table": "letter",
                "app": "models",
                "indexes": [Index(fields=["closed_at", "due_at"])],
                "pk_attr": "id",
                "table_description": "A mail to be sent, written in the transaction it tells of, whose token is made on sending.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OneTimeToken",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "token_hash",
                    fields.CharField(
                        unique=True, description="SHA-256 of the token, hex", max_length=64
                    ),
                ),
                (
                    "user",
                    fields.ForeignKeyField(
                        "models.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="tokens",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "purpose",
                    fields.CharField(description="CONFIRM_EMAIL or RESET_PASSWORD", max_length=20),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "used_at",
                    fields.DatetimeField(
                        null=True,
                        description="When it was used, or replaced",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
            ],
            options={
                "table": "one_time_token",
                "app": "models",
                "indexes": [Index(fields=["user_id"])],
                "pk_attr": "id",
                "table_description": "What proves that a mail was received, of which only the hash is stored.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Terms",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("version", fields.CharField(unique=True, max_length=40)),
                ("title", fields.CharField(max_length=200)),
                (
                    "body",
                    fields.TextField(
                        description="Plain text, paragraphs apart by an empty line", unique=False
                    ),
                ),
                ("published_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "terms",
                "app": "models",
                "pk_attr": "id",
                "table_description": "One version of the terms of use, never altered once published.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TermsAcceptance",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "user",
                    fields.ForeignKeyField(
                        "models.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="acceptances",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "terms",
                    fields.ForeignKeyField(
                        "models.Terms",
                        source_field="terms_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="acceptances",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "address",
                    fields.CharField(null=True, description="Where it came from", max_length=45),
                ),
            ],
            options={
                "table": "terms_acceptance",
                "app": "models",
                "unique_together": (("user_id", "terms_id"),),
                "pk_attr": "id",
                "table_description": "Somebody's yes to one version.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Change",
            name="standing",
            field=fields.CharField(
                null=True, description="Who the actor was at the centre", max_length=30
            ),
        ),
        ops.AddField(
            model_name="Grant",
            name="line",
            field=fields.CharField(
                null=True, description="The only line it opens, null for all", max_length=60
            ),
        ),
        ops.AddField(
            model_name="Session",
            name="address",
            field=fields.CharField(
                null=True, description="Where it was opened from", max_length=45
            ),
        ),
        ops.AddField(
            model_name="Session",
            name="agent",
            field=fields.CharField(
                null=True, description="What the program called itself", max_length=200
            ),
        ),
    ]
