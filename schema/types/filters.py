"""Which learners a list is about, and in which order."""

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry

from domain.codes import AssessmentFlag, CompletionStatus, EntryFlag, IssueCode
from domain.sought import Sought, parse_term
from domain.vocabulary import ComponentType
from loaders import filters
from loaders.paging import (
    ISSUES_BY_DUE_DATE,
    ISSUES_BY_NAME,
    ISSUES_BY_SEVERITY,
    LEARNERS_BY_AWARD,
    LEARNERS_BY_DUE_DATE,
    LEARNERS_BY_NAME,
    LEARNERS_BY_REGISTRATION,
    LEARNERS_BY_SEVERITY,
    LEARNERS_BY_STATUS,
    LEARNERS_BY_ULN,
    Order,
)
from schema.ranges import in_order, in_utc, known_year
from schema.scalars import CentreNumber, CourseCode, YearMonth


@strawberry.input(
    description="Which learners to list. Every condition that is given must hold; of several"
    " values of one condition, any. A list without values is as one that is not given. Of names"
    " in `centres`, `consortium`, `lines` and `levels` that stand for nothing in reach,"
    " `extensions.warnings` tells. A learner"
    " with several registrations is shown by the foremost at these centres, on these lines and"
    " levels and with these award months."
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
        description="Narrows `entryFlag`, `assessmentFlag`, `issueCode` and `declaredElsewhere` to"
        " these components. Issues of the whole registration are of none of them.",
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
    declared_elsewhere: bool | None = strawberry.field(
        default=None,
        description="Whether a qualification with another awarding body is declared for the"
        " registration by which the learner is found: true for those who have such a declaration"
        " there, false for those who have none. `declarations` lists those of all registrations.",
    )
    name_or_uln: str | None = strawberry.field(
        default=None,
        description="With this ULN, or with a name whose parts begin with these words, as"
        " `searchLearners` finds them.",
    )
    modified_since: datetime | None = strawberry.field(
        default=None,
        description="Whose record, or what follows from it, was changed at this moment or later; of"
        " several registrations, any. A feed's changes are seen when it is through: ask from a"
        " little before you last asked. A result changes nothing before its release.",
    )


@strawberry.enum(description="Orders of a list of learners.")
class LearnerOrder(Enum):
    """Orders of a list of learners."""

    NAME = strawberry.enum_value(
        "NAME", description="By family name, then given name, without case and accents."
    )
    NAME_DESC = strawberry.enum_value("NAME_DESC", description="As `NAME` from its end.")
    ULN = strawberry.enum_value("ULN", description="By unique learner number, none first.")
    ULN_DESC = strawberry.enum_value("ULN_DESC", description="As `ULN` from its end, none last.")
    AWARD_MONTH = strawberry.enum_value(
        "AWARD_MONTH", description="By anticipated award month, none first, then by name."
    )
    AWARD_MONTH_DESC = strawberry.enum_value(
        "AWARD_MONTH_DESC", description="As `AWARD_MONTH` from its end, none last."
    )
    REGISTRATION_MONTH = strawberry.enum_value(
        "REGISTRATION_MONTH", description="By month of registration, none first, then by name."
    )
    REGISTRATION_MONTH_DESC = strawberry.enum_value(
        "REGISTRATION_MONTH_DESC", description="As `REGISTRATION_MONTH` from its end, none last."
    )
    COMPLETION_STATUS = strawberry.enum_value(
        "COMPLETION_STATUS",
        description="By completion status in the order of the chart, the awarded first, then by"
        " name.",
    )
    COMPLETION_STATUS_DESC = strawberry.enum_value(
        "COMPLETION_STATUS_DESC",
        description="As `COMPLETION_STATUS` from its end, the withdrawn first.",
    )
    SEVERITY = strawberry.enum_value(
        "SEVERITY",
        description="By the most urgent issue of each, the critical first and those without an"
        " issue last, then by earliest due date and name.",
    )
    SEVERITY_DESC = strawberry.enum_value(
        "SEVERITY_DESC", description="As `SEVERITY` from its end, those without an issue first."
    )
    DUE_DATE = strawberry.enum_value(
        "DUE_DATE",
        description="By the earliest due date of each, those without one last, then by severity and"
        " name.",
    )
    DUE_DATE_DESC = strawberry.enum_value(
        "DUE_DATE_DESC", description="As `DUE_DATE` from its end, those without one first."
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
_FORWARDS = (
    LEARNERS_BY_NAME,
    LEARNERS_BY_ULN,
    LEARNERS_BY_AWARD,
    LEARNERS_BY_REGISTRATION,
    LEARNERS_BY_STATUS,
    LEARNERS_BY_SEVERITY,
    LEARNERS_BY_DUE_DATE,
)
_ORDERS = {
    LearnerOrder(order.name): order
    for forwards in _FORWARDS
    for order in (forwards, forwards.backwards)
}


def order_of(order: LearnerOrder) -> Order:
    """The order as the loaders know it."""
    return _ORDERS[order]


def issue_order_of(order: IssueOrder) -> Order:
    """The order of issues as the loaders know it."""
    return _ISSUE_ORDERS[order]


def chosen(given: LearnerFilter | None) -> filters.LearnerFilter:
    """The filter as the loaders know it; raises Invalid."""
    if given is None:
        return filters.LearnerFilter()
    sought = Sought()
    if given.name_or_uln is not None:
        sought = parse_term(given.name_or_uln, "nameOrUln")
    in_order(given.award_from, given.award_to, fields=("awardFrom", "awardTo"))
    return filters.LearnerFilter(
        centres=tuple(given.centres or ()),
        consortium=given.consortium,
        lines=tuple(given.lines or ()),
        levels=tuple(given.levels or ()),
        award_year=known_year(given.award_year, "awardYear"),
        award_from=given.award_from,
        award_to=given.award_to,
        completion_status=tuple(value.value for value in given.completion_status or ()),
        component=tuple(value.value for value in given.component or ()),
        entry_flag=tuple(value.value for value in given.entry_flag or ()),
        assessment_flag=tuple(value.value for value in given.assessment_flag or ()),
        issue_code=tuple(value.value for value in given.issue_code or ()),
        declared_elsewhere=given.declared_elsewhere,
        uln=sought.uln,
        words=sought.words,
        modified_since=in_utc(given.modified_since, "modifiedSince"),
    )
