"""Long lists in variables: refused by their place before anybody reads them, and never for free."""

import sys
from typing import Any, Final

import pytest
from graphql import OperationDefinitionNode, parse

from actions.bulk import MOST as MOST_LEARNERS
from database.connection import Database
from schema import gate
from schema.cost import FREE_VALUES, cost_of
from schema.ids import encode_id
from schema.masking import MAX_TOLD
from schema.root import make_schema
from server.asked import MOST_MEMBERS
from tests.factories import Caller, add_user, counted, log_in, served

CENTRES: Final = "query ($i: [CentreNumber!]) { learners(filter: {centres: $i}) { totalCount } }"
LEARNERS: Final = "query ($f: LearnerFilter) { learners(filter: $f) { totalCount } }"
CHART: Final = "query ($f: LearnerFilter) { completion(filter: $f) { totalCount } }"
CHANGES: Final = "query ($f: ChangeFilter) { changes(filter: $f) { totalCount } }"
LOG: Final = "query ($f: EventFilter) { accessLog(filter: $f) { totalCount } }"
TOKEN: Final = "mutation ($i: ApiTokenCreateInput!) { apiTokenCreate(input: $i) { __typename } }"
AWARDS: Final = """mutation ($i: LearnersSetAnticipatedAwardInput!) {
    learnersSetAnticipatedAward(input: $i) { __typename ... on Problem { code } } }"""

TOO_LONG: Final[list[tuple[str, dict[str, Any], str, int, int]]] = [
    (CENTRES, {"i": ["10001"] * 1_001}, "$i", 1_001, 1_000),
    (LEARNERS, {"f": {"centres": ["10001"] * 1_001}}, "$f.centres", 1_001, 1_000),
    (LEARNERS, {"f": {"lines": ["IT"] * 201}}, "$f.lines", 201, 200),
    (LEARNERS, {"f": {"issueCode": [None] * 201}}, "$f.issueCode", 201, 200),
    (CHART, {"f": {"completionStatus": ["ON_TRACK"] * 201}}, "$f.completionStatus", 201, 200),
    (CHANGES, {"f": {"centres": ["10001"] * 1_001}}, "$f.centres", 1_001, 1_000),
    (CHANGES, {"f": {"objectTypes": ["LEARNER"] * 201}}, "$f.objectTypes", 201, 200),
    (LOG, {"f": {"kinds": ["LOG_IN"] * 201}}, "$f.kinds", 201, 200),
    (TOKEN, {"i": {"name": "x", "centres": ["10001"] * 1_001}}, "$i.centres", 1_001, 1_000),
]


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_list_that_is_too_long_is_told_by_its_place_and_read_by_nobody(
    database: Database, database_url: str
) -> None:
    await add_user(database, "reader@example.org")
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        for query, variables, place, asked, allowed in TOO_LONG:
            with counted() as statements:
                answer = await caller.ask(query, **variables)
            assert answer["data"] is None
            (error,) = answer["errors"]
            assert error["message"] == f"The list {place} may have at most {allowed:,} values."
            assert error["extensions"] == {
                "code": "LIMIT_EXCEEDED",
                "limit": "list",
                "asked": asked,
                "allowed": allowed,
            }
            assert len(statements) == 1, "the session's"


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_list_of_the_right_length_is_read_and_costs_as_much_as_it_has(
    database: Database, database_url: str
) -> None:
    await add_user(database, "reader@example.org")
    async with served(database_url, most_cost_user=49_099) as client:
        caller = await log_in(client, "reader@example.org")
        found = (await caller.response(CENTRES, i=["10001"] * 1_000)).json()
        again = " ".join(
            f"a{n}: learners(filter: {{centres: $i}}) {{ totalCount }}" for n in range(50)
        )
        many = f"query ($i: [CentreNumber!]) {{ {again} }}"
        (refused,) = await caller.errors(many, i=["10001"] * 1_000)

    assert found["data"] == {"learners": {"totalCount": 0}}
    assert found["extensions"]["cost"]["requested"] == 2 + 1_000 - FREE_VALUES
    assert refused["extensions"]["limit"] == "cost"
    assert refused["extensions"]["asked"] == 50 * (2 + 1_000 - FREE_VALUES)


@pytest.mark.parametrize(
    ("text", "variables", "more"),
    [
        (LEARNERS, {"f": {"lines": ["a"] * 15, "levels": ["b"] * 6}}, 1),
        (LEARNERS, {"f": {"nameOrUln": "x" * 100}}, 0),
        (CENTRES, {"i": ["10001"] * 20}, 0),
        (CENTRES, {"i": "10001"}, 0),
        (CENTRES, {}, 0),
        ("{ learners(filter: {lines: [" + '"a" ' * 50 + "]}) { totalCount } }", {}, 30),
        ("query ($i: [ID!]!) { nodes(ids: $i) { id } }", {"i": ["a"] * 100}, 98),
    ],
)
def test_only_what_is_beyond_a_short_list_costs(
    text: str, variables: dict[str, Any], more: int
) -> None:
    document = parse(text)
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)

    schema = make_schema()._schema  # noqa: SLF001 - what cost is reckoned from
    assert cost_of(schema, document, operation, variables) == 2 + more


async def test_as_many_learners_as_an_edit_takes_can_be_sent(
    database: Database, database_url: str
) -> None:
    await add_user(database, "reader@example.org")
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        for number, code in ((MOST_LEARNERS, "NOT_FOUND"), (MOST_LEARNERS + 1, "TOO_MANY")):
            ids = [encode_id("Registration", n + 1) for n in range(number)]
            chosen = [{"id": one, "expectedVersion": 1} for one in ids]
            wanted = {"learners": chosen, "month": "2011-08", "idempotencyKey": "k"}
            (done,) = (await caller.data(AWARDS, i=wanted)).values()
            assert done["code"] == code


@pytest.mark.parametrize("executor", ["breadth_first", "ordinary"])
@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_no_more_faults_of_a_variable_are_looked_for_than_are_told(
    database_url: str, executor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = 0
    module = sys.modules["graphql.utilities.validate_input_value"]
    real = module.inspect

    def counting(value: Any) -> str:
        nonlocal written
        written += 1
        return str(real(value))

    monkeypatch.setattr(module, "inspect", counting)
    async with served(database_url, executor=executor) as client:
        answer = await Caller(client).ask(LEARNERS, f={f"k{n}": 1 for n in range(5_000)})

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["GRAPHQL_INVALID"] * 5
    assert written == MAX_TOLD + 1


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_body_of_too_many_values_is_refused_as_it_is(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "chosen", lambda *_given: pytest.fail("looked at"))
    async with served(database_url) as client:
        bodies: list[dict[str, Any]] = [
            {"f": {f"k{n}": 1 for n in range(MOST_MEMBERS)}},
            {"f": [[]] * MOST_MEMBERS},
            {f"k{n}": 1 for n in range(MOST_MEMBERS)},
        ]
        for variables in bodies:
            response = await Caller(client).response(LEARNERS, **variables)
            assert response.status_code == 400
            (error,) = response.json()["errors"]
            asked = error["extensions"].pop("asked")
            assert asked in range(MOST_MEMBERS + 1, MOST_MEMBERS + 5)
            assert error == {
                "message": "The objects and lists of a body may have at most 20,000 values.",
                "extensions": {
                    "code": "LIMIT_EXCEEDED",
                    "limit": "body",
                    "allowed": MOST_MEMBERS,
                },
            }
