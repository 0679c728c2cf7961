"""The fields of a level answered, and what they answered taken apart down to the next level."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from types import GeneratorType
from typing import Any

from graphql import (
    GraphQLError,
    Undefined,
    default_field_resolver,
)
from graphql.execution.values import get_argument_values
from graphql.pyutils import is_iterable
from graphql.type import TypeNameMetaFieldDef

from execution.declared import Attribute, Batch, Declared, Each, Guard, Refusals, reader
from execution.leaves import leaves
from execution.levels import Column, Level, Wrapped
from execution.objects import Opening
from execution.plan import FieldPlan
from execution.shaping import LISTS
from execution.waiting import Later, Running


class Answers:
    """Asks fields, and takes their answers."""

    def __init__(self, run: Running) -> None:
        """For one operation."""
        executor = run.executor
        self._run = run
        self._openings = Opening(run)
        self._is_awaitable = executor.is_awaitable
        self._middleware = executor.middleware_manager
        self._wraps = bool(executor.middleware_manager and executor.middleware_manager.middlewares)
        self._default = executor.field_resolver

    # Asking ----------------------------------------------------------------------------------

    def begin(self, level: Level) -> Sequence[FieldPlan]:
        """Make the objects of a level with their plain fields; which of its fields are left."""
        selection = level.selection
        if self._wraps:
            return selection.fields
        shape = selection.shape
        try:
            level.objects = shape(level.sources)
        except Exception:  # noqa: BLE001 - told of where each field is asked by itself
            return selection.fields
        return selection.left

    def ask(self, level: Level, field: FieldPlan) -> None:
        """Answer one field for all objects of a level."""
        column = Column(self._run, level, field)
        if field.definition is TypeNameMetaFieldDef and not self._wraps:
            column.outermost().fill([field.parent.name] * len(level.sources))
            return
        try:
            arguments = self._arguments(field)
        except Exception as error:  # noqa: BLE001 - an input type makes its values
            self._take(column.outermost(), [error] * len(level.sources), plain=True)
            return
        if field.declared is None or self._wraps:
            self._take(column.outermost(), self._one_by_one(column, arguments), plain=False)
        else:
            self._ask_declared(column, field.declared, arguments)

    def _arguments(self, field: FieldPlan) -> dict[str, Any]:
        """The arguments of a field, the same for all of its level; raises GraphQLError."""
        if not field.has_arguments:
            return {}
        if field.arguments is not None:
            return field.arguments
        detail, question = field.details[0], self._run.question
        found = get_argument_values(
            field.definition,
            detail.node,
            question.variables,
            detail.fragment_variable_values,
            question.hide_suggestions,
        )
        field.remember(found)
        return found

    def _one_by_one(self, column: Column, arguments: Mapping[str, Any]) -> list[Any]:
        """Call the field's resolver for each object; what it raises is its answer."""
        resolve = column.field.definition.resolve or self._default
        if self._middleware is not None and self._wraps:
            resolve = self._middleware.get_field_resolver(resolve)
        elif resolve is default_field_resolver:
            return _attributes(column, arguments)
        answers: list[Any] = []
        for position, source in enumerate(column.level.sources):
            try:
                answers.append(resolve(source, column.info(position), **arguments))
            except Exception as error:  # noqa: BLE001 - whatever a resolver raises is its answer
                answers.append(error)
        return answers

    # Fields that say how they are answered for many -----------------------------------------

    def _ask_declared(
        self, column: Column, declared: Declared, arguments: Mapping[str, Any]
    ) -> None:
        field, sources = column.field, column.level.sources
        answers: list[Any] = []
        allowed: Sequence[int] | None = None
        if declared.guard is not None:
            refusals = _asked(declared.guard, sources, column)
            if refusals is not None:
                answers = _refused(refusals, everywhere=not field.layers[0].nullable)
                allowed = [place for place, refusal in enumerate(refusals) if refusal is None]
                sources = [sources[place] for place in allowed]
        if not sources:
            self._take(column.outermost(), answers, plain=True)
        elif isinstance(declared.way, Batch):
            self._ask_batch(column, declared.way, sources, arguments, answers, allowed)
        else:
            found = _read(declared.way, sources)
            self._take(column.outermost(), _at(answers, allowed, found), plain=True)

    def _ask_batch(
        self,
        column: Column,
        batch: Batch,
        sources: Sequence[Any],
        arguments: Mapping[str, Any],
        answers: list[Any],
        allowed: Sequence[int] | None,
    ) -> None:
        """One call for all sources; `answers` has what is refused, `allowed` what is asked."""
        first = 0 if allowed is None else allowed[0]
        wrapped = column.outermost()
        found: Any
        try:
            found = batch.answer(sources, column.info(first), **arguments)
        except Exception as error:  # noqa: BLE001 - as of a resolver
            found = error

        def take(found: list[Any]) -> None:
            right = _one_each(column.field, len(sources), found[0])
            self._take(wrapped, _at(answers, allowed, right), plain=True)

        if self._is_awaitable(found):
            self._run.postpone(Later(wrapped, [found], take))
        else:
            take([found])

    # Taking ----------------------------------------------------------------------------------

    def _take(self, wrapped: Wrapped, values: Sequence[Any], *, plain: bool) -> None:
        """Take values as they were answered; where they are plain none has to be awaited."""
        awaited = () if plain else self._awaitables(values)
        if awaited:
            self._postpone(wrapped, list(values), awaited)
        else:
            self._hold(wrapped, values, plain=plain)

    def _awaitables(self, values: Sequence[Any]) -> list[int]:
        """Where something is to be awaited: decided by class, but for generators."""
        is_awaitable, by_class = self._is_awaitable, dict[type, bool]()
        for value in values:
            kind = type(value)
            if kind not in by_class:
                by_class[kind] = kind is GeneratorType or bool(is_awaitable(value))
        if not any(by_class.values()):
            return []
        return [
            position
            for position, value in enumerate(values)
            if by_class[type(value)] and is_awaitable(value)
        ]

    def _postpone(self, wrapped: Wrapped, values: list[Any], awaited: Sequence[int]) -> None:
        """Await some of the values, unless others leave nothing to wait for."""
        for position in set(range(len(values))).difference(awaited):
            if isinstance(values[position], Exception):
                self._fail(wrapped, values, position, values[position])
            elif values[position] is None and not wrapped.layer.nullable:
                wrapped.fail_for_null(position)

        def take(found: list[Any]) -> None:
            for position, value in zip(awaited, found, strict=True):
                if position not in wrapped.failures:
                    values[position] = value
            self._hold(wrapped, values, plain=False)

        def fail(index: int, error: Exception) -> None:
            self._fail(wrapped, values, awaited[index], error)

        awaitables = [values[position] for position in awaited]
        self._run.postpone(Later(wrapped, awaitables, take, fail))

    def _fail(self, wrapped: Wrapped, values: list[Any], position: int, error: Exception) -> None:
        values[position] = None
        wrapped.fail(position, error)

    def _hold(self, wrapped: Wrapped, values: Sequence[Any], *, plain: bool) -> None:
        """Take values that are there: fail where they are exceptions, else go on inwards."""
        field = wrapped.column.field
        classes = set(map(type, values))
        for kind in classes:
            if issubclass(kind, Exception):
                values = list(values)
                for position, value in enumerate(values):
                    if isinstance(value, Exception):
                        self._fail(wrapped, values, position, value)
                classes = set(map(type, values))
                break
        if field.layers[wrapped.depth].is_list:
            if classes <= LISTS:
                items = list(chain.from_iterable(values))
                self._take(wrapped.items(list(map(len, values)), len(items)), items, plain=plain)
            else:
                self._take_lists(wrapped, values, plain=plain)
        elif field.is_leaf:
            sent, failed = leaves(field.named, values)  # type: ignore[arg-type]  # it is one
            for position, error in failed.items():
                wrapped.fail(position, error)
            wrapped.fill(sent)
        else:
            self._openings.take(wrapped, values, classes)

    def _take_lists(self, wrapped: Wrapped, values: Sequence[Any], *, plain: bool) -> None:
        """Lay the items of all lists one after the other, and take them."""
        lengths: list[int] = []
        items: list[Any] = []
        asynchronous: list[int] = []
        for position, value in enumerate(values):
            if value is None or value is Undefined:
                lengths.append(-1)
                continue
            found = value
            if type(value) is not list:
                if not plain and self._run.executor.is_async_iterable(value):
                    asynchronous.append(position)
                    continue
                found = self._listed(wrapped, position, value)
            lengths.append(-1 if found is None else len(found))
            items += found or ()
        if asynchronous:
            self._gather_items(wrapped, list(values), asynchronous)
        else:
            self._take(wrapped.items(lengths, len(items)), items, plain=plain)

    def _listed(self, wrapped: Wrapped, position: int, value: object) -> Sequence[Any] | None:
        """The items of anything that has some; None, and a failure, if it has none."""
        if not is_iterable(value):
            field = wrapped.column.field
            name = f"{field.parent.name}.{field.name}"
            message = f"Expected Iterable, but did not find one for field '{name}'."
            wrapped.fail(position, GraphQLError(message))
            return None
        items: list[Any] = []
        iterator: Iterator[Any] = iter(())
        try:
            iterator = iter(value)
            items.extend(iterator)
        except Exception as error:  # noqa: BLE001 - an iterator may raise anything
            with suppress(Exception):
                items.extend(iterator)  # whatever awaitables are left in it are not forgotten
            self._run.executor.track_async_work(items)
            wrapped.fail(position, error)
            return None
        return items

    def _gather_items(
        self, wrapped: Wrapped, values: list[Any], asynchronous: Sequence[int]
    ) -> None:
        """Read asynchronous iterables to their ends, then take them as lists."""

        def take(found: list[Any]) -> None:
            for position, items in zip(asynchronous, found, strict=True):
                values[position] = items
                if isinstance(items, Exception):
                    self._fail(wrapped, values, position, items)
            self._take_lists(wrapped, values, plain=False)

        nullable = wrapped.items_may_be_null
        awaitables = [_items(values[position], nullable) for position in asynchronous]
        self._run.postpone(Later(wrapped, awaitables, take))


async def _items(iterable: Any, nullable: bool) -> list[Any]:  # noqa: ANN401, FBT001 - any asynchronous iterable
    """All items, or those up to the first that leaves no list."""
    items: list[Any] = []
    async for item in iterable:
        items.append(item)
        if not nullable and (item is None or isinstance(item, Exception)):
            if hasattr(iterable, "aclose"):
                await iterable.aclose()
            break
    return items


def _one_each(field: FieldPlan, size: int, found: Any) -> Sequence[Any]:  # noqa: ANN401 - a batch field may be wrong
    """What a batch field answered, one answer a source."""
    if type(found) is list and len(found) == size:
        return found
    if isinstance(found, Exception):
        return [found] * size
    if isinstance(found, Sequence) and len(found) == size:
        return found
    name = f"{field.parent.name}.{field.name}"
    return [TypeError(f"The batch field {name} must answer {size} sources, one each.")] * size


def _attributes(column: Column, arguments: Mapping[str, Any]) -> list[Any]:
    """What the resolver of graphql-core does that is taken where a field has none."""
    name = column.field.name
    answers: list[Any] = []
    for position, source in enumerate(column.level.sources):
        try:
            found = source.get(name) if isinstance(source, Mapping) else getattr(source, name, None)
            answers.append(found(column.info(position), **arguments) if callable(found) else found)
        except Exception as error:  # noqa: BLE001 - as of a resolver
            answers.append(error)
    return answers


def _read(way: Attribute | Each, sources: Sequence[Any]) -> list[Any]:
    """A column of attributes, or of what a function makes of each source."""
    read = reader(way)
    try:
        return list(map(read, sources))
    except Exception:  # noqa: BLE001 - told below, where each source is tried
        return [_tried(read, source) for source in sources]


def _tried(read: Callable[[Any], Any], source: object) -> Any:  # noqa: ANN401
    try:
        return read(source)
    except Exception as error:  # noqa: BLE001 - as of a resolver
        return error


def _asked(guard: Guard, sources: Sequence[Any], column: Column) -> Refusals:
    """What a guard says; one that fails, or does not speak of each source, lets nobody in."""
    try:
        refusals = guard(sources, column.info(0))
        if refusals is None or len(refusals) == len(sources):
            return refusals
    except Exception as error:  # noqa: BLE001 - whatever it is
        return [error] * len(sources)
    name = f"{column.field.parent.name}.{column.field.name}"
    return [TypeError(f"The guard of {name} must speak of {len(sources)} sources.")] * len(sources)


def _refused(refusals: Sequence[Exception | None], *, everywhere: bool) -> list[Any]:
    """Null where refused; the first tells why, and all of them where null may not stand."""
    answers: list[Any] = [None] * len(refusals)
    for position, refusal in enumerate(refusals):
        if refusal is not None:
            answers[position] = _telling(refusal)
            if not everywhere:
                break
    return answers


def _telling(refusal: object) -> Exception:
    """An entry of a guard as the error that it is, or should have been."""
    if isinstance(refusal, Exception):
        return refusal
    return TypeError("A guard must say None or an exception of each source.")


def _at(answers: list[Any], allowed: Sequence[int] | None, found: Sequence[Any]) -> Sequence[Any]:
    """What was found, at the positions that were asked, among what was refused."""
    if allowed is None:
        return found
    for position, answer in zip(allowed, found, strict=True):
        answers[position] = answer
    return answers
