"""From graphql-core's types and fields back to the classes and declarations they are made of."""

from collections.abc import Mapping
from typing import Any, Final

from graphql import GraphQLField, GraphQLNamedType
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

_DEFINITION: Final = GraphQLCoreConverter.DEFINITION_BACKREF


def shown_by(type_: GraphQLNamedType | None) -> Any:  # noqa: ANN401 - any class
    """The class that shows an object type, which may name its rows; None for other types."""
    definition = type_.extensions.get(_DEFINITION) if type_ is not None else None
    return definition.origin if isinstance(definition, StrawberryObjectDefinition) else None


def declared_as(definition: GraphQLField) -> StrawberryField | None:
    """The declaration of a field; None for those of the language itself."""
    field = definition.extensions.get(_DEFINITION)
    return field if isinstance(field, StrawberryField) else None


def metadata_of(definition: GraphQLField) -> Mapping[Any, Any]:
    """What the declaration of a field says besides."""
    field = declared_as(definition)
    return {} if field is None else field.metadata or {}
