"""When the state of a record keeps anybody from editing it, whatever their rights."""

from typing import NamedTuple

from domain.vocabulary import RegistrationStatus


class Impediment(NamedTuple):
    """Why something cannot be done to a record as it is."""

    code: str
    """A stable word."""
    reason: str
    """A sentence for people."""


def award_impediment(status: RegistrationStatus) -> Impediment | None:
    """What keeps the anticipated award month of a registration from being edited."""
    if status is RegistrationStatus.WITHDRAWN:
        return Impediment("REGISTRATION_WITHDRAWN", "The learner has left this Diploma.")
    return None


def declaration_impediment(
    status: RegistrationStatus, *, required: bool, complete: bool
) -> Impediment | None:
    """What keeps a qualification from being declared for a component."""
    if status is not RegistrationStatus.ACCEPTED:
        return Impediment("REGISTRATION_NOT_ACCEPTED", "The registration is not accepted.")
    if not required:
        return Impediment("COMPONENT_NOT_REQUIRED", "The Diploma does not ask for this component.")
    if complete:
        return Impediment("COMPONENT_COMPLETE", "The component is complete on DAS.")
    return None
