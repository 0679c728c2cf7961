"""Nobody reads what is not public; somebody without a centre finds nothing."""

from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    build_schema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from database.connection import Database
from schema.root import make_schema, printed
from tests.exchange.feeds import ANNA_ULN, WEST, begin
from tests.factories import Caller, add_user, log_in, served
from tests.graph.asking import codes

SDL = build_schema(printed(make_schema()))
PUBLIC = {"serviceInfo", "flagLegend", "sessionLogIn", "sessionLogOut"}
GUARDED = {
    *("centre", "centres", "consortia", "consortium", "learner", "learners", "me", "node"),
    *("nodes", "qualification", "unmatchedEntries"),
}

LEAVES = {
    "CentreNumber": '"10001"',
    "QAN": '"500/9909/7"',
    "ULN": f'"{ANNA_ULN}"',
    "YearMonth": '"2010-08"',
    "Date": '"2010-08-01"',
    "CourseCode": '"HIGHER"',
    "Int": "1",
    "Boolean": "true",
}


def literal(kind: GraphQLInputType) -> str:
    """Some value of a type, as it is written in a document."""
    if isinstance(kind, GraphQLNonNull):
        return literal(kind.of_type)
    if isinstance(kind, GraphQLList):
        return f"[{literal(kind.of_type)}]"
    if isinstance(kind, GraphQLEnumType):
        return str(next(iter(kind.values)))
    if isinstance(kind, GraphQLInputObjectType):
        fields = ", ".join(
            f"{name}: {literal(field.type)}"
            for name, field in kind.fields.items()
            if isinstance(field.type, GraphQLNonNull)
        )
        return f"{{{fields}}}"
    return LEAVES.get(kind.name, '"x"')


def root_fields() -> list[tuple[str, str]]:
    """Every root field with an operation that asks for it alone."""
    found = []
    for word, root in (("query", SDL.query_type), ("mutation", SDL.mutation_type)):
        assert isinstance(root, GraphQLObjectType)
        for name, field in root.fields.items():
            given = ", ".join(
                f"{key}: {literal(argument.type)}"
                for key, argument in field.args.items()
                if is_required_argument(argument)
            )
            arguments = f"({given})" if given else ""
            leaf = is_leaf_type(get_named_type(field.type))
            found.append(
                (name, f"{word} {{ {name}{arguments}{'' if leaf else ' { __typename }'} }}")
            )
    return found


def test_the_root_fields_of_reading_say_in_the_contract_that_they_need_a_session() -> None:
    assert SDL.query_type is not None
    marked = {
        name
        for name, field in SDL.query_type.fields.items()
        if field.ast_node
        and any(mark.name.value == "requires" for mark in field.ast_node.directives or ())
    }
    assert marked >= GUARDED
    assert not marked & PUBLIC


async def test_nobody_reads_anything_but_what_is_public(database_url: str) -> None:
    async with served(database_url) as client:
        nobody = Caller(client)
        for name, operation in root_fields():
            if name not in GUARDED | PUBLIC:
                continue
            answer = await nobody.ask(operation)
            if name in PUBLIC:
                assert "errors" not in answer, name
                assert answer["data"][name] is not None
                continue
            assert answer == {
                "data": {name: None},
                "errors": [
                    {
                        "message": "Log in first.",
                        "locations": [{"line": 1, "column": 9}],
                        "path": [name],
                        "extensions": {"code": "UNAUTHENTICATED"},
                    }
                ],
            }


async def test_the_guards_stand_before_the_arguments_are_judged(database_url: str) -> None:
    async with served(database_url) as client:
        nobody = Caller(client)
        for query in (
            "{ learner { name } }",
            "{ learners(first: 0) { totalCount } }",
            '{ node(id: "?") { id } }',
            '{ centres(after: "?") { totalCount } }',
        ):
            assert codes(await nobody.errors(query)) == {"UNAUTHENTICATED"}


async def test_somebody_without_a_centre_finds_empty_lists_and_nothing_else(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "feed")
    await add_user(database, "new@example.org")
    query = f"""
    {{
      me {{ email name staff access {{ kind }} }}
      centre(number: "{WEST}") {{ name }}
      centres {{
        totalCount edges {{ cursor }} nodes {{ name }} pageInfo {{ hasNextPage endCursor }}
      }}
      consortia {{ totalCount nodes {{ name }} }}
      consortium(code: "GATES") {{ name }}
      learner(uln: "{ANNA_ULN}") {{ name }}
      learners {{ totalCount nodes {{ name }} pageInfo {{ hasNextPage startCursor }} }}
      unmatchedEntries(centre: "{WEST}") {{ totalCount }}
    }}
    """
    async with served(database_url) as client:
        data = await (await log_in(client, "new@example.org")).data(query)
    assert data == {
        "me": {"email": "new@example.org", "name": "Robin Reader", "staff": None, "access": []},
        "centre": None,
        "centres": {
            "totalCount": 0,
            "edges": [],
            "nodes": [],
            "pageInfo": {"hasNextPage": False, "endCursor": None},
        },
        "consortia": {"totalCount": 0, "nodes": []},
        "consortium": None,
        "learner": None,
        "learners": {
            "totalCount": 0,
            "nodes": [],
            "pageInfo": {"hasNextPage": False, "startCursor": None},
        },
        "unmatchedEntries": None,
    }
