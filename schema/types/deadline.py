"""What time alone will do, and to whom."""

from datetime import date

import strawberry

from domain.deadlines import DeadlineKind
from loaders.deadlines import DeadlineRow, learner_page_by_registration_ids
from loaders.paging import LEARNERS_BY_NAME
from schema.connection import DEFAULT_FIRST, After, Connection, First, page_request, paged
from schema.context import Info
from schema.types.learner import Learner


@strawberry.type(
    description="One kind of thing that happens by itself on one day, if nobody acts and no feed"
    " comes before, and the learners that it happens to."
)
class Deadline:
    """One kind of thing that happens by itself on one day."""

    row = DeadlineRow
    on: date = strawberry.field(
        description="The first civil day on which it is so; asked with `on`, flags, issues and"
        " completion show what it comes to."
    )
    kind: DeadlineKind = strawberry.field(description="What happens.")
    label: str = strawberry.field(description="What happens, in a few words.")
    description: str = strawberry.field(description="What happens, in a sentence.")
    last_day_to_act: date | None = strawberry.field(
        description="The last civil day, inclusive, on which it can be headed off; null where"
        " nothing can be missed."
    )
    learner_count: int = strawberry.field(description="To how many learners it happens.")

    @strawberry.field(
        description="The learners it happens to, by name. Null where an argument is refused."
    )
    async def learners(
        self, info: Info, first: First = DEFAULT_FIRST, after: After = None
    ) -> Connection[Learner] | None:
        """Two statements for all days of a level."""
        row: DeadlineRow = self  # type: ignore[assignment]  # self is the row
        page = page_request(LEARNERS_BY_NAME, first, after)
        load, ids = info.context.load, row.registration_ids

        async def count() -> int:
            return row.learner_count

        return await paged(
            info, page, lambda: load(learner_page_by_registration_ids, ids, page), count
        )
