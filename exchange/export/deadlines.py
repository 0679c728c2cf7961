"""What time alone will do, as a file: a row for each learner and each kind of thing on a day."""

from collections.abc import Sequence
from datetime import date
from typing import Final, TypeAlias

from exchange.export.listing import (
    CENTRE_COLUMNS,
    COURSE_COLUMNS,
    PERSON_COLUMNS,
    Column,
    Kind,
    Listing,
    Row,
    centres_of,
    known,
    learner_and_course,
)
from loaders import deadlines as loaders
from loaders.deadlines import DeadlineRow
from loaders.filters import LearnerFilter
from loaders.learners import facts_by_registration_id
from loaders.reading import Reading

_COLUMNS: Final = (
    Column("Day", Kind.DAY),
    Column("What happens", width=26),
    Column("Last day to act", Kind.DAY, 15),
    *CENTRE_COLUMNS,
    *PERSON_COLUMNS,
    *COURSE_COLUMNS,
)

_Happens: TypeAlias = tuple[DeadlineRow, int]
"""A deadline, and a registration to which it comes."""


async def deadlines(reading: Reading, wanted: LearnerFilter, until: date) -> Listing:
    """The days ahead on which something happens to learners in reach, and to whom."""
    found: list[_Happens] = [
        (deadline, id_)
        for deadline in await loaders.deadlines(reading, wanted, until)
        for id_ in deadline.registration_ids
    ]

    async def make(some: Sequence[_Happens]) -> list[Row]:
        told = await facts_by_registration_id(reading, [id_ for _, id_ in some])
        centres = await centres_of(reading, (facts.centre_id for facts in told if facts))
        return [
            Row(
                (
                    deadline.on,
                    deadline.label,
                    deadline.last_day_to_act,
                    *centres[facts.centre_id],
                    *learner_and_course(facts),
                ),
                facts.centre_id,
                id_,
            )
            for (deadline, id_), facts in zip(some, told, strict=True)
            if facts is not None  # gone, or out of reach, since they were found
        ]

    return known("Deadlines", _COLUMNS, found, make)
