"""Objects that fields have answered: which type each has, and the level that they make."""

from collections.abc import Callable, Sequence
from functools import partial
from types import NoneType
from typing import Any, Final, NamedTuple

from graphql import GraphQLObjectType, Undefined
from graphql.execution.executor import invalid_return_type_error
from graphql.pyutils.undefined import UndefinedType

from execution.declared import approved_classes
from execution.levels import Level, Objects, Rows, Wrapped
from execution.places import Picked
from execution.waiting import Later, Running

_NOTHING: Final = frozenset({NoneType, UndefinedType})


class Group(NamedTuple):
    """Objects of one type: where they stand, None for everywhere, and what they are."""

    type: GraphQLObjectType
    chosen: Sequence[int] | None
    sources: Sequence[Any]

    def position(self, index: int) -> int:
        """Where the object with this index stands."""
        return index if self.chosen is None else self.chosen[index]


class Opening:
    """Makes levels of objects."""

    def __init__(self, run: Running) -> None:
        """For one operation."""
        self._run = run
        self._executor = run.executor

    def take(self, wrapped: Wrapped, values: Sequence[Any], classes: set[type]) -> None:
        """Take objects of these classes, null among them."""
        chosen: Sequence[int] | None = None
        sources = values
        if not _NOTHING.isdisjoint(classes):
            classes = classes - _NOTHING
            chosen = [
                position
                for position, value in enumerate(values)
                if value is not None and value is not Undefined
            ]
            sources = [values[position] for position in chosen]
        field = wrapped.column.field
        group = Group(field.named, chosen, sources)  # type: ignore[arg-type]  # or it is abstract
        if field.is_abstract:
            self._resolve_types(wrapped, len(values), group)
        elif _are_known(group.type, classes):
            self._open(wrapped, len(values), [group])
        else:
            self._check(wrapped, len(values), [group])

    # Interfaces and unions -------------------------------------------------------------------

    def _resolve_types(self, wrapped: Wrapped, size: int, group: Group) -> None:
        """Ask of each object what it is."""
        abstract: Any = group.type
        resolve = abstract.resolve_type or self._executor.type_resolver
        names = self._each(wrapped, group, lambda source, info: resolve(source, info, abstract))
        self._once_known(wrapped, names, partial(self._sort, wrapped, size, group))

    def _sort(self, wrapped: Wrapped, size: int, group: Group, names: Sequence[Any]) -> None:
        """Put together the objects that are of one type."""
        field = wrapped.column.field
        places: dict[GraphQLObjectType, list[int]] = {}
        for index, name in enumerate(names):
            position = group.position(index)
            try:
                if isinstance(name, Exception):
                    raise name  # noqa: TRY301 - fails as if it had been raised here
                type_ = self._executor.ensure_valid_runtime_type(
                    name,
                    field.named,  # type: ignore[arg-type]  # it is abstract
                    field.details,
                    wrapped.info(position),
                    group.sources[index],
                )
            except Exception as error:  # noqa: BLE001 - whatever is raised fails this position
                wrapped.fail(position, error)
            else:
                places.setdefault(type_, []).append(index)
        groups = [
            Group(
                type_,
                [group.position(index) for index in indexes],
                [group.sources[index] for index in indexes],
            )
            for type_, indexes in places.items()
        ]
        self._check(wrapped, size, groups)

    # Is it what it should be? ------------------------------------------------------------------

    def _check(self, wrapped: Wrapped, size: int, groups: Sequence[Group]) -> None:
        """Ask each type whether the objects are its own."""
        asked = [
            index
            for index, group in enumerate(groups)
            if group.type.is_type_of is not None and not self._known(wrapped, group)
        ]
        if not asked:
            self._open(wrapped, size, groups)
            return
        verdicts: list[Any] = []
        for index in asked:
            group = groups[index]
            is_type_of: Any = group.type.is_type_of
            verdicts += self._each(wrapped, group, is_type_of)
        self._once_known(wrapped, verdicts, partial(self._judge, wrapped, size, groups, asked))

    def _known(self, wrapped: Wrapped, group: Group) -> bool:
        """Whether the classes of the objects alone tell that all are of their type."""
        approved = approved_classes(group.type)
        if approved is None:
            return False
        for kind in set(map(type, group.sources)) - approved:
            index = next(i for i, one in enumerate(group.sources) if type(one) is kind)
            info = wrapped.info(group.position(index))
            verdict = _tried(group.type.is_type_of, group.sources[index], info)  # type: ignore[arg-type]  # it has one
            if verdict is not True:
                return False
            approved.add(kind)
        return True

    def _judge(
        self,
        wrapped: Wrapped,
        size: int,
        groups: Sequence[Group],
        asked: Sequence[int],
        verdicts: Sequence[Any],
    ) -> None:
        """Fail where an object is not of the type that it should be of."""
        kept: list[Group] = []
        following = iter(verdicts)
        for number, group in enumerate(groups):
            if number not in asked:
                kept.append(group)
                continue
            right: list[int] = []
            for index, source in enumerate(group.sources):
                verdict, position = next(following), group.position(index)
                if isinstance(verdict, Exception):
                    wrapped.fail(position, verdict)
                elif not verdict:
                    details = wrapped.column.field.details
                    wrapped.fail(position, invalid_return_type_error(group.type, source, details))
                else:
                    right.append(index)
            if len(right) == len(group.sources):
                kept.append(group)
            else:
                places = [group.position(index) for index in right]
                kept.append(Group(group.type, places, [group.sources[index] for index in right]))
        self._open(wrapped, size, kept)

    # The next level ----------------------------------------------------------------------------

    def _open(self, wrapped: Wrapped, size: int, groups: Sequence[Group]) -> None:
        """Make a level of each group."""
        opened: list[tuple[Group, Any]] = []
        for group in groups:
            if not group.sources:
                continue
            try:
                selection = wrapped.column.field.below(group.type, self._run.question)
            except Exception as error:  # noqa: BLE001 - a directive may be wrong
                for index in range(len(group.sources)):
                    wrapped.fail(group.position(index), error)
            else:
                opened.append((group, selection))
        if not opened:
            wrapped.fill([None] * size)
            return
        objects = Objects(wrapped, size, len(opened))
        for group, selection in opened:
            chosen = group.chosen
            places = wrapped.places if chosen is None else Picked(wrapped.places, chosen)
            self._run.open(Level(selection, group.sources, places, Rows(objects, chosen)))

    # Asking of each ----------------------------------------------------------------------------

    def _each(self, wrapped: Wrapped, group: Group, ask: Callable[[Any, Any], Any]) -> list[Any]:
        return [
            _tried(ask, source, wrapped.info(group.position(index)))
            for index, source in enumerate(group.sources)
        ]

    def _once_known(
        self, wrapped: Wrapped, answers: list[Any], go_on: Callable[[Sequence[Any]], None]
    ) -> None:
        """Go on with these answers, after those that have to be awaited."""
        is_awaitable = self._executor.is_awaitable
        awaited = [index for index, answer in enumerate(answers) if is_awaitable(answer)]
        if not awaited:
            go_on(answers)
            return

        def take(found: list[Any]) -> None:
            for index, answer in zip(awaited, found, strict=True):
                answers[index] = answer
            go_on(answers)

        awaitables = [answers[index] for index in awaited]
        self._run.postpone(Later(wrapped, awaitables, take))


def _are_known(type_: GraphQLObjectType, classes: set[type]) -> bool:
    """Whether all objects of these classes are of the type, as far as is known already."""
    if type_.is_type_of is None:
        return True
    approved = approved_classes(type_)
    return approved is not None and classes <= approved


def _tried(ask: Callable[[Any, Any], Any], source: object, info: object) -> Any:  # noqa: ANN401
    try:
        return ask(source, info)
    except Exception as error:  # noqa: BLE001 - whatever is raised is the answer
        return error
