"""Finds what the fields below one will ask of the same registration, to ask it together."""

from typing import Any, Final, NamedTuple

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLResolveInfo,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
)

from loaders.batching import Batch
from schema.context import Info
from schema.documents import Known
from schema.shown import metadata_of, shown_by

ASKS: Final = "asks"
"""Metadata key of a field: `Asks`, where it asks a loader with one field of its row."""


class Asks(NamedTuple):
    """The loader that a field asks, and the field of its row that it asks with.

    One that is asked with a registration, and is a `OneQuery`, may be asked before anybody knows
    which registration it is.
    """

    batch: Batch
    key: str


_KNOWN: Final[Known[dict[tuple[int, ...], tuple[Batch, ...]]]] = Known()
"""What was found, by operation and by those of its nodes that are one field."""


def asked_below(info: Info, key: object = None) -> tuple[Batch, ...]:
    """The loaders that fields below this one ask with the registration that it is about.

    With the `key` that the field itself asks with: none, unless that is the registration. What a
    directive may leave out is asked when it is reached.
    """
    raw: GraphQLResolveInfo[Any] = info._raw_info  # noqa: SLF001 - strawberry has no public door to it
    known = _KNOWN.of(raw.operation)
    if known is None:
        known = {}
        _KNOWN.keep(raw.operation, known)
    nodes = tuple(map(id, raw.field_nodes))
    found = known.get(nodes)
    if found is None:
        looking = _Looking(raw)
        if key is None or key == _registration_of(raw.parent_type):
            looking.below(get_named_type(raw.return_type), *raw.field_nodes)
        found = known[nodes] = tuple(looking.found)
    return found


def asked_below_alone(info: Info) -> tuple[Batch, ...]:
    """The same of a field that is all an operation asks for; none of one that stands with others.

    What is asked for one record goes into one statement, which would grow with their number.
    """
    raw: GraphQLResolveInfo[Any] = info._raw_info  # noqa: SLF001 - strawberry has no public door to it
    asked = raw.operation.selection_set.selections
    is_alone = len(asked) == 1 and isinstance(asked[0], FieldNode) and raw.path.prev is None
    return asked_below(info) if is_alone else ()


class _Looking:
    """Looks through selections for what asks with the key of one registration."""

    def __init__(self, raw: GraphQLResolveInfo[Any]) -> None:
        self._schema = raw.schema
        self._fragments = raw.fragments
        self._looked: set[tuple[str, str]] = set()
        self.found: dict[Batch, None] = {}

    def below(self, type_: object, *nodes: FieldNode) -> None:
        """Look at what is selected of a type."""
        if isinstance(type_, GraphQLObjectType):
            for node in nodes:
                self._look(type_, node.selection_set)

    def _look(self, type_: GraphQLObjectType, selected: SelectionSetNode | None) -> None:
        for node in selected.selections if selected else ():
            if node.directives:
                continue
            if isinstance(node, FieldNode):
                self._ask(type_, node)
            elif isinstance(node, InlineFragmentNode):
                self._spread(type_, node)
            elif isinstance(node, FragmentSpreadNode):
                place = (node.name.value, type_.name)
                if place not in self._looked:  # however often it is spread
                    self._looked.add(place)
                    self._spread(type_, self._fragments[node.name.value])

    def _spread(
        self, type_: GraphQLObjectType, fragment: InlineFragmentNode | FragmentDefinitionNode
    ) -> None:
        """Look into a fragment, if it is about the type."""
        condition = fragment.type_condition
        about = self._schema.get_type(condition.name.value) if condition else type_
        if about is type_ or (is_abstract_type(about) and self._schema.is_sub_type(about, type_)):
            self._look(type_, fragment.selection_set)

    def _ask(self, type_: GraphQLObjectType, node: FieldNode) -> None:
        definition = type_.fields.get(node.name.value)
        asks: Asks | None = metadata_of(definition).get(ASKS) if definition else None
        if definition is not None and asks is not None and asks.key == _registration_of(type_):
            self.found[asks.batch] = None
            self.below(get_named_type(definition.type), node)


def _registration_of(type_: GraphQLObjectType) -> str | None:
    """The field by which the rows of a type name the registration that they belong to."""
    name: str | None = getattr(shown_by(type_), "registration_key", None)
    return name
