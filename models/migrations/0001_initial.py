from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Centre",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "number",
                    fields.CharField(
                        unique=True, description="National centre number, five digits", max_length=5
                    ),
                ),
                ("name", fields.CharField(max_length=200)),
                (
                    "dfe_number",
                    fields.CharField(
                        null=True, description="Seven digits, the first three the LA", max_length=7
                    ),
                ),
                ("status", fields.CharField(description="OPEN, CLOSED or UNKNOWN", max_length=20)),
                (
                    "status_raw",
                    fields.CharField(null=True, description="The feed's own word", max_length=100),
                ),
            ],
            options={
                "table": "centre",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A school, college or other provider.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Completion",
            fields=[
                (
                    "registration_id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("learner_id", fields.BigIntField()),
                ("centre_id", fields.BigIntField()),
                (
                    "place",
                    fields.SmallIntField(description="1 for the learner's foremost registration"),
                ),
                (
                    "foremost",
                    fields.BooleanField(description="Foremost of the learner at this centre"),
                ),
                (
                    "shared",
                    fields.BooleanField(
                        description="The learner has registrations at other centres"
                    ),
                ),
                (
                    "claim_status",
                    fields.CharField(
                        description="DAS's word, else the awarding body's", max_length=30
                    ),
                ),
                ("claim_status_raw", fields.CharField(null=True, max_length=100)),
                ("status", fields.CharField(max_length=20)),
                ("percent", fields.SmallIntField(null=True)),
                (
                    "next_change_on",
                    fields.DateField(null=True, description="First day time may change it"),
                ),
                ("derived_on", fields.DateField(description="Civil day it was derived for")),
            ],
            options={
                "table": "completion",
                "app": "models",
                "indexes": [
                    Index(fields=["centre_id", "status"]),
                    Index(fields=["learner_id"]),
                    Index(fields=["next_change_on"]),
                ],
                "pk_attr": "registration_id",
                "table_description": "A registration's completion and its place among the learner's (projection).",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Component",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True,
                        primary_key=True,
                        unique=True,
                        db_index=True,
                        description="Eight a registration, see projection",
                    ),
                ),
                ("registration_id", fields.BigIntField()),
                ("learner_id", fields.BigIntField()),
                ("centre_id", fields.BigIntField()),
                ("type", fields.CharField(max_length=40)),
                ("required", fields.BooleanField()),
                ("complete", fields.BooleanField(description="On DAS, visibly")),
            ],
            options={
                "table": "component",
                "app": "models",
                "unique_together": (("registration_id", "type"),),
                "indexes": [Index(fields=["centre_id"])],
                "pk_attr": "id",
                "table_description": "One part of one learner's Diploma (projection).",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Consortium",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("code", fields.CharField(unique=True, max_length=40)),
                ("name", fields.CharField(max_length=200)),
            ],
            options={
                "table": "consortium",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Centres that deliver a line together.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ConsortiumCentre",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "consortium",
                    fields.ForeignKeyField(
                        "models.Consortium",
                        source_field="consortium_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="members",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "centre",
                    fields.ForeignKeyField(
                        "models.Centre",
                        source_field="centre_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="memberships",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
            ],
            options={
                "table": "consortium_centre",
                "app": "models",
                "unique_together": (("consortium", "centre"),),
                "indexes": [Index(fields=["centre_id"])],
                "pk_attr": "id",
                "table_description": "A centre's membership of a consortium.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ExamSeries",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "month",
                    fields.CharField(
                        unique=True, description="January, March, June or November", max_length=10
                    ),
                ),
                ("results_month", fields.IntField(description="1 to 12")),
                (
                    "results_year_offset",
                    fields.IntField(description="0 for the same year, 1 for the next"),
                ),
            ],
            options={
                "table": "exam_series",
                "app": "models",
                "pk_attr": "id",
                "table_description": "The results month of the series held in one month.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="FeedRun",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("started_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("finished_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("actor", fields.CharField(description="Who or what ran it", max_length=254)),
                (
                    "source",
                    fields.CharField(description="Name of the folder or archive", max_length=300),
                ),
                ("mode", fields.CharField(description="DELTA or FULL", max_length=10)),
                ("partial", fields.BooleanField()),
                (
                    "outcome",
                    fields.CharField(
                        description="APPLIED, PARTLY_APPLIED or REFUSED", max_length=20
                    ),
                ),
                ("learners_derived", fields.IntField()),
                (
                    "files",
                    fields.JSONField(
                        description="Name, SHA-256 and counts of each",
                        encoder=JSON_DUMPS,
                        decoder=loads,
                    ),
                ),
                (
                    "problems",
                    fields.JSONField(
                        description="The first 1,000 problems", encoder=JSON_DUMPS, decoder=loads
                    ),
                ),
                ("problem_count", fields.IntField()),
            ],
            options={
                "table": "feed_run",
                "app": "models",
                "indexes": [Index(fields=["started_at"])],
                "pk_attr": "id",
                "table_description": "One feed that was applied or refused, with its files, counts and problems.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Flag",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True,
                        primary_key=True,
                        unique=True,
                        db_index=True,
                        description="Two a component, see projection",
                    ),
                ),
                ("component_id", fields.BigIntField()),
                ("registration_id", fields.BigIntField()),
                ("centre_id", fields.BigIntField()),
                ("component_type", fields.CharField(max_length=40)),
                ("kind", fields.CharField(description="ENTRY or ASSESSMENT", max_length=10)),
                (
                    "code",
                    fields.CharField(
                        null=True, description="Null where nothing is to be judged", max_length=30
                    ),
                ),
                ("detail", fields.CharField(null=True, max_length=30)),
                ("reasons", fields.CharField(description="Codes separated by |", max_length=400)),
                (
                    "since",
                    fields.DateField(
                        description="Civil day on which the code and detail became so"
                    ),
                ),
            ],
            options={
                "table": "flag",
                "app": "models",
                "indexes": [
                    Index(fields=["component_id"]),
                    Index(fields=["registration_id"]),
                    Index(fields=["centre_id", "kind", "code"]),
                ],
                "pk_attr": "id",
                "table_description": "A component's current flag of one kind (projection).",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Learner",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "ref",
                    fields.CharField(
                        unique=True, description="The awarding body's key", max_length=60
                    ),
                ),
                (
                    "uln",
                    fields.CharField(
                        null=True, unique=True, description="Unique learner number", max_length=10
                    ),
                ),
                (
                    "uln_verified",
                    fields.BooleanField(null=True, description="By the Learning Records Service"),
                ),
                ("given_name", fields.CharField(max_length=100)),
                ("family_name", fields.CharField(max_length=100)),
                (
                    "name_key",
                    fields.CharField(
                        description="Both names folded, to suggest pairings", max_length=210
                    ),
                ),
                ("date_of_birth", fields.DateField(null=True)),
                (
                    "uci",
                    fields.CharField(
                        null=True, description="Unique candidate identifier", max_length=13
                    ),
                ),
                (
                    "upn",
                    fields.CharField(null=True, description="Unique pupil number", max_length=13),
                ),
            ],
            options={
                "table": "learner",
                "app": "models",
                "indexes": [
                    Index(fields=["family_name", "given_name", "id"]),
                    Index(fields=["name_key"]),
                ],
                "pk_attr": "id",
                "table_description": "A person, seen by the centres that hold their registrations.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="LineOfLearning",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("code", fields.CharField(unique=True, max_length=60)),
                ("name", fields.CharField(max_length=200)),
                (
                    "phase",
                    fields.IntField(null=True, description="1 to 4, the order of first teaching"),
                ),
                (
                    "active",
                    fields.BooleanField(
                        default=True, description="Whether registrations are judged"
                    ),
                ),
            ],
            options={
                "table": "line_of_learning",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A subject area in which a Diploma is taken.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Qualification",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("qan", fields.CharField(unique=True, description="NNN/NNNN/C", max_length=10)),
                ("title", fields.CharField(max_length=300)),
                (
                    "awarding_body",
                    fields.CharField(description="EDEXCEL or the body's name", max_length=100),
                ),
                ("component", fields.CharField(max_length=40)),
                ("level", fields.IntField(description="Qualification level 1 to 8")),
                (
                    "lines",
                    fields.TextField(description="Codes separated by |, or ANY", unique=False),
                ),
                ("glh", fields.IntField(description="Guided learning hours")),
                (
                    "barring_code",
                    fields.CharField(
                        null=True, description="ZZZZ combines with anything", max_length=10
                    ),
                ),
                ("track", fields.CharField(max_length=20)),
                ("requires_award_entry", fields.BooleanField()),
                ("valid_from", fields.DateField(null=True)),
                (
                    "valid_to",
                    fields.DateField(
                        null=True, description="Last day on which entries may be made"
                    ),
                ),
                ("post_sixteen_only", fields.BooleanField()),
                (
                    "grade_levels",
                    fields.CharField(null=True, description="A*:2|D:1", max_length=200),
                ),
            ],
            options={
                "table": "qualification",
                "app": "models",
                "pk_attr": "id",
                "table_description": "What a QAN stands for and where it may count.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Requirement",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("level", fields.CharField(max_length=40)),
                ("component", fields.CharField(max_length=40)),
                (
                    "qualification_levels",
                    fields.CharField(
                        description="Levels that count, separated by |", max_length=40
                    ),
                ),
                ("glh", fields.IntField(description="Guided learning hours")),
                (
                    "min_glh",
                    fields.IntField(
                        null=True, description="Least guided learning hours to be entered"
                    ),
                ),
            ],
            options={
                "table": "requirement",
                "app": "models",
                "unique_together": (("level", "component"),),
                "pk_attr": "id",
                "table_description": "One component at one level, with a row for PLTS because of its hours.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SubmissionWindow",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("series", fields.CharField(description="June 2010", max_length=14)),
                (
                    "unit",
                    fields.CharField(
                        default="", description="Empty for every unit of the series", max_length=20
                    ),
                ),
                ("opens_on", fields.DateField()),
                ("closes_on", fields.DateField()),
            ],
            options={
                "table": "submission_window",
                "app": "models",
                "unique_together": (("series", "unit"),),
                "pk_attr": "id",
                "table_description": "When centre marks may be submitted, both days included.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Unit",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("qan", fields.CharField(max_length=10)),
                ("code", fields.CharField(max_length=20)),
                ("title", fields.CharField(null=True, max_length=300)),
                ("assessment", fields.CharField(description="INTERNAL or EXTERNAL", max_length=10)),
                ("required", fields.BooleanField()),
            ],
            options={
                "table": "unit",
                "app": "models",
                "unique_together": (("qan", "code"),),
                "pk_attr": "id",
                "table_description": "One unit of a qualification.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "email",
                    fields.CharField(
                        unique=True, description="The log-in, in lower case", max_length=254
                    ),
                ),
                ("password_hash", fields.CharField(max_length=300)),
                ("title", fields.CharField(default="", max_length=40)),
                ("first_name", fields.CharField(max_length=100)),
                ("last_name", fields.CharField(max_length=100)),
                (
                    "staff",
                    fields.CharField(null=True, description="SUPPORT or OPERATOR", max_length=10),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "email_confirmed_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "disabled_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "last_log_in_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "account",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A person or service that may log in.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Change",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("source", fields.CharField(description="USER, FEED or SYSTEM", max_length=10)),
                (
                    "actor",
                    fields.ForeignKeyField(
                        "models.User",
                        source_field="actor_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="changes",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("centre_id", fields.BigIntField(null=True)),
                ("learner_id", fields.BigIntField(null=True)),
                ("object_type", fields.CharField(max_length=40)),
                ("object_id", fields.BigIntField()),
                ("field", fields.CharField(max_length=60)),
                ("before", fields.TextField(null=True, unique=False)),
                ("after", fields.TextField(null=True, unique=False)),
                ("request_id", fields.CharField(null=True, max_length=64)),
            ],
            options={
                "table": "change",
                "app": "models",
                "indexes": [
                    Index(fields=["learner_id"]),
                    Index(fields=["centre_id", "at"]),
                    Index(fields=["object_type", "object_id"]),
                ],
                "pk_attr": "id",
                "table_description": "One change of one field, written in the transaction that made it and never altered.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Grant",
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
                        related_name="grants",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "centre",
                    fields.ForeignKeyField(
                        "models.Centre",
                        source_field="centre_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="grants",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("kind", fields.CharField(description="CENTRE or NON_CENTRE", max_length=10)),
                ("role", fields.CharField(description="VIEWER or ADMINISTRATOR", max_length=20)),
                (
                    "manages_users",
                    fields.BooleanField(
                        default=False, description="Bound to the centre as its centre user"
                    ),
                ),
                (
                    "affiliation",
                    fields.CharField(null=True, description="A label for reports", max_length=100),
                ),
                ("granted_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "granted_by",
                    fields.ForeignKeyField(
                        "models.User",
                        source_field="granted_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="given_grants",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("version", fields.IntField(default=1, description="Rises with every change")),
            ],
            options={
                "table": "access_grant",
                "app": "models",
                "indexes": [Index(fields=["user_id"]), Index(fields=["centre_id"])],
                "pk_attr": "id",
                "table_description": "A user's access to one centre, kept when revoked.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Issue",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                ("registration_id", fields.BigIntField()),
                ("learner_id", fields.BigIntField()),
                ("centre_id", fields.BigIntField()),
                (
                    "component_type",
                    fields.CharField(
                        default="",
                        description="Empty for the registration as a whole",
                        max_length=40,
                    ),
                ),
                ("code", fields.CharField(max_length=40)),
                (
                    "severity",
                    fields.SmallIntField(description="0 information, 1 warning, 2 critical"),
                ),
                (
                    "subject",
                    fields.TextField(
                        null=True, description="Units, entries or QANs it is about", unique=False
                    ),
                ),
                ("due_on", fields.DateField(null=True)),
                ("first_seen", fields.DateField()),
                (
                    "acknowledged_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "acknowledged_by",
                    fields.ForeignKeyField(
                        "models.User",
                        source_field="acknowledged_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="acknowledged_issues",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("note", fields.TextField(null=True, unique=False)),
            ],
            options={
                "table": "issue",
                "app": "models",
                "unique_together": (("registration_id", "component_type", "code"),),
                "indexes": [Index(fields=["learner_id"]), Index(fields=["centre_id", "code"])],
                "pk_attr": "id",
                "table_description": "Something to put right on a learner's record (projection, with acknowledgement).",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Registration",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "ref",
                    fields.CharField(
                        unique=True, description="The awarding body's key", max_length=60
                    ),
                ),
                (
                    "learner",
                    fields.ForeignKeyField(
                        "models.Learner",
                        source_field="learner_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="registrations",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "centre",
                    fields.ForeignKeyField(
                        "models.Centre",
                        source_field="centre_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="registrations",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("line", fields.CharField(max_length=60)),
                ("level", fields.CharField(max_length=40)),
                (
                    "registered_on",
                    fields.CharField(null=True, description="Month, YYYY-MM", max_length=7),
                ),
                (
                    "award",
                    fields.CharField(
                        null=True, description="Anticipated award month in force", max_length=7
                    ),
                ),
                (
                    "award_source",
                    fields.CharField(default="FEED", description="FEED or USER", max_length=4),
                ),
                (
                    "feed_award",
                    fields.CharField(
                        null=True, description="The awarding body's own month", max_length=7
                    ),
                ),
                (
                    "award_edited_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "award_edited_by",
                    fields.ForeignKeyField(
                        "models.User",
                        source_field="award_edited_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="edited_awards",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("status", fields.CharField(max_length=20)),
                (
                    "status_raw",
                    fields.CharField(null=True, description="The feed's own word", max_length=100),
                ),
                ("claim_status", fields.CharField(max_length=30)),
                (
                    "claim_status_raw",
                    fields.CharField(null=True, description="The feed's own word", max_length=100),
                ),
                ("version", fields.IntField(default=1, description="Rises with every change")),
            ],
            options={
                "table": "registration",
                "app": "models",
                "indexes": [
                    Index(fields=["learner_id"]),
                    Index(fields=["centre_id", "line", "level"]),
                    Index(fields=["centre_id", "award"]),
                ],
                "pk_attr": "id",
                "table_description": "One learner on one Diploma at one home centre.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="DasComponent",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "registration",
                    fields.ForeignKeyField(
                        "models.Registration",
                        source_field="registration_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="das_components",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("centre_id", fields.BigIntField(description="The home centre, for scope")),
                ("component", fields.CharField(max_length=40)),
                ("complete", fields.BooleanField()),
                (
                    "visible_from",
                    fields.DateField(null=True, description="Not shown as complete before"),
                ),
            ],
            options={
                "table": "das_component",
                "app": "models",
                "unique_together": (("registration", "component"),),
                "indexes": [Index(fields=["centre_id"])],
                "pk_attr": "id",
                "table_description": "Whether DAS holds one component complete.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="DasRecord",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "registration",
                    fields.OneToOneField(
                        "models.Registration",
                        source_field="registration_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="das_record",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("centre_id", fields.BigIntField(description="The home centre, for scope")),
                (
                    "uln",
                    fields.CharField(
                        null=True, description="As DAS holds it, unchecked", max_length=20
                    ),
                ),
                ("line", fields.CharField(null=True, max_length=60)),
                ("level", fields.CharField(null=True, max_length=40)),
                ("given_name", fields.CharField(null=True, max_length=100)),
                ("family_name", fields.CharField(null=True, max_length=100)),
                ("date_of_birth", fields.DateField(null=True)),
                ("plts", fields.BooleanField(null=True, description="Confirmed by the centre")),
                (
                    "work_experience",
                    fields.BooleanField(null=True, description="Confirmed by the centre"),
                ),
                ("claim_status", fields.CharField(null=True, max_length=30)),
                (
                    "claim_status_raw",
                    fields.CharField(null=True, description="The feed's own word", max_length=100),
                ),
                ("fetched_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "das_record",
                "app": "models",
                "indexes": [Index(fields=["centre_id"])],
                "pk_attr": "id",
                "table_description": "The DAS account behind a registration, as last fetched.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Declaration",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "registration",
                    fields.ForeignKeyField(
                        "models.Registration",
                        source_field="registration_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="declarations",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("centre_id", fields.BigIntField(description="The home centre, for scope")),
                ("component", fields.CharField(max_length=40)),
                ("qan", fields.CharField(max_length=10)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "created_by",
                    fields.ForeignKeyField(
                        "models.User",
                        source_field="created_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="declarations",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("removed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "removed_by",
                    fields.ForeignKeyField(
                        "models.User",
                        source_field="removed_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="removed_declarations",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
            ],
            options={
                "table": "declaration",
                "app": "models",
                "indexes": [
                    Index(fields=["registration_id", "component"]),
                    Index(fields=["centre_id"]),
                    Index(fields=["qan"]),
                ],
                "pk_attr": "id",
                "table_description": "A user's word that a component is taken elsewhere, kept when removed.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "ref",
                    fields.CharField(
                        unique=True, description="The awarding body's key", max_length=60
                    ),
                ),
                (
                    "centre",
                    fields.ForeignKeyField(
                        "models.Centre",
                        source_field="centre_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="entries",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "learner_id",
                    fields.BigIntField(
                        null=True, description="The learner with exactly this ULN at the centre"
                    ),
                ),
                (
                    "registration",
                    fields.ForeignKeyField(
                        "models.Registration",
                        source_field="registration_id",
                        null=True,
                        description="The course it counts to",
                        db_constraint=True,
                        to_field="id",
                        related_name="entries",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "suspected_id",
                    fields.BigIntField(
                        null=True,
                        description="The course of a learner of the same name and birth date, while unmatched",
                    ),
                ),
                (
                    "component",
                    fields.CharField(description="The component it is filed under", max_length=40),
                ),
                ("uln", fields.CharField(null=True, max_length=10)),
                ("given_name", fields.CharField(null=True, max_length=100)),
                ("family_name", fields.CharField(null=True, max_length=100)),
                ("name_key", fields.CharField(null=True, max_length=210)),
                ("date_of_birth", fields.DateField(null=True)),
                ("qan", fields.CharField(max_length=10)),
                (
                    "stated_component",
                    fields.CharField(null=True, description="As the feed says", max_length=40),
                ),
                ("kind", fields.CharField(max_length=20)),
                ("unit", fields.CharField(null=True, max_length=20)),
                (
                    "series",
                    fields.CharField(
                        null=True, description="June 2010, null on demand", max_length=14
                    ),
                ),
                ("status", fields.CharField(max_length=20)),
                (
                    "status_raw",
                    fields.CharField(null=True, description="The feed's own word", max_length=100),
                ),
                ("entered_on", fields.DateField()),
                ("marks_submitted_on", fields.DateField(null=True)),
                ("claimed", fields.BooleanField()),
                (
                    "result",
                    fields.CharField(
                        null=True, description="Hidden before its release", max_length=10
                    ),
                ),
                ("result_release_on", fields.DateField(null=True)),
            ],
            options={
                "table": "entry",
                "app": "models",
                "indexes": [
                    Index(fields=["registration_id", "component"]),
                    Index(fields=["centre_id", "learner_id"]),
                    Index(fields=["learner_id"]),
                    Index(fields=["suspected_id"]),
                    Index(fields=["qan"]),
                ],
                "pk_attr": "id",
                "table_description": "One entry made by a centre, waiting among the unmatched until it has a learner.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Session",
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
                        related_name="sessions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("last_used_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "expires_at",
                    fields.DatetimeField(
                        description="Absolute end of life", auto_now=False, auto_now_add=False
                    ),
                ),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "session",
                "app": "models",
                "indexes": [Index(fields=["user_id"])],
                "pk_attr": "id",
                "table_description": "A log-in, of whose token only the hash is stored.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Verification",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "centre",
                    fields.ForeignKeyField(
                        "models.Centre",
                        source_field="centre_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="verifications",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("qan", fields.CharField(max_length=10)),
                ("academic_year", fields.CharField(description="2009/10", max_length=7)),
                ("state", fields.CharField(max_length=20)),
                (
                    "state_raw",
                    fields.CharField(null=True, description="The feed's own word", max_length=100),
                ),
                ("verified_on", fields.DateField(null=True)),
            ],
            options={
                "table": "verification",
                "app": "models",
                "unique_together": (("centre", "qan", "academic_year"),),
                "pk_attr": "id",
                "table_description": "Whether certification of a programme is released at a centre for an academic year.",
            },
            bases=["Model"],
        ),
    ]
