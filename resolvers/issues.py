"""Taking issues on, and giving them back."""

from typing import Annotated

import strawberry
from strawberry import argument

from actions import acknowledgements
from auth.requires import in_person
from domain import errors
from loaders.components import issue_by_id
from schema.context import Info
from schema.ids import key_of
from schema.problems import Invalid, Missing, Refused
from schema.types.conflict import Conflict
from schema.types.issue import Issue

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
    extensions=in_person(),
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


@strawberry.mutation(description="Mark an issue as one that nobody is on.", extensions=in_person())
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
