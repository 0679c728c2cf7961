"""Whether names in filters stand for something that the viewer may see."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from loaders.batching import Batch
from loaders.centres import centre_by_number, consortium_by_code
from loaders.courses import knows_level, knows_line
from loaders.filters import LearnerFilter

Ask = Callable[[Batch, Sequence[str]], Awaitable[Mapping[Any, Any]]]
"""Asks a loader; its answers by key."""


class NameKind(Enum):
    """What names stand for: the word for one, and for several."""

    CENTRE = "centre", "centres"
    CONSORTIUM = "consortium", "consortia"
    LINE = "line", "lines"
    LEVEL = "level", "levels"

    def __init__(self, one: str, several: str) -> None:
        """Keep the words."""
        self.one, self.several = one, several


class Named(NamedTuple):
    """The names that one condition holds."""

    field: str
    kind: NameKind
    names: Sequence[str]


class Lacking(NamedTuple):
    """Names of a condition that stand for nothing in reach."""

    kind: NameKind
    places: Sequence[int]
    given: int

    @property
    def message(self) -> str:
        """A sentence for people: names are not repeated, whatever somebody put there."""
        count, kind = len(self.places), self.kind
        if count == self.given:
            these = "This is" if count == 1 else f"These {count} are"
            word = kind.one if count == 1 else kind.several
            return f"{these} no {word} in your reach; the answer is about nobody."
        are = f"is no {kind.one}" if count == 1 else f"are no {kind.several}"
        return f"{count} of these {self.given} {are} in your reach; the answer is about the others."


_KNOWN: Final[Mapping[NameKind, Batch]] = MappingProxyType({
    NameKind.CENTRE: centre_by_number,
    NameKind.CONSORTIUM: consortium_by_code,
    NameKind.LINE: knows_line,
    NameKind.LEVEL: knows_level,
})  # fmt: skip
"""Loaders whose answer is false for what is not there; out of reach answers like missing."""


def named_by(wanted: LearnerFilter) -> list[Named]:
    """What a filter names."""
    consortium = () if wanted.consortium is None else (wanted.consortium,)
    conditions = (
        Named("centres", NameKind.CENTRE, wanted.centres),
        Named("consortium", NameKind.CONSORTIUM, consortium),
        Named("lines", NameKind.LINE, wanted.lines),
        Named("levels", NameKind.LEVEL, wanted.levels),
    )
    return [condition for condition in conditions if condition.names]


async def lacking(ask: Ask, conditions: Sequence[Named]) -> list[Lacking | None]:
    """For each condition what of its names stands for nothing; None where all are there."""
    answers = await asyncio.gather(*(ask(_KNOWN[one.kind], one.names) for one in conditions))
    found: list[Lacking | None] = []
    for (_, kind, names), known in zip(conditions, answers, strict=True):
        places = [place for place, name in enumerate(names) if not known[name]]
        found.append(Lacking(kind, places, len(names)) if places else None)
    return found
