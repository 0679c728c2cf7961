"""What a document selects, worked out once and kept: fields of a type, level by level."""

from collections.abc import Iterable, Iterator
from datetime import date
from enum import Enum
from types import NoneType
from typing import Any, Final, NamedTuple

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    ListValueNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    VariableNode,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import (
    FieldDetailsList,
    FragmentDetails,
    GroupedFieldSet,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues
from graphql.type import TypeNameMetaFieldDef

from execution.declared import Attribute, Batch, Declared, declared_by
from execution.shaping import Always, Plain, Shape, written

KEPT: Final = 128
"""Operations whose plans are kept, the latest used."""
KEPT_FORMS: Final = 16
"""Forms of one operation that are kept: one for each set of values of skip and include."""
MOST_FIELDS: Final = 12_500
"""Fields in all plans that are kept; each takes some 1,200 bytes, with the code written for it."""


_MAY_DEPEND: Final = (VariableNode, ListValueNode, ObjectValueNode)
"""What stands for a variable, or may hold one."""
_UNCHANGEABLE: Final = (str, int, float, bool, NoneType, date, Enum)


class Layer(NamedTuple):
    """One wrapping of a type: a list, or at last the type that has a name."""

    is_list: bool
    nullable: bool


class Question(NamedTuple):
    """What decides which fields an operation selects."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDetails]
    variables: VariableValues
    hide_suggestions: bool


class Weight:
    """How many fields there are in the plans of one operation."""

    __slots__ = ("fields",)

    def __init__(self) -> None:
        """None so far."""
        self.fields = 0


class FieldPlan:
    """A field as a document asks for it, on objects of one type."""

    __slots__ = (
        "_below",
        "_weight",
        "arguments",
        "declared",
        "definition",
        "details",
        "has_arguments",
        "is_abstract",
        "is_leaf",
        "key",
        "layers",
        "named",
        "nodes",
        "parent",
        "plain",
        "rank",
    )

    def __init__(
        self,
        parent: GraphQLObjectType,
        rank: int,
        key: str,
        definition: GraphQLField,
        details: FieldDetailsList,
        weight: Weight,
    ) -> None:
        """`key` is its name in the answer, `rank` its place in the selection."""
        self.parent = parent
        self.rank = rank
        self.key = key
        self.definition = definition
        self.details = details
        self.nodes: list[FieldNode] = [detail.node for detail in details]
        declared, given = declared_by(definition), self.nodes[0].arguments
        self.declared = declared if given or declared is None else _bare(declared)
        self.layers = tuple(_layers(definition.type))
        self.named: GraphQLNamedType = _named(definition.type)
        self.is_leaf = is_leaf_type(self.named)
        self.is_abstract = is_abstract_type(self.named)
        takes_some = bool(definition.args) and self.declared is declared
        self.has_arguments = bool(given or takes_some)
        """Whether it takes arguments, or is given some."""
        self.arguments: dict[str, Any] | None = None
        """What they are, where that is known to be the same whoever asks."""
        self.plain = self._plain()
        """How it is read off each source, if it is a value that nobody guards: no object."""
        self._below: dict[str, Selection] = {}
        self._weight = weight

    @property
    def name(self) -> str:
        """Its name in the schema."""
        return self.nodes[0].name.value

    def _plain(self) -> Plain | None:
        if self.definition is TypeNameMetaFieldDef:
            return Plain(Always(self.parent.name), self.definition.type)
        declared = self.declared
        if declared is None or declared.guard is not None or isinstance(declared.way, Batch):
            return None
        if not self.is_leaf or self.has_arguments:
            return None
        return Plain(declared.way, self.definition.type)

    def remember(self, arguments: dict[str, Any]) -> None:
        """Keep arguments that are written in the document, unless somebody could change one."""
        written = [argument.value for argument in self.nodes[0].arguments or ()]
        if any(isinstance(node, _MAY_DEPEND) for node in written):
            return
        if all(isinstance(value, _UNCHANGEABLE) for value in arguments.values()):
            self.arguments = arguments

    def below(self, type_: GraphQLObjectType, question: Question) -> "Selection":
        """What is selected of the objects that it answers; raises GraphQLError."""
        found = self._below.get(type_.name)
        if found is None:
            collected = collect_subfields(
                question.schema,
                question.fragments,
                question.variables,
                question.operation,
                type_,
                self.details,
                question.hide_suggestions,
            )
            grouped = collected.grouped_field_set
            found = Selection(question.schema, type_, grouped, self._weight)
            self._below[type_.name] = found
        return found


class Selection:
    """The fields that are selected of objects of one type."""

    __slots__ = ("_shape", "fields", "left", "type")

    def __init__(
        self,
        schema: GraphQLSchema,
        type_: GraphQLObjectType,
        grouped: GroupedFieldSet,
        weight: Weight,
    ) -> None:
        """Fields that the type does not have are left out, as the specification says."""
        self.type = type_
        self.fields: list[FieldPlan] = []
        for key, details in grouped.items():
            definition = schema.get_field(type_, details[0].node.name.value)
            if definition is not None:
                rank = len(self.fields)
                self.fields.append(FieldPlan(type_, rank, key, definition, details, weight))
        self.left = [field for field in self.fields if field.plain is None]
        """Those that are not plain."""
        weight.fields += len(self.fields)
        self._shape: Shape | None = None

    @property
    def shape(self) -> Shape:
        """What makes its objects with their plain fields, and null for those that are left."""
        if self._shape is None:
            self._shape = written({field.key: field.plain for field in self.fields})
        return self._shape


def _bare(declared: Declared) -> Declared:
    """How a field is answered that is given no arguments."""
    if isinstance(declared.way, Batch) and declared.way.bare is not None:
        return Declared(Attribute(declared.way.bare), declared.guard)
    return declared


def _layers(type_: GraphQLOutputType) -> Iterator[Layer]:
    while True:
        nullable = not is_non_null_type(type_)
        inner: Any = type_ if nullable else type_.of_type  # type: ignore[union-attr]
        yield Layer(is_list_type(inner), nullable)
        if not is_list_type(inner):
            return
        type_ = inner.of_type


def _named(type_: Any) -> Any:  # noqa: ANN401 - any type of the schema
    while hasattr(type_, "of_type"):
        type_ = type_.of_type
    return type_


class _Kept:
    """The plans of one operation."""

    __slots__ = ("deciding", "forms", "in_parts", "operation", "schema", "weight")

    def __init__(self, question: Question) -> None:
        """Look through the document for what decides how it is executed, and what is selected."""
        self.schema = question.schema
        self.operation = question.operation
        self.forms: dict[tuple[Any, ...], Selection] = {}
        self.weight = Weight()
        nodes: list[Node] = [question.operation]
        nodes += [fragment.definition for fragment in question.fragments.values()]
        self.deciding = tuple(sorted(set(_deciding_variables(nodes))))
        self.in_parts = any(
            directive.name.value in ("defer", "stream")
            for node in _nodes(nodes)
            for directive in getattr(node, "directives", None) or ()
        )


class Plans:
    """The plans of the operations that were asked lately."""

    def __init__(self, kept: int = KEPT, most_fields: int = MOST_FIELDS) -> None:
        """Keep as many operations, no more, and about so many fields of all of them."""
        self._limit = kept
        self._most_fields = most_fields
        self._kept: dict[int, _Kept] = {}

    def __len__(self) -> int:
        """How many operations are kept."""
        return len(self._kept)

    def forms(self, operation: OperationDefinitionNode) -> int:
        """In how many forms an operation is kept; 0 if it is not."""
        kept = self._kept.get(id(operation))
        return 0 if kept is None else len(kept.forms)

    def delivers_in_parts(self, question: Question) -> bool:
        """Whether a document says @defer or @stream anywhere."""
        return self._of(question).in_parts

    def root(self, type_: GraphQLObjectType, question: Question) -> Selection:
        """What an operation selects; raises GraphQLError.

        A document that is parsed anew is another one: keep documents to keep their plans.
        """
        if any(fragment.variable_signatures for fragment in question.fragments.values()):
            # What such a fragment selects depends on who spreads it.
            return _root(type_, question, Weight())
        kept = self._of(question)
        values = question.variables.coerced
        # As skip and include see them: whatever is neither makes no form of its own.
        form = tuple(_as_key(values.get(name)) for name in kept.deciding)
        found = kept.forms.get(form)
        if found is None:
            if len(kept.forms) >= KEPT_FORMS:
                return _root(type_, question, Weight())
            found = kept.forms[form] = _root(type_, question, kept.weight)
            self._make_room()
        return found

    def _of(self, question: Question) -> _Kept:
        """What is kept of an operation; it lives as long, so that no other one has its id."""
        key = id(question.operation)
        kept = self._kept.pop(key, None)
        if kept is None or kept.schema is not question.schema:
            kept = _Kept(question)
        self._kept[key] = kept
        if len(self._kept) > self._limit:
            del self._kept[next(iter(self._kept))]
        return kept

    def _make_room(self) -> None:
        """Drop what was not asked for longest, but never what is asked now."""
        fields = sum(kept.weight.fields for kept in self._kept.values())
        while fields > self._most_fields and len(self._kept) > 1:
            fields -= self._kept.pop(next(iter(self._kept))).weight.fields


def _as_key(value: object) -> object:
    """The value of a variable, if it can be a key, else whether it says yes."""
    return value if isinstance(value, _UNCHANGEABLE) else (type(value), bool(value))


def _root(type_: GraphQLObjectType, question: Question, weight: Weight) -> Selection:
    collected = collect_fields(
        question.schema,
        question.fragments,
        question.variables,
        type_,
        question.operation,
        question.hide_suggestions,
    )
    return Selection(question.schema, type_, collected.grouped_field_set, weight)


def _nodes(nodes: Iterable[Node]) -> Iterator[Node]:
    """All selections of these nodes, and below."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        yield node
        selected = getattr(node, "selection_set", None)
        if selected is not None:
            waiting += selected.selections


def _deciding_variables(nodes: Iterable[Node]) -> Iterator[str]:
    for node in _nodes(nodes):
        for directive in getattr(node, "directives", None) or ():
            if directive.name.value in ("skip", "include"):
                for argument in directive.arguments or ():
                    if isinstance(argument.value, VariableNode):
                        yield argument.value.name.value
