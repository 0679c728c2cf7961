"""A text without an end in any argument of the graph is refused, or told to stand for nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLObjectType,
    get_named_type,
    is_list_type,
    is_non_null_type,
    is_scalar_type,
)

from auth.matrix import FIELDS, AccessOutcome, CallerKind, outcome
from database.connection import Database
from schema.root import make_schema
from tests.callers import CallerMaker
from tests.every_field import INPUTS, PROBLEM
from tests.factories import Caller, Served, import_sample, served
from tests.world import World, existing, with_every_value

SCHEMA: Final = make_schema()._schema  # noqa: SLF001 - whose arguments these are
NO_TEXTS: Final = frozenset({"Boolean", "Float", "Int"})
KINDS: Final = (
    CallerKind.CENTRE_USER,
    CallerKind.OPERATOR,
    CallerKind.ANONYMOUS,
)


class Place(NamedTuple):
    """Where a text may be given: the root field, and the way to it in its arguments."""

    field: str
    way: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.field}({'.'.join(self.way)})"


def places(kind: GraphQLInputType, way: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The ways to all texts in an argument."""
    named = get_named_type(kind)
    if isinstance(named, GraphQLInputObjectType):
        for name, field in named.fields.items():
            yield from places(field.type, (*way, name))
    elif is_scalar_type(named) and named.name not in NO_TEXTS:
        yield way


PLACES: Final = [
    Place(f"{root.name}.{name}", way)
    for root in (SCHEMA.query_type, SCHEMA.mutation_type)
    if isinstance(root, GraphQLObjectType)
    for name, field in root.fields.items()
    for argument, given in field.args.items()
    for way in places(given.type, (argument,))
]


def put(kind: GraphQLInputType, there: Any, way: tuple[str, ...], text: str) -> Any:
    """A value with a text put in; what stands beside it stays."""
    if is_non_null_type(kind):
        kind = kind.of_type
    if is_list_type(kind):
        return [put(kind.of_type, (there or [None])[0], way, text)]
    if not way:
        return text
    fields = get_named_type(kind).fields  # type: ignore[attr-defined]  # a way leads on
    held = there or {}
    return {**held, way[0]: put(fields[way[0]].type, held.get(way[0]), way[1:], text)}


class Asker:
    """Asks root fields with a text at a place, as somebody who may."""

    def __init__(self, client: Served, world: World) -> None:
        self._client = client
        self._world = world

    @property
    def anonymous(self) -> Caller:
        """Nobody in particular."""
        return Caller(self._client)

    async def codes(self, place: Place, text: str) -> tuple[set[str], Any]:
        """The codes of errors, problems and warnings, and the data."""
        kind = next(
            one for one in KINDS if outcome(FIELDS[place.field], one) is AccessOutcome.ANSWER
        )
        made = await self._world.maker.caller(kind)
        root, name = place.field.split(".")
        field = SCHEMA.type_map[root].fields[name]  # type: ignore[attr-defined]
        given = {}
        if root == "Mutation":
            given["input"] = await INPUTS[place.field](self._world, made)
        else:
            known = {**self._world.known, "componentId": self._world.known["component"]}
            known |= {"component": "PROJECT", "term": "Ash", "code": known["consortium"]}
            known |= {"number": known["centre"], "id": known["id"], "ids": [known["id"]]}
            for argument, one in field.args.items():
                if argument in known and (is_non_null_type(one.type) or argument == "centre"):
                    given[argument] = known[argument]
        argument, *rest = place.way
        given[argument] = put(field.args[argument].type, given.get(argument), tuple(rest), text)
        declared = ", ".join(f"${one}: {field.args[one].type}" for one in given)
        handed = ", ".join(f"{one}: ${one}" for one in given)
        asked = f" {{ {PROBLEM if root == 'Mutation' else '__typename'} }}"
        if is_scalar_type(get_named_type(field.type)):
            asked = ""
        word = root.lower()
        document = f"{word} ({declared}) {{ found: {name}({handed}){asked} }}"
        answer = (await Caller(self._client, made.token).response(document, **given)).json()
        told = {error["extensions"]["code"] for error in answer.get("errors", ())}
        told |= {one["code"] for one in answer.get("extensions", {}).get("warnings", ())}
        found = (answer["data"] or {}).get("found")
        if isinstance(found, dict) and "code" in found:
            told.add(found["code"])
        return told, answer["data"]


@pytest.fixture
async def asker(database: Database, database_url: str, tmp_path: Path) -> Any:
    await import_sample(database, tmp_path / "feed", centres=1, learners=20)
    known = await existing(database)
    await with_every_value(database, known["centre_id"])
    async with served(database_url) as client:
        yield Asker(client, World(database, known, CallerMaker(database, known["centre_id"])))


LONG: Final = "a" * 100_000
"""Longer than any text but terms of use, and not too long for a variable."""
HOLD: Final = {"Mutation.termsPublish(input.body)"}
NOT_THERE: Final[dict[str, Any]] = {"Query.consortium(code)": None, "Query.helpTopics(key)": []}
"""Asked for by a name that nothing has: that there is none is the answer."""


def test_texts_are_looked_for_everywhere() -> None:
    found = {*map(str, PLACES)}

    assert len(found) > 150
    assert HOLD | NOT_THERE.keys() <= found
    assert {
        "Query.searchLearners(term)",
        "Query.issues(filter.nameOrUln)",
        "Mutation.issueAcknowledge(input.note)",
        "Mutation.learnersSetAnticipatedAward(input.learners.id)",
    } <= found


async def test_every_argument_tells_of_a_text_that_it_cannot_hold(asker: Asker) -> None:
    for place in PLACES:
        told, data = await asker.codes(place, LONG)
        if str(place) in NOT_THERE:
            assert (told, data) == (set(), {"found": NOT_THERE[str(place)]}), place
        else:
            assert bool(told) is (str(place) not in HOLD), place
        assert not told & {"INTERNAL", "FORBIDDEN", "DEADLINE_EXCEEDED"}, (place, told)


async def test_no_variable_holds_a_text_without_an_end(asker: Asker) -> None:
    for place in PLACES:
        told, data = await asker.codes(place, LONG * 2)
        listed_ids = place.way[-1] in ("ids", "learners") or "learners" in place.way[:-1]
        assert told == ({"ID_INVALID"} if listed_ids else {"LIMIT_EXCEEDED"}), place
        assert data is None or data == {"found": None} or listed_ids, place


async def test_the_refusal_says_where_the_text_stands_and_how_long_it_may_be(
    asker: Asker,
) -> None:
    query = "query ($filter: LearnerFilter) { learners(filter: $filter) { totalCount } }"
    (error,) = await asker.anonymous.errors(query, filter={"nameOrUln": LONG * 2})

    assert error["message"] == "The text $filter.nameOrUln may have at most 120,000 characters."
    assert error["extensions"] == {
        "code": "LIMIT_EXCEEDED",
        "limit": "text",
        "asked": 200_000,
        "allowed": 120_000,
    }
