"""How a field says that it can be answered for all objects of a level at once."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final, TypeAlias

from graphql import GraphQLField, GraphQLObjectType, GraphQLResolveInfo

DECLARED: Final = "breadth_first"
"""Under this key a field's or type's `extensions` hold what it declares."""

Info: TypeAlias = GraphQLResolveInfo[Any]

BatchResult: TypeAlias = Sequence[Any]
"""One answer a source, in their order; an answer that is an Exception fails its position only."""

Refusals: TypeAlias = Sequence[Exception | None] | None
"""None where nothing is refused; else one entry a source, None for those that are allowed."""

Guard: TypeAlias = Callable[[Sequence[Any], Info], Refusals]
"""Asked once a level, before the field is read; `info` has the path of the first source."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """The field is an attribute of its source."""

    attribute: str


@dataclass(frozen=True, slots=True)
class Each:
    """The field is a plain function of its source alone: no arguments, nothing to await."""

    function: Callable[[Any], Any]


def reader(way: Attribute | Each) -> Callable[[Any], Any]:
    """What reads the field off one source."""
    return attrgetter(way.attribute) if isinstance(way, Attribute) else way.function


@dataclass(frozen=True, slots=True)
class Batch:
    """The field is answered for many sources by one call, which may have to be awaited.

    Called with the sources, the info of the first of them, and the field's arguments by name.
    """

    answer: Callable[..., BatchResult | Awaitable[BatchResult]]
    bare: str | None = None
    """The attribute of its source that the field is where a document gives it no arguments."""


@dataclass(frozen=True, slots=True)
class Declared:
    """How a field is answered for all objects of a level, and who guards it.

    Its resolver must answer the same for one object, guard included: it is what other executors
    call, and this one where middleware is to see each call.
    """

    way: Attribute | Each | Batch
    guard: Guard | None = None


def declare(field: GraphQLField, declared: Declared) -> None:
    """Write it into the field."""
    field.extensions[DECLARED] = declared


def declared_by(field: GraphQLField) -> Declared | None:
    """What the field declares, if anything."""
    found = field.extensions.get(DECLARED)
    return found if isinstance(found, Declared) else None


def decide_by_class(type_: GraphQLObjectType) -> None:
    """The type's `is_type_of` looks at nothing but the class of a value: asked once a class."""
    type_.extensions[DECLARED] = set()


def approved_classes(type_: GraphQLObjectType) -> set[type] | None:
    """Whose values are of the type, as far as it was asked; None without `decide_by_class`."""
    found = type_.extensions.get(DECLARED)
    return found if isinstance(found, set) else None
