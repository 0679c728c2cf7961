"""Caches of parsed documents, and of what was found out about each."""

from collections import OrderedDict
from typing import Any, Final, Generic, TypeVar
from weakref import WeakSet

from graphql import DocumentNode, Node, parse

KEPT: Final = 128
"""Capacity of the cache in documents."""
MOST_TEXT: Final = 128 << 10
"""Capacity of the cache in characters; parsed, one may take some 400 bytes."""

Kind = TypeVar("Kind")

_EVERYTHING: Final["WeakSet[Known[Any]]"] = WeakSet()


class Known(Generic[Kind]):
    """A cache by the identity of a document, as comparing documents takes long."""

    def __init__(self, kept: int = KEPT) -> None:
        """Keep what is known of so many nodes, the latest used."""
        self._limit = kept
        self._known: OrderedDict[int, tuple[Node, Kind]] = OrderedDict()
        _EVERYTHING.add(self)

    def of(self, node: Node) -> Kind | None:
        """What is known of a node; None for nothing."""
        known = self._known.get(id(node))
        if known is None:
            return None
        self._known.move_to_end(id(node))
        return known[1]

    def keep(self, node: Node, what: Kind) -> None:
        """Remember something of a node, which lives as long, so that no other has its id."""
        self._known[id(node)] = node, what
        self._known.move_to_end(id(node))
        if len(self._known) > self._limit:
            self._known.popitem(last=False)

    def forget(self, node: Node) -> None:
        """Let go of a node."""
        self._known.pop(id(node), None)


class Documents:
    """The most recently used parsed documents, by their text."""

    def __init__(self, kept: int = KEPT, most_text: int = MOST_TEXT) -> None:
        """Keep so many, and so many characters of all of them."""
        self._limit = kept
        self._most_text = most_text
        self._held: OrderedDict[tuple[Any, ...], DocumentNode] = OrderedDict()
        self._text = 0

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._held)

    def known(self, text: str, **options: Any) -> DocumentNode | None:  # noqa: ANN401 - the parser's own
        """A document that is kept, parsed with these options."""
        return self._held.get((text, *sorted(options.items())))

    def parsed(self, text: str, **options: Any) -> DocumentNode:  # noqa: ANN401 - the parser's own
        """A document, parsed the first time; raises what the parser raises."""
        key = (text, *sorted(options.items()))
        found = self._held.get(key)
        if found is not None:
            self._held.move_to_end(key)
            return found
        found = self._held[key] = parse(text, **options)
        self._text += len(text)
        while len(self._held) > self._limit or self._text > self._most_text:
            (old_text, *_), old = self._held.popitem(last=False)
            self._text -= len(old_text)
            _forget(old)
        return found


def _forget(document: DocumentNode) -> None:
    """What is known of a document would keep all of it."""
    for known in _EVERYTHING:
        for node in (document, *document.definitions):
            known.forget(node)


_DOCUMENTS: Final = Documents()

known_document: Final = _DOCUMENTS.parsed
"""A document by its text, parsed the first time."""

if_known: Final = _DOCUMENTS.known
"""A document by its text, None where it would have to be parsed."""
