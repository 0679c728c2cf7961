"""Who may ask for what: the whole graph as one table, and the table carried out."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema, build_schema

from auth.permissions import GRANTS, GrantKind, Permission, Role, Staff, Standing
from auth.requires import SIGNED_IN
from models.database import Database
from schema.root import make_schema, printed
from tests.factories import Caller, add_user, import_sample, log_in, served

PUBLIC: Final = "PUBLIC"
ROOTS: Final = ("Query", "Mutation", "Subscription")

NEEDS: Final[Mapping[str, str]] = {
    # root fields
    "Mutation.sessionLogIn": PUBLIC,
    "Mutation.sessionLogOut": PUBLIC,
    "Query.centre": SIGNED_IN,
    "Query.centres": SIGNED_IN,
    "Query.consortia": SIGNED_IN,
    "Query.consortium": SIGNED_IN,
    "Query.flagLegend": PUBLIC,
    "Query.learner": SIGNED_IN,
    "Query.learners": SIGNED_IN,
    "Query.me": SIGNED_IN,
    "Query.node": SIGNED_IN,
    "Query.nodes": SIGNED_IN,
    "Query.qualification": Permission.QUALIFICATION_READ,
    "Query.serviceInfo": PUBLIC,
    "Query.unmatchedEntries": SIGNED_IN,
    # guarded fields
    "Centre.unmatchedEntries": Permission.UNMATCHED_ENTRY_READ,
    "Declaration.createdBy": Permission.CHANGE_ACTOR_READ,
    "Entry.dateOfBirth": Permission.BIRTH_DATE_READ,
    "Issue.acknowledgedBy": Permission.CHANGE_ACTOR_READ,
    "Learner.dateOfBirth": Permission.BIRTH_DATE_READ,
    "Learner.uci": Permission.IDENTIFIER_READ,
    "Learner.upn": Permission.IDENTIFIER_READ,
}
"""What each root field and each guarded field needs."""


# The table and the schema ------------------------------------------------------------------------


def marks(schema: GraphQLSchema) -> dict[str, str]:
    """What the fields of a schema say they need; a root field that says nothing is public."""
    found = {}
    for name, kind in schema.type_map.items():
        if name.startswith("__") or not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            continue
        for field_name, field in kind.fields.items():
            asked = [
                argument.value.value  # a string, as declared
                for directive in (field.ast_node.directives or () if field.ast_node else ())
                if directive.name.value == "requires"
                for argument in directive.arguments
            ]
            if asked or name in ROOTS:
                assert len(asked) <= 1, f"{name}.{field_name} has two guards"
                found[f"{name}.{field_name}"] = asked[0] if asked else PUBLIC
    return found


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema(printed(make_schema()))


def test_every_root_field_and_every_guarded_field_needs_what_the_table_says(
    schema: GraphQLSchema,
) -> None:
    assert marks(schema) == dict(NEEDS)


def test_every_mark_is_a_permission_that_exists(schema: GraphQLSchema) -> None:
    names = set(marks(schema).values()) - {PUBLIC, SIGNED_IN}

    assert names <= {permission.value for permission in Permission}


def test_a_field_that_may_be_refused_may_be_null(schema: GraphQLSchema) -> None:
    refused = [name for name, needs in NEEDS.items() if needs != PUBLIC]

    for name in refused:
        kind, field = name.split(".")
        answer = schema.type_map[kind].fields[field].type  # type: ignore[attr-defined]
        assert not str(answer).endswith("!"), name


def test_a_root_field_without_a_guard_is_noticed() -> None:
    planted = build_schema("type Query { me: Int secrets: Int }")

    assert marks(planted) == {"Query.me": PUBLIC, "Query.secrets": PUBLIC}
    assert not marks(planted).items() <= NEEDS.items()


# The table carried out: root fields --------------------------------------------------------------

ANY = "10000"
DOCUMENTS: Final[Mapping[str, str]] = {
    "Mutation.sessionLogIn": """mutation { sessionLogIn(input: {email: "a@b.cd", password: "x"})
        { ... on Problem { code } } }""",
    "Mutation.sessionLogOut": "mutation { sessionLogOut { done } }",
    "Query.centre": "query ($centre: CentreNumber!) { centre(number: $centre) { number } }",
    "Query.centres": "{ centres { totalCount nodes { number } } }",
    "Query.consortia": "{ consortia { totalCount nodes { code } } }",
    "Query.consortium": "query ($consortium: String!) { consortium(code: $consortium) { code } }",
    "Query.flagLegend": "{ flagLegend { code } }",
    "Query.learner": "query ($uln: ULN!) { learner(uln: $uln) { uln } }",
    "Query.learners": "{ learners { totalCount nodes { uln } } }",
    "Query.me": "{ me { email } }",
    "Query.node": "query ($id: ID!) { node(id: $id) { id } }",
    "Query.nodes": "query ($id: ID!) { nodes(ids: [$id]) { id } }",
    "Query.qualification": "query ($qan: QAN!) { qualification(qan: $qan) { qan } }",
    "Query.serviceInfo": "{ serviceInfo { date } }",
    "Query.unmatchedEntries": """query ($centre: CentreNumber!)
        { unmatchedEntries(centre: $centre) { totalCount nodes { qan } } }""",
}
"""Each root field, asked for things that exist."""


def test_every_root_field_is_carried_out() -> None:
    assert set(DOCUMENTS) == {name for name in NEEDS if name.partition(".")[0] in ROOTS}


async def existing(database: Database) -> dict[str, str]:
    """Things that exist, for the documents to ask for."""
    ((centre,),) = await database.reader.tuples(
        "SELECT number FROM centre WHERE id IN (SELECT centre_id FROM entry"
        " WHERE learner_id IS NULL) ORDER BY number LIMIT 1"
    )
    ((consortium,),) = await database.reader.tuples("SELECT MIN(code) FROM consortium")
    ((uln,),) = await database.reader.tuples("SELECT MIN(uln) FROM learner")
    ((qan,),) = await database.reader.tuples("SELECT MIN(qan) FROM qualification")
    return {"centre": centre, "consortium": consortium, "uln": uln, "qan": qan}


async def outcome(caller: Caller, name: str, **known: str) -> Any:
    """What a root field answers: its value, or the code of its one error."""
    document = DOCUMENTS[name]
    wanted = {key: value for key, value in known.items() if f"${key}:" in document}
    answer = await caller.ask(document, **wanted)
    value = answer["data"][name.partition(".")[2]]
    if "errors" not in answer:
        return value
    (error,) = answer["errors"]
    assert value is None
    return error["extensions"]["code"]


async def one_learner(caller: Caller) -> str:
    """The id of a learner, as somebody who sees them is told it."""
    data = await caller.data("{ learners(first: 1) { nodes { id } } }")
    return str(data["learners"]["nodes"][0]["id"])


NOTHING: Final[dict[str, Any]] = {"totalCount": 0, "nodes": []}
REFUSED_LOG_IN: Final = {"code": "LOG_IN_FAILED"}


async def test_each_caller_gets_from_each_root_field_what_the_table_allows(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", centres=2, learners=30)
    for email, staff in (("registered@example.org", None), ("support@example.org", Staff.SUPPORT)):
        await add_user(database, email, staff=staff)
    known = await existing(database)

    async with served(database_url) as client:
        support = await log_in(client, "support@example.org")
        registered = await log_in(client, "registered@example.org")
        known["id"] = await one_learner(support)
        names = [name for name in DOCUMENTS if name != "Mutation.sessionLogOut"]

        anonymous = {name: await outcome(Caller(client), name, **known) for name in names}
        public = {name for name in names if NEEDS[name] == PUBLIC}
        assert {name: anonymous[name] for name in names if name not in public} == dict.fromkeys(
            set(names) - public, "UNAUTHENTICATED"
        )
        assert anonymous["Mutation.sessionLogIn"] == REFUSED_LOG_IN
        assert anonymous["Query.serviceInfo"] == {"date": "2010-02-19"}
        assert len(anonymous["Query.flagLegend"]) == 21

        nobodys = {name: await outcome(registered, name, **known) for name in names}
        assert nobodys == {
            **{name: anonymous[name] for name in public},
            "Query.centre": None,
            "Query.centres": NOTHING,
            "Query.consortia": NOTHING,
            "Query.consortium": None,
            "Query.learner": None,
            "Query.learners": NOTHING,
            "Query.me": {"email": "registered@example.org"},
            "Query.node": None,
            "Query.nodes": [None],
            "Query.qualification": "FORBIDDEN",
            "Query.unmatchedEntries": None,
        }

        seen = {name: await outcome(support, name, **known) for name in names}
        assert {name: seen[name] for name in public} == {name: anonymous[name] for name in public}
        assert seen["Query.centre"] == {"number": known["centre"]}
        assert seen["Query.centres"]["totalCount"] == 2
        assert seen["Query.consortia"]["totalCount"] >= 1
        assert seen["Query.consortium"] == {"code": known["consortium"]}
        assert seen["Query.learner"] == {"uln": known["uln"]}
        assert seen["Query.learners"]["totalCount"] == 30
        assert seen["Query.me"] == {"email": "support@example.org"}
        assert seen["Query.node"] == {"id": known["id"]}
        assert seen["Query.nodes"] == [{"id": known["id"]}]
        assert seen["Query.qualification"] == {"qan": known["qan"]}
        assert seen["Query.unmatchedEntries"]["totalCount"] >= 1

        for caller in (Caller(client), registered, support):
            assert await outcome(caller, "Mutation.sessionLogOut") == {"done": True}
            assert await outcome(caller, "Query.me") == "UNAUTHENTICATED"


# The table carried out: guarded fields -----------------------------------------------------------

LEARNERS = (
    "query ($centre: CentreNumber!) { centre(number: $centre) { learners { nodes { %s } } } }"
)
GUARDED: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "Centre.unmatchedEntries": (
        """query ($centre: CentreNumber!) { centre(number: $centre)
            { unmatchedEntries { totalCount } } }""",
        ("centre", "unmatchedEntries"),
    ),
    "Declaration.createdBy": (
        LEARNERS % "components { declarations { createdBy } }",
        ("centre", "learners", "nodes", "components", "declarations", "createdBy"),
    ),
    "Entry.dateOfBirth": (
        LEARNERS % "components { entries { dateOfBirth } }",
        ("centre", "learners", "nodes", "components", "entries", "dateOfBirth"),
    ),
    "Issue.acknowledgedBy": (
        LEARNERS % "issues { acknowledgedBy }",
        ("centre", "learners", "nodes", "issues", "acknowledgedBy"),
    ),
    "Learner.dateOfBirth": (
        LEARNERS % "dateOfBirth",
        ("centre", "learners", "nodes", "dateOfBirth"),
    ),
    "Learner.uci": (LEARNERS % "uci", ("centre", "learners", "nodes", "uci")),
    "Learner.upn": (LEARNERS % "upn", ("centre", "learners", "nodes", "upn")),
}
"""Each guarded field, asked for, and the way to its values."""

CALLERS: Final[Mapping[Standing, dict[str, Any]]] = {
    Standing.CENTRE_VIEWER: {},
    Standing.CENTRE_ADMINISTRATOR: {"role": Role.ADMINISTRATOR},
    Standing.CENTRE_USER: {"role": Role.ADMINISTRATOR, "manages_users": True},
    Standing.NON_CENTRE_VIEWER: {"kind": GrantKind.NON_CENTRE},
    Standing.NON_CENTRE_ADMINISTRATOR: {
        "kind": GrantKind.NON_CENTRE,
        "role": Role.ADMINISTRATOR,
    },
    Standing.SUPPORT: {"staff": Staff.SUPPORT},
    Standing.OPERATOR: {"staff": Staff.OPERATOR},
}
"""Those who reach a centre, and what makes each of them."""


def test_every_guarded_field_is_carried_out_for_all_who_reach_a_centre() -> None:
    assert set(GUARDED) == {name for name in NEEDS if name.partition(".")[0] not in ROOTS}
    assert set(CALLERS) == set(Standing) - {Standing.ANONYMOUS, Standing.REGISTERED}


def values(found: Any, way: tuple[str, ...]) -> list[Any]:
    """The values at the end of a way through objects and lists."""
    if isinstance(found, list):
        return [value for item in found for value in values(item, way)]
    return values(found[way[0]], way[1:]) if way else [found]


async def with_every_value(database: Database) -> None:
    """Give every guarded field something to hide."""
    now = datetime(2010, 2, 1, tzinfo=UTC)
    async with database.transaction() as connection:
        await connection.execute("UPDATE learner SET upn = 'A123456789012' WHERE upn IS NULL")
        await connection.execute(
            "UPDATE issue SET acknowledged_at = ?, acknowledged_by_id ="
            " (SELECT MIN(id) FROM account)",
            now,
        )
        await connection.execute(
            "INSERT INTO declaration (registration_id, centre_id, component, qan, created_at,"
            " created_by_id) SELECT r.id, r.centre_id, 'PROJECT', '500/1234/5', ?,"
            " (SELECT MIN(id) FROM account) FROM registration r",
            now,
        )


async def test_each_guarded_field_answers_exactly_those_whose_standing_has_the_permission(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", centres=1, learners=20)
    centre = (await existing(database))["centre"]
    for standing, grant in CALLERS.items():
        at = () if "staff" in grant else (centre,)
        await add_user(database, f"{standing.lower()}@example.org", *at, **grant)
    await with_every_value(database)

    allowed, refused = {}, {}
    async with served(database_url) as client:
        for standing in CALLERS:
            caller = await log_in(client, f"{standing.lower()}@example.org")
            for name, (document, way) in GUARDED.items():
                answer = await caller.ask(document, centre=centre)
                told = values(answer["data"], way)
                assert told, name
                codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
                place = standing.value, name
                if codes:
                    assert set(told) == {None}, place
                    refused[place] = codes
                else:
                    assert any(value is not None for value in told), place
                    allowed[place] = NEEDS[name]

    expected = {
        (standing.value, name): NEEDS[name]
        for standing in CALLERS
        for name in GUARDED
        if NEEDS[name] in GRANTS[standing]
    }
    assert allowed == expected
    assert set(refused) == {(s.value, name) for s in CALLERS for name in GUARDED} - set(expected)
    assert all(codes == ["FORBIDDEN"] for codes in refused.values()), refused


async def test_the_unmatched_entries_of_a_centre_in_reach_are_refused_with_the_reason(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", centres=1, learners=20)
    known = await existing(database)
    for standing in (Standing.CENTRE_VIEWER, Standing.NON_CENTRE_VIEWER):
        await add_user(
            database, f"{standing.lower()}@example.org", known["centre"], **CALLERS[standing]
        )

    async with served(database_url) as client:
        inside = await log_in(client, "centre_viewer@example.org")
        outside = await log_in(client, "non_centre_viewer@example.org")
        page = await outcome(inside, "Query.unmatchedEntries", **known)
        (refused,) = await outside.errors(
            DOCUMENTS["Query.unmatchedEntries"], centre=known["centre"]
        )

    assert page["totalCount"] >= 1
    assert refused["message"] == "This needs the permission UNMATCHED_ENTRY_READ at the centre."
    assert refused["extensions"] == {"code": "FORBIDDEN"}
