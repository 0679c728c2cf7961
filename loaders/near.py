"""Suggests learners for entries whose ULN matches nobody."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

from auth import scope
from auth.permissions import Permission
from database.connection import Clause
from domain.names import name_order, name_parts
from domain.nearness import Nearness, Person, near_ulns, nearness
from loaders.reading import Reading
from loaders.rows import WholeEntryRow
from loaders.views import in_view_at_centre

MOST_NEAR: Final = 5
"""Learners shown beside an entry."""


class NearRow(msgspec.Struct, frozen=True, gc=False):
    """A learner near to an entry, and why."""

    learner_id: int
    registration_id: int
    reasons: tuple[Nearness, ...]

    @property
    def explanations(self) -> list[str]:
        """The reasons as sentences."""
        return [reason.description for reason in self.reasons]


class _LearnerRow(msgspec.Struct, frozen=True, gc=False):
    """A learner of a centre; the birth date only where the viewer may see it."""

    learner_id: int
    registration_id: int
    centre_id: int
    uln: str | None
    given_name: str
    family_name: str
    date_of_birth: date | None

    @property
    def person(self) -> Person:
        """Whom it is about."""
        return Person(self.uln, self.given_name, self.family_name, self.date_of_birth)


async def near_by_entry(reading: Reading, entries: Sequence[WholeEntryRow]) -> list[list[NearRow]]:
    """Learners in view at each entry's own centre who may be meant, the nearest first."""
    by_centre: dict[int, list[_LearnerRow]] = defaultdict(list)
    for row in await _possible(reading, entries):
        by_centre[row.centre_id].append(row)
    return [_nearest(entry, by_centre[entry.centre_id]) for entry in entries]


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


def _nearest(entry: WholeEntryRow, learners: Sequence[_LearnerRow]) -> list[NearRow]:
    meant = Person(entry.uln, entry.given_name, entry.family_name, entry.date_of_birth)
    found = [(nearness(meant, row.person), row) for row in learners]
    near = sorted(
        ((reasons, row) for reasons, row in found if reasons),
        key=lambda pair: (
            -len(pair[0]),
            name_order(pair[1].given_name, pair[1].family_name),
            pair[1].learner_id,
        ),
    )
    return [NearRow(row.learner_id, row.registration_id, why) for why, row in near[:MOST_NEAR]]
