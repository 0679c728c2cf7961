"""The shopping list and what is declared elsewhere as files, and both for whom."""

from collections.abc import AsyncGenerator, Sequence
from datetime import date
from functools import partial
from typing import Final

from auth.matrix import sees
from domain.advice import advice_for
from domain.vocabulary import ComponentType
from exchange.export.listing import (
    CENTRE_COLUMNS,
    COURSE_COLUMNS,
    PERSON_COLUMNS,
    Chunk,
    Column,
    Kind,
    Listing,
    Row,
    centres_of,
    known,
    learner_and_course,
    pages,
)
from loaders.catalogue import qualification_by_qan
from loaders.declarations import declaration_count, declaration_page
from loaders.facts import facts_of_issue
from loaders.filters import LearnerFilter
from loaders.issues import issue_count, issue_page
from loaders.issues_on import DatedIssueRow, all_issues, as_stored
from loaders.learners import facts_by_registration_id
from loaders.paging import DECLARATIONS_NEWEST_FIRST, Order
from loaders.reading import Reading
from loaders.rows import DeclarationRow, ListedIssueRow

_ISSUE_COLUMNS: Final = (
    *CENTRE_COLUMNS,
    *PERSON_COLUMNS,
    *COURSE_COLUMNS,
    Column("Component", width=28),
    Column("Severity", width=11),
    Column("Issue", width=30),
    Column("About", width=24),
    Column("Due", Kind.DAY),
    Column("First seen", Kind.DAY),
    Column("What to do", width=34),
    Column("Steps", width=60),
    Column("Taken on (UTC)", Kind.MOMENT, 18),
    Column("Taken on by", width=20),
    Column("Note", width=30),
)
_DECLARATION_COLUMNS: Final = (
    *CENTRE_COLUMNS,
    *PERSON_COLUMNS,
    *COURSE_COLUMNS,
    Column("Component", width=28),
    Column("QAN"),
    Column("Qualification", width=40),
    Column("Awarding body", width=20),
    Column("Declared (UTC)", Kind.MOMENT, 18),
    Column("Declared by", width=20),
)


async def issues(reading: Reading, wanted: LearnerFilter, order: Order, on: date | None) -> Listing:
    """The issues of learners in reach, today or on another day, each with what to do about it."""
    if on is not None:
        return await _issues_on(reading, wanted, order, on)

    async def chunks() -> AsyncGenerator[Chunk]:
        async for found in pages(partial(issue_page, reading, wanted), order):
            yield await _issue_rows(reading, found)

    total = partial(issue_count, reading, wanted)
    return Listing("Issues", _ISSUE_COLUMNS, total, chunks)


async def _issues_on(reading: Reading, wanted: LearnerFilter, order: Order, on: date) -> Listing:
    """All are judged at once: which come first is not known before."""
    found = await all_issues(reading, wanted, order, on)

    async def make(some: Sequence[DatedIssueRow]) -> list[Row]:
        return await _issue_rows(reading, await as_stored(reading, some, on))

    return known("Issues", _ISSUE_COLUMNS, found, make)


async def declarations(reading: Reading, wanted: LearnerFilter) -> Listing:
    """The declarations that stand for learners in reach, the newest first."""

    async def chunks() -> AsyncGenerator[Chunk]:
        read = partial(declaration_page, reading, wanted)
        async for found in pages(read, DECLARATIONS_NEWEST_FIRST):
            yield await _declaration_rows(reading, found)

    total = partial(declaration_count, reading, wanted)
    return Listing("Declared elsewhere", _DECLARATION_COLUMNS, total, chunks)


async def _issue_rows(reading: Reading, found: Sequence[ListedIssueRow]) -> list[Row]:
    told = await facts_by_registration_id(reading, [issue.registration_id for issue in found])
    centres = await centres_of(reading, (issue.centre_id for issue in found))
    rows = []
    for issue, facts in zip(found, told, strict=True):
        advice = advice_for(issue.code, facts_of_issue(facts, issue))
        steps = "\n".join(f"{step.order}. {step.text}" for step in advice.steps)
        may_know = sees(reading.viewer, "Issue.acknowledgedBy", issue.centre_id)
        cells = (
            *centres[issue.centre_id],
            *learner_and_course(facts),
            issue.component_type.label if issue.component_type else None,
            issue.severity.label,
            issue.label,
            issue.subject,
            issue.due_on,
            issue.first_seen,
            advice.title,
            steps,
            issue.acknowledged_at,
            issue.acknowledged_by if may_know else None,
            issue.note,
        )
        rows.append(Row(cells, issue.centre_id, issue.registration_id))
    return rows


async def _declaration_rows(reading: Reading, found: Sequence[DeclarationRow]) -> list[Row]:
    told = await facts_by_registration_id(reading, [one.registration_id for one in found])
    catalogued = await qualification_by_qan(reading, [one.qan for one in found])
    centres = await centres_of(reading, (one.centre_id for one in found))
    rows = []
    for one, facts, qualification in zip(found, told, catalogued, strict=True):
        may_know = sees(reading.viewer, "Declaration.createdBy", one.centre_id)
        cells = (
            *centres[one.centre_id],
            *learner_and_course(facts),
            ComponentType(one.component).label,
            one.qan,
            qualification.title if qualification else None,
            qualification.awarding_body if qualification else None,
            one.created_at,
            one.created_by if may_know else None,
        )
        rows.append(Row(cells, one.centre_id, one.registration_id))
    return rows
