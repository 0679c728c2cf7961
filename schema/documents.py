"""Documents that were seen before are neither parsed nor validated again."""

from collections.abc import Iterator
from typing import Final

from graphql import GraphQLError
from strawberry.extensions import ParserCache, SchemaExtension, ValidationCache

KEPT: Final = 128
"""Documents that are kept; programs send few different ones, each again and again."""


class KnownDocuments(ParserCache):
    """Keeps parsed documents by their text; one that cannot be parsed is told by the parser."""

    def on_parse(self) -> Iterator[None]:
        """Take a document that is known."""
        context = self.execution_context
        try:
            context.graphql_document = self.cached_parse_document(
                context.query, **context.parse_options
            )
        except GraphQLError:
            context.graphql_document = None
        yield


def known_documents() -> SchemaExtension:
    """For each operation one that shares what all of them keep."""
    return KnownDocuments(KEPT)


def known_to_be_valid() -> SchemaExtension:
    """As above, for what validation found."""
    return ValidationCache(KEPT)
