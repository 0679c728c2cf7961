"""Checks before every operation: limits, validation, introspection and cost."""

import re
from contextlib import nullcontext, suppress
from typing import Any, Final

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    specified_rules,
    validate,
)
from strawberry.extensions.runner import SchemaExtensionsRunner
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule
from strawberry.types import ExecutionContext

from auth.permissions import Permission
from schema.brief import brief_rows
from schema.connection import MAX_FIRST
from schema.context import Context, Cost
from schema.cost import cost_of
from schema.documents import Known, if_known, known_document
from schema.limits import check_text, exceeded, measured
from schema.lists import check_lists
from schema.masking import MAX_TOLD
from schema.named import warnings

_RULES: Final = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)

NOT_SHOWN: Final = "The schema does not describe itself here; it is published at /schema.graphql."

WHICH: Final = "The document has several operations; operationName must say which one to run."

COST: Final = "cost"
WARNINGS: Final = "warnings"
TOO_DEAR: Final = "This may ask for at most {} objects; ask for smaller pages or fewer lists."

_SUGGESTED: Final = re.compile(r" Did you mean .*\?$", re.DOTALL)


Looked = tuple[tuple[GraphQLError, ...], bool]

_KNOWN: Final[dict[bool, Known[Looked]]] = {False: Known(), True: Known()}
"""Cached results of validation, by whether names may be suggested in the errors."""


_COSTS: Final[Known[int]] = Known()
"""What operations cost when they were run last."""

LITTLE: Final = 1_000
"""Objects: the record of a learner with all that there is to it has fewer, a page of them more."""


class Gate(SchemaExtensionsRunner):
    """Refuses invalid and too expensive operations before anything is read for them.

    It takes the place of strawberry's runner of extensions.
    """

    def operation(self) -> Any:  # noqa: ANN401 - a context manager, like the others
        """Nothing is to be done around all of it."""
        return nullcontext()

    def parsing(self) -> Any:  # noqa: ANN401
        """Look at the text before anybody parses it, and parse it once."""
        asked = self.execution_context
        if asked.query is None:
            return nullcontext()
        check_text(asked.query)
        with suppress(GraphQLError):  # the parser tells
            asked.graphql_document = known_document(asked.query, **asked.parse_options)
        return nullcontext()

    def validation(self) -> Any:  # noqa: ANN401
        """Look at the document, whose faults are told a few at a time."""
        context, document = self._context, self.execution_context.graphql_document
        if document is not None:
            schema = self.execution_context.schema._schema  # noqa: SLF001 - as its own extensions do
            found, introspects = looked_at(schema, document, context.sees_the_schema)
            faults = [*found] or self._refusals(document, introspects=introspects)
            self.execution_context.pre_execution_errors = faults
        return nullcontext()

    def executing(self) -> Any:  # noqa: ANN401
        """Look at the lists in variables, and reckon what the operation costs; it is valid."""
        asked, context = self.execution_context, self._context
        operation = chosen(asked.graphql_document, asked.operation_name)
        if operation is not None and asked.graphql_document is not None:
            context.operation_name = operation.name.value if operation.name else None
            context.mutates = operation.operation is OperationType.MUTATION
            schema, document = asked.schema._schema, asked.graphql_document  # noqa: SLF001
            context.ask_briefly(brief_rows(schema, document))
            check_lists(schema, operation, asked.variables or {})
            centres = MAX_FIRST if context.viewer.staff else len(context.viewer.grants)
            requested = cost_of(schema, document, operation, asked.variables or {}, centres)
            _COSTS.keep(operation, requested)
            allowed = context.service.most_cost[context.viewer.footing]
            context.cost = Cost(requested, allowed)
            if requested > allowed:
                raise exceeded(COST, requested, allowed, TOO_DEAR)
        return nullcontext()

    async def get_extensions_results(self, _asked: ExecutionContext) -> dict[str, Any]:
        """Tell what an operation costs, those who may know what it took, and what to beware of."""
        context = self._context
        if context.cost is None:
            return {}
        # What was done has to be told, whatever becomes of the database now.
        beware = await warnings(context) if context.names and not context.mutates else []
        may_know = context.viewer.may_everywhere(Permission.HEALTH_READ)
        took = context.took() if may_know else {}
        told: dict[str, Any] = {COST: {**context.cost._asdict(), **took}}
        if beware:
            told[WARNINGS] = beware
        return told

    def _refusals(self, document: DocumentNode, *, introspects: bool) -> list[GraphQLError]:
        """What is wrong with asking for a document that has no fault of its own."""
        if introspects and not self._context.sees_the_schema:
            return [GraphQLError(NOT_SHOWN, extensions={"code": "INTROSPECTION_OFF"})]
        if self.execution_context._provided_operation_name is None:  # noqa: SLF001
            operations = [
                node for node in document.definitions if isinstance(node, OperationDefinitionNode)
            ]
            if len(operations) > 1:
                return [GraphQLError(WHICH, extensions={"code": "OPERATION_NAME_MISSING"})]
        return []

    @property
    def _context(self) -> Context:
        context: Context = self.execution_context.context
        return context


def chosen(document: DocumentNode | None, name: str | None) -> OperationDefinitionNode | None:
    """The operation of a document that is asked for, by its name or as the only one."""
    for node in document.definitions if document else ():
        if isinstance(node, OperationDefinitionNode) and (
            name is None or (node.name is not None and node.name.value == name)
        ):
            return node
    return None


def subscribes(text: str, name: str | None) -> bool:
    """Whether the operation that is asked for is a subscription; what cannot be read is none."""
    try:
        check_text(text)
        operation = chosen(known_document(text), name)
    except GraphQLError:
        return False
    return operation is not None and operation.operation is OperationType.SUBSCRIPTION


def asks_little(text: str, name: str | None) -> bool:
    """Whether the operation is a query that was run lately and cost little."""
    document = if_known(text)
    operation = None if document is None else chosen(document, name)
    if operation is None or operation.operation is not OperationType.QUERY:
        return False
    cost = _COSTS.of(operation)
    return cost is not None and cost <= LITTLE


def looked_at(
    schema: GraphQLSchema,
    document: DocumentNode,
    suggests: bool,
) -> Looked:
    """The faults of a document, and whether it asks for the schema itself."""
    known = _KNOWN[suggests].of(document)
    if known is None:
        known = _look(schema, document, suggests=suggests)
        _KNOWN[suggests].keep(document, known)
    return known


def _look(schema: GraphQLSchema, document: DocumentNode, *, suggests: bool) -> Looked:
    """What is too large is not validated: validation compares some fields with each other."""
    found = measured(document)
    if found.error is not None:
        return (found.error,), found.introspects
    faults = validate(schema, document, _RULES, max_errors=MAX_TOLD, hide_suggestions=not suggests)
    if not suggests:  # some rules suggest something all the same
        for fault in faults:
            fault.message = _SUGGESTED.sub("", fault.message)
    return tuple(faults), found.introspects
