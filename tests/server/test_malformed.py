"""Whatever is sent is refused with a code and without our words; others are served meanwhile."""

import gzip
from typing import Any, Final

import httpx2
import orjson
import pytest

from database.connection import Database
from tests.factories import Caller, add_user, log_in, served

JSON: Final = {"content-type": "application/json"}
GOOD: Final = b'{"query":"{ serviceInfo { date } }"}'

BODIES: Final[dict[str, bytes]] = {
    "nothing": b"",
    "null": b"null",
    "a number": b"1",
    "a text": b'"x"',
    "true": b"true",
    "a list": b"[]",
    "a list of null": b"[null]",
    "a batch": b"[" + GOOD + b"," + GOOD + b"]",
    "half an object": b'{"query"',
    "two objects": GOOD + GOOD,
    "rubbish behind": GOOD + b"x",
    "no quotes": b"{query:1}",
    "single quotes": b"{'query':'{ __typename }'}",
    "a trailing comma": b'{"query":"{ __typename }",}',
    "a comment": b'/* */{"query":"{ __typename }"}',
    "a byte order mark": b"\xef\xbb\xbf" + GOOD,
    "UTF-16": GOOD.decode().encode("utf-16"),
    "UTF-32": GOOD.decode().encode("utf-32"),
    "bytes that are no UTF-8": b'{"query":"\xff\xfe"}',
    "an overlong NUL": b'{"query":"\xc0\x80"}',
    "half of a character": b'{"query":"\\ud800"}',
    "half of a character in a name": b'{"query":"{a}","variables":{"\\udfff":1}}',
    "a raw control character": b'{"query":"\x00"}',
    "NaN": b'{"query":"{a}","variables":{"a":NaN}}',
    "Infinity": b'{"query":"{a}","variables":{"a":Infinity}}',
    "less than infinity": b'{"query":"{a}","variables":{"a":-Infinity}}',
    "an infinite number": b'{"query":"{a}","variables":{"a":1e999}}',
    "5,000 digits": b'{"query":"{a}","variables":{"a":' + b"9" * 5_000 + b"}}",
    "more than 64 bits": b'{"query":"{a}","variables":{"a":18446744073709551616}}',
    "100,000 lists": b"[" * 100_000,
    "100,000 closed lists": b"[" * 100_000 + b"]" * 100_000,
    "100,000 objects": b'{"a":' * 100_000,
    "100 lists of a variable": b'{"query":"{a}","variables":{"a":'
    + b"[" * 100 + b"]" * 100 + b"}}",
    "a name twice": b'{"query":"{ serviceInfo { date } }","query":"{ __typename }"}',
    "a variable twice": b'{"query":"{a}","variables":{"a":1,"a":2}}',
    "gzip": gzip.compress(GOOD),
    "a form": b"query=%7B__typename%7D",
    "a query of 19 levels of lists": b'{"query":[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]}',
    "a hash that is none": b'{"extensions":{"persistedQuery":{"version":2,"sha256Hash":"x"}}}',
    "a hash of another document": b'{"query":"{a}","documentId":"' + b"0" * 64 + b'"}',
    "one megabyte and a byte": b'{"query":"' + b" " * ((1 << 20) - 11) + b'"}',
}  # fmt: skip

OURS: Final = (
    "Traceback",
    "orjson",
    "json.",
    "Error(",
    "File ",
    "strawberry",
    "starlette",
)


def told(answer: httpx2.Response) -> list[dict[str, Any]]:
    """The errors, each with a code and none with words of ours."""
    errors: list[dict[str, Any]] = answer.json()["errors"]
    assert not [word for word in OURS if word in answer.text], answer.text
    assert all(error["extensions"]["code"] for error in errors)
    assert answer.headers["x-content-type-options"] == "nosniff"
    return errors


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_malformed_bodies_are_refused_and_others_are_served_meanwhile(
    database_url: str,
) -> None:
    async with served(database_url) as client:
        for name, body in BODIES.items():
            answer = await client.post("/graphql", content=body, headers=JSON)
            assert 400 <= answer.status_code < 500, (name, answer.status_code)
            (error,) = told(answer)
            assert error["extensions"]["code"] != "INTERNAL", name
            fine = await client.post("/graphql", content=GOOD, headers=JSON)
            assert fine.json()["data"] == {"serviceInfo": {"date": "2010-02-19"}}, name


MANY: Final = {f"x-{n}": "1" for n in range(120)}
VALUES: Final[tuple[Any, ...]] = (
    *("Anna\0Ash", "\U0010ffff", "x" * 100_000, "' OR 1=1 --", "%", "\\", "🏃"),
    *(0, -1, 2**63 - 1, 2**64 - 1, -(2**63), 0.5, 1e300, True, None, [], {}, [[1]], {"a": [1]}),
)


async def test_any_value_of_any_variable_is_answered_by_a_code_of_the_callers(
    database: Database, database_url: str
) -> None:
    await add_user(database, "reader@example.org")
    documents = (
        "query ($v: ULN) { learner(uln: $v) { name } }",
        "query ($v: ID!) { node(id: $v) { id } }",
        "query ($v: CentreNumber!) { centre(number: $v) { name } }",
        "query ($v: Int!) { learners(first: $v) { totalCount } }",
        "query ($v: String) { learners(after: $v) { totalCount } }",
        "query ($v: LearnerFilter) { learners(filter: $v) { totalCount } }",
        "query ($v: String!) { learners(filter: {nameOrUln: $v}) { totalCount } }",
        "mutation ($v: SessionLogInInput!) { sessionLogIn(input: $v) { __typename } }",
        "query ($v: Boolean!) { me @include(if: $v) { email } }",
    )
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        for document in documents:
            for value in VALUES:
                answer = await caller.ask(document, v=value)
                codes = {error["extensions"]["code"] for error in answer.get("errors", [])}
                assert "INTERNAL" not in codes, (document, value)
                assert "Anna" not in orjson.dumps(answer.get("errors", [])).decode()


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_heads_that_are_too_much_are_refused_before_anything_is_read(
    database_url: str,
) -> None:
    async with served(database_url) as client:
        for status, code, answer in (
            (
                431,
                "HEADERS_TOO_LARGE",
                await client.post("/graphql", content=GOOD, headers={**JSON, "x-a": "a" * 20_000}),
            ),
            (
                431,
                "HEADERS_TOO_LARGE",
                await client.post(
                    "/graphql",
                    content=GOOD,
                    headers={**JSON, **MANY},
                ),
            ),
            (414, "ADDRESS_TOO_LONG", await client.post(f"/graphql?{'a' * 9_000}", content=GOOD)),
            (
                415,
                "MEDIA_TYPE",
                await client.post(
                    "/graphql",
                    content=gzip.compress(GOOD),
                    headers={**JSON, "content-encoding": "gzip"},
                ),
            ),
            (
                413,
                "TOO_LARGE",
                await client.post("/graphql", content=b" " * (21 << 20), headers=JSON),
            ),
        ):
            assert answer.status_code == status, code
            (error,) = told(answer)
            assert error["extensions"] == {"code": code}
            assert answer.headers["connection"] == "close"
        assert (await Caller(client).data("{ serviceInfo { date } }")) == {
            "serviceInfo": {"date": "2010-02-19"}
        }
