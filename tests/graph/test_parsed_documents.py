"""Parsed documents, and what is known of them, are kept as long as there is room."""

import pytest
from graphql import DocumentNode, GraphQLSyntaxError, OperationDefinitionNode

from schema.documents import Documents, Known


def operation_of(document: DocumentNode) -> OperationDefinitionNode:
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    return operation


def test_the_documents_that_were_used_last_are_kept() -> None:
    documents = Documents(kept=2)
    first, second = documents.parsed("{ a }"), documents.parsed("{ b }")
    assert documents.parsed("{ a }") is first
    third = documents.parsed("{ c }")
    assert documents.parsed("{ a }") is first
    assert documents.parsed("{ c }") is third
    assert documents.parsed("{ b }") is not second
    assert len(documents) == 2


def test_long_documents_leave_room_for_fewer() -> None:
    documents = Documents(kept=100, most_text=1_000)
    held = [documents.parsed(f"{{ {name * 300} }}") for name in "abcde"]
    assert len(documents) == 3
    assert documents.parsed(f"{{ {'e' * 300} }}") is held[4]
    documents.parsed(f"{{ {'f' * 2_000} }}")
    assert len(documents) == 0
    assert documents.parsed("{ a }") is documents.parsed("{ a }")


def test_options_make_another_document() -> None:
    documents = Documents()
    assert documents.parsed("{ a }").loc is not None
    assert documents.parsed("{ a }", no_location=True).loc is None
    with pytest.raises(GraphQLSyntaxError):
        documents.parsed("{ a", max_tokens=10)


def test_what_is_known_of_a_document_goes_with_it() -> None:
    documents, told = Documents(kept=1), Known[str]()
    first = documents.parsed("{ a }")
    operation = operation_of(first)
    told.keep(first, "valid")
    told.keep(operation, "cheap")
    assert (told.of(first), told.of(operation)) == ("valid", "cheap")
    documents.parsed("{ b }")
    assert (told.of(first), told.of(operation)) == (None, None)


def test_of_what_is_known_the_latest_used_is_kept() -> None:
    documents, told = Documents(), Known[int](2)
    nodes = [documents.parsed(f"{{ {name} }}") for name in "abc"]
    told.keep(nodes[0], 0)
    told.keep(nodes[1], 1)
    assert told.of(nodes[0]) == 0
    told.keep(nodes[0], 10)  # known already: nothing else has to go
    told.keep(nodes[2], 2)
    assert [told.of(node) for node in nodes] == [10, None, 2]
