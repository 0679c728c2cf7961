"""Who may ask for what: the whole graph as one table, and the table carried out."""

from pathlib import Path
from typing import Any, Final

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema, build_schema

from auth.matrix import FIELDS, ROOTS, AccessOutcome, CallerKind, as_markdown, mark_of, outcome
from auth.permissions import Permission
from auth.requires import Presence
from database.connection import Database
from schema.root import make_schema, printed
from tests.callers import CallerMaker
from tests.every_field import (
    DOCUMENTS,
    INPUTS,
    LAST,
    REFUSES_EVERYBODY,
    own_token,
)
from tests.factories import Caller, import_sample, served
from tests.server.connections import app_of, first_event
from tests.world import World, existing, with_every_value

ROOT: Final = Path(__file__).parents[1]


# The table and the schema ------------------------------------------------------------------------


def marks(schema: GraphQLSchema) -> dict[str, str | None]:
    """What the fields of a schema say they need; a root field that says nothing is public."""
    found: dict[str, str | None] = {}
    for name, kind in schema.type_map.items():
        if name.startswith("__") or not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            continue
        for field_name, field in kind.fields.items():
            asked = [
                " then ".join(argument.value.value for argument in directive.arguments)
                for directive in (field.ast_node.directives or () if field.ast_node else ())
                if directive.name.value == "requires"
            ]
            if asked or name in ROOTS:
                assert len(asked) <= 1, f"{name}.{field_name} has two guards"
                found[f"{name}.{field_name}"] = asked[0] if asked else None
    return found


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema(printed(make_schema()))


def test_every_root_field_and_every_guarded_field_needs_what_the_table_says(
    schema: GraphQLSchema,
) -> None:
    assert marks(schema) == {name: mark_of(name) for name in FIELDS}


def test_every_mark_is_a_permission_or_a_presence(schema: GraphQLSchema) -> None:
    known = {*map(str, Permission), *map(str, Presence)}
    asked = {word for mark in marks(schema).values() if mark for word in mark.split(" then ")}

    assert asked <= known


def test_a_field_that_may_be_refused_may_be_null(schema: GraphQLSchema) -> None:
    for name in FIELDS:
        if mark_of(name) is not None:
            kind, field = name.split(".")
            answer = schema.type_map[kind].fields[field].type  # type: ignore[attr-defined]
            assert not str(answer).endswith("!"), name


def test_a_root_field_without_a_guard_is_noticed() -> None:
    planted = build_schema("type Query { me: Int secrets: Int }")

    assert marks(planted) == {"Query.me": None, "Query.secrets": None}
    assert not marks(planted).items() <= {name: mark_of(name) for name in FIELDS}.items()


def test_the_page_of_permissions_is_printed_from_the_table() -> None:
    page = (ROOT / "docs" / "permissions.md").read_text("utf-8")

    assert page == as_markdown()


# The table carried out ---------------------------------------------------------------------------

PROBLEMS: Final = ("Conflict", "Invalid", "Missing", "RateLimited", "Refused")


def test_every_field_is_carried_out() -> None:
    assert set(DOCUMENTS) == set(FIELDS)


def values(found: Any, way: tuple[str, ...]) -> list[Any]:
    """The values at the end of a way through objects and lists."""
    if isinstance(found, list):
        return [value for item in found for value in values(item, way)]
    if found is None or not way:
        return [found]
    return values(found[way[0]], way[1:])


def kind_of(name: str, answer: dict[str, Any], way: tuple[str, ...]) -> AccessOutcome | str:
    """What an answer comes to; a code that no outcome knows is told as it is."""
    told = {error["extensions"]["code"] for error in answer.get("errors", ())}
    found = values(answer["data"], way)
    if told:
        assert set(found) == {None}, name
        (code,) = told
        return AccessOutcome(code) if code in AccessOutcome.__members__.values() else code
    if all(value is None or value == {"totalCount": 0} for value in found):
        return AccessOutcome.NOTHING
    (first, *_) = found
    if isinstance(first, dict) and first.get("__typename") in PROBLEMS:
        if first["__typename"] == "Missing":
            return AccessOutcome.NOTHING
        if first["code"] == "FORBIDDEN" or first["code"] == "STAFF_TOKEN":
            return AccessOutcome.FORBIDDEN
        return (
            AccessOutcome.ANSWER if REFUSES_EVERYBODY.get(name) == first["code"] else first["code"]
        )
    return AccessOutcome.ANSWER


async def asked(world: World, url: str, kind: CallerKind, names: list[str]) -> dict[str, Any]:
    """What a new caller of a kind gets from each field; refusals must leave all as it was."""
    answers: dict[str, Any] = {}
    async with served(url) as client:
        for name in names:
            document, way = DOCUMENTS[name]
            made = await world.maker.caller(kind)
            if name == "Me.apiTokens":
                await own_token(world, made)
            if name in INPUTS:
                variables = {"input": await INPUTS[name](world, made)}
            else:
                wanted = (key for key in world.known if f"${key}:" in document)
                variables = {key: world.known[key] for key in wanted}
            before = await world.state()
            if name.startswith("Subscription."):
                app = app_of(client)  # a client would wait for the whole answer
                answer = await first_event(app, made.token, document, **variables)
            else:
                answer = await Caller(client, made.token).ask(document, **variables)
            answers[name] = kind_of(name, answer, way)
            if answers[name] is not AccessOutcome.ANSWER or name in REFUSES_EVERYBODY:
                assert await world.state() == before, (kind, name)
            elif name in INPUTS and name not in UNSEEN:
                assert await world.state() != before, (kind, name)
    return answers


UNSEEN: Final = ("Mutation.accountEnable", "Mutation.termsAccept")
"""Mutations that find done what they are asked for."""


@pytest.mark.parametrize("kind", CallerKind)
async def test_a_kind_of_caller_gets_from_every_field_what_the_table_says(
    kind: CallerKind, database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", centres=1, learners=20)
    known = await existing(database)
    maker = CallerMaker(database, known["centre_id"])
    await maker.person(bound=True)  # who stays while others give up their access
    await with_every_value(database, known["centre_id"])
    names = [*(name for name in DOCUMENTS if name not in LAST), *LAST]

    found = await asked(World(database, known, maker), database_url, kind, names)

    expected = {name: outcome(rule, kind) for name, rule in FIELDS.items()}
    assert found.keys() == expected.keys()
    assert {name: answer for name, answer in found.items() if answer != expected[name]} == {}
