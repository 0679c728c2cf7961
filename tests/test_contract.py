"""The graph's contract: the text that is published, its words, and the rows behind it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    is_introspection_type,
    is_non_null_type,
    is_specified_directive,
    is_specified_scalar_type,
)
from graphql.utilities import BreakingChange, find_breaking_changes
from strawberry.types.base import StrawberryObjectDefinition, StrawberryOptional

from auth.viewer import Viewer
from domain.legend import LEGEND
from schema.root import make_schema, printed

CONTRACT = Path(__file__).parents[1] / "schema" / "schema.graphql"
PRINT = "learner-tracking schema > schema/schema.graphql"

SHOWN_WITHOUT_ROW: dict[str, type] = {"LegendRow": type(LEGEND[0]), "Me": Viewer}
"""Types that show a value of a layer below and name no row."""

UNSAID = {"@requires(permission)", "@requires(atCentre)"}
"""What has no room for words: strawberry prints none on the arguments of a directive."""


@pytest.fixture(scope="module")
def sdl() -> str:
    return printed(make_schema())


# The text ----------------------------------------------------------------------------------------


def test_the_published_contract_is_the_schema_that_is_served(sdl: str) -> None:
    assert CONTRACT.read_text("utf-8") == sdl, f"Run `{PRINT}` and look at what changed."


def breaking(published: str, served: str) -> list[str]:
    """What clients of the published contract would no longer find."""
    changes: list[BreakingChange] = find_breaking_changes(
        build_schema(published), build_schema(served)
    )
    return [f"{change.type.name}: {change.description}" for change in changes]


def test_nothing_that_is_published_has_gone_or_has_another_shape(sdl: str) -> None:
    found = breaking(CONTRACT.read_text("utf-8"), sdl)

    assert found == [], (
        f"This breaks clients; say so in CHANGELOG.md, breaking first, then run `{PRINT}`."
    )


@pytest.mark.parametrize(
    ("there", "instead", "change"),
    [
        ('  """Given and family name."""\n  name: String!\n', "", "FIELD_REMOVED"),
        ("  uln: ULN\n", "  uln: Int\n", "FIELD_CHANGED_KIND"),
        ("  NOT_REQUIRED\n", "  SUPERFLUOUS\n", "VALUE_REMOVED_FROM_ENUM"),
        ("  password: String!\n", "  password: String!\n  code: Int!\n", "REQUIRED_INPUT"),
    ],
)
def test_a_change_that_breaks_clients_is_noticed(
    sdl: str, there: str, instead: str, change: str
) -> None:
    changed = sdl.replace(there, instead)

    assert changed != sdl
    assert any(change in line for line in breaking(sdl, changed))


DEPRECATED = re.compile(r"Use `(\w+)`, .*; kept until 20\d\d-\d\d-\d\d\.")


def test_what_is_to_go_names_what_comes_instead_and_until_when_it_is_kept(sdl: str) -> None:
    kinds = build_schema(sdl).type_map.values()
    found = {
        f"{kind.name}.{name}": (field.deprecation_reason, kind.fields)
        for kind in kinds
        if isinstance(kind, GraphQLObjectType) and not is_introspection_type(kind)
        for name, field in kind.fields.items()
        if field.deprecation_reason is not None
    }

    assert {"Centre.users", "Consortium.centres"} <= found.keys()
    for name, (reason, fields) in found.items():
        said = DEPRECATED.fullmatch(reason or "")
        assert said is not None, name
        assert said[1] in fields, name


def test_a_list_whose_arguments_may_be_refused_may_be_null(sdl: str) -> None:
    found = {
        f"{kind.name}.{name}": field.type
        for kind in build_schema(sdl).type_map.values()
        if isinstance(kind, GraphQLObjectType)
        for name, field in kind.fields.items()
        if {"filter", "first"} & field.args.keys()
    }

    assert {"Query.learners", "Centre.issues", "FeedRun.problems"} <= found.keys()
    assert [name for name, type_ in found.items() if is_non_null_type(type_)] == []


def test_what_may_be_null_says_what_null_means(sdl: str) -> None:
    """A guard says it in place of the field, except where arguments may be refused as well."""
    silent = [
        f"{kind.name}.{name}"
        for kind in build_schema(sdl).type_map.values()
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and kind.name[:2] != "__"
        for name, field in kind.fields.items()
        if not is_non_null_type(field.type)
        if not is_guarded(field) or ({"filter", "first"} & field.args.keys())
        if "null" not in (field.description or "").lower()
    ]

    assert silent == []


def is_guarded(field: GraphQLField) -> bool:
    directives = field.ast_node.directives if field.ast_node else ()
    return any(directive.name.value == "requires" for directive in directives or ())


# The words ---------------------------------------------------------------------------------------

SENTENCE = re.compile(r"[A-Z0-9].*[.!?]", re.DOTALL)


def descriptions(schema: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    """Everything of ours that a reader of the contract meets, with what is said about it."""
    for directive in schema.directives:
        if is_specified_directive(directive):
            continue
        yield f"@{directive.name}", directive.description
        for name, argument in directive.args.items():
            yield f"@{directive.name}({name})", argument.description
    for name, kind in schema.type_map.items():
        if is_introspection_type(kind) or is_specified_scalar_type(kind):
            continue
        yield name, kind.description
        yield from _members(name, kind)


def _members(name: str, kind: object) -> Iterator[tuple[str, str | None]]:
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        for field_name, field in kind.fields.items():
            yield f"{name}.{field_name}", field.description
            for argument_name, argument in field.args.items():
                yield f"{name}.{field_name}({argument_name})", argument.description
    elif isinstance(kind, GraphQLInputObjectType):
        for field_name, given in kind.fields.items():
            yield f"{name}.{field_name}", given.description
    elif isinstance(kind, GraphQLEnumType):
        for value_name, value in kind.values.items():
            yield f"{name}.{value_name}", value.description


def test_everything_in_the_graph_is_described_in_full_sentences(sdl: str) -> None:
    found = dict(descriptions(build_schema(sdl)))

    assert len(found) > 400
    assert {
        place: words
        for place, words in found.items()
        if place not in UNSAID and not (words and SENTENCE.fullmatch(words))
    } == {}


def test_what_is_said_to_have_no_words_has_none(sdl: str) -> None:
    found = dict(descriptions(build_schema(sdl)))

    assert {place: found[place] for place in UNSAID} == dict.fromkeys(UNSAID)


@pytest.mark.parametrize("words", [None, "", "a centre.", "A centre", "Centre:"])
def test_a_description_that_is_no_sentence_is_noticed(words: str | None) -> None:
    assert not (words and SENTENCE.fullmatch(words))


# The rows ----------------------------------------------------------------------------------------


def definitions() -> dict[str, StrawberryObjectDefinition]:
    """The types of the graph that stand for values, by name."""
    known = make_schema().schema_converter.type_map.items()
    return {
        name: entry.definition
        for name, entry in known
        if isinstance(entry.definition, StrawberryObjectDefinition)
        and not entry.definition.is_input
        and not entry.definition.is_interface
    }


def shown() -> dict[str, tuple[StrawberryObjectDefinition, type[Any]]]:
    """The types that show a row, with the class of the row, whole where there is a brief one."""
    rows = {
        name: getattr(definition.origin, "whole_row", None)
        or getattr(definition.origin, "row", SHOWN_WITHOUT_ROW.get(name))
        for name, definition in definitions().items()
    }
    return {name: (definitions()[name], row) for name, row in rows.items() if row is not None}


def plain_fields(definition: StrawberryObjectDefinition) -> dict[str, bool]:
    """The attributes that are read off the row, and whether each may be null."""
    return {
        field.python_name: isinstance(field.type, StrawberryOptional)
        for field in definition.fields
        if field.base_resolver is None
    }


@pytest.fixture(scope="module")
def types() -> dict[str, tuple[StrawberryObjectDefinition, type[Any]]]:
    return shown()


def test_every_type_with_an_id_shows_a_row(
    types: dict[str, tuple[StrawberryObjectDefinition, type[Any]]],
) -> None:
    with_id = {
        name
        for name, definition in definitions().items()
        if any(face.name == "Node" for face in definition.interfaces)
    }

    assert with_id
    assert with_id <= set(types)


def test_every_plain_field_of_a_type_is_there_on_its_row(
    types: dict[str, tuple[StrawberryObjectDefinition, type[Any]]],
) -> None:
    assert {
        f"{name}.{attribute}: {row.__name__} has none"
        for name, (definition, row) in types.items()
        for attribute in plain_fields(definition)
        if not hasattr(row, attribute)
    } == set()


def test_a_whole_row_is_a_brief_one_with_more(
    types: dict[str, tuple[StrawberryObjectDefinition, type[Any]]],
) -> None:
    brief = {
        name: (definition.origin.row, row)
        for name, (definition, row) in types.items()
        if getattr(definition.origin, "whole_row", None) is not None
    }

    assert brief.keys() == {"Entry", "Flag"}
    assert all(issubclass(whole, row) and whole is not row for row, whole in brief.values())


def _may_be_none(row: type[Any], attribute: str) -> bool:
    found = getattr(row, attribute)
    hints = get_type_hints(found.fget) if isinstance(found, property) else get_type_hints(row)
    hint = hints["return" if isinstance(found, property) else attribute]
    return type(None) in getattr(hint, "__args__", ())


def test_no_field_promises_a_value_that_its_row_may_not_have(
    types: dict[str, tuple[StrawberryObjectDefinition, type[Any]]],
) -> None:
    assert {
        f"{name}.{attribute} is null on some {row.__name__}"
        for name, (definition, row) in types.items()
        for attribute, nullable in plain_fields(definition).items()
        if not nullable and _may_be_none(row, attribute)
    } == set()
