"""Entries are read in brief, unless something is asked that only the whole of one tells."""

import re
from pathlib import Path
from typing import Any, Final

import pytest
from graphql import GraphQLObjectType, is_leaf_type, parse

from auth.permissions import Staff
from loaders.rows import EntryRow
from models.database import Database
from schema.brief import brief_rows
from schema.root import make_schema
from tests.factories import Caller, add_user, counted, import_sample, log_in, served

SCHEMA: Final = make_schema()._schema  # noqa: SLF001 - as it is validated against
IN_BRIEF: Final = (
    *("id", "component", "qan", "kind", "unit", "series", "status", "enteredOn", "result"),
    *("qualification", "verification"),
)


def fields() -> dict[str, str]:
    """Every field of an entry, as it is asked for by itself."""
    entry = SCHEMA.type_map["Entry"]
    assert isinstance(entry, GraphQLObjectType)
    asked = {}
    for name, field in entry.fields.items():
        inner: Any = field.type
        while hasattr(inner, "of_type"):
            inner = inner.of_type
        asked[name] = name if is_leaf_type(inner) else f"{name} {{ __typename }}"
    return asked


def entries(data: dict[str, Any]) -> list[dict[str, Any]]:
    """All entries in an answer."""
    return [
        entry
        for node in data["learners"]["nodes"]
        for component in node["components"]
        for entry in component["entries"]
    ]


async def answered(caller: Caller, selected: str) -> tuple[list[dict[str, Any]], bool]:
    """The entries of a few learners, and whether whom the feed names on them was read."""
    with counted() as statements:
        data = await caller.data(
            f"{{ learners(first: 20) {{ nodes {{ components {{ entries {{ {selected} }} }} }} }} }}"
        )
    (asked,) = [text for text in statements if re.search(r"FROM entry\b", text)]
    return entries(data), "family_name" in asked


async def test_each_field_alone_answers_as_it_does_among_all_others(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=60)
    await add_user(database, "support@example.org", staff=Staff.SUPPORT)
    async with served(database_url) as client:
        caller = await log_in(client, "support@example.org")
        everything, whole = await answered(caller, " ".join(fields().values()))
        assert len(everything) > 20
        assert whole
        for name, selected in fields().items():
            found, whole = await answered(caller, selected)
            assert found == [{name: entry[name]} for entry in everything], name
            assert whole is (name not in IN_BRIEF), name


TOLD_IN_BRIEF: Final = (
    "{ learners { nodes { uln dateOfBirth components { entries { qan } } } } }",
    '{ node(id: "1") { id __typename ... on Entry { __typename result } } }',
    "{ me { name } }",
)
ASKS_FOR_MORE: Final = (
    "{ learners { nodes { components { entries { ...E } } } } } fragment E on Entry { qan uln }",
    '{ node(id: "1") { id ... on Entry { claimed } } }',
    "query A { me { name } } query B { node(id: 1) { ... on Entry { nearLearners { reasons } } } }",
)


@pytest.mark.parametrize("document", [*TOLD_IN_BRIEF, *ASKS_FOR_MORE])
def test_wherever_a_document_asks_for_more_it_is_seen(document: str) -> None:
    assert (EntryRow in brief_rows(SCHEMA, parse(document))) is (document in TOLD_IN_BRIEF)
