"""What may be edited on a record as it is, and what is odd about what somebody wants."""

from collections.abc import Collection
from datetime import date
from typing import Final, NamedTuple

from domain.catalogue import lines_of
from domain.identifiers import LAST_YEAR, YearMonth, qan_check_fits
from domain.vocabulary import ComponentType, RegistrationStatus, Vocabulary

FAR_MONTHS: Final = 72
"""Months after registration beyond which an award month is unlikely."""

EDEXCEL: Final = "EDEXCEL"
"""The awarding body whose qualifications are entered, not declared."""


class Impediment(NamedTuple):
    """Why something cannot be done to a record as it is."""

    code: str
    """A stable word."""
    reason: str
    """A sentence for people."""


ALREADY_DECLARED: Final = Impediment(
    "ALREADY_DECLARED", "This qualification is declared for the component already."
)


LAST_CENTRE_USER: Final = Impediment(
    "LAST_CENTRE_USER", "This is the centre's last centre user; bind another one first."
)


class EditWarningCode(Vocabulary):
    """What is odd about an edit that is carried out all the same."""

    AWARD_FAR_AHEAD = (
        "AWARD_FAR_AHEAD",
        "Far ahead",
        f"The month is more than {FAR_MONTHS} months after the registration.",
    )
    AWARD_IN_THE_PAST = "AWARD_IN_THE_PAST", "In the past", "The month is over already."
    QAN_CHECK_CHARACTER_MISMATCH = (
        "QAN_CHECK_CHARACTER_MISMATCH",
        "Check character",
        "The last character does not fit the other seven; the QAN may be mistyped.",
    )
    QUALIFICATION_UNKNOWN = (
        "QUALIFICATION_UNKNOWN",
        "Not in the catalogue",
        "The catalogue does not hold this QAN; look it up on the public register.",
    )
    WRONG_COMPONENT = (
        "WRONG_COMPONENT",
        "Another component",
        "The catalogue files this qualification under another component.",
    )
    WRONG_LINE = (
        "WRONG_LINE",
        "Another line",
        "The qualification counts to a Diploma of another line of learning.",
    )
    WRONG_LEVEL = (
        "WRONG_LEVEL",
        "Unsuitable level",
        "The qualification's level does not count towards this Diploma.",
    )


class Catalogued(NamedTuple):
    """What the catalogue says of a qualification that somebody declares."""

    awarding_body: str
    component: str
    level: int
    lines: str
    """Codes separated by |, or ANY."""

    def takes(self, line: str) -> bool:
        """Whether it may count to a Diploma of this line of learning."""
        lines = lines_of(self.lines)
        return lines is None or line in lines


def award_impediment(status: RegistrationStatus) -> Impediment | None:
    """What keeps the anticipated award month of a registration from being edited."""
    if status is RegistrationStatus.WITHDRAWN:
        return Impediment("REGISTRATION_WITHDRAWN", "The learner has left this Diploma.")
    return None


def month_impediment(month: YearMonth | None, registered_on: YearMonth | None) -> Impediment | None:
    """What keeps a month from being the anticipated award month; None stands for no month."""
    if month is not None and month.year > LAST_YEAR:
        return Impediment("MONTH_INVALID", f"The award month cannot be after {LAST_YEAR}.")
    if month is not None and registered_on is not None and month < registered_on:
        reason = f"The award month cannot be before the registration in {registered_on.long()}."
        return Impediment("AWARD_BEFORE_REGISTRATION", reason)
    return None


def month_warnings(
    month: YearMonth | None, registered_on: YearMonth | None, day: date
) -> tuple[EditWarningCode, ...]:
    """What is odd about an anticipated award month."""
    if month is None:
        return ()
    found = []
    if registered_on is not None and _months(month) - _months(registered_on) > FAR_MONTHS:
        found.append(EditWarningCode.AWARD_FAR_AHEAD)
    if month < YearMonth.of(day):
        found.append(EditWarningCode.AWARD_IN_THE_PAST)
    return tuple(found)


NOT_REQUIRED: Final = Impediment(
    "COMPONENT_NOT_REQUIRED", "The Diploma does not ask for this component."
)


def declaration_impediment(
    status: RegistrationStatus, *, required: bool, complete: bool
) -> Impediment | None:
    """What keeps a qualification from being declared for a component."""
    if status is not RegistrationStatus.ACCEPTED:
        return Impediment("REGISTRATION_NOT_ACCEPTED", "The registration is not accepted.")
    if not required:
        return NOT_REQUIRED
    if complete:
        return Impediment("COMPONENT_COMPLETE", "The component is complete on DAS.")
    return None


def qan_impediment(known: Catalogued | None) -> Impediment | None:
    """What keeps a QAN from being declared, whatever the component."""
    if known is not None and known.awarding_body.upper() == EDEXCEL:
        reason = "This qualification is awarded by Edexcel: make an entry instead."
        return Impediment("QAN_IS_EDEXCEL", reason)
    return None


def qan_warnings(
    qan: str,
    known: Catalogued | None,
    component: ComponentType,
    line: str,
    levels: Collection[int],
) -> tuple[EditWarningCode, ...]:
    """What is odd about a QAN for a component of a line that asks for some levels."""
    found = [] if qan_check_fits(qan) else [EditWarningCode.QAN_CHECK_CHARACTER_MISMATCH]
    if known is None:
        return (*found, EditWarningCode.QUALIFICATION_UNKNOWN)
    if known.component != component.value:
        found.append(EditWarningCode.WRONG_COMPONENT)
    if not known.takes(line):
        found.append(EditWarningCode.WRONG_LINE)
    if known.level not in levels:
        found.append(EditWarningCode.WRONG_LEVEL)
    return tuple(found)


def _months(month: YearMonth) -> int:
    return month.year * 12 + month.month
