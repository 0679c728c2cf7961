"""The enums of the course and its records, and the words shown for them."""

from enum import StrEnum
from typing import Self


class Vocabulary(StrEnum):
    """A closed list of codes; every member carries a label and a full-sentence description."""

    label: str
    description: str

    def __new__(cls, value: str, label: str = "", description: str = "") -> Self:
        """Make the member: its value is its code, which is also its name."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.description = description
        return member

    @property
    def value(self) -> str:
        """The code; as enum's own does, in half the time."""
        return self._value_


class Level(Vocabulary):
    """The four levels at which a Diploma is taken."""

    FOUNDATION = "FOUNDATION", "Foundation Diploma", "Level 1, 600 guided learning hours."
    HIGHER = "HIGHER", "Higher Diploma", "Level 2, 800 guided learning hours."
    ADVANCED = "ADVANCED", "Advanced Diploma", "Level 3, 1,080 guided learning hours."
    PROGRESSION = (
        "PROGRESSION",
        "Progression Diploma",
        "Level 3 without additional and specialist learning, 720 guided learning hours.",
    )


class ComponentType(Vocabulary):
    """The parts a Diploma is made of that qualifications are entered for."""

    PRINCIPAL_LEARNING = (
        "PRINCIPAL_LEARNING",
        "Principal learning",
        "One qualification per line and level, made of units.",
    )
    PROJECT = "PROJECT", "Project", "A single centre-marked, moderated project qualification."
    FS_ENGLISH = "FS_ENGLISH", "Functional skills English", "Passed or failed."
    FS_MATHEMATICS = "FS_MATHEMATICS", "Functional skills mathematics", "Passed or failed."
    FS_ICT = "FS_ICT", "Functional skills ICT", "Passed or failed."
    ASL = (
        "ASL",
        "Additional and specialist learning",
        "Any mix of approved qualifications that reaches the minimum of guided learning hours.",
    )


class ChangeSource(Vocabulary):
    """Where a change came from."""

    USER = "USER", "User", "Somebody edited it."
    FEED = "FEED", "Feed", "The awarding body or DAS sent it."
    SYSTEM = "SYSTEM", "System", "A command on the machine itself changed it."


class NewsKind(Vocabulary):
    """What those who watch a centre are told."""

    AWARDS = "AWARDS", "Award months", "Somebody edited anticipated award months."
    DECLARATIONS = (
        "DECLARATIONS",
        "Declarations",
        "Somebody added or removed qualifications with other awarding bodies.",
    )
    ISSUES = "ISSUES", "Issues", "Somebody took issues on or gave them back."
    RECORDS = "RECORDS", "Records", "A feed, or the turn of the day, brought records up to date."
    UNSURE = "UNSURE", "Unsure", "News may have been missed; read again what is shown."


class TextKind(Vocabulary):
    """What a support text is for."""

    LINK = "LINK", "Useful link", "A page elsewhere that helps with the work."
    CONTACT = "CONTACT", "Contact", "Whom to ask, and how to reach them."
    HELP = "HELP", "Help topic", "An answer to a question that people ask."


class RegistrationStatus(Vocabulary):
    """Where a Diploma registration stands with the awarding body."""

    NOT_REGISTERED = "NOT_REGISTERED", "Not registered", "No registration has been made."
    PENDING = "PENDING", "Registration pending", "The registration awaits a decision."
    ACCEPTED = "ACCEPTED", "Registration accepted", "The awarding body accepted the registration."
    REJECTED = "REJECTED", "Registration rejected", "The awarding body rejected the registration."
    WITHDRAWN = "WITHDRAWN", "Registration withdrawn", "The learner has left this Diploma."
    UNKNOWN = "UNKNOWN", "Unknown", "The feed used a word that is not known; see the raw value."


class ClaimStatus(Vocabulary):
    """Where the claim for the Diploma award stands."""

    NONE = "NONE", "No claim", "No permission to claim has been given."
    PERMISSION_SUBMITTED = (
        "PERMISSION_SUBMITTED",
        "Permission to claim submitted",
        "The home centre has sent its permission to claim.",
    )
    PERMISSION_ACCEPTED = (
        "PERMISSION_ACCEPTED",
        "Permission to claim accepted",
        "The Diploma body may award as soon as every component is in.",
    )
    PERMISSION_REJECTED = (
        "PERMISSION_REJECTED",
        "Permission to claim rejected",
        "The permission to claim was refused and must be given again.",
    )
    CLAIMED = "CLAIMED", "Claimed", "The award has been claimed."
    AWARDED = "AWARDED", "Awarded", "The Diploma has been awarded."
    CANCELLED = "CANCELLED", "Claim cancelled", "The claim was cancelled."
    UNKNOWN = "UNKNOWN", "Unknown", "The feed used a word that is not known; see the raw value."


class Track(Vocabulary):
    """How the outcome of a qualification is brought about."""

    UNITS = "UNITS", "Units", "Each unit is marked in the centre or examined."
    CENTRE_MARKED = "CENTRE_MARKED", "Centre-marked", "The centre marks, the body moderates."
    EXTERNAL = "EXTERNAL", "External", "Examined by the awarding body alone."
    VOCATIONAL = "VOCATIONAL", "Vocational", "The centre is verified, then claims results."
    FUNCTIONAL_SKILLS = "FUNCTIONAL_SKILLS", "Functional skills", "Tested, passed or failed."


class UnitAssessment(Vocabulary):
    """Who assesses a unit."""

    INTERNAL = "INTERNAL", "Internal", "Marked inside the centre."
    EXTERNAL = "EXTERNAL", "External", "Examined by the awarding body."


class EntryKind(Vocabulary):
    """What an entry is for."""

    UNIT = "UNIT", "Unit", "An entry for one unit of a qualification."
    AWARD = "AWARD", "Award", "The entry that asks for the qualification award (cash-in)."
    QUALIFICATION = "QUALIFICATION", "Qualification", "An entry for a whole qualification."


class EntryStatus(Vocabulary):
    """Whether an entry stands."""

    ENTERED = "ENTERED", "Entered", "The entry stands."
    WITHDRAWN = "WITHDRAWN", "Withdrawn", "The entry was withdrawn and is ignored."
    UNKNOWN = "UNKNOWN", "Unknown", "The feed used a word that is not known; the entry stands."


class UlnState(Vocabulary):
    """How the ULN on an entry compares with the learner's."""

    MATCHED = "MATCHED", "Matched", "The entry carries the learner's ULN."
    MISSING = "MISSING", "Missing", "The entry carries no ULN."
    MISMATCHED = "MISMATCHED", "Mismatched", "The entry carries another ULN."


class EntryClass(Vocabulary):
    """What an entry is worth to the component it is filed under."""

    IGNORED = "IGNORED", "Ignored", "The entry is withdrawn."
    UNMATCHED = "UNMATCHED", "Unmatched", "The entry cannot be tied to the learner by ULN."
    UNKNOWN = "UNKNOWN", "Unknown", "The qualification is not in the catalogue."
    INVALID = "INVALID", "Invalid", "The qualification does not belong here at all."
    INELIGIBLE = (
        "INELIGIBLE",
        "Ineligible",
        "The right qualification, but this entry cannot deliver a countable result in time.",
    )
    ELIGIBLE = "ELIGIBLE", "Eligible", "The entry counts."


class CentreStatus(Vocabulary):
    """Whether a centre is open."""

    OPEN = "OPEN", "Open", "The centre is open."
    CLOSED = "CLOSED", "Closed", "The centre has closed."
    UNKNOWN = "UNKNOWN", "Unknown", "The feed used a word that is not known; see the raw value."


class VerificationState(Vocabulary):
    """Whether standards verification released certification for a programme at a centre."""

    VERIFIED = "VERIFIED", "Verified", "Certification is released for this programme."
    NOT_VERIFIED = "NOT_VERIFIED", "Not verified", "Certification is held back."
    UNKNOWN = "UNKNOWN", "Unknown", "The feed used a word that is not known; counts as held."


class AwardSource(Vocabulary):
    """Where the anticipated award month in force comes from."""

    FEED = "FEED", "Awarding body", "The awarding body's feed."
    USER = "USER", "Centre", "Edited by a user; it wins over the feed."
