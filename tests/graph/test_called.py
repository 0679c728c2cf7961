"""Questions at the root are called without strawberry only where it would leave them as is."""

from enum import Enum
from typing import NoReturn

import strawberry
from graphql import GraphQLSchema
from strawberry.tools import create_type

from execution.declared import declared_by
from schema.context import Info
from schema.levels import declare_levels
from schema.root import make_schema


@strawberry.enum
class Word(Enum):
    YES = "yes"


@strawberry.input
class Given:
    word: str


@strawberry.type
class Answer:
    word: str


@strawberry.type
class Problem:
    code: str


def never(*given: object) -> NoReturn:
    raise AssertionError(given)


async def plain(info: Info, two_words: str | None = None) -> Answer:
    never(info, two_words)


async def problem(info: Info) -> Answer | Problem:
    never(info)


async def chosen(info: Info, word: Word = Word.YES) -> Answer:
    never(info, word)


async def given(info: Info, given: Given) -> Answer:
    never(info, given)


async def listed(info: Info, words: list[str]) -> Answer:
    never(info, words)


async def maybe(info: Info, word: strawberry.Maybe[str]) -> Answer:
    never(info, word)


async def beside(root: object, info: Info) -> Answer:
    never(root, info)


async def alone() -> Answer:
    never()


def at_once(info: Info) -> Answer:
    never(info)


RESOLVERS = (plain, problem, chosen, given, listed, maybe, beside, alone, at_once)


def called(schema: GraphQLSchema) -> set[str]:
    """The questions that say how they are answered."""
    assert schema.query_type is not None
    return {name for name, field in schema.query_type.fields.items() if declared_by(field)}


def test_what_strawberry_makes_something_of_is_left_to_it() -> None:
    fields = [strawberry.field(resolver, name=resolver.__name__) for resolver in RESOLVERS]
    schema = strawberry.Schema(create_type("Query", fields))._schema  # noqa: SLF001 - no public door
    declare_levels(schema)
    assert called(schema) == {"plain"}


def test_a_record_is_called() -> None:
    assert {"learner", "centre", "node"} < called(make_schema()._schema)  # noqa: SLF001
