"""Entries and flags are read in brief, unless something is asked that only the whole tells."""

import re
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from graphql import GraphQLObjectType, is_leaf_type, parse

from auth.permissions import Staff
from database.connection import Database
from loaders.rows import EntryRow
from schema.brief import brief_rows
from schema.root import make_schema
from tests.factories import Caller, add_user, counted, import_sample, log_in, served

SCHEMA: Final = make_schema()._schema  # noqa: SLF001 - as it is validated against


class Kind(NamedTuple):
    """A type whose rows have a brief form."""

    name: str
    listed: str
    """The field of a component that lists them."""
    read: str
    """What of their statement tells them from all others."""
    more: str
    """A column that only the whole form has."""
    in_brief: tuple[str, ...]


KINDS: Final = (
    Kind(
        *("Entry", "entries", r"FROM entry\b", "family_name"),
        (
            *("id", "component", "qan", "kind", "unit", "series", "status", "enteredOn", "result"),
            *("qualification", "verification"),
        ),
    ),
    Kind(
        *("Flag", "flags", r"FROM flag\b", "due_on"),
        (
            "id",
            "kind",
            "code",
            "detail",
            "since",
            "label",
            "description",
            "reasons",
            "explanations",
        ),
    ),
)


def fields(kind: Kind) -> dict[str, str]:
    """Every field of a type, as it is asked for by itself."""
    type_ = SCHEMA.type_map[kind.name]
    assert isinstance(type_, GraphQLObjectType)
    asked = {}
    for name, field in type_.fields.items():
        inner: Any = field.type
        while hasattr(inner, "of_type"):
            inner = inner.of_type
        asked[name] = (
            name if is_leaf_type(inner) else f"{name} {{ {_WITHIN.get(name, '__typename')} }}"
        )
    return asked


_WITHIN: Final = {"advice": "title steps { text }"}


async def answered(caller: Caller, kind: Kind, selected: str) -> tuple[list[Any], bool]:
    """What is listed of a few learners, and whether it was read whole."""
    components = f"components {{ {kind.listed} {{ {selected} }} }}"
    with counted() as statements:
        data = await caller.data(f"{{ learners(first: 20) {{ nodes {{ {components} }} }} }}")
    (asked,) = [text for text in statements if re.search(kind.read, text)]
    found = [
        row
        for node in data["learners"]["nodes"]
        for component in node["components"]
        for row in component[kind.listed]
    ]
    return found, kind.more in asked


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_each_field_alone_answers_as_it_does_among_all_others(
    kind: Kind, database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=60)
    await add_user(database, "support@example.org", staff=Staff.SUPPORT)
    async with served(database_url) as client:
        caller = await log_in(client, "support@example.org")
        everything, whole = await answered(caller, kind, " ".join(fields(kind).values()))
        assert len(everything) > 20
        assert whole
        for name, selected in fields(kind).items():
            found, whole = await answered(caller, kind, selected)
            assert found == [{name: row[name]} for row in everything], name
            assert whole is (name not in kind.in_brief), name


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
