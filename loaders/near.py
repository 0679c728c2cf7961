"""Suggests learners for entries whose ULN matches nobody."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, TypeAlias

from auth import scope
from auth.permissions import Permission
from database.deadline import time_left
from database.query import Clause
from database.slotted import SlottedRow
from domain.names import name_order, name_parts
from domain.nearness import Nearness, Person, near_ulns, nearness
from loaders.reading import Reading
from loaders.rows import WholeEntryRow
from loaders.views import in_view_at_centre

MOST_NEAR: Final = 5
"""Learners shown beside an entry."""

_Clue: TypeAlias = str | date | tuple[str, str]
"""A part of a name, a birth date, or a ULN that is named as one."""


class NearRow(SlottedRow, frozen=True):
    """A learner near to an entry, and why."""

    learner_id: int
    registration_id: int
    reasons: tuple[Nearness, ...]

    @property
    def explanations(self) -> list[str]:
        """The reasons as sentences."""
        return [reason.description for reason in self.reasons]


class _LearnerRow(SlottedRow, frozen=True):
    """A learner of a centre; the birth date only where the viewer may see it."""

    learner_id: int
    registration_id: int
    centre_id: int
    uln: str | None
    given_name: str
    family_name: str
    date_of_birth: date | None


class _Possible:
    """Learners of a centre, found by what an entry tells of somebody."""

    def __init__(self) -> None:
        self._people: list[tuple[Person, _LearnerRow]] = []
        self._by_clue: dict[_Clue, list[int]] = defaultdict(list)

    def add(self, row: _LearnerRow) -> None:
        person = Person(row.uln, row.given_name, row.family_name, row.date_of_birth)
        for clue in _clues(person, [row.uln] if row.uln else ()):
            self._by_clue[clue].append(len(self._people))
        self._people.append((person, row))

    def like(self, meant: Person) -> list[tuple[Person, _LearnerRow]]:
        """Those with a clue in common: to compare everybody with everybody takes seconds."""
        clues = _clues(meant, near_ulns(meant.uln) if meant.uln else ())
        places = {place for clue in clues for place in self._by_clue.get(clue, ())}
        return [self._people[place] for place in places]


def _clues(person: Person, ulns: Iterable[str]) -> set[_Clue]:
    """What the statement looks for: nearly a ULN, a birth date, a part of the name."""
    clues: set[_Clue] = {*person.given_parts, *person.family_parts}
    clues.update(("ULN", uln) for uln in ulns)
    if person.born is not None:
        clues.add(person.born)
    return clues


async def near_by_entry(reading: Reading, entries: Sequence[WholeEntryRow]) -> list[list[NearRow]]:
    """Learners in view at each entry's own centre who may be meant, the nearest first."""
    possible: dict[int, _Possible] = defaultdict(_Possible)
    for row in await _possible(reading, entries):
        possible[row.centre_id].add(row)
    found = []
    for entry in entries:
        found.append(_nearest(entry, possible[entry.centre_id]))
        await asyncio.sleep(0)  # others have their turn
        time_left()  # raises where there is none
    return found


async def _possible(reading: Reading, entries: Sequence[WholeEntryRow]) -> list[_LearnerRow]:
    """Learners who share a birth date or a part of the name with an entry, or nearly a ULN."""
    connection, viewer = reading.connection, reading.viewer
    born = scope.within(viewer, Permission.BIRTH_DATE_READ, connection, "c.centre_id")
    centres = sorted({entry.centre_id for entry in entries})
    names = {name for entry in entries for name in (entry.given_name, entry.family_name) if name}
    days = sorted({entry.date_of_birth for entry in entries if entry.date_of_birth})
    ulns = sorted({near for entry in entries if entry.uln for near in near_ulns(entry.uln)})
    parts = sorted({part for name in names for part in name_parts(name)})
    same_day = born & connection.among("l.date_of_birth", days)
    same_uln = connection.among("l.uln", ulns)
    same_name = connection.among("n.part", parts) & connection.among("n.centre_id", centres)
    named_alike = Clause(
        "c.registration_id IN (SELECT n.registration_id FROM name_part n"  # noqa: S608 - clauses are ours
        f" WHERE {same_name.text})",
        same_name.params,
    )
    where = connection.among("c.centre_id", centres) & in_view_at_centre(viewer, connection)
    where &= same_day | same_uln | named_alike
    return await connection.rows(
        _LearnerRow,
        "SELECT c.learner_id, c.registration_id, c.centre_id, l.uln, l.given_name, l.family_name,"  # noqa: S608
        f" CASE WHEN {born.text} THEN l.date_of_birth END"
        f" FROM completion c JOIN learner l ON l.id = c.learner_id WHERE {where.text}",
        *born.params,
        *where.params,
    )


def _nearest(entry: WholeEntryRow, possible: _Possible) -> list[NearRow]:
    meant = Person(entry.uln, entry.given_name, entry.family_name, entry.date_of_birth)
    found = [(nearness(meant, person), row) for person, row in possible.like(meant)]
    near = sorted(
        ((reasons, row) for reasons, row in found if reasons),
        key=lambda pair: (
            -len(pair[0]),
            name_order(pair[1].given_name, pair[1].family_name),
            pair[1].learner_id,
        ),
    )
    return [NearRow(row.learner_id, row.registration_id, why) for why, row in near[:MOST_NEAR]]
