"""Finds out which rows a document needs only in their brief form, with fewer columns."""

from collections.abc import Iterator
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLField,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    visit,
)
from graphql.type import TypeNameMetaFieldDef

from execution.declared import Attribute, Batch, declared_by
from schema.batched import READS
from schema.documents import Known
from schema.shown import metadata_of, shown_by

_KNOWN: Final[Known[frozenset[type]]] = Known()


def brief_rows(schema: GraphQLSchema, document: DocumentNode) -> frozenset[type]:
    """The brief rows that are enough for a valid document; it is looked through once."""
    known = _KNOWN.of(document)
    if known is None:
        known = frozenset(_brief(schema)) - _too_brief(schema, document)
        _KNOWN.keep(document, known)
    return known


def _brief(schema: GraphQLSchema) -> Iterator[type]:
    """Rows that have a whole form besides."""
    for type_ in schema.type_map.values():
        node = shown_by(type_)
        if getattr(node, "whole_row", None) is not None:
            yield node.row


def _too_brief(schema: GraphQLSchema, document: DocumentNode) -> set[type]:
    """Rows whose brief form lacks something that is asked for."""
    looking = _Looking(TypeInfo(schema))
    visit(document, TypeInfoVisitor(looking.place, looking))
    return looking.found


class _Looking(Visitor):
    """Looks at every field of a document, together with the type that it stands in."""

    def __init__(self, place: TypeInfo) -> None:
        super().__init__()
        self.place = place
        self.found: set[type] = set()

    def enter_field(self, _node: FieldNode, *_rest: object) -> None:
        """Look whether the brief row answers the field."""
        row = getattr(shown_by(self.place.get_parent_type()), "row", None)
        definition = self.place.get_field_def()
        if row is not None and definition is not None and not _answers(row, definition):
            self.found.add(row)


def _answers(row: type, definition: GraphQLField) -> bool:
    """Whether a row has the column of a field; relations tell what they read besides their keys.

    A resolver may read anything.
    """
    if definition is TypeNameMetaFieldDef:
        return True
    declared = declared_by(definition)
    if declared is not None and isinstance(declared.way, Attribute):
        return hasattr(row, declared.way.attribute)
    if declared is None or not isinstance(declared.way, Batch):
        return False
    return all(hasattr(row, name) for name in metadata_of(definition).get(READS, ()))
