"""The objects of one level, and how their answers are put together from below."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any, NamedTuple, Protocol

from graphql import located_error
from graphql.execution.executor import Executor
from graphql.pyutils import Path

from execution.declared import Info
from execution.failures import Failure, Failures, Told
from execution.places import OfField, OfItems, Places, Remembered
from execution.plan import FieldPlan, Layer, Selection


class Making(Protocol):
    """What the parts of an answer share while it is made."""

    executor: Executor[Any]
    told: Told
    waited: int

    def drop(self) -> None:
        """Something is not wanted any more: all of a level, or of some lists."""


class Level:
    """Objects of one type with what is selected of them; becomes a row for each."""

    __slots__ = (
        "columns",
        "failures",
        "into",
        "objects",
        "places",
        "selection",
        "sources",
    )

    def __init__(
        self,
        selection: Selection,
        sources: Sequence[Any],
        places: Places,
        into: "Rows | None" = None,
    ) -> None:
        """Where the rows go; None at the root."""
        self.selection = selection
        self.sources = sources
        self.places = Remembered(places)
        self.columns: list[list[Any] | None] = [None] * len(selection.fields)
        self.objects: list[dict[str, Any]] | None = None
        """Those that are sent, with their plain fields; None where each field makes a column."""
        self.failures: Failures = {}
        self.into = into

    @property
    def is_lost(self) -> bool:
        """Whether every object of it, or of what it stands in, is null for a failure."""
        if len(self.failures) == len(self.sources):
            return True
        return self.into is not None and self.into.objects.wrapped.is_lost

    def rows(self, *, whole: bool = False) -> list[Any]:
        """The objects as they are sent; what was asked is answered by now, unless all is lost.

        `whole` says that nothing is lost in the whole answer.
        """
        if not whole and self.is_lost:
            return [None] * len(self.sources)
        columns: list[Any] = self.columns
        if not columns:
            return [{} for _ in self.sources]
        objects = self.objects
        if objects is None:
            keys = [field.key for field in self.selection.fields]
            return [dict(zip(keys, row, strict=True)) for row in zip(*columns, strict=True)]
        for field in self.selection.left:
            key = field.key
            for one, value in zip(objects, columns[field.rank], strict=True):
                one[key] = value
        return objects

    def deliver(self, *, whole: bool) -> None:
        """Hand the rows up."""
        if self.into is not None:
            self.into.objects.receive(self.into.chosen, self.rows(whole=whole))


class Column:
    """One field of all objects of a level."""

    __slots__ = ("_infos", "field", "level", "making")

    def __init__(self, making: Making, level: Level, field: FieldPlan) -> None:
        """Nothing is answered yet."""
        self.making = making
        self.level = level
        self.field = field
        self._infos: dict[int, Info] = {}

    def outermost(self) -> "Wrapped":
        """Where the answers of the field are put."""
        field, level = self.field, self.level
        places = OfField(level.places, field.key, field.rank, field.parent.name)
        return Wrapped(self, len(level.sources), places)

    def info(self, position: int) -> Info:
        """What a resolver is told of the field on one object."""
        known = self._infos.get(position)
        if known is None:
            field = self.field
            path = Path(self.level.places.path(position), field.key, field.parent.name)
            known = self._infos[position] = self.making.executor.build_resolve_info(
                field.definition, field.nodes, field.parent, path
            )
        return known


class Wrapped:
    """The values of a field at one layer of its type: the lists, their items, and so on in."""

    __slots__ = ("_lengths", "_lists", "_owners", "column", "depth", "failures", "places", "size")

    def __init__(self, column: Column, size: int, places: Places) -> None:
        """The outermost layer: so many values."""
        self.column = column
        self.size = size
        self.places = places
        self.depth = 0
        self.failures: Failures = {}
        self._lists: Wrapped | None = None
        self._owners: OfItems | None = None
        self._lengths: Sequence[int] = ()

    @property
    def layer(self) -> Layer:
        """The layer of the type."""
        return self.column.field.layers[self.depth]

    @property
    def items_may_be_null(self) -> bool:
        """Of lists: whether null may stand in them."""
        nullable = self.column.field.layers[self.depth + 1].nullable
        return nullable or not self.column.making.executor.error_propagation

    @property
    def is_lost(self) -> bool:
        """Whether every value, or all that it stands in, is null for a failure."""
        if len(self.failures) == self.size and self.size:
            return True
        outer = self._lists or self.column.level
        return outer.is_lost

    def items(self, lengths: Sequence[int], size: int) -> "Wrapped":
        """The items of these lists, one after the other; a length below zero is no list."""
        places = OfItems(self.places, lengths)
        items = Wrapped(self.column, size, places)
        items.depth = self.depth + 1
        items._lists = self
        items._owners = places
        items._lengths = lengths
        return items

    def info(self, position: int) -> Info:
        """What a resolver is told of the field that a value belongs to."""
        wrapped = self
        while wrapped._lists is not None and wrapped._owners is not None:
            position = wrapped._owners.list_of(position)
            wrapped = wrapped._lists
        return wrapped.column.info(position)

    # Failures, upwards to where null may stand -------------------------------------------------

    def fail(self, position: int, error: Exception) -> None:
        """The value at a position is no value."""
        path = self.places.path(position)
        located = located_error(error, self.column.field.nodes, path.as_list() if path else [])
        when = (self.column.making.waited, self.places.order(position))
        self._rise(position, Failure(located, when))

    def _rise(self, position: int, failure: Failure) -> None:
        """What may not be null makes null what it stands in."""
        wrapped, making = self, self.column.making
        while True:
            wrapped.failures.setdefault(position, failure)
            if wrapped.layer.nullable or not making.executor.error_propagation:
                making.told.tell(failure, wrapped.places.order(position))
                break
            if wrapped._lists is not None and wrapped._owners is not None:
                position = wrapped._owners.list_of(position)
                wrapped = wrapped._lists
                continue
            level = wrapped.column.level
            level.failures.setdefault(position, failure)
            if level.into is None:
                making.told.tell(failure, ())
                break
            position = level.into.position(position)
            wrapped = level.into.objects.wrapped
        if self.layer.is_list or not self.layer.nullable:
            making.drop()

    # Values, upwards to the level ---------------------------------------------------------------

    def abandon(self) -> None:
        """No values are wanted any more."""
        self.fill([None] * self.size)

    def fill(self, values: list[Any]) -> None:
        """These are the values as they are sent; hand them on up to the level."""
        wrapped, layers = self, self.column.field.layers
        while True:
            if not layers[wrapped.depth].nullable and None in values and not wrapped.is_lost:
                wrapped._refuse_null(values)
            for position in wrapped.failures:
                values[position] = None
            if wrapped._lists is None:
                column = wrapped.column
                column.level.columns[column.field.rank] = values
                return
            values = _cut(values, wrapped._lengths)
            wrapped = wrapped._lists

    def _refuse_null(self, values: list[Any]) -> None:
        for position, value in enumerate(values):
            if value is None and position not in self.failures:
                self.fail_for_null(position)

    def fail_for_null(self, position: int) -> None:
        """Null stands where it may not."""
        field = self.column.field
        message = f"Cannot return null for non-nullable field {field.parent.name}.{field.name}."
        self.fail(position, TypeError(message))


def _cut(values: list[Any], lengths: Sequence[int]) -> list[Any]:
    """Items back into their lists; a length below zero is no list."""
    if min(lengths, default=0) >= 0:
        ends = accumulate(lengths)
        return [values[end - length : end] for end, length in zip(ends, lengths, strict=True)]
    ends = accumulate(max(0, length) for length in lengths)
    return [
        None if length < 0 else values[end - length : end]
        for end, length in zip(ends, lengths, strict=True)
    ]


class Objects:
    """The objects of a column, one level for each of their types, until all have their rows."""

    __slots__ = ("_missing", "_values", "wrapped")

    def __init__(self, wrapped: Wrapped, size: int, levels: int) -> None:
        """Wait for the rows of so many levels."""
        self.wrapped = wrapped
        self._values: list[Any] = [None] * size
        self._missing = levels

    def receive(self, chosen: Sequence[int] | None, rows: list[Any]) -> None:
        """The rows of a level stand at the chosen positions; None for all of them."""
        if chosen is None:
            self._values = rows
        else:
            for position, row in zip(chosen, rows, strict=True):
                self._values[position] = row
        self._missing -= 1
        if self._missing == 0:
            self.wrapped.fill(self._values)


class Rows(NamedTuple):
    """Where the rows of a level go: to which positions of which objects, None for all."""

    objects: Objects
    chosen: Sequence[int] | None

    def position(self, index: int) -> int:
        """Where one row goes."""
        return index if self.chosen is None else self.chosen[index]
