"""How long lists and texts in variables may be: looked at before anybody reads what is in them."""

from collections.abc import Mapping
from typing import Any, Final

from graphql import (
    GraphQLInputType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    type_from_ast,
)

from schema.documents import Known
from schema.limits import exceeded

LIST: Final = "list"
MOST: Final = 200
"""Values of a list in a variable."""

TEXT: Final = "text"
MOST_TEXT: Final = 120_000
"""Characters of a text in a variable: terms of use, the longest there are, with space around them.

Arguments have bounds of their own below it; it holds for those that have none yet.
"""

MOST_OF: Final[Mapping[str, int]] = {"CentreNumber": 1_000}
"""The same by type, where it is another number."""

_COUNTED_ELSEWHERE: Final = frozenset({"ID", "RegistrationVersion"})
"""What an edit of many is made of: the edit says itself how many it takes."""


_KINDS: Final[Known[dict[str, Any]]] = Known()
"""The types of the variables of operations; None for one that the schema does not have."""


def check_lists(
    schema: GraphQLSchema, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> None:
    """Refuse what is too long, by its place; what is of the wrong type is not looked into."""
    kinds = _KINDS.of(operation)
    if kinds is None:
        kinds = {
            definition.variable.name.value: type_from_ast(schema, definition.type)
            for definition in operation.variable_definitions or ()
        }
        _KINDS.keep(operation, kinds)
    for name, kind in kinds.items():
        if name in variables and kind is not None:
            _check(f"${name}", variables[name], kind)


def _check(place: str, value: object, kind: GraphQLInputType) -> None:
    """Look at the lists and texts of a value, each of which stands at the place of its field."""
    if isinstance(value, str):
        _check_text(place, value)
    if is_non_null_type(kind):
        kind = kind.of_type
    if is_list_type(kind) and isinstance(value, list):
        name = get_named_type(kind).name
        most = MOST_OF.get(name, MOST)
        if name in _COUNTED_ELSEWHERE:
            return
        if len(value) > most:
            sentence = f"The list {place} may have at most {{:,}} values."
            raise exceeded(LIST, len(value), most, sentence)
        for one in value:
            _check(place, one, kind.of_type)
    elif is_input_object_type(kind) and isinstance(value, dict):
        for name, field in kind.fields.items():
            if name in value:
                _check(f"{place}.{name}", value[name], field.type)


def _check_text(place: str, text: str) -> None:
    if len(text) > MOST_TEXT:
        sentence = f"The text {place} may have at most {{:,}} characters."
        raise exceeded(TEXT, len(text), MOST_TEXT, sentence)
