"""Persisted documents: read and validated at start-up, then requested by their hash."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, parse

from domain.errors import Invalid
from schema.gate import looked_at
from schema.limits import check_text
from schema.root import Schema

PAGES: Final = Path(__file__).parent / "pages"
"""The pages that the server itself serves, with the documents that their scripts send."""
SUFFIXES: Final = (".graphql", ".gql")
_HASH: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class StoredDocuments:
    """The persisted documents, by the SHA-256 of their text in UTF-8."""

    texts: Mapping[str, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    """What their operations are called."""

    def text(self, document_hash: str) -> str | None:
        """The document with this hash."""
        return self.texts.get(document_hash)


def all_documents(folder: Path | None, schema: Schema) -> StoredDocuments:
    """The documents in a folder, and those of our pages, which work whoever may send their own."""
    given, own = stored_documents(folder, schema), stored_documents(PAGES, schema)
    return StoredDocuments({**given.texts, **own.texts}, given.names | own.names)


def stored_documents(folder: Path | None, schema: Schema) -> StoredDocuments:
    """The documents in a folder and below it; raises Invalid with a sentence for a wrong one."""
    if folder is None:
        return StoredDocuments()
    texts: dict[str, str] = {}
    names: set[str] = set()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES):
        place = path.relative_to(folder).as_posix()
        text, document = _read(path, place, schema)
        for node in document.definitions:
            if isinstance(node, OperationDefinitionNode):
                if node.name is None:
                    raise _wrong(place, "Each operation needs a name.")
                names.add(node.name.value)
        found = sha256(text.encode()).hexdigest()
        if _HASH.fullmatch(path.stem) and path.stem != found:
            raise _wrong(place, "Its name is the hash of another text.")
        texts[found] = text
    return StoredDocuments(texts, frozenset(names))


def _read(path: Path, place: str, schema: Schema) -> tuple[str, DocumentNode]:
    try:
        text = path.read_bytes().decode("utf-8")
        check_text(text)
        document = parse(text)
    except UnicodeDecodeError:
        raise _wrong(place, "It is not UTF-8.") from None
    except GraphQLError as error:
        raise _wrong(place, error.message) from None
    faults, _ = looked_at(schema._schema, document, True)  # noqa: FBT003, SLF001 - ours to see
    if faults:
        raise _wrong(place, faults[0].message)
    return text, document


def _wrong(place: str, reason: str) -> Invalid:
    return Invalid(f"The stored document {place} cannot be used. {reason}", code="DOCUMENT_INVALID")
