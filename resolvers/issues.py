"""Issues: the shopping list, taking one on, and giving it back."""

from datetime import date
from typing import Annotated

import strawberry
from strawberry import argument

from actions import acknowledgements
from auth.permissions import Permission
from auth.requires import in_person, signed_in
from domain import errors
from loaders import issues as loaders
from loaders import issues_on
from loaders.components import issue_by_id
from loaders.filters import LearnerFilter
from loaders.issues_on import order_on
from loaders.paging import PageRequest
from schema.connection import DEFAULT_FIRST, After, Connection, First, page_request, paged
from schema.context import Info
from schema.dated import On, other_day
from schema.ids import key_of
from schema.named import note_filter
from schema.problems import Invalid, Missing, Refused
from schema.types.conflict import Conflict
from schema.types.filters import IssueOrder, IssuesBy, LearnerWanted, chosen, issue_order_of
from schema.types.issue import Issue

# Looking ----------------------------------------------------------------------------------------


@strawberry.field(
    description="The Diploma Learner Detail, a shopping list: the issues of learners in reach, each"
    " with what to do about it. `issueCode` and `component` narrow which issues are listed. Null"
    " where an argument is refused.",
    extensions=signed_in(),
)
async def issues(
    info: Info,
    filter: LearnerWanted = None,  # noqa: A002 - the graph's own word
    order_by: IssuesBy = IssueOrder.SEVERITY,
    first: First = DEFAULT_FIRST,
    after: After = None,
    on: On = None,
) -> Connection[Issue] | None:
    """A page."""
    order, wanted, day = issue_order_of(order_by), chosen(filter), other_day(info, on)
    note_filter(info, wanted)
    if day is not None:
        return await _issues_on(info, page_request(order_on(order, day), first, after), wanted, day)
    page, reading = page_request(order, first, after), info.context.reading
    return await paged(
        info,
        page,
        lambda: loaders.issue_page(reading, wanted, page),
        lambda: loaders.issue_count(reading, wanted),
    )


async def _issues_on(
    info: Info, page: PageRequest, wanted: LearnerFilter, day: date
) -> Connection[Issue]:
    """A page of another day."""
    reading = info.context.reading
    return await paged(
        info,
        page,
        lambda: issues_on.issue_page(reading, wanted, page, day),
        lambda: issues_on.issue_count(reading, wanted, day),
    )


# Editing ----------------------------------------------------------------------------------------

_VERSION = "The version of the issue that was read."


@strawberry.input(description="Which issue somebody is on.")
class IssueAcknowledgeInput:
    """Which issue somebody is on."""

    id: strawberry.ID = strawberry.field(description="Id of the issue.")
    note: str | None = strawberry.field(
        default=None, description="What is being done, 1,000 characters at most; null for no note."
    )
    expected_version: int = strawberry.field(description=_VERSION)


@strawberry.input(description="Which issue nobody is on any longer.")
class IssueUnacknowledgeInput:
    """Which issue nobody is on any longer."""

    id: strawberry.ID = strawberry.field(description="Id of the issue.")
    expected_version: int = strawberry.field(description=_VERSION)


IssueAcknowledgeResult = Annotated[
    Issue | Invalid | Missing | Refused | Conflict,
    strawberry.union("IssueAcknowledgeResult", description="The issue as it is now, or why not."),
]


@strawberry.mutation(
    description="Mark an issue as known, with a note; it hides nothing, it shows who is on it.",
    extensions=in_person(Permission.ISSUE_ACKNOWLEDGE),
)
async def issue_acknowledge(
    info: Info,
    input: Annotated[  # noqa: A002 - the graph's own word
        IssueAcknowledgeInput, argument(description="Which issue, with which note.")
    ],
) -> IssueAcknowledgeResult | None:
    """For editors of the home centre."""
    context, key = info.context, _key(input.id)
    await acknowledgements.acknowledge(
        context.database,
        context.viewer,
        key,
        note=input.note,
        expected_version=input.expected_version,
        now=context.now(),
    )
    return await _shown(info, key)


@strawberry.mutation(
    description="Mark an issue as one that nobody is on.",
    extensions=in_person(Permission.ISSUE_ACKNOWLEDGE),
)
async def issue_unacknowledge(
    info: Info,
    input: Annotated[  # noqa: A002
        IssueUnacknowledgeInput, argument(description="Which issue.")
    ],
) -> IssueAcknowledgeResult | None:
    """For editors of the home centre."""
    context, key = info.context, _key(input.id)
    await acknowledgements.unacknowledge(
        context.database,
        context.viewer,
        key,
        expected_version=input.expected_version,
        now=context.now(),
    )
    return await _shown(info, key)


async def _shown(info: Info, key: int) -> Issue:
    info.context.forget()
    found: Issue = await info.context.load(issue_by_id, key)
    return found


def _key(id: strawberry.ID) -> int:
    key = key_of(str(id), "Issue")
    if key is None:
        message = "There is no such issue; it may have been put right."
        raise errors.Missing(message, field="id")
    return key
