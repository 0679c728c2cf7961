"""Row structs: just the columns that the graph shows, in the order of the SELECT."""

from collections.abc import Sequence
from datetime import date, datetime

from auth.permissions import Standing
from database.slotted import SlottedRow
from domain.catalogue import lines_of
from domain.codes import (
    SEVERITIES,
    AssessmentDetail,
    EntryFlag,
    IssueCode,
    Reason,
    Severity,
)
from domain.editing import Catalogued
from domain.vocabulary import ComponentType
from inputs.flags import reasons_of


class CentreRow(SlottedRow, frozen=True):
    """A centre."""

    id: int
    number: str
    name: str
    dfe_number: str | None
    status: str
    status_raw: str | None

    @property
    def centre_id(self) -> int:
        """A centre is its own centre, for guards."""
        return self.id


class MemberRow(CentreRow, frozen=True):
    """A centre as a member of a consortium."""

    consortium_id: int


class ConsortiumRow(SlottedRow, frozen=True):
    """A consortium with how many of its centres are in reach."""

    id: int
    code: str
    name: str
    centres_in_all: int
    centres_in_reach: int

    @property
    def centres_out_of_reach(self) -> int:
        """Member centres that the viewer may not see."""
        return self.centres_in_all - self.centres_in_reach


class LearnerRow(SlottedRow, frozen=True):
    """A learner, shown by one of their visible registrations."""

    id: int
    uln: str | None
    uln_verified: bool | None
    given_name: str
    family_name: str
    date_of_birth: date | None
    uci: str | None
    upn: str | None
    registration_id: int
    centre_id: int
    completion_status: str
    percent_complete: int | None

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given_name} {self.family_name}"


class RegistrationRow(SlottedRow, frozen=True):
    """A registration with its completion."""

    id: int
    learner_id: int
    centre_id: int
    line: str
    line_name: str | None
    level: str
    registered_on: str | None
    anticipated_award: str | None
    anticipated_award_source: str
    anticipated_award_edited_at: datetime | None
    awarding_body_award: str | None
    status: str
    status_raw: str | None
    claim_status: str
    claim_status_raw: str | None
    version: int
    completion_status: str
    percent_complete: int | None
    derived_on: date


class ComponentRow(SlottedRow, frozen=True):
    """A component with both its flags."""

    id: int
    registration_id: int
    centre_id: int
    type: str
    required: bool
    complete: bool
    level: str
    entry_flag: str | None
    assessment_flag: str | None
    assessment_detail: str | None


class FlagRow(SlottedRow, frozen=True):
    """A flag without the rarely used columns."""

    id: int
    component_id: int
    registration_id: int
    component_type: str
    kind: str
    code: str | None
    detail: str | None
    stored_reasons: str
    since: date | None

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why it stands."""
        return reasons_of(self.stored_reasons)

    @property
    def explanations(self) -> list[str]:
        """The reasons as sentences."""
        return [reason.description for reason in self.reasons]

    @property
    def label(self) -> str:
        """What is shown, in a few words."""
        return self._words.label

    @property
    def description(self) -> str:
        """What is shown, in a sentence."""
        return self._words.description

    @property
    def _words(self) -> Reason | EntryFlag | AssessmentDetail:
        """The detail, else the flag, else the reason for having none."""
        if self.detail is not None:
            return AssessmentDetail(self.detail)
        return self.reasons[0] if self.code is None else EntryFlag(self.code)


class WholeFlagRow(FlagRow, frozen=True):
    """A flag with all columns: also the subjects of its reasons, and its days."""

    stored_subjects: str | None
    due_on: date | None
    opens_on: date | None


class IssueRow(SlottedRow, frozen=True):
    """A row of the shopping list."""

    id: int
    registration_id: int
    learner_id: int
    centre_id: int
    stored_component: str
    code: str
    severity_rank: int
    subject: str | None
    due_on: date | None
    first_seen: date | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    note: str | None
    version: int

    @property
    def component_type(self) -> ComponentType | None:
        """The component, or None for the registration as a whole."""
        return ComponentType(self.stored_component) if self.stored_component else None

    @property
    def severity(self) -> Severity:
        """How urgent it is."""
        return SEVERITIES[self.severity_rank]

    @property
    def label(self) -> str:
        """The code in words."""
        return IssueCode(self.code).label

    @property
    def description(self) -> str:
        """What the code means."""
        return IssueCode(self.code).description


class FactsRow(SlottedRow, frozen=True):
    """The facts that are filled into the texts of advice."""

    registration_id: int
    centre_id: int
    given_name: str
    family_name: str
    uln: str | None
    line: str
    line_name: str | None
    level: str
    award: str | None


class EntryRow(SlottedRow, frozen=True):
    """An entry without the rarely used columns; a result under embargo is absent."""

    id: int
    registration_id: int | None
    centre_id: int
    component: str
    qan: str
    kind: str
    unit: str | None
    series: str | None
    status: str
    entered_on: date
    result: str | None


class WholeEntryRow(EntryRow, frozen=True):
    """An entry with all columns, such as the name that the feed gives on it."""

    uln: str | None
    given_name: str | None
    family_name: str | None
    date_of_birth: date | None
    status_raw: str | None
    marks_submitted_on: date | None
    claimed: bool
    result_released_on: date | None


class VerificationRow(SlottedRow, frozen=True):
    """Standards verification of a programme for an academic year."""

    centre_id: int
    qan: str
    academic_year: str
    state: str
    state_raw: str | None
    verified_on: date | None


class ListedIssueRow(IssueRow, frozen=True):
    """A row of the shopping list with its place in the list."""

    urgency: str
    """The most urgent first, as text."""
    due: str
    """The day as text; what has none comes last."""
    family_order: str
    uln: str | None


class DeclarationRow(SlottedRow, frozen=True):
    """A declaration of a qualification with another awarding body."""

    id: int
    registration_id: int
    centre_id: int
    component: str
    qan: str
    created_at: datetime
    created_by: str | None
    learner_id: int


class DasRow(SlottedRow, frozen=True):
    """The DAS record behind a registration."""

    id: int
    registration_id: int
    uln: str | None
    line: str | None
    level: str | None
    plts_confirmed: bool | None
    work_experience_confirmed: bool | None
    fetched_at: datetime


class RequirementRow(SlottedRow, frozen=True):
    """What a level asks of a component."""

    level: str
    component: str
    stored_levels: str
    guided_learning_hours: int
    minimum_guided_learning_hours: int | None

    @property
    def qualification_levels(self) -> list[int]:
        """Qualification levels that count."""
        return [int(level) for level in self.stored_levels.split("|") if level]


class UnitRow(SlottedRow, frozen=True):
    """A unit of a qualification."""

    qan: str
    code: str
    title: str | None
    assessment: str
    required: bool


class QualificationRow(SlottedRow, frozen=True):
    """A catalogue row."""

    id: int
    qan: str
    title: str
    awarding_body: str
    component: str
    level: int
    stored_lines: str
    guided_learning_hours: int
    barring_code: str | None
    track: str
    requires_award_entry: bool
    valid_from: date | None
    valid_to: date | None
    post_sixteen_only: bool

    @property
    def lines(self) -> Sequence[str] | None:
        """Lines it may count to; None for any."""
        return lines_of(self.stored_lines)

    @property
    def catalogued(self) -> Catalogued:
        """What the rules of declaring look at."""
        return Catalogued(self.awarding_body, self.component, self.level, self.stored_lines)


class ActorRow(SlottedRow, frozen=True):
    """Who did something, as far as the viewer may know."""

    name: str | None
    email: str | None


class EventRow(SlottedRow, frozen=True):
    """Something that happened; name and e-mail of staff are absent for those who are not."""

    id: int
    at: datetime
    kind: str
    actor_id: int | None
    actor_name: str | None
    actor_email: str | None
    standing: str | None
    centre_id: int | None
    learner_id: int | None
    user: str | None
    code: str | None
    subject: str | None
    address: str | None
    request_id: str | None

    @property
    def actor(self) -> ActorRow | None:
        """Somebody with an account; where the name is not shown, the standing tells who."""
        if self.actor_id is None:
            return None
        label = None if self.standing is None else Standing(self.standing).label
        return ActorRow(self.actor_name or label, self.actor_email)
