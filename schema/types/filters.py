"""Which learners a list is about, and in which order."""

from enum import Enum
from typing import Annotated

import strawberry

from domain.codes import AssessmentFlag, CompletionStatus, EntryFlag, IssueCode
from domain.vocabulary import ComponentType
from loaders import filters
from loaders.paging import (
    ISSUES_BY_DUE_DATE,
    ISSUES_BY_NAME,
    ISSUES_BY_SEVERITY,
    LEARNERS_BY_AWARD,
    LEARNERS_BY_NAME,
    LEARNERS_BY_ULN,
    Order,
)
from schema.scalars import CentreNumber, CourseCode, YearMonth


@strawberry.input(
    description="Which learners to list. Every condition that is given must hold; of several"
    " values of one condition, any."
)
class LearnerFilter:
    """Which learners to list."""

    centres: list[CentreNumber] | None = strawberry.field(
        default=None, description="At one of these centres."
    )
    consortium: str | None = strawberry.field(
        default=None, description="At a centre of the consortium with this code."
    )
    lines: list[CourseCode] | None = strawberry.field(
        default=None, description="On one of these lines of learning."
    )
    levels: list[CourseCode] | None = strawberry.field(
        default=None, description="At one of these Diploma levels."
    )
    award_year: int | None = strawberry.field(
        default=None, description="Anticipated award in this calendar year."
    )
    award_from: YearMonth | None = strawberry.field(
        default=None, description="Anticipated award in this month or later."
    )
    award_to: YearMonth | None = strawberry.field(
        default=None, description="Anticipated award in this month or earlier."
    )
    completion_status: list[CompletionStatus] | None = strawberry.field(
        default=None, description="With one of these completion statuses."
    )
    component: list[ComponentType] | None = strawberry.field(
        default=None,
        description="Narrows `entryFlag`, `assessmentFlag` and `issueCode` to these components.",
    )
    entry_flag: list[EntryFlag] | None = strawberry.field(
        default=None, description="With a component that shows one of these entry flags."
    )
    assessment_flag: list[AssessmentFlag] | None = strawberry.field(
        default=None,
        description="With a component that shows one of these assessment flags; together with"
        " `entryFlag`, the same component shows both.",
    )
    issue_code: list[IssueCode] | None = strawberry.field(
        default=None, description="With one of these issues."
    )


@strawberry.enum(description="Orders of a list of learners.")
class LearnerOrder(Enum):
    """Orders of a list of learners."""

    NAME = strawberry.enum_value("NAME", description="By family name, then given name.")
    ULN = strawberry.enum_value("ULN", description="By unique learner number, none first.")
    AWARD_MONTH = strawberry.enum_value(
        "AWARD_MONTH", description="By anticipated award month, none first, then by name."
    )


@strawberry.enum(description="Orders of a list of issues.")
class IssueOrder(Enum):
    """Orders of a list of issues."""

    SEVERITY = strawberry.enum_value(
        "SEVERITY", description="The most urgent first, then by due date, family name and ULN."
    )
    DUE_DATE = strawberry.enum_value(
        "DUE_DATE", description="The earliest due first, those without a day last."
    )
    NAME = strawberry.enum_value(
        "NAME", description="By family name and ULN, then the most urgent first."
    )


LearnerWanted = Annotated[
    LearnerFilter | None, strawberry.argument(description="Which ones; null for all.")
]
LearnersBy = Annotated[LearnerOrder, strawberry.argument(description="In which order.")]

IssuesBy = Annotated[IssueOrder, strawberry.argument(description="In which order.")]

_ISSUE_ORDERS = {
    IssueOrder.SEVERITY: ISSUES_BY_SEVERITY,
    IssueOrder.DUE_DATE: ISSUES_BY_DUE_DATE,
    IssueOrder.NAME: ISSUES_BY_NAME,
}
_ORDERS = {
    LearnerOrder.NAME: LEARNERS_BY_NAME,
    LearnerOrder.ULN: LEARNERS_BY_ULN,
    LearnerOrder.AWARD_MONTH: LEARNERS_BY_AWARD,
}


def order_of(order: LearnerOrder) -> Order:
    """The order as the loaders know it."""
    return _ORDERS[order]


def issue_order_of(order: IssueOrder) -> Order:
    """The order of issues as the loaders know it."""
    return _ISSUE_ORDERS[order]


def chosen(given: LearnerFilter | None) -> filters.LearnerFilter:
    """The filter as the loaders know it."""
    if given is None:
        return filters.LearnerFilter()
    return filters.LearnerFilter(
        centres=tuple(given.centres or ()),
        consortium=given.consortium,
        lines=tuple(given.lines or ()),
        levels=tuple(given.levels or ()),
        award_year=given.award_year,
        award_from=given.award_from,
        award_to=given.award_to,
        completion_status=tuple(value.value for value in given.completion_status or ()),
        component=tuple(value.value for value in given.component or ()),
        entry_flag=tuple(value.value for value in given.entry_flag or ()),
        assessment_flag=tuple(value.value for value in given.assessment_flag or ()),
        issue_code=tuple(value.value for value in given.issue_code or ()),
    )
