"""Sort keys and search terms stored per registration."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from domain.codes import CompletionStatus
from domain.derivation import Derivation
from domain.issues import NO_DAY, NO_URGENCY
from domain.names import MOST_PARTS, name_order, name_parts
from inputs.records import CourseRow

FAMILY, GIVEN = 0, 1
"""Kinds of names, in the order of hits."""

KINDS: Final = 2
"""Ids set aside for the parts of names: part id = (registration id x 2 + kind) x 8 + slot."""

_STAGE: Final = {status: str(rank) for rank, status in enumerate(CompletionStatus)}


class Keys(NamedTuple):
    """The sort keys of a registration, as text and never null."""

    name_order: str
    uln: str
    award: str
    registered_on: str
    stage: str
    urgency: str
    due: str


def keys_of(row: CourseRow, derivation: Derivation) -> Keys:
    """The keys of a registration; a learner is as urgent as their most urgent issue."""
    issues = derivation.issues
    return Keys(
        name_order(row.given_name, row.family_name),
        row.uln or "",
        row.award or "",
        row.registered_on or "",
        _STAGE[derivation.status],
        min((issue.urgency for issue in issues), default=NO_URGENCY),
        min((issue.due for issue in issues), default=NO_DAY),
    )


def part_rows(row: CourseRow, keys: Keys) -> Iterator[tuple[Any, ...]]:
    """The parts of a learner's name, in the order of the table's columns."""
    place = f"{keys.name_order} {keys.uln}"
    for kind, name in ((FAMILY, row.family_name), (GIVEN, row.given_name)):
        for slot, part in enumerate(name_parts(name)):
            key = (row.id * KINDS + kind) * MOST_PARTS + slot
            yield key, row.id, row.centre_id, kind, part, place
