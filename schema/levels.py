"""Tells the breadth-first executor how each field is resolved, from its declaration."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from inspect import signature
from typing import Any, Final, cast

import strawberry
from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_scalar_type,
    is_union_type,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types.base import StrawberryMaybe
from strawberry.types.field import StrawberryField

from auth.requires import Guard
from execution.declared import (
    Attribute,
    Batch,
    Declared,
    Each,
    Refusals,
    decide_by_class,
    declare,
)
from execution.executor import BreadthFirstExecutor
from schema.batched import BARE, LEVEL
from schema.context import Context
from schema.masking import MAX_TOLD
from schema.shown import declared_as, shown_by

_MOST_FAULTS: Final = [*signature(StrawberryGraphQLCoreExecutionContext.build).parameters].index(
    "max_coercion_errors"
)
"""The place of this argument, which strawberry has no way to give."""


class Ordinary(StrawberryGraphQLCoreExecutionContext):
    """The executor of graphql-core, told that no more faults in variables are looked for than told.

    To find one more takes as long as the variable is large.
    """

    @classmethod
    def build(cls, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as graphql-core has it
        """An executor, or the faults of the variables."""
        given = [*args]
        given[_MOST_FAULTS] = MAX_TOLD
        return super().build(*given, **kwargs)


class LevelByLevel(BreadthFirstExecutor, Ordinary):
    """The breadth-first executor, combined with strawberry's execution context."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as graphql-core has it
        """Tell the operation's context what was waited for."""
        super().__init__(*args, **kwargs)
        if isinstance(self.context_value, Context):
            self.observe = self.context_value.note_waiting


def declare_levels(schema: GraphQLSchema) -> None:
    """Tell the executor of all fields that need not be asked object by object."""
    for type_ in schema.type_map.values():
        if not isinstance(type_, GraphQLObjectType):
            continue
        if hasattr(shown_by(type_), "row"):
            decide_by_class(type_)
        for definition in type_.fields.values():
            field = declared_as(definition)
            if field is not None:
                _declare(definition, field, asked_once=type_ is schema.query_type)


def _declare(definition: GraphQLField, field: StrawberryField, *, asked_once: bool) -> None:
    guards = [extension for extension in field.extensions if isinstance(extension, Guard)]
    if len(guards) < len(field.extensions) or len(guards) > 1:
        return  # other extensions see each call
    way = _way(field)
    if way is None and asked_once:
        way = _called(definition, field, guards)
    if way is None:
        return

    def refusals(sources: Sequence[Any], raw: GraphQLResolveInfo[Any]) -> Refusals:
        return guards[0].refusals(sources, strawberry.Info(_raw_info=raw, _field=field))

    declare(definition, Declared(way, refusals if guards else None))


def _way(field: StrawberryField) -> Attribute | Each | Batch | None:
    resolver = field.base_resolver
    if resolver is None:
        return Attribute(field.python_name)
    metadata: Mapping[Any, Any] = field.metadata or {}
    answer = metadata.get(LEVEL)
    if answer is not None:
        return Batch(_with_info(answer, field), metadata.get(BARE))
    function = resolver.wrapped_func
    if resolver.is_async or resolver.info_parameter is not None or not callable(function):
        return None
    takes_the_row_alone = len(resolver.signature.parameters) == 1 and not resolver.arguments
    return Each(function) if takes_the_row_alone else None


def _with_info(answer: Callable[..., Any], field: StrawberryField) -> Callable[..., Any]:
    """Hand the field's own kind of info to the function."""

    def batch(sources: Sequence[Any], raw: GraphQLResolveInfo[Any], /, **arguments: Any) -> Any:  # noqa: ANN401
        return answer(sources, strawberry.Info(_raw_info=raw, _field=field), **arguments)

    return batch


def _called(
    definition: GraphQLField, field: StrawberryField, guards: Sequence[Guard]
) -> Batch | None:
    """How a question at the root is asked without what strawberry does around it.

    Strawberry makes nothing of scalars. It is needed for inputs, enums and lists, for `Maybe`, and
    where problems are answers, which are exceptions in the function.
    """
    resolver = field.base_resolver
    kinds = [get_nullable_type(argument.type) for argument in definition.args.values()]
    if resolver is None or not resolver.is_async or not all(map(is_scalar_type, kinds)):
        return None
    if any(isinstance(argument.type, StrawberryMaybe) for argument in field.arguments):
        return None
    if is_union_type(get_named_type(definition.type)):
        return None
    names = {
        name: argument.python_name
        for name, argument in zip(definition.args, field.arguments, strict=True)
    }
    if {*resolver.signature.parameters} != {"info", *names.values()}:
        return None  # strawberry gives it something else as well
    function = cast("Callable[..., Awaitable[Any]]", resolver.wrapped_func)
    ask = guards[0].telling(function) if guards else function

    async def answer(
        sources: Sequence[Any],
        info: strawberry.Info,
        /,
        **arguments: Any,  # noqa: ANN401 - the field's own
    ) -> list[Any]:
        given = {names[name]: value for name, value in arguments.items()}
        return [await ask(info=info, **given) for _ in sources]

    return Batch(_with_info(answer, field))
