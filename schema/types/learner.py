"""Learners and their registrations: the Individual Learner Record."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from auth.permissions import Permission
from auth.requires import requires
from domain.codes import CompletionStatus
from domain.vocabulary import AwardSource, ClaimStatus, RegistrationStatus
from loaders.centres import centre_by_id
from loaders.changes import change_count_by_learner_id, change_page_by_learner_id
from loaders.components import (
    components_by_registration_id,
    das_by_registration_id,
    issues_by_registration_id,
)
from loaders.derivations import Derived
from loaders.issues_on import DatedIssueRow, issues_of
from loaders.learners import (
    registration_by_id,
    registrations_by_learner_id,
)
from loaders.paging import CHANGES_NEWEST_FIRST
from loaders.rows import DasRow, IssueRow, LearnerRow, RegistrationRow
from schema.batched import batched
from schema.connection import (
    DEFAULT_FIRST,
    After,
    Connection,
    First,
    page_request,
    paged,
)
from schema.context import Info
from schema.dated import dated, dated_column
from schema.scalars import CourseCode, Uln, YearMonth
from schema.types.change import Change
from schema.types.component import Component
from schema.types.issue import Issue
from schema.types.node import Node
from schema.types.permitted import LearnerMay, RegistrationMay

if TYPE_CHECKING:
    from schema.types.centre import Centre


def _status(_row: object, derived: Derived) -> CompletionStatus:
    return derived.derivation.status


def _percent(_row: object, derived: Derived) -> int | None:
    return derived.derivation.percent


def _issues(
    _row: object, derived: Derived, stored: list[IssueRow], on: date
) -> list[DatedIssueRow]:
    return issues_of(derived, stored, on)


@strawberry.type(description="What the Diploma Aggregation Service holds of a registration.")
class DasRecord:
    """What DAS holds of a registration."""

    row = DasRow
    uln: str | None = strawberry.field(
        description="ULN as DAS holds it, unchecked; null when not known."
    )
    line: str | None = strawberry.field(
        description="Line of learning as DAS holds it; null when not known."
    )
    level: str | None = strawberry.field(description="Level as DAS holds it; null when not known.")
    plts_confirmed: bool | None = strawberry.field(
        description="Whether personal, learning and thinking skills are confirmed; null when not"
        " known."
    )
    work_experience_confirmed: bool | None = strawberry.field(
        description="Whether ten days of work experience are confirmed; null when not known."
    )
    fetched_at: datetime = strawberry.field(description="When DAS was last asked.")


@strawberry.type(description="One learner on one Diploma at one home centre.")
class Registration(Node):
    """One learner on one Diploma at one home centre."""

    row = RegistrationRow
    registration_key = "id"
    line: CourseCode = strawberry.field(description="Code of the line of learning.")
    line_name: str | None = strawberry.field(
        description="Name of the line; null when it is not in the catalogue."
    )
    level: CourseCode = strawberry.field(description="Code of the Diploma level.")
    registered_on: YearMonth | None = strawberry.field(
        description="Month of registration; null when not known."
    )
    anticipated_award: YearMonth | None = strawberry.field(
        description="Anticipated award month in force; null when none is known."
    )
    anticipated_award_source: AwardSource = strawberry.field(
        description="Whether the month is the awarding body's or was edited by a user."
    )
    anticipated_award_edited_at: datetime | None = strawberry.field(
        description="When a user last edited the month; null when none has."
    )
    awarding_body_award: YearMonth | None = strawberry.field(
        description="The awarding body's own month, kept beside a user's edit; null when it named"
        " none."
    )
    status: RegistrationStatus = strawberry.field(description="Status of the registration.")
    status_raw: str | None = strawberry.field(
        description="The feed's own word; null when it gave none."
    )
    claim_status: ClaimStatus = strawberry.field(
        description="Status of the claim: as DAS says, else as the awarding body says."
    )
    claim_status_raw: str | None = strawberry.field(
        description="The feed's own word; null when it gave none."
    )
    completion_status: CompletionStatus = dated_column(
        "completion_status", _status, key="id", description="How far it has come."
    )
    percent_complete: int | None = dated_column(
        "percent_complete",
        _percent,
        key="id",
        description="Hours complete on DAS in percent, 0 to 100; null when withdrawn.",
    )
    version: int = strawberry.field(
        description="Rises with every change; sent back with a write as `expectedVersion`."
    )
    derived_on: date = strawberry.field(
        description="Civil day for which flags, issues and completion were last derived."
    )
    home_centre: Annotated["Centre", strawberry.lazy("schema.types.centre")] | None = batched(
        centre_by_id,
        key="centre_id",
        description="The centre that acts for the learner; null when out of reach.",
    )
    components: list[Component] = batched(
        components_by_registration_id,
        key="id",
        description="The parts of the Diploma, in their usual order.",
    )
    issues: list[Issue] = dated(
        issues_by_registration_id,
        _issues,
        key="id",
        description="The shopping list, the most urgent first.",
    )
    das_record: DasRecord | None = batched(
        das_by_registration_id,
        key="id",
        description="What DAS holds; null when no account was found.",
    )

    @strawberry.field(
        description="What the person who asks may do to the registration, each with its reason."
    )
    def viewer_may(self) -> RegistrationMay:
        """By the function that the writes ask as well."""
        return self  # type: ignore[return-value]  # shown as it is


@strawberry.type(
    description="A learner, by one registration that the viewer may see: the one that a list, an"
    " issue or a declaration is about, else the foremost, an active one with the latest award"
    " month."
)
class Learner(Node):
    """A learner, by one registration that the viewer may see."""

    row = LearnerRow
    registration_key = "registration_id"
    uln: Uln | None = strawberry.field(description="Unique learner number; null when none.")
    uln_verified: bool | None = strawberry.field(
        description="Whether the Learning Records Service verified it; null when not known."
    )
    given_name: str = strawberry.field(description="Given name.")
    family_name: str = strawberry.field(description="Family name.")
    name: str = strawberry.field(description="Given and family name.")
    date_of_birth: date | None = strawberry.field(
        description="Birth date; null when not known.",
        extensions=requires(Permission.BIRTH_DATE_READ),
    )
    uci: str | None = strawberry.field(
        description="Unique candidate identifier; null when none.",
        extensions=requires(Permission.IDENTIFIER_READ),
    )
    upn: str | None = strawberry.field(
        description="Unique pupil number; null when none.",
        extensions=requires(Permission.IDENTIFIER_READ),
    )
    completion_status: CompletionStatus = dated_column(
        "completion_status",
        _status,
        key="registration_id",
        description="How far the registration has come.",
    )
    percent_complete: int | None = dated_column(
        "percent_complete",
        _percent,
        key="registration_id",
        description="Hours complete on DAS in percent, 0 to 100; null when withdrawn.",
    )
    registration: Registration | None = batched(
        registration_by_id,
        key="registration_id",
        description="The registration by which the learner is shown; null when out of reach.",
    )
    registrations: list[Registration] = batched(
        registrations_by_learner_id,
        key="id",
        description="All registrations that the viewer may see, the foremost first.",
    )
    components: list[Component] = batched(
        components_by_registration_id,
        key="registration_id",
        description="The components of the registration, in their usual order.",
    )
    issues: list[Issue] = dated(
        issues_by_registration_id,
        _issues,
        key="registration_id",
        description="The shopping list of the registration, the most urgent first.",
    )
    viewer_may: LearnerMay | None = batched(
        registration_by_id,
        key="registration_id",
        description="What the person who asks may do to the record, each with its reason; null when"
        " out of reach.",
    )

    @strawberry.field(
        description="The history of the record, the newest change first. Null where an argument"
        " is refused."
    )
    async def changes(
        self, info: Info, first: First = DEFAULT_FIRST, after: After = None
    ) -> Connection[Change] | None:
        """One statement for all learners of a level."""
        page, load = page_request(CHANGES_NEWEST_FIRST, first, after), info.context.load
        key: int = self.id  # type: ignore[assignment]  # self is the row
        return await paged(
            info,
            page,
            lambda: load(change_page_by_learner_id, key, page),
            lambda: load(change_count_by_learner_id, key),
        )
