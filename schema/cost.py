"""Estimates the cost of an operation before it runs: the most objects it can answer."""

from collections.abc import Mapping
from typing import Any, Final

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)

from schema.connection import DEFAULT_FIRST, MAX_FIRST
from schema.documents import Known

SIZES: Final[Mapping[str, int]] = {
    "Access": 10,
    "Advice": 1,
    "ApiToken": 5,
    "Centre": 20,
    "Component": 6,
    "Consortium": 3,
    "CountGroup": 25,
    "Deadline": 20,
    "Declaration": 2,
    "EditOutcome": 25,
    "EditWarning": 2,
    "Entry": 3,
    "FeedRunFile": 8,
    "Flag": 2,
    "FlagCount": 12,
    "Issue": 5,
    "IssueCount": 12,
    "LegendRow": 21,
    "NearLearner": 2,
    "Registration": 2,
    "Session": 5,
    "StatusCount": 6,
    "SupportText": 20,
    "Step": 4,
    "Unit": 10,
}
"""Assumed size of lists without pages, by type."""

WALK: Final = 2_000
"""Cost of deriving all learners of a list or a count for another day."""

UNKNOWN_SIZE: Final = 10
"""Assumed size of lists of any other type."""

MUTATION: Final = 10
"""Cost of a mutation, without its result."""

FREE_VALUES: Final = 20
"""Values in the lists of an argument that cost nothing; each further one costs as an object."""

COUNTED: Final = "totalCount"
"""The field that makes the database count, which costs as much as one object."""

Found = GraphQLNamedType | None


def cost_of(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
    centres: int = MAX_FIRST,
) -> int:
    """How many objects an operation asks for at most; the document is valid.

    `centres` are those in reach: no list has more of them.
    """
    centres = min(centres, MAX_FIRST)
    known = _KNOWN.of(operation)
    if known is not None and centres in known:
        return known[centres]
    reckoning = _Reckoning(schema, document, operation, variables, centres)
    cost = reckoning.cost()
    if not reckoning.varies:
        _KNOWN.keep(operation, {**(known or {}), centres: cost})
    return cost


_KNOWN: Final[Known[dict[int, int]]] = Known()
"""Cached costs of operations that do not depend on variables, by centres in reach."""


class _Reckoning:
    """Estimates one operation with its variables; each fragment once for each page size."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        centres: int,
    ) -> None:
        self._centres = centres
        self._schema = schema
        self._operation = operation
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        defaults = {
            node.variable.name.value: _literal(node.default_value)
            for node in operation.variable_definitions or ()
            if node.default_value is not None
        }
        # What is of the wrong type is refused before anything is read.
        self._variables = {**defaults, **variables}
        self._known: dict[tuple[str, int], int] = {}
        self.varies = False
        """Whether a variable was looked at."""

    def cost(self) -> int:
        root = self._schema.get_root_type(self._operation.operation)
        each = MUTATION if self._operation.operation is OperationType.MUTATION else 0
        return self._selection(self._operation.selection_set, root, DEFAULT_FIRST, each)

    def _selection(
        self, selected: SelectionSetNode, parent: Found, page: int, each: int = 0
    ) -> int:
        """What a selection costs for one object; `page` is the size of the list it stands on."""
        total = 0
        for node in selected.selections:
            if not self._included(node.directives or ()):
                continue
            if isinstance(node, FieldNode):
                total += each + self._field(node, parent, page)
            elif isinstance(node, InlineFragmentNode):
                total += self._selection(node.selection_set, self._type(node, parent), page, each)
            elif isinstance(node, FragmentSpreadNode):
                total += self._fragment(self._fragments[node.name.value], page, each)
        return total

    def _fragment(self, node: FragmentDefinitionNode, page: int, each: int) -> int:
        key = node.name.value, page
        if key not in self._known:
            self._known[key] = self._selection(
                node.selection_set, self._type(node, None), page, each
            )
        return self._known[key]

    def _type(self, node: InlineFragmentNode | FragmentDefinitionNode, parent: Found) -> Found:
        condition = node.type_condition
        return parent if condition is None else self._schema.get_type(condition.name.value)

    def _field(self, node: FieldNode, parent: Found, page: int) -> int:
        name = node.name.value
        if not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            return 0
        definition = parent.fields.get(name)
        if definition is None:  # the schema's own description of itself
            return 0
        kind = get_named_type(definition.type)
        if is_leaf_type(kind) or node.selection_set is None:
            return int(name == COUNTED)
        own_page = self._page(node, definition)
        below = self._selection(node.selection_set, kind, own_page or DEFAULT_FIRST)
        itself = 0 if kind.name.endswith("Edge") else 1
        size = self._size(node, definition, kind, own_page, page)
        if kind.name == "Centre" and _is_list(definition.type):
            size = min(size, self._centres)
        around = self._walk(node, definition) + self._given(node, definition)
        return size * (itself + below) + around

    def _given(self, node: FieldNode, definition: GraphQLField) -> int:
        """What the lists in a field's arguments cost, each of whose values is looked for."""
        number = 0
        for given in node.arguments or ():
            argument = definition.args[given.name.value]
            # Of the ids, each counts as the object that it is for.
            if given.name.value != "ids" and _holds_lists(argument.type):
                number += max(0, self._members(given.value) - FREE_VALUES)
        return number

    def _members(self, node: ValueNode) -> int:
        """How many values stand in the lists of an argument, those of variables too."""
        if isinstance(node, VariableNode):
            return _members(self._value(node))
        if isinstance(node, ListValueNode):
            return len(node.values) + sum(map(self._members, node.values))
        if isinstance(node, ObjectValueNode):
            return sum(self._members(field.value) for field in node.fields)
        return 0

    def _walk(self, node: FieldNode, definition: GraphQLField) -> int:
        """What a field costs that goes through learners by the rules, one by one."""
        if node.name.value == "deadlines":
            return WALK
        if "on" not in definition.args or "filter" not in definition.args:
            return 0
        return 0 if self._argument(node, definition, "on") is None else WALK

    def _size(
        self,
        node: FieldNode,
        definition: GraphQLField,
        kind: GraphQLNamedType,
        own_page: int | None,
        page: int,
    ) -> int:
        """How many objects a field gives at most."""
        if not _is_list(definition.type):
            return 1
        if own_page is not None:
            return own_page
        if "ids" in definition.args:
            ids = self._argument(node, definition, "ids")
            return len(ids) if isinstance(ids, list) else 1
        if node.name.value in {"nodes", "edges"}:
            return page
        return SIZES.get(kind.name, UNKNOWN_SIZE)

    def _page(self, node: FieldNode, definition: GraphQLField) -> int | None:
        """How many a field is asked for, as far as any page goes; None where it has no pages."""
        if "first" not in definition.args:
            return None
        asked = self._argument(node, definition, "first")
        if isinstance(asked, float) and asked.is_integer():
            asked = int(asked)  # 25.0 is 25 to the graph
        return min(max(asked, 1), MAX_FIRST) if isinstance(asked, int) else MAX_FIRST

    def _argument(self, node: FieldNode, definition: GraphQLField, name: str) -> Any:  # noqa: ANN401
        for given in node.arguments or ():
            if given.name.value == name:
                value = self._value(given.value)
                if value is not Undefined:
                    return value
        default = definition.args[name].default_value
        return None if default is Undefined else default

    def _value(self, node: ValueNode) -> Any:  # noqa: ANN401 - whatever was sent
        if isinstance(node, VariableNode):
            self.varies = True
            return self._variables.get(node.name.value, Undefined)
        return _literal(node)

    def _included(self, directives: tuple[DirectiveNode, ...] | list[DirectiveNode]) -> bool:
        for directive in directives:
            name = directive.name.value
            if name in {"skip", "include"} and directive.arguments:
                value = self._value(directive.arguments[0].value)
                if isinstance(value, bool) and value is (name == "skip"):
                    return False
        return True


def _literal(node: ValueNode) -> Any:  # noqa: ANN401 - a number, a list, true or false
    if isinstance(node, IntValueNode):
        return int(node.value)
    if isinstance(node, ListValueNode):
        return [*node.values]
    return getattr(node, "value", None)


def _members(value: object) -> int:
    """How many values stand in the lists of a variable; a body nests no deeper than it may."""
    if isinstance(value, dict):
        return sum(map(_members, value.values()))
    if isinstance(value, list):
        return len(value) + sum(_members(one) for one in value if isinstance(one, dict | list))
    return 0


def _holds_lists(kind: GraphQLInputType) -> bool:
    return not is_leaf_type(get_nullable_type(kind))


def _is_list(kind: GraphQLOutputType) -> bool:
    return is_list_type(kind.of_type if is_non_null_type(kind) else kind)
