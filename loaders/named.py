"""Names in filters must stand for something that the viewer may see, or nobody would be found."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from domain.errors import Missing
from loaders.centres import centre_by_number, consortium_by_code
from loaders.courses import knows_level, knows_line
from loaders.filters import LearnerFilter

Batch = Callable[..., Awaitable[Sequence[Any]]]
Ask = Callable[[Batch, Sequence[str]], Awaitable[Mapping[Any, Any]]]
"""Asks a loader; its answers by key."""


class Kind(Enum):
    """What names stand for: one, several, and what is told where there is none of them."""

    CENTRE = "centre", "centres", "There is no centre with this number that you may see here."
    CONSORTIUM = "consortium", "consortia", "There is no consortium with this code in your reach."
    LINE = "line", "lines", "There is no line of learning with this code."
    LEVEL = "level", "levels", "There is no Diploma level with this code."

    def __init__(self, one: str, several: str, none: str) -> None:
        """Keep the words."""
        self.one, self.several, self.none = one, several, none


class Named(NamedTuple):
    """The names that one condition holds."""

    field: str
    kind: Kind
    names: Sequence[str]


class Lacking(NamedTuple):
    """Names of a condition that stand for nothing; there are others, which the answer is about."""

    field: str
    kind: Kind
    places: Sequence[int]
    given: int

    @property
    def message(self) -> str:
        """A sentence for people: names are not repeated, whatever somebody put there."""
        count = len(self.places)
        are = f"is no {self.kind.one}" if count == 1 else f"are no {self.kind.several}"
        return f"{count} of these {self.given} {are} in your reach; the answer is about the others."


_KNOWN: Final[Mapping[Kind, Batch]] = MappingProxyType({
    Kind.CENTRE: centre_by_number,
    Kind.CONSORTIUM: consortium_by_code,
    Kind.LINE: knows_line,
    Kind.LEVEL: knows_level,
})  # fmt: skip
"""Loaders whose answer is false for what is not there; out of reach answers like missing."""


def named_by(wanted: LearnerFilter) -> list[Named]:
    """What a filter names."""
    consortium = () if wanted.consortium is None else (wanted.consortium,)
    conditions = (
        Named("centres", Kind.CENTRE, wanted.centres),
        Named("consortium", Kind.CONSORTIUM, consortium),
        Named("lines", Kind.LINE, wanted.lines),
        Named("levels", Kind.LEVEL, wanted.levels),
    )
    return [condition for condition in conditions if condition.names]


async def lacking(ask: Ask, conditions: Sequence[Named]) -> list[Lacking]:
    """Which names stand for nothing; raises Missing where all names of a condition do."""
    answers = await asyncio.gather(*(ask(_KNOWN[one.kind], one.names) for one in conditions))
    found = []
    for (field, kind, names), known in zip(conditions, answers, strict=True):
        places = [place for place, name in enumerate(names) if not known[name]]
        if places and len(places) == len(names):
            raise Missing(kind.none, field=field)
        if places:
            found.append(Lacking(field, kind, places, len(names)))
    return found
