"""What an operation may cost is told before anything is read, and told with every answer."""

from typing import Any, Final

import pytest
from graphql import (
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    is_composite_type,
    parse,
)
from graphql.type import is_non_null_type

from auth.matrix import CallerKind
from auth.permissions import Staff
from database.connection import Database
from schema.cost import SIZES, WALK, cost_of
from schema.root import make_schema
from tests.callers import CallerMaker
from tests.factories import Caller, add_user, counted, log_in, served

SCHEMA: Final[GraphQLSchema] = make_schema()._schema  # noqa: SLF001 - what cost is reckoned from

PAGE: Final = "fragment P on LearnerConnection { nodes { uln } }"


def cost(text: str, centres: int = 100, **variables: Any) -> int:
    document = parse(text)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return cost_of(SCHEMA, document, operation, variables, centres)


@pytest.mark.parametrize(
    ("text", "variables", "expected"),
    [
        ("{ __typename }", {}, 0),
        ("{ serviceInfo { date version } }", {}, 1),
        ("{ flagLegend { code } }", {}, SIZES["LegendRow"]),
        ("{ learners { totalCount } }", {}, 2),
        ("{ learners { nodes { name } } }", {}, 26),
        ("{ learners(first: 7) { nodes { name } } }", {}, 8),
        ("{ learners(first: 7) { edges { cursor node { name } } } }", {}, 8),
        ("{ learners(first: 7) { edges { node { components { type } } } } }", {}, 1 + 7 * 7),
        ("{ a: learners(first: 2) { nodes { uln } } b: learners(first: 3) { nodes { uln } } }",
         {}, 7),
        ("{ centres(first: 10) { nodes { learners(first: 20) { nodes { name } } } } }",
         {}, 1 + 10 * (1 + 1 + 20)),
        ("query ($n: Int!) { learners(first: $n) { nodes { name } } }", {"n": 9}, 10),
        ("query ($n: Int!) { learners(first: $n) { nodes { name } } }", {"n": 9.0}, 10),
        ("query ($n: Int! = 9) { learners(first: $n) { nodes { name } } }", {}, 10),
        ("query ($n: Int! = 9) { learners(first: $n) { nodes { name } } }", {"n": 4}, 5),
        ("query ($n: Int!) { learners(first: $n) { nodes { name } } }", {"n": -5}, 2),
        ("query ($n: Int!) { learners(first: $n) { nodes { name } } }", {"n": 10**9}, 101),
        ("query ($n: Int!) { learners(first: $n) { nodes { name } } }", {"n": "x"}, 101),
        (f"{{ learners(first: 7) {{ ...P }} }} {PAGE}", {}, 8),
        (f"{{ a: learners(first: 7) {{ ...P }} b: learners(first: 2) {{ ...P ...P }} }} {PAGE}",
         {}, 8 + 5),
        ("{ learners(first: 7) { ... { nodes { ... on Learner { components { type } } } } } }",
         {}, 1 + 7 * 7),
        ("{ learners(first: 7) @skip(if: true) { nodes { uln } } }", {}, 0),
        ("{ learners(first: 7) @include(if: false) { nodes { uln } } }", {}, 0),
        ("query ($no: Boolean!) { learners(first: 7) @include(if: $no) { nodes { uln } } }",
         {"no": False}, 0),
        ("query ($no: Boolean!) { learners(first: 7) @skip(if: $no) { nodes { uln } } }",
         {"no": False}, 8),
        ('{ nodes(ids: ["a", "b", "c"]) { id } }', {}, 3),
        ("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ["a", "b"]}, 2),
        ('{ node(id: "a") { ... on Learner { components { type } } ... on Centre { name } } }',
         {}, 7),
        ("mutation { sessionLogOut { done } }", {}, 11),
        ("mutation { ...M } fragment M on Mutation { a: sessionLogOut { done } }", {}, 11),
    ],
)  # fmt: skip
def test_pages_multiply_and_whatever_is_asked_for_counts(
    text: str, variables: dict[str, Any], expected: int
) -> None:
    assert cost(text, **variables) == expected


def test_to_go_through_all_learners_for_another_day_has_its_price() -> None:
    today = cost("{ completion { totalCount } issues(first: 1) { nodes { id } } }")
    other = cost(
        """{
          completion(on: "2010-05-20") { totalCount }
          issues(first: 1, on: "2010-05-20") { nodes { id } }
        }"""
    )
    assert other == today + 2 * WALK
    assert cost("{ completion(on: null) { totalCount } }") == cost("{ completion { totalCount } }")
    assert cost('{ deadlines(until: "2010-08-01") { date } }') == WALK + 20


def test_the_size_of_every_list_that_is_not_paged_is_known() -> None:
    unpaged = set()
    for kind in SCHEMA.type_map.values():
        if not isinstance(kind, GraphQLObjectType) or kind.name.startswith("__"):
            continue
        for name, field in kind.fields.items():
            outer = field.type.of_type if is_non_null_type(field.type) else field.type
            inner = get_named_type(field.type)
            paged = name in {"nodes", "edges"} or "first" in field.args
            if isinstance(outer, GraphQLList) and is_composite_type(inner) and not paged:
                unpaged.add(inner.name)

    assert unpaged == set(SIZES)


def test_no_list_has_more_centres_than_there_are_in_reach() -> None:
    text = """{
      centres(first: 50) { nodes { number learners(first: 10) { nodes { uln } } } }
      consortium(code: "C") { centres { number completion(on: "2010-05-16") { totalCount } } }
    }"""
    assert cost(text) == 1 + 50 * (1 + 1 + 10) + 1 + 20 * (1 + 1 + 1 + WALK)
    assert cost(text, centres=3) == 1 + 3 * (1 + 1 + 10) + 1 + 3 * (1 + 1 + 1 + WALK)
    assert cost(text, centres=3) == cost(text, centres=3) < cost(text, centres=4)
    assert cost(text, centres=5_000) == cost(text)


NESTED: Final = """query ($first: Int!) {
    learners(first: $first) { nodes { components { flags { kind } } } } }"""


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_what_costs_too_much_is_refused_before_anything_is_read(
    database: Database, database_url: str
) -> None:
    await add_user(database, "reader@example.org")
    async with served(database_url, most_cost_user=200) as client:
        caller = await log_in(client, "reader@example.org")
        fine = (await caller.response(NESTED, first=10)).json()
        with counted() as statements:
            refused = (await caller.response(NESTED, first=11)).json()

    requested = 1 + 10 * (1 + 6 * 3)
    assert fine["extensions"]["cost"] == {"requested": requested, "allowed": 200}
    assert "errors" not in fine
    assert refused["data"] is None
    (error,) = refused["errors"]
    asked = 1 + 11 * (1 + 6 * 3)
    assert error["extensions"] == {
        "code": "LIMIT_EXCEEDED",
        "limit": "cost",
        "asked": asked,
        "allowed": 200,
    }
    assert refused["extensions"]["cost"] == {"requested": asked, "allowed": 200}
    assert len(statements) == 1  # the session's


async def test_each_kind_of_caller_has_a_limit_of_its_own(
    database: Database, database_url: str
) -> None:
    await add_user(database, "reader@example.org")
    await add_user(database, "helper@example.org", staff=Staff.SUPPORT)
    await add_user(database, "feeds@example.org", staff=Staff.SERVICE)
    robot = await CallerMaker(database, 0).caller(CallerKind.SERVICE)
    limits: dict[str, Any] = {
        "most_cost_anonymous": 21,
        "most_cost_user": 22,
        "most_cost_api_token": 23,
        "most_cost_staff": 24,
    }
    async with served(database_url, **limits) as client:
        callers = (
            Caller(client),
            await log_in(client, "reader@example.org"),
            Caller(client, robot.token),
            await log_in(client, "helper@example.org"),
        )
        answers = [await caller.response("{ serviceInfo { date } }") for caller in callers]
        told = [answer.json() for answer in answers]

    assert [answer["extensions"]["cost"]["allowed"] for answer in told] == [21, 22, 23, 24]
