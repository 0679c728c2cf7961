"""Documents that were seen before are not parsed again, nor is what is known of them found anew."""

from functools import lru_cache
from typing import Final, Generic, TypeVar

from graphql import Node, parse

KEPT: Final = 128
"""Documents that are kept; programs send few different ones, each again and again."""


Kind = TypeVar("Kind")


class Known(Generic[Kind]):
    """What is known of some nodes: by the node itself, as comparing documents takes long."""

    def __init__(self, kept: int = KEPT) -> None:
        """Keep what is known of so many nodes."""
        self._limit = kept
        self._known: dict[int, tuple[Node, Kind]] = {}

    def of(self, node: Node) -> Kind | None:
        """What is known of a node; None for nothing."""
        known = self._known.get(id(node))
        return None if known is None else known[1]

    def keep(self, node: Node, what: Kind) -> None:
        """Remember something of a node, which lives as long, so that no other has its id."""
        while len(self._known) >= self._limit:
            del self._known[next(iter(self._known))]
        self._known[id(node)] = node, what


known_document: Final = lru_cache(maxsize=KEPT)(parse)
"""A document by its text, parsed the first time."""
