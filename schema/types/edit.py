"""What edits answer: the recalculated objects, and what became of each learner of many."""

from datetime import datetime

import strawberry

from actions.bulk import BulkOutcome
from auth.permissions import Permission
from domain.codes import EntryFlag
from domain.editing import ALREADY_DECLARED, EditWarningCode, declaration_impediment, qan_impediment
from domain.vocabulary import ComponentType, RegistrationStatus
from loaders.candidates import CandidateRow
from loaders.catalogue import qualification_by_qan
from loaders.changes import change_by_batch
from loaders.components import component_by_id, declaration_by_id
from loaders.learners import learner_by_registration_id, registration_by_id
from schema.batched import batched
from schema.connection import Connection
from schema.context import Info
from schema.ids import encode_id
from schema.scalars import Qan, Uln, YearMonth
from schema.types.change import Change
from schema.types.component import Component, Declaration
from schema.types.learner import Learner, Registration
from schema.types.permitted import Verdict, decided
from schema.types.qualification import Qualification


@strawberry.type(description="Something odd about an edit that can be carried out all the same.")
class EditWarning:
    """Something odd about an edit."""

    code: EditWarningCode = strawberry.field(description="A stable word.")
    label: str = strawberry.field(description="A few words.")
    description: str = strawberry.field(description="A sentence for people.")


def warned(warnings: tuple[EditWarningCode, ...]) -> list[EditWarning]:
    """Warnings as they are shown."""
    return [EditWarning(code=one, label=one.label, description=one.description) for one in warnings]


@strawberry.type(description="The record after its anticipated award month was set.")
class LearnerAwardSet:
    """The record after its anticipated award month was set."""

    registration_id: strawberry.Private[int]
    changed: bool = strawberry.field(
        description="Whether anything changed; false when it was so already."
    )
    warnings: list[EditWarning] = strawberry.field(description="What is odd about the month.")
    learner: Learner | None = batched(
        learner_by_registration_id,
        key="registration_id",
        description="The learner by this registration, with flags, issues and completion derived"
        " again; null when out of reach.",
    )
    registration: Registration | None = batched(
        registration_by_id,
        key="registration_id",
        description="The registration as it is now; null when out of reach.",
    )


@strawberry.type(description="What became of one learner of many.")
class EditOutcome:
    """What became of one learner of many."""

    row = BulkOutcome
    changed: bool = strawberry.field(
        description="Whether the learner was changed, or would have been if all could be; false"
        " for one who was as wanted already, and for one who could not be changed."
    )
    code: str | None = strawberry.field(
        description="Why the learner cannot be changed, a stable word; null for one who can."
    )
    message: str | None = strawberry.field(
        description="The same as a sentence; null for one who can be changed."
    )
    registration: Registration | None = batched(
        registration_by_id,
        key="registration_id",
        description="The registration as it is now; null when there is none in reach.",
    )

    @strawberry.field(description="What is odd about the edit for this learner.")
    def warnings(self) -> list[EditWarning]:
        """As they are shown."""
        return warned(self.warnings)


@strawberry.type(
    description="What became of an edit of many learners: all were changed, or none because of one"
    " who could not be."
)
class LearnersEdited:
    """What became of an edit of many learners."""

    batch: strawberry.Private[str | None]
    applied: bool = strawberry.field(
        description="Whether the edit was carried out; false when a learner could not be changed,"
        " and then nobody was."
    )
    changed_count: int = strawberry.field(description="Learners who were changed.")
    unchanged_count: int = strawberry.field(description="Learners who were as wanted already.")
    refused_count: int = strawberry.field(description="Learners who cannot be changed.")
    outcomes: list[EditOutcome] = strawberry.field(
        description="What became of each learner, in the order in which they were given."
    )
    change: Change | None = batched(
        change_by_batch,
        key="batch",
        description="The first change of the edit, by which the whole can be put back; null when"
        " nothing changed.",
    )


@strawberry.type(description="A declaration that stands, with its component derived again.")
class DeclarationAdded:
    """A declaration that stands."""

    declaration_id: strawberry.Private[int]
    component_id: strawberry.Private[int]
    created: bool = strawberry.field(
        description="False when the same QAN was declared already: a success without change."
    )
    warnings: list[EditWarning] = strawberry.field(description="What is odd about the QAN.")
    declaration: Declaration | None = batched(
        declaration_by_id,
        key="declaration_id",
        description="The declaration; null when out of reach.",
    )
    component: Component | None = batched(
        component_by_id,
        key="component_id",
        description="The component with its flags as they are; null when out of reach.",
    )


@strawberry.type(description="A declaration no longer stands.")
class DeclarationRemoved:
    """A declaration no longer stands."""

    component_id: strawberry.Private[int]
    component: Component | None = batched(
        component_by_id,
        key="component_id",
        description="The component with its flags as they are; null when out of reach.",
    )


@strawberry.type(description="An edit that was put back.")
class ChangeUndone:
    """An edit that was put back."""

    batch: strawberry.Private[str]
    learner_count: int = strawberry.field(description="How many learners it was about.")
    change: Change | None = batched(
        change_by_batch,
        key="batch",
        description="The first change of the putting back, which can be put back itself; null"
        " when out of reach.",
    )


@strawberry.type(
    description="What would be declared: look at it, then send its token back with the declaration."
)
class DeclarationPreview:
    """What would be declared."""

    qan: Qan = strawberry.field(description="The QAN in its canonical form.")
    qualification: Qualification | None = batched(
        qualification_by_qan,
        key="qan",
        description="What the catalogue says of it; null when it does not hold it.",
    )
    warnings: list[EditWarning] = strawberry.field(
        description="What is odd about it; none of it keeps it from being declared."
    )
    already_declared: bool = strawberry.field(
        description="Whether the same QAN stands there already; for a whole course always false."
    )
    may_declare: Verdict = strawberry.field(
        description="Whether it may be declared, and the reason."
    )
    token: str | None = strawberry.field(
        description="Sent back with the declaration, to say that this was looked at; null when it"
        " may not be declared."
    )
    expires_at: datetime | None = strawberry.field(
        description="When the token can no longer be used; null without one."
    )


@strawberry.type(description="A learner of the course, to be chosen or not.")
class DeclarationCandidate:
    """A learner of the course, to be chosen or not."""

    row = CandidateRow
    uln: Uln | None = strawberry.field(description="Unique learner number; null when none.")
    given_name: str = strawberry.field(description="Given name.")
    family_name: str = strawberry.field(description="Family name.")
    registered_on: YearMonth | None = strawberry.field(
        description="Month of registration; null when not known."
    )
    anticipated_award: YearMonth | None = strawberry.field(
        description="Anticipated award month; null when none is known."
    )
    entry_flag: EntryFlag | None = strawberry.field(
        description="The component's entry status flag; null where nothing is judged."
    )
    declared: bool = strawberry.field(
        description="Whether the same QAN is declared for the component already."
    )
    registration: Registration | None = batched(
        registration_by_id, key="id", description="The registration; null when out of reach."
    )

    @strawberry.field(description="Id of the registration, to be sent for those who are chosen.")
    def registration_id(self) -> strawberry.ID:
        """The same as that of the registration."""
        row: CandidateRow = self  # type: ignore[assignment]  # self is the row
        return strawberry.ID(encode_id("Registration", row.id))

    @strawberry.field(description="Whether the learner may be chosen, or why not.")
    async def selectable(self, info: Info) -> Verdict:
        """The right, a QAN to be declared, a component that is open, and nothing declared yet."""
        row: CandidateRow = self  # type: ignore[assignment]  # self is the row
        known = await info.context.load(qualification_by_qan, row.qan)
        impediment = qan_impediment(known and known.catalogued) or declaration_impediment(
            RegistrationStatus(row.status), required=row.required, complete=row.complete
        )
        if impediment is None and row.declared:
            impediment = ALREADY_DECLARED
        return decided(info, Permission.DECLARATION_EDIT, row.centre_id, impediment=impediment)


@strawberry.type(description="The learners of a course for whom a QAN may be declared.")
class DeclarationCandidates:
    """The learners of a course for whom a QAN may be declared."""

    component: ComponentType = strawberry.field(description="The component it would stand for.")
    preview: DeclarationPreview = strawberry.field(
        description="What would be declared for those who are chosen."
    )
    learners: Connection[DeclarationCandidate] = strawberry.field(
        description="The learners on the course who have not left it, by name."
    )
