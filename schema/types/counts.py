"""Counts for charts, by group, zeros included."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

import strawberry

from domain.codes import AssessmentFlag, CompletionStatus, EntryFlag, FlagKind, IssueCode
from domain.errors import Invalid
from loaders.centres import centre_by_number
from loaders.counting import Count
from loaders.counting import Grouping as GroupBy
from loaders.counts import Counted, by_group
from schema.batched import batched
from schema.types.vocabulary import FlagCode, described

if TYPE_CHECKING:
    from schema.types.centre import Centre

described(GroupBy, "GroupBy")

Grouped = Annotated[
    GroupBy | None, strawberry.argument(description="By what to tell groups apart; null for none.")
]


@strawberry.type(description="How many learners have one completion status.")
class StatusCount:
    """How many learners have one completion status."""

    status: CompletionStatus = strawberry.field(description="The status.")
    label: str = strawberry.field(description="The status in a few words.")
    count: int = strawberry.field(description="How many learners; zero where there are none.")
    share: float = strawberry.field(description="Their share of the group, 0 to 1.")


@strawberry.type(description="How many components show one flag, and how many learners have one.")
class FlagCount:
    """How many components show one flag."""

    kind: FlagKind = strawberry.field(description="Entry status or assessment status.")
    code: FlagCode = strawberry.field(description="The flag.")
    components: int = strawberry.field(description="Components that show it.")
    learners: int = strawberry.field(description="Learners who have such a component.")


@strawberry.type(description="How many issues have one code, and how many learners have one.")
class IssueCount:
    """How many issues have one code."""

    code: IssueCode = strawberry.field(description="What is wrong.")
    label: str = strawberry.field(description="The code in a few words.")
    issues: int = strawberry.field(description="Issues with this code.")
    learners: int = strawberry.field(description="Learners who have one.")


@strawberry.type(description="One group of the counts.")
class CountGroup:
    """One group of the counts."""

    key: str | None = strawberry.field(
        description="What the group is of: see `GroupBy`; null without groups."
    )
    centre_number: strawberry.Private[str | None] = None
    centre: Annotated["Centre", strawberry.lazy("schema.types.centre")] | None = batched(
        centre_by_number,
        key="centre_number",
        description="The centre of the group; null for groups of anything else.",
    )
    total_count: int = strawberry.field(description="Learners, components or issues in the group.")
    statuses: list[StatusCount] = strawberry.field(
        default_factory=list, description="Every completion status; empty for other counts."
    )
    flags: list[FlagCount] = strawberry.field(
        default_factory=list, description="Every flag; empty for other counts."
    )
    issues: list[IssueCount] = strawberry.field(
        default_factory=list, description="Every issue code; empty for other counts."
    )


@strawberry.type(description="Counts over the learners in reach, as the chart shows them.")
class Counts:
    """Counts over the learners in reach."""

    total_count: int = strawberry.field(
        description="Learners, components or issues in all groups together."
    )
    centres_out_of_reach: int = strawberry.field(
        description="Member centres of the consortium that was asked for whose learners are not"
        " counted; zero without a consortium."
    )
    groups: list[CountGroup] = strawberry.field(
        description="The groups, by key; one without a key where none were asked for."
    )


Make: TypeAlias = Callable[[str | None, Sequence[Count]], CountGroup]
"""A group as it is shown, from its key and its counts."""


def counts(
    counted: Counted,
    grouping: GroupBy | None,
    make: Make,
    out_of_reach: int,
) -> Counts:
    """Counts as they are shown: every group, and in it every code."""
    groups = []
    for key, members in by_group(counted):
        group = make(key, members)
        if grouping is GroupBy.CENTRE:
            group.centre_number = key
        groups.append(group)
    return Counts(
        total_count=sum(group.total_count for group in groups),
        centres_out_of_reach=out_of_reach,
        groups=groups,
    )


def check_groups(grouping: GroupBy | None) -> None:
    """Raise Invalid for groups that completion statuses cannot have."""
    if grouping is GroupBy.COMPONENT:
        message = "A completion status is the learner's; it belongs to no component."
        raise Invalid(message, code="GROUP_BY", field="groupBy")


# The words of an enum are looked up once, not for every group.
_STATUSES: Final = [(status, status.value, status.label) for status in CompletionStatus]
_FLAGS: Final = [
    (kind, FlagCode(code.value), (kind.value, code.value))
    for kind, codes in ((FlagKind.ENTRY, EntryFlag), (FlagKind.ASSESSMENT, AssessmentFlag))
    for code in codes
]
_ISSUES: Final = [(code, code.value, code.label) for code in IssueCode]
_NONE: Final = Count(None, "", None, 0, 0)


def statuses(key: str | None, found: Sequence[Count]) -> CountGroup:
    """A group of learners by completion status; those who left only where they were asked for."""
    held = {one.code: one.learners for one in found}
    total = sum(held.values())
    shown = []
    for status, code, label in _STATUSES:
        count = held.get(code, 0)
        share = count / total if total else 0.0
        shown.append(StatusCount(status=status, label=label, count=count, share=share))
    return CountGroup(key=key, total_count=total, statuses=shown)


def flags(key: str | None, found: Sequence[Count]) -> CountGroup:
    """A group of components by flag."""
    held = {(one.kind, one.code): one for one in found}
    shown = []
    for kind, code, name in _FLAGS:
        one = held.get(name, _NONE)
        shown.append(FlagCount(kind=kind, code=code, components=one.rows, learners=one.learners))
    return CountGroup(key=key, total_count=sum(one.rows for one in found), flags=shown)


def issues(key: str | None, found: Sequence[Count]) -> CountGroup:
    """A group of issues by code."""
    held = {one.code: one for one in found}
    shown = []
    for issue, code, label in _ISSUES:
        one = held.get(code, _NONE)
        shown.append(IssueCount(code=issue, label=label, issues=one.rows, learners=one.learners))
    return CountGroup(key=key, total_count=sum(one.rows for one in found), issues=shown)
