"""Centres, consortia, and the people who may see them."""

from collections.abc import Hashable
from datetime import date

import strawberry

from auth.permissions import Permission
from auth.requires import requires
from domain.vocabulary import CentreStatus
from loaders import issues_on, learners_on
from loaders.access import (
    access_by_centre_id,
    access_count_by_centre_id,
    access_page_by_centre_id,
)
from loaders.centres import (
    centres_by_consortium_id,
    consortia_by_centre_id,
    member_count_by_consortium_id,
    member_page_by_consortium_id,
)
from loaders.counting import Counting, Question
from loaders.counts import counts_by_centre_id
from loaders.counts_on import tally_by_centre_id
from loaders.issues import issue_count_by_centre_id, issue_page_by_centre_id
from loaders.learner_pages import (
    learner_count_by_centre_id,
    learner_page_by_centre_id,
)
from loaders.paging import ACCESS_BY_NAME, CENTRES_BY_NAME, ENTRIES_BY_DAY
from loaders.rows import CentreRow, ConsortiumRow
from loaders.unmatched_entries import unmatched_count_by_centre_id, unmatched_page_by_centre_id
from schema.batched import batched
from schema.connection import DEFAULT_FIRST, After, Connection, First, page_request, paged
from schema.context import Info
from schema.dated import FilterOn, On, other_day
from schema.named import note_filter
from schema.scalars import CentreNumber
from schema.types import counts as shown
from schema.types.access import Access
from schema.types.component import Entry
from schema.types.counts import Counts, Grouped
from schema.types.filters import (
    IssueOrder,
    IssuesBy,
    LearnerOrder,
    LearnersBy,
    LearnerWanted,
    chosen,
    issue_order_of,
    order_of,
)
from schema.types.issue import Issue
from schema.types.learner import Learner
from schema.types.node import Node
from schema.types.permitted import CentreMay


@strawberry.type(description="A school, college or other provider.")
class Centre(Node):
    """A school, college or other provider."""

    row = CentreRow
    number: CentreNumber = strawberry.field(description="National centre number.")
    name: str = strawberry.field(description="Name of the centre.")
    dfe_number: str | None = strawberry.field(
        description="Number at the Department for Education; null when not known."
    )
    status: CentreStatus = strawberry.field(description="Whether the centre is open.")
    status_raw: str | None = strawberry.field(
        description="The feed's own word; null when it gave none."
    )
    consortia: list["Consortium"] = batched(
        consortia_by_centre_id,
        key="id",
        description="The consortia that the centre belongs to, by name.",
    )
    users: list[Access] = batched(
        access_by_centre_id,
        key="id",
        description="Who may see the centre: everybody for people of the centre and staff, only"
        " oneself for others.",
        deprecation_reason="Use `accesses`, which comes in pages; kept until 2027-11-30.",
    )

    @strawberry.field(
        description="Who may see the centre, by family name: everybody for people of the centre and"
        " staff, only oneself for others. Null where an argument is refused."
    )
    async def accesses(
        self, info: Info, first: First = DEFAULT_FIRST, after: After = None
    ) -> Connection[Access] | None:
        """One statement for all centres of a level."""
        page, load, key = page_request(ACCESS_BY_NAME, first, after), info.context.load, self.id
        return await paged(
            info,
            page,
            lambda: load(access_page_by_centre_id, key, page),
            lambda: load(access_count_by_centre_id, key),
        )

    @strawberry.field(
        description="What the person who asks may do at the centre, each with its reason."
    )
    def viewer_may(self) -> CentreMay:
        """By the function that the writes ask as well."""
        return self  # type: ignore[return-value]  # shown as it is

    @strawberry.field(
        description="The centre's learners, by their foremost registration there. Null where an"
        " argument is refused."
    )
    async def learners(
        self,
        info: Info,
        filter: LearnerWanted = None,  # noqa: A002 - the graph's own word
        order_by: LearnersBy = LearnerOrder.NAME,
        first: First = DEFAULT_FIRST,
        after: After = None,
        on: FilterOn = None,
    ) -> Connection[Learner] | None:
        """One statement for all centres of a level; on another day one set of them."""
        page, wanted = page_request(order_of(order_by), first, after), chosen(filter)
        note_filter(info, wanted)
        load, key, day = info.context.load, self.id, other_day(info, on)
        if day is not None:
            return await paged(
                info,
                page,
                lambda: load(learners_on.learner_page_by_centre_id, key, wanted, page, day),
                lambda: load(learners_on.learner_count_by_centre_id, key, wanted, day),
                of_one=wanted.uln is not None,
            )
        return await paged(
            info,
            page,
            lambda: load(learner_page_by_centre_id, key, wanted, page),
            lambda: load(learner_count_by_centre_id, key, wanted),
            of_one=wanted.uln is not None,
        )

    @strawberry.field(
        description="The chart of the centre's learners, by their foremost registration there."
        " Those who left are counted only where the filter asks for them. Null where an argument"
        " is refused."
    )
    async def completion(
        self,
        info: Info,
        filter: LearnerWanted = None,  # noqa: A002
        group_by: Grouped = None,
        on: On = None,
    ) -> Counts | None:
        """The chart of one centre."""
        shown.check_groups(group_by)
        wanted = chosen(filter)
        note_filter(info, wanted)
        asked = Counting(Question.COMPLETION, wanted, group_by)
        return await _counted(info, self.id, asked, on, shown.statuses)

    @strawberry.field(
        description="Issues of the centre's learners by code, and how many learners have one. Null"
        " where an argument is refused."
    )
    async def issue_counts(
        self,
        info: Info,
        filter: LearnerWanted = None,  # noqa: A002
        group_by: Grouped = None,
        on: On = None,
    ) -> Counts | None:
        """Equal to the counts of the centre's list."""
        wanted = chosen(filter)
        note_filter(info, wanted)
        asked = Counting(Question.ISSUE, wanted, group_by)
        return await _counted(info, self.id, asked, on, shown.issues)

    @strawberry.field(
        description="The shopping list of the centre's learners. `issueCode` and `component` narrow"
        " which issues are listed. Null where an argument is refused."
    )
    async def issues(
        self,
        info: Info,
        filter: LearnerWanted = None,  # noqa: A002
        order_by: IssuesBy = IssueOrder.SEVERITY,
        first: First = DEFAULT_FIRST,
        after: After = None,
        on: On = None,
    ) -> Connection[Issue] | None:
        """One statement for all centres of a level."""
        wanted, day, order = chosen(filter), other_day(info, on), issue_order_of(order_by)
        note_filter(info, wanted)
        load, key = info.context.load, self.id
        if day is not None:
            page = page_request(issues_on.order_on(order, day), first, after)
            return await paged(
                info,
                page,
                lambda: load(issues_on.issue_page_by_centre_id, key, wanted, page, day),
                lambda: load(issues_on.issue_count_by_centre_id, key, wanted, day),
            )
        page = page_request(order, first, after)
        return await paged(
            info,
            page,
            lambda: load(issue_page_by_centre_id, key, wanted, page),
            lambda: load(issue_count_by_centre_id, key, wanted),
        )

    @strawberry.field(
        description="Entries of the centre that match no learner's ULN, the earliest first. Null"
        " where an argument is refused.",
        extensions=requires(Permission.UNMATCHED_ENTRY_READ),
    )
    async def unmatched_entries(
        self, info: Info, first: First = DEFAULT_FIRST, after: After = None
    ) -> Connection[Entry] | None:
        """One statement for all centres of a level."""
        return await unmatched(info, self.id, first, after)  # type: ignore[arg-type]  # self is the row


async def _counted(
    info: Info,
    centre_id: Hashable,
    asked: Counting,
    on: date | None,
    make: shown.Make,
) -> Counts:
    """All centres of a level are counted together; another day takes a walk for each."""
    load, day = info.context.load, other_day(info, on)
    if day is None:
        found = await load(counts_by_centre_id, (centre_id, asked))
    else:
        tally = await load(tally_by_centre_id, centre_id, asked.wanted, asked.grouping, day)
        found = tally.of(asked.question)
    return shown.counts(found, asked.grouping, make, 0)


async def unmatched(info: Info, centre_id: int, first: int, after: str | None) -> Connection[Entry]:
    """A page of a centre's unmatched entries."""
    page = page_request(ENTRIES_BY_DAY, first, after)
    load = info.context.load
    return await paged(
        info,
        page,
        lambda: load(unmatched_page_by_centre_id, centre_id, page),
        lambda: load(unmatched_count_by_centre_id, centre_id),
    )


@strawberry.type(description="Centres that deliver a line together.")
class Consortium(Node):
    """Centres that deliver a line together."""

    row = ConsortiumRow
    code: str = strawberry.field(description="Code of the consortium.")
    name: str = strawberry.field(description="Name of the consortium.")
    centres_in_reach: int = strawberry.field(
        description="How many member centres the viewer may see."
    )
    centres_out_of_reach: int = strawberry.field(
        description="How many member centres the viewer may not see."
    )
    centres: list[Centre] = batched(
        centres_by_consortium_id,
        key="id",
        description="The member centres that the viewer may see, by name.",
        deprecation_reason="Use `members`, which come in pages; kept until 2027-11-30.",
    )

    @strawberry.field(
        description="The member centres that the viewer may see, by name. Null where an argument"
        " is refused."
    )
    async def members(
        self, info: Info, first: First = DEFAULT_FIRST, after: After = None
    ) -> Connection[Centre] | None:
        """One statement for all consortia of a level."""
        page, load, key = page_request(CENTRES_BY_NAME, first, after), info.context.load, self.id
        return await paged(
            info,
            page,
            lambda: load(member_page_by_consortium_id, key, page),
            lambda: load(member_count_by_consortium_id, key),
        )
