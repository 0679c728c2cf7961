"""Components with their flags, entries, declarations and DAS state."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from auth.permissions import Permission
from auth.requires import requires
from domain.advice import Advice as AdviceValue
from domain.codes import (
    AssessmentDetail,
    AssessmentFlag,
    EntryFlag,
    FlagKind,
    Reason,
)
from domain.identifiers import academic_year
from domain.issues import BEARS_ON_COMPONENTS
from domain.vocabulary import (
    ComponentType,
    EntryKind,
    EntryStatus,
    VerificationState,
)
from loaders.catalogue import qualification_by_qan, requirement_by_level_and_component
from loaders.components import (
    das_by_registration_id,
    declarations_by_registration_id,
    entries_by_registration_id,
    flags_by_registration_id,
    issues_by_registration_id,
    verification_by_programme,
)
from loaders.derivations import Derived
from loaders.facts import facts_of_flag
from loaders.flags_on import flags_of, pair_of
from loaders.issues_on import issues_of
from loaders.learners import (
    facts_by_registration_id,
    learner_by_registration_id,
    registration_by_id,
)
from loaders.near import near_by_entry
from loaders.rows import (
    ComponentRow,
    DasRow,
    DeclarationRow,
    EntryRow,
    FactsRow,
    FlagRow,
    IssueRow,
    VerificationRow,
    WholeEntryRow,
    WholeFlagRow,
)
from schema.batched import batched
from schema.context import Info
from schema.dated import dated, dated_column
from schema.scalars import Qan, Uln
from schema.types.advice import Advice, rendered
from schema.types.issue import Issue
from schema.types.near import NearLearner
from schema.types.node import Node
from schema.types.permitted import ComponentMay, ComponentState
from schema.types.qualification import Qualification, Requirement
from schema.types.vocabulary import FlagCode

if TYPE_CHECKING:
    from schema.types.learner import Learner


def _checklists(row: WholeFlagRow, found: FactsRow | None) -> list[AdviceValue]:
    """One checklist a reason, each once."""
    return [rendered(key, facts) for key, facts in facts_of_flag(found, row)]


@strawberry.type(description="A status flag of a component, why it stands, and what to do.")
class Flag(Node):
    """A status flag of a component, why it stands, and what to do."""

    row = FlagRow
    whole_row = WholeFlagRow
    registration_key = "registration_id"
    kind: FlagKind = strawberry.field(description="Entry status or assessment status.")
    code: FlagCode | None = strawberry.field(
        description="The flag; null where nothing is judged: the component is not required, or"
        " the registration is withdrawn."
    )
    detail: AssessmentDetail | None = strawberry.field(
        description="What an assessment flag means exactly; null for entry flags. Show the"
        " detail's text, never the flag's alone."
    )
    since: date | None = strawberry.field(
        description="Civil day on which the flag and its detail became what they are; null only on"
        " another day than today, where it is not known to have stood since before that day."
    )
    due_on: date | None = strawberry.field(
        description="Last day to act on the flag, inclusive: the day on which a marks window"
        " closes, otherwise the end of the anticipated award month; null where there is nothing to"
        " do, or no day is known."
    )
    opens_on: date | None = strawberry.field(
        description="First day on which the marks are taken that the flag is about; null for other"
        " flags."
    )

    label: str = strawberry.field(description="The flag, or its detail, in a few words.")
    description: str = strawberry.field(description="What the flag, or its detail, means.")
    reasons: list[Reason] = strawberry.field(
        description="Why the flag stands: at least one reason, sorted."
    )
    explanations: list[str] = strawberry.field(
        description="The reasons as sentences, in the same order."
    )
    advice: list[Advice] = batched(
        facts_by_registration_id,
        key="registration_id",
        pick=_checklists,
        reads=("stored_subjects", "due_on", "opens_on"),
        description="What to do: one checklist for each reason, names and dates filled in.",
    )


@strawberry.type(
    description="Standards verification: whether certification of a programme is released."
)
class Verification:
    """Standards verification of a programme at a centre."""

    row = VerificationRow
    academic_year: str = strawberry.field(description="September to August, as 2009/10.")
    state: VerificationState = strawberry.field(description="Whether the centre is verified.")
    state_raw: str | None = strawberry.field(
        description="The feed's own word; null when it gave none."
    )
    verified_on: date | None = strawberry.field(description="The day; null when not known.")


@strawberry.type(
    description="An entry for a unit, an award or a qualification. A result is shown from its"
    " release day on and does not exist before."
)
class Entry(Node):
    """An entry for a unit, an award or a qualification."""

    row = EntryRow
    whole_row = WholeEntryRow
    component: ComponentType = strawberry.field(description="The component it is filed under.")
    uln: Uln | None = strawberry.field(description="ULN on the entry; null when it carries none.")
    given_name: str | None = strawberry.field(
        description="Given name on the entry; null when it has none."
    )
    family_name: str | None = strawberry.field(
        description="Family name on the entry; null when it has none."
    )
    date_of_birth: date | None = strawberry.field(
        description="Birth date on the entry; null when it has none.",
        extensions=requires(Permission.BIRTH_DATE_READ),
    )
    qan: Qan = strawberry.field(description="The qualification entered for.")
    kind: EntryKind = strawberry.field(description="Unit, award, or whole qualification.")
    unit: str | None = strawberry.field(description="Code of the unit; null for other kinds.")
    series: str | None = strawberry.field(
        description="Exam series, as June 2010; null for on-demand entries."
    )
    status: EntryStatus = strawberry.field(description="Whether the entry stands.")
    status_raw: str | None = strawberry.field(
        description="The feed's own word; null when it gave none."
    )
    entered_on: date = strawberry.field(description="Day on which the entry was made.")
    marks_submitted_on: date | None = strawberry.field(
        description="Day on which the centre's marks came in; null while they have not."
    )
    claimed: bool = strawberry.field(description="Whether a vocational claim is lodged.")
    result: str | None = strawberry.field(
        description="The released result; null while there is none or it is under embargo."
    )
    result_released_on: date | None = strawberry.field(
        description="The day of release; null without a result, and where nobody told the day."
    )
    qualification: Qualification | None = batched(
        qualification_by_qan,
        key="qan",
        description="The catalogue row; null when the QAN is not in the catalogue.",
    )
    verification: Verification | None = batched(
        verification_by_programme,
        key=lambda row: (row.centre_id, row.qan, academic_year(row.entered_on)),
        description="Standards verification of the programme in the entry's academic year; null"
        " when nothing is known.",
    )

    @strawberry.field(
        description="Learners of the centre who may be meant by an entry that no ULN matches, the"
        " nearest first, at most five; null for an entry that has its learner."
    )
    async def near_learners(self, info: Info) -> list[NearLearner] | None:
        """One statement for all entries of a level."""
        row: WholeEntryRow = self  # type: ignore[assignment]  # self is the row
        if row.registration_id is not None:
            return None
        found = await info.context.load(near_by_entry, row)
        info.context.trail.listed(info.context.viewer, found)
        return found


@strawberry.type(description="A qualification declared as taken with another awarding body.")
class Declaration(Node):
    """A qualification declared as taken with another awarding body."""

    row = DeclarationRow
    registration_key = "registration_id"
    component: ComponentType = strawberry.field(description="The component it stands for.")
    qan: Qan = strawberry.field(description="The qualification declared.")
    created_at: datetime = strawberry.field(description="When it was declared.")
    created_by: str | None = strawberry.field(
        description="Who declared it; null when the account is gone.",
        extensions=requires(Permission.CHANGE_ACTOR_READ),
    )
    learner: Annotated["Learner", strawberry.lazy("schema.types.learner")] | None = batched(
        learner_by_registration_id,
        key="registration_id",
        description="Whom it is about, by the registration that it stands for; null when"
        " out of reach.",
    )
    qualification: Qualification | None = batched(
        qualification_by_qan,
        key="qan",
        description="The catalogue row; null when the QAN is not in the catalogue.",
    )


@strawberry.type(description="What the Diploma Aggregation Service holds of a component.")
class ComponentDas:
    """What DAS holds of a component."""

    record_found: bool = strawberry.field(description="Whether the learner has a DAS account.")
    complete: bool = strawberry.field(
        description="Whether DAS holds the component complete, under the learner's own ULN; false"
        " where nothing is judged, because it is not required or the registration is withdrawn."
    )
    fetched_at: datetime | None = strawberry.field(
        description="When DAS was last asked; null without a DAS record."
    )


def _issues(component: ComponentRow, rows: list[IssueRow]) -> list[IssueRow]:
    """The component's own issues, and those of the registration that bear on an open one."""
    return _bearing(component, rows, open_=component.required and not component.complete)


def _issues_on(
    component: ComponentRow, derived: Derived, stored: list[IssueRow], on: date
) -> list[IssueRow]:
    """The same on another day."""
    pair = pair_of(component, derived)
    rows = issues_of(derived, stored, on)
    return _bearing(component, rows, open_=pair.required and not pair.complete)


def _bearing(component: ComponentRow, rows: Sequence[IssueRow], *, open_: bool) -> list[IssueRow]:
    return [
        row
        for row in rows
        if row.stored_component == component.type
        or (open_ and not row.stored_component and row.code in BEARS_ON_COMPONENTS)
    ]


def _das(component: ComponentRow, row: DasRow | None) -> ComponentDas:
    return ComponentDas(
        record_found=row is not None,
        complete=component.complete,
        fetched_at=row.fetched_at if row else None,
    )


@strawberry.type(description="One part of a learner's Diploma, with its flags.")
class Component(Node):
    """One part of a learner's Diploma, with its flags."""

    row = ComponentRow
    registration_key = "registration_id"
    type: ComponentType = strawberry.field(description="Which part it is.")
    required: bool = strawberry.field(
        description="Whether a Diploma at this level asks for the component."
    )
    entry_flag: EntryFlag | None = dated_column(
        "entry_flag",
        lambda row, derived: pair_of(row, derived).entry,
        key="registration_id",
        description="The entry status flag; null where nothing is judged (see `flags`).",
    )
    assessment_flag: AssessmentFlag | None = dated_column(
        "assessment_flag",
        lambda row, derived: pair_of(row, derived).assessment,
        key="registration_id",
        description="The assessment status flag; null when there is nothing to track.",
    )
    assessment_detail: AssessmentDetail | None = dated_column(
        "assessment_detail",
        lambda row, derived: pair_of(row, derived).detail,
        key="registration_id",
        description="What the assessment flag means exactly; null without one.",
    )
    flags: list[Flag] = dated(
        flags_by_registration_id,
        flags_of,
        key="registration_id",
        part=("component_id", "id"),
        description="The entry flag, and the assessment flag if there is one.",
    )
    issues: list[Issue] = dated(
        issues_by_registration_id,
        _issues_on,
        key="registration_id",
        pick=_issues,
        description="What to put right: the component's own issues and those of the registration"
        " that bear on it, the most urgent first.",
    )
    entries: list[Entry] = batched(
        entries_by_registration_id,
        key="registration_id",
        part=("component", "type"),
        description="The entries filed under the component, the earliest first.",
    )
    declarations: list[Declaration] = batched(
        declarations_by_registration_id,
        key="registration_id",
        part=("component", "type"),
        description="Qualifications declared as taken with another awarding body.",
    )
    das: ComponentDas = batched(
        das_by_registration_id,
        key="registration_id",
        pick=_das,
        description="What DAS holds of the component.",
    )
    requirement: Requirement | None = batched(
        requirement_by_level_and_component,
        key=lambda row: (row.level, row.type),
        description="What the level asks of the component; null when it does not ask for it.",
    )
    viewer_may: ComponentMay | None = batched(
        registration_by_id,
        key="registration_id",
        pick=ComponentState,
        description="What the person who asks may do to the component, each with its reason; null"
        " when out of reach.",
    )
