"""The Diploma Learner Overview as a file: a learner a row, both flags of every component."""

from collections.abc import AsyncGenerator, Sequence
from datetime import date
from functools import partial
from typing import Final

from auth.matrix import sees
from domain.codes import AssessmentDetail, CompletionStatus, EntryFlag
from domain.vocabulary import AwardSource, ClaimStatus, ComponentType, RegistrationStatus
from exchange.export.listing import (
    CENTRE_COLUMNS,
    PERSON_COLUMNS,
    Cell,
    Chunk,
    Column,
    Kind,
    Listing,
    Row,
    centres_of,
    known,
    pages,
)
from loaders.components import components_by_registration_id
from loaders.derivations import derived_by_registration_id
from loaders.facts import level_in_words
from loaders.filters import LearnerFilter
from loaders.flags_on import component_then
from loaders.learner_pages import learner_count, learner_page
from loaders.learners import registration_by_id
from loaders.learners_on import all_learners, learner_rows, learner_then
from loaders.paging import Order
from loaders.reading import Reading
from loaders.rows import ComponentRow, LearnerRow, RegistrationRow

_COLUMNS: Final = (
    *CENTRE_COLUMNS,
    *PERSON_COLUMNS,
    Column("Date of birth", Kind.DAY),
    Column("UCI"),
    Column("UPN"),
    Column("Line of learning", width=28),
    Column("Level", width=20),
    Column("Registered", Kind.MONTH, 11),
    Column("Anticipated award", Kind.MONTH, 17),
    Column("Award month set by", width=18),
    Column("Registration status", width=22),
    Column("Claim status", width=22),
    Column("Completion status", width=18),
    Column("Percent complete", Kind.NUMBER),
    *(
        Column(f"{component.label}: {aspect}", width=24)
        for component in ComponentType
        for aspect in ("entry", "assessment")
    ),
)
_AWARD_SET_BY: Final = {source.value: source.label for source in AwardSource}


async def learners(
    reading: Reading, wanted: LearnerFilter, order: Order, on: date | None
) -> Listing:
    """Learners in reach, each once, by their foremost registration, today or on another day."""
    if on is not None:
        return await _learners_on(reading, wanted, order, on)

    async def chunks() -> AsyncGenerator[Chunk]:
        async for found in pages(partial(learner_page, reading, wanted), order):
            keys = [learner.registration_id for learner in found]
            parts = await components_by_registration_id(reading, keys)
            yield await _rows(reading, found, parts)

    return Listing("Learners", _COLUMNS, partial(learner_count, reading, wanted), chunks)


async def _learners_on(reading: Reading, wanted: LearnerFilter, order: Order, on: date) -> Listing:
    """Who is in the list is known at once; what is shown of them is judged a chunk at a time."""
    found = await all_learners(reading, wanted, order, on)

    async def make(keys: Sequence[int]) -> list[Row]:
        rows = await learner_rows(reading, keys)
        seen = [row.registration_id for row in rows]
        derived = await derived_by_registration_id(reading, seen, on)
        stored = await components_by_registration_id(reading, seen)
        learners, parts = [], []
        for learner, components, then in zip(rows, stored, derived, strict=True):
            if then is not None:
                learners.append(learner_then(learner, then))
                parts.append([component_then(component, then) for component in components])
        return await _rows(reading, learners, parts)

    return known("Learners", _COLUMNS, found, make)


async def _rows(
    reading: Reading, found: Sequence[LearnerRow], parts: Sequence[Sequence[ComponentRow]]
) -> list[Row]:
    """Learners with their components."""
    courses = await registration_by_id(reading, [learner.registration_id for learner in found])
    centres = await centres_of(reading, (learner.centre_id for learner in found))
    rows = []
    for learner, course, components in zip(found, courses, parts, strict=True):
        cells = (
            *centres[learner.centre_id],
            *_person(reading, learner),
            *_course(course),
            CompletionStatus(learner.completion_status).label,
            learner.percent_complete,
            *_flags(components),
        )
        rows.append(Row(cells, learner.centre_id, learner.registration_id))
    return rows


def _person(reading: Reading, learner: LearnerRow) -> tuple[Cell, ...]:
    """Who it is; what may not be read at the learner's centre stays empty."""
    viewer, at = reading.viewer, learner.centre_id
    return (
        learner.uln,
        learner.given_name,
        learner.family_name,
        learner.date_of_birth if sees(viewer, "Learner.dateOfBirth", at) else None,
        learner.uci if sees(viewer, "Learner.uci", at) else None,
        learner.upn if sees(viewer, "Learner.upn", at) else None,
    )


def _course(course: RegistrationRow | None) -> tuple[Cell, ...]:
    if course is None:
        return (None,) * 7
    return (
        course.line_name or course.line,
        level_in_words(course.level),
        course.registered_on,
        course.anticipated_award,
        _AWARD_SET_BY[course.anticipated_award_source] if course.anticipated_award else None,
        RegistrationStatus(course.status).label,
        ClaimStatus(course.claim_status).label,
    )


def _flags(components: Sequence[ComponentRow]) -> tuple[Cell, ...]:
    """Both flags of every component in words, the exact meaning where there is one."""
    held = {component.type: component for component in components}
    cells: list[Cell] = []
    for kind in ComponentType:
        component = held.get(kind.value)
        entry = component.entry_flag if component else None
        detail = component.assessment_detail if component else None
        cells += [
            EntryFlag(entry).label if entry else None,
            AssessmentDetail(detail).label if detail else None,
        ]
    return tuple(cells)
