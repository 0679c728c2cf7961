"""No document makes the server work for long: each is refused by what it has too much of."""

import inspect
import sys
from typing import Any, Final

import pytest
from graphql import GraphQLError, get_introspection_query, parse

from auth.permissions import Staff
from database.connection import Database
from schema import gate, limits
from schema.limits import LIMITS, check_text, measured
from schema.root import make_schema
from tests.factories import Caller, add_user, log_in, served


def doubled(times: int, inmost: str = "__typename") -> str:
    """A short document whose fragments ask for 2 ** times fields."""
    fragments = " ".join(
        f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(times)
    )
    return f"{{ ...F0 }} {fragments} fragment F{times} on Query {{ {inmost} }}"


def numbered(count: int, text: str) -> str:
    return " ".join(text.format(n) for n in range(count))


def chain(count: int, text: str) -> str:
    return " ".join(text.format(n, n + 1) for n in range(count))


def refused_unparsed(document: str) -> GraphQLError | None:
    try:
        check_text(document)
    except GraphQLError as error:
        return error
    return None


SCHEMA: Final = make_schema()._schema  # noqa: SLF001 - as it is validated against
LOG_IN: Final = 'a{}: sessionLogIn(input: {{email: "a", password: "b"}}) {{ __typename }}'
LOG_OUT: Final = "a{}: sessionLogOut {{ done }}"
TOO_MUCH: Final[dict[str, tuple[str, str]]] = {
    "900 bytes that ask for a million fields": ("fields", doubled(20)),
    "the same, of an unknown fragment": ("fields", doubled(20, "...Unknown")),
    "10,000 aliases": ("bytes", f"{{ {numbered(10_000, 'a{}: __typename')} }}"),
    "2,500 aliases": ("tokens", f"{{ {numbered(2_500, 'a{}:x')} }}"),
    "51 aliases": ("aliases", f"{{ {numbered(51, 'a{}: __typename')} }}"),
    "10,000 directives": ("bytes", "{ __typename " + "@x " * 10_000 + "}"),
    "6,000 directives": ("tokens", "{ __typename " + "@x " * 6_000 + "}"),
    "51 directives": ("directives", "{ __typename " + "@x " * 51 + "}"),
    "51 directives of an operation": ("directives", "query " + "@x " * 51 + "{ __typename }"),
    "51 directives of a variable": (
        "directives",
        "query ($a: Int " + "@x " * 51 + ") { __typename }",
    ),
    "51 directives of a fragment that nobody spreads": (
        "directives",
        "{ __typename } fragment F on Query " + "@x " * 51 + "{ __typename }",
    ),
    "19 kB of one field": ("tokens", "{" + "a " * 9_400 + "}"),
    "64 times one field": ("repeats", "{" + "a " * 64 + "}"),
    "1,001 fields": ("fields", f"{{ {numbered(1_001, 'a{}')} }}"),
    "fields in each other": ("depth", "{a" * 16 + "}" * 16),
    "fields in each other by fragments": (
        "depth",
        "{ ...F0 } " + chain(16, "fragment F{0} on Query {{ a {{ ...F{1} }} }}"),
    ),
    "6,000 brackets": ("nesting", "{a" * 6_000),
    "9,000 lists": ("nesting", "{a(b:" + "[" * 9_000),
    "lists of a type": ("nesting", "query ($a: " + "[" * 41 + "Int" + "]" * 41 + ") { a }"),
    "a long number": ("digits", "{ learners(first: " + "9" * 5_000 + ") { totalCount } }"),
    "comments": ("tokens", "#\n" * 3_000 + "{ __typename }"),
    "11 operations": ("operations", numbered(11, "query Q{} {{ __typename }}")),
    "51 fragments": (
        "fragments",
        "{ __typename } " + numbered(51, "fragment F{} on Query {{ __typename }}"),
    ),
    "151 values of a list": ("values", "{ a(b: [" + "1 " * 151 + "]) }"),
    "151 fields of an object": ("values", f"{{ a(b: {{ {numbered(151, 'a{}: 1')} }}) }}"),
    "151 values of a directive": ("values", "{ __typename @x(b: [" + "1 " * 151 + "]) }"),
    "151 values of a default": ("values", "query ($a: X = [" + "1 " * 151 + "]) { __typename }"),
    "151 values in a fragment": (
        "values",
        "{ __typename } fragment F on Query @x(b: [[" + "1 " * 150 + "]]) { __typename }",
    ),
    "11 mutations": (
        "mutations",
        "mutation {" + numbered(11, "a{}: sessionLogOut {{ done }}") + "}",
    ),
    "two log-ins": ("logIns", f"mutation {{ {numbered(2, LOG_IN)} }}"),
    "a log-in in each of two operations": (
        "logIns",
        f"mutation A {{ {LOG_IN.format(1)} }} mutation B {{ {LOG_IN.format(2)} }}",
    ),
}


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_what_is_too_much_is_told_with_how_much_it_is(
    database: Database, database_url: str
) -> None:
    await add_user(database, "reader@example.org")
    async with served(database_url) as client:
        reader, nobody = await log_in(client, "reader@example.org"), Caller(client)
        for name, (limit, document) in TOO_MUCH.items():
            for caller in (reader, nobody):
                answer = await caller.ask(document, operationName=None)
                assert answer["data"] is None, name
                (error,) = answer["errors"]
                told = error["extensions"]
                assert (told["code"], told["limit"]) == ("LIMIT_EXCEEDED", limit), name
                assert told["asked"] > told["allowed"] == LIMITS[limit][0], name


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_fragments_in_a_circle_or_of_one_name_are_refused(database_url: str) -> None:
    async with served(database_url) as client:
        for document in (
            "{ ...A } fragment A on Query { ...A }",
            "{ ...A } fragment A on Query { ...B } fragment B on Query { me { ...A } }",
            "{ __typename } fragment A on Query { ...B } fragment B on Query { ...A }",
        ):
            (error,) = await Caller(client).errors(document)
            assert error["extensions"]["code"] == "GRAPHQL_INVALID"
            assert error["message"] == 'Fragments may not go in a circle, as "A" does.'
        many = "a " * 90
        twice = f"{{ __typename }} fragment F on Query {{ {many} }} fragment F on Query {{ me }}"
        (error,) = await Caller(client).errors(twice)
        assert error["message"] == 'There can be only one fragment named "F".'


def test_each_selection_is_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[object] = []
    real = limits._selection  # noqa: SLF001 - what it does is counted

    def counting(selected: Any, known: Any) -> Any:
        looked.append(selected)
        return real(selected, known)

    monkeypatch.setattr(limits, "_selection", counting)
    found = measured(parse(doubled(40)))

    assert len(looked) == 42
    assert found.error is not None
    assert found.error.message == LIMITS["fields"][1].format(1_000)


def test_what_is_too_long_is_not_parsed_and_what_is_too_much_not_validated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parsed = 0
    monkeypatch.setattr(gate, "validate", lambda *_given, **_named: pytest.fail("validated"))
    for limit, document in TOO_MUCH.values():
        refusal = refused_unparsed(document)
        if refusal is None:
            parsed += 1
            (refusal,), _ = gate.looked_at(SCHEMA, parse(document), suggests=False)
        assert refusal.extensions is not None
        assert refusal.extensions["limit"] == limit

    assert parsed == 21


def test_texts_and_comments_are_no_brackets_and_no_end() -> None:
    for document in (
        '{ a(b: "' + "{" * 1_000 + '") }',
        '{ a(b: "\\"' + "[" * 1_000 + '") }',
        '{ a(b: """' + "{" * 1_000 + '\\""" " "" {""") }',
        "#" + "{" * 1_000 + "\n{ a }",
        "{ a }" * 50,
    ):
        check_text(document)
    for document in ('{ a(b: """' + '\\"""' * 4_000, '"' + "\\" * 18_000):
        check_text(document)
    assert refused_unparsed('"' * 19_000) is not None


def test_measuring_goes_no_deeper_than_brackets_may() -> None:
    fragments = chain(49, "fragment F{0} on Query {{ ... {{ ... {{ ...F{1} }} }} }}")
    document = parse(f"{{ ...F0 }} {fragments}")
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 40)
    try:
        assert measured(document).error is None
    finally:
        sys.setrecursionlimit(limit)


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_the_schema_describes_itself_to_staff_and_in_development_only(
    database: Database, database_url: str
) -> None:
    await add_user(database, "reader@example.org")
    await add_user(database, "helper@example.org", staff=Staff.SUPPORT)
    hidden = "{ ...F } fragment F on Query { __schema { queryType { name } } }"
    whole, little = get_introspection_query(), '{ __type(name: "Query") { name } }'
    async with served(database_url) as client:
        reader, nobody = await log_in(client, "reader@example.org"), Caller(client)
        helper = await log_in(client, "helper@example.org")
        for query in (
            whole,
            little,
            hidden,
        ):
            for caller in (reader, nobody):
                (error,) = await caller.errors(query)
                assert error["extensions"] == {"code": "INTROSPECTION_OFF"}
            assert "errors" not in await helper.ask(query)
        assert await nobody.data("{ __typename }") == {"__typename": "Query"}
    async with served(database_url, environment="development") as client:
        assert "errors" not in await Caller(client).ask(whole)


MISSPELT: Final = (
    "{ centres { nodes { nam } } }",
    "{ centres(firs: 1) { totalCount } }",
    "query ($a: CentreNumbr!) { centre(number: $a) { name } }",
    "{ learners(filter: {centrs: []}) { totalCount } }",
    "{ learners(orderBy: NAMES) { totalCount } }",
    "{ node(id: 1) { ... on Learne { id } } }",
    "{ me @skp(if: true) { email } }",
    "{ me }",
    "{ ...F } fragment F on Qery { me { email } }",
)


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_right_names_are_suggested_to_staff_only(
    database: Database, database_url: str
) -> None:
    await add_user(database, "reader@example.org")
    await add_user(database, "helper@example.org", staff=Staff.SUPPORT)
    suggested = 0
    async with served(database_url) as client:
        reader, nobody = await log_in(client, "reader@example.org"), Caller(client)
        helper = await log_in(client, "helper@example.org")
        for query in MISSPELT:
            for caller in (reader, nobody):
                for error in await caller.errors(query):
                    assert "Did you mean" not in error["message"], query
            suggested += any(
                "Did you mean" in error["message"] for error in await helper.errors(query)
            )
        for value in ("NAMES", {"a": 1}):
            query = "query ($by: LearnerOrder!) { learners(orderBy: $by) { totalCount } }"
            (error,) = await reader.errors(query, by=value)
            assert "NAME" not in error["message"].replace("NAMES", "")
    assert suggested >= 6
