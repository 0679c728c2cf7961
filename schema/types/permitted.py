"""What the viewer may do to an object, each with its reason, by the function that decides it."""

from typing import Any, NamedTuple

import strawberry

from auth.explain import Verdict as Decision
from auth.explain import verdict
from auth.permissions import Permission
from domain.editing import (
    LAST_CENTRE_USER,
    Impediment,
    award_impediment,
    declaration_impediment,
)
from domain.vocabulary import RegistrationStatus
from loaders.access import only_centre_user_by_centre_id
from loaders.rows import CentreRow, ComponentRow, RegistrationRow
from schema.context import Info


@strawberry.type(description="Whether something is allowed, and why.")
class Verdict:
    """Whether something is allowed, and why."""

    row = Decision
    allowed: bool = strawberry.field(description="Whether the person who asks may do it now.")
    code: str = strawberry.field(description="ALLOWED, or a stable word for the reason against it.")
    reason: str = strawberry.field(description="The reason for or against it, for people.")


def _asked(permission: Permission, *, writes: bool = False) -> Any:  # noqa: ANN401 - any field
    """A permission at the centre of the object."""

    def resolve(root: Any, info: Info) -> Verdict:  # noqa: ANN401
        return decided(info, permission, root.centre_id, writes=writes)

    return strawberry.field(resolver=resolve, description=permission.description)


def decided(
    info: Info,
    permission: Permission,
    centre_id: int,
    *,
    writes: bool = True,
    impediment: Impediment | None = None,
) -> Verdict:
    """The verdict on the right, and for those who have it, on whether the record is in the way."""
    found = verdict(info.context.viewer, permission, centre_id, in_person=writes)
    if found.allowed and impediment is not None:
        found = Decision(allowed=False, code=impediment.code, reason=impediment.reason)
    return found  # type: ignore[return-value]  # shown as it is


@strawberry.type(description="What the person who asks may do at a centre.")
class CentreMay:
    """What may be done at a centre; shows the centre's own row."""

    add_declarations: Verdict = _asked(Permission.DECLARATION_EDIT, writes=True)
    edit_award_months: Verdict = _asked(Permission.AWARD_EDIT, writes=True)
    export_lists: Verdict = _asked(Permission.EXPORT_MAKE)
    list_users: Verdict = _asked(Permission.USER_READ)
    manage_users: Verdict = _asked(Permission.USER_MANAGE, writes=True)
    read_access_log: Verdict = _asked(Permission.ACCESS_LOG_READ)
    read_learners: Verdict = _asked(Permission.LEARNER_READ)
    read_unmatched_entries: Verdict = _asked(Permission.UNMATCHED_ENTRY_READ)

    @strawberry.field(description=Permission.GRANT_RELINQUISH.description)
    async def give_up_access(self, info: Info) -> Verdict:
        """The right, and somebody else who can manage the centre's users."""
        row: CentreRow = self  # type: ignore[assignment]  # self is the row
        only = await info.context.load(only_centre_user_by_centre_id, row.id)
        impediment = LAST_CENTRE_USER if only == info.context.viewer.user_id else None
        return decided(info, Permission.GRANT_RELINQUISH, row.id, impediment=impediment)


@strawberry.type(description="What the person who asks may do to a registration.")
class RegistrationMay:
    """What may be done to a registration; shows its own row."""

    acknowledge_issues: Verdict = _asked(Permission.ISSUE_ACKNOWLEDGE, writes=True)

    @strawberry.field(description="Change the anticipated award month.")
    def edit_award_month(self, info: Info) -> Verdict:
        """The right, and a learner who has not left."""
        return _edits_award(info, self)  # type: ignore[arg-type]  # self is the row


def _edits_award(info: Info, row: RegistrationRow) -> Verdict:
    impediment = award_impediment(RegistrationStatus(row.status))
    return decided(info, Permission.AWARD_EDIT, row.centre_id, impediment=impediment)


@strawberry.type(
    description="What the person who asks may do to a learner's record, as far as it is shown: to"
    " the foremost registration in reach. Each registration tells of itself."
)
class LearnerMay:
    """What may be done to a learner's record; shows the foremost registration's row."""

    acknowledge_issues: Verdict = _asked(Permission.ISSUE_ACKNOWLEDGE, writes=True)
    read_birth_date: Verdict = _asked(Permission.BIRTH_DATE_READ)
    read_changes: Verdict = _asked(Permission.CHANGE_READ)
    read_identifiers: Verdict = _asked(Permission.IDENTIFIER_READ)

    @strawberry.field(description="Change the anticipated award month of the registration.")
    def edit_award_month(self, info: Info) -> Verdict:
        """The right, and a learner who has not left."""
        return _edits_award(info, self)  # type: ignore[arg-type]  # self is the row


class ComponentState(NamedTuple):
    """A component and the registration it belongs to."""

    component: ComponentRow
    registration: RegistrationRow

    @property
    def centre_id(self) -> int:
        """The home centre."""
        return self.component.centre_id


@strawberry.type(description="What the person who asks may do to a component.")
class ComponentMay:
    """What may be done to a component."""

    row = ComponentState
    acknowledge_issues: Verdict = _asked(Permission.ISSUE_ACKNOWLEDGE, writes=True)
    remove_declarations: Verdict = _asked(Permission.DECLARATION_EDIT, writes=True)

    @strawberry.field(description="Declare a qualification taken with another awarding body.")
    def add_declaration(self, info: Info) -> Verdict:
        """The right, and a component that is still open."""
        state: ComponentState = self  # type: ignore[assignment]  # self is the row
        return decided(
            info,
            Permission.DECLARATION_EDIT,
            state.centre_id,
            impediment=declaration_impediment(
                RegistrationStatus(state.registration.status),
                required=state.component.required,
                complete=state.component.complete,
            ),
        )
