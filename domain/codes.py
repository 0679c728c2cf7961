"""The enums of what is derived (flags, reasons, completion, issues) and the words for them."""

from typing import Final

from domain.vocabulary import Vocabulary


def _words(member: Vocabulary) -> tuple[str, str, str]:
    """The words of a member, to say the same thing in another list."""
    return member.value, member.label, member.description


class FlagKind(Vocabulary):
    """The two kinds of status flag."""

    ENTRY = "ENTRY", "Entry status", "Are the right entries in place?"
    ASSESSMENT = "ASSESSMENT", "Assessment status", "Are marks, claims and results on their way?"


class EntryFlag(Vocabulary):
    """The six entry status flags, best first."""

    COMPLETE_ON_DAS = (
        "COMPLETE_ON_DAS",
        "Complete on DAS",
        "The Diploma Aggregation Service holds the component as finished and ready to add up.",
    )
    ELIGIBLE_ENTRY = (
        "ELIGIBLE_ENTRY",
        "Eligible entry",
        "Entries that count cover the whole requirement of the component.",
    )
    OTHER_AWARDING_BODY = (
        "OTHER_AWARDING_BODY",
        "Other awarding body",
        "The centre has declared that the component is taken with another awarding body.",
    )
    INELIGIBLE_ENTRY = (
        "INELIGIBLE_ENTRY",
        "Ineligible entry",
        "The right qualification is entered, but the entry cannot count as it stands.",
    )
    MISSING_OR_INVALID_ENTRY = (
        "MISSING_OR_INVALID_ENTRY",
        "Missing or invalid entry",
        "An entry is absent, or present but wrong for this component and Diploma.",
    )
    UNDETERMINED = (
        "UNDETERMINED",
        "Undetermined",
        "It cannot be told whether the component is valid.",
    )


class AssessmentFlag(Vocabulary):
    """The six assessment status flags."""

    SUBMITTED = (
        "SUBMITTED",
        "Submitted",
        "Centre marks are in, or a vocational qualification is verified and claimed.",
    )
    ACTION_DUE = (
        "ACTION_DUE",
        "Action due",
        "The marks window is open, or a verified vocational qualification is to be claimed.",
    )
    BLOCKED = (
        "BLOCKED",
        "Blocked",
        "The marks deadline has passed, or the centre is not verified for a vocational programme.",
    )
    NOT_YET_OPEN = "NOT_YET_OPEN", "Not yet open", "The marks window has not opened yet."
    FS_PASSED = "FS_PASSED", "Passed", "The functional skills component has been passed."
    FS_FAILED = "FS_FAILED", "Failed", "The functional skills component has been failed."


class AssessmentDetail(Vocabulary):
    """What exactly an assessment flag means; show this, never the flag alone."""

    MARKS_SUBMITTED = (
        "MARKS_SUBMITTED",
        "Marks submitted",
        "Centre marks are in and the result is awaited.",
    )
    VQ_CLAIMED = (
        "VQ_CLAIMED",
        "Claimed",
        "The centre is verified and the vocational qualification has been claimed.",
    )
    MARKS_WINDOW_OPEN = (
        "MARKS_WINDOW_OPEN",
        "Marks window open",
        "Centre marks are not in and may be submitted now.",
    )
    VQ_VERIFIED_NOT_CLAIMED = (
        "VQ_VERIFIED_NOT_CLAIMED",
        "Verified, not claimed",
        "The centre is verified but the vocational qualification has not been claimed.",
    )
    MARKS_DEADLINE_PASSED = (
        "MARKS_DEADLINE_PASSED",
        "Marks overdue",
        "Centre marks are not in and the window has closed.",
    )
    VQ_CENTRE_NOT_VERIFIED = (
        "VQ_CENTRE_NOT_VERIFIED",
        "Centre not verified",
        "The centre has not been verified for this vocational programme.",
    )
    MARKS_WINDOW_NOT_OPEN = (
        "MARKS_WINDOW_NOT_OPEN",
        "Marks window not open",
        "Centre marks are not in and the window opens later.",
    )
    FS_PASSED = "FS_PASSED", "Passed", "A released functional skills result is a pass."
    FS_FAILED = "FS_FAILED", "Failed", "Released functional skills results are fails only."


class CompletionStatus(Vocabulary):
    """How far a learner has come; one bar of the completion chart each."""

    AWARDED = "AWARDED", "Awarded", "The Diploma has been awarded."
    READY_FOR_AWARD = (
        "READY_FOR_AWARD",
        "Ready for award",
        "Every required component is complete on DAS, PLTS and work experience are confirmed.",
    )
    IN_PROGRESS = "IN_PROGRESS", "In progress", "Nothing is wrong; work goes on."
    ACTION_REQUIRED = (
        "ACTION_REQUIRED",
        "Action required",
        "A component is missing, invalid, ineligible, blocked or failed.",
    )
    UNDETERMINED = (
        "UNDETERMINED",
        "Undetermined",
        "The registration is not accepted, or a component cannot be judged.",
    )
    WITHDRAWN = "WITHDRAWN", "Withdrawn", "The registration is withdrawn."


class Severity(Vocabulary):
    """How urgent an issue is, least first."""

    INFO = "INFO", "Information", "Good to know; nothing is lost if nobody acts today."
    WARNING = "WARNING", "Warning", "Needs action before the award."
    CRITICAL = "CRITICAL", "Critical", "Stands in the way of the award."

    @property
    def rank(self) -> int:
        """0 for the least urgent; its place in SEVERITIES."""
        return SEVERITIES.index(self)


SEVERITIES: Final = tuple(Severity)
"""Severities by rank, which is what is stored."""


class Reason(Vocabulary):
    """Why a flag stands as it does."""

    DAS_COMPLETE = "DAS_COMPLETE", "Complete on DAS", "DAS reports the component complete."
    REQUIREMENT_COVERED = (
        "REQUIREMENT_COVERED",
        "Requirement covered",
        "Eligible entries cover the whole requirement.",
    )
    DECLARED_OTHER_AB = (
        "DECLARED_OTHER_AB",
        "Declared elsewhere",
        "A qualification with another awarding body is declared for the component.",
    )
    NOT_REQUIRED = (
        "NOT_REQUIRED",
        "Not required",
        "The component is not part of a Diploma at this level.",
    )
    REGISTRATION_WITHDRAWN = (
        "REGISTRATION_WITHDRAWN",
        "Registration withdrawn",
        "The registration is withdrawn, so nothing is judged.",
    )
    REGISTRATION_NOT_ACCEPTED = (
        "REGISTRATION_NOT_ACCEPTED",
        "Registration not accepted",
        "The awarding body has not accepted the registration.",
    )
    REGISTRATION_CONFLICT = (
        "REGISTRATION_CONFLICT",
        "Registration conflict",
        "DAS and the awarding body disagree on the line or level.",
    )
    NO_RULE_FOR_COURSE = (
        "NO_RULE_FOR_COURSE",
        "No rule for the course",
        "The line or level is not in the catalogue.",
    )
    ENTRY_MISSING = "ENTRY_MISSING", "Entry missing", "Nothing usable is entered."
    UNIT_ENTRY_MISSING = (
        "UNIT_ENTRY_MISSING",
        "Unit entry missing",
        "A required unit has no usable entry.",
    )
    AWARD_ENTRY_MISSING = (
        "AWARD_ENTRY_MISSING",
        "Award entry missing",
        "The units are there, but the entry that asks for the award is not.",
    )
    GLH_SHORTFALL = (
        "GLH_SHORTFALL",
        "Too few hours",
        "The entries do not reach the minimum of guided learning hours.",
    )
    BARRED_COMBINATION = (
        "BARRED_COMBINATION",
        "Barred combination",
        "Two qualifications share a barring code, so only one of them counts.",
    )
    QUALIFICATION_UNKNOWN = (
        "QUALIFICATION_UNKNOWN",
        "Qualification unknown",
        "An entry that might fill the gap has a QAN that is not in the catalogue.",
    )
    ULN_UNMATCHED = (
        "ULN_UNMATCHED",
        "ULN does not match",
        "An entry that looks like the learner's has no ULN or another one.",
    )
    WRONG_COMPONENT = (
        "WRONG_COMPONENT",
        "Wrong component",
        "An entry is filed under a component its qualification does not belong to.",
    )
    WRONG_LINE = "WRONG_LINE", "Wrong line", "An entry is for another line of learning."
    WRONG_LEVEL = "WRONG_LEVEL", "Wrong level", "An entry is at a level that does not count."
    SERIES_AFTER_AWARD_DATE = (
        "SERIES_AFTER_AWARD_DATE",
        "Results after the award date",
        "The results of the entry's series come after the anticipated award month.",
    )
    OUTSIDE_VALIDITY = (
        "OUTSIDE_VALIDITY",
        "Outside validity",
        "The entry was made after the qualification closed to entries.",
    )
    RESULT_NOT_COUNTABLE = (
        "RESULT_NOT_COUNTABLE",
        "Result does not count",
        "The released result is an absence, a fail, too low a grade, or not of its scale.",
    )
    MARKS_SUBMITTED = _words(AssessmentDetail.MARKS_SUBMITTED)
    VQ_CLAIMED = _words(AssessmentDetail.VQ_CLAIMED)
    MARKS_WINDOW_OPEN = _words(AssessmentDetail.MARKS_WINDOW_OPEN)
    VQ_VERIFIED_NOT_CLAIMED = _words(AssessmentDetail.VQ_VERIFIED_NOT_CLAIMED)
    MARKS_DEADLINE_PASSED = _words(AssessmentDetail.MARKS_DEADLINE_PASSED)
    VQ_CENTRE_NOT_VERIFIED = _words(AssessmentDetail.VQ_CENTRE_NOT_VERIFIED)
    MARKS_WINDOW_NOT_OPEN = _words(AssessmentDetail.MARKS_WINDOW_NOT_OPEN)
    FS_PASSED = _words(AssessmentDetail.FS_PASSED)
    FS_FAILED = _words(AssessmentDetail.FS_FAILED)


class IssueCode(Vocabulary):
    """What can be wrong with a learner's record: the rows of the shopping list."""

    ULN_MISSING = "ULN_MISSING", "ULN missing", "The learner has no ULN."
    ULN_INVALID = "ULN_INVALID", "ULN invalid", "The learner's ULN fails its check digit."
    ULN_NOT_VERIFIED = (
        "ULN_NOT_VERIFIED",
        "ULN not verified",
        "The Learning Records Service has not verified the ULN.",
    )
    ULN_DAS_MISMATCH = (
        "ULN_DAS_MISMATCH",
        "ULN differs on DAS",
        "DAS holds another ULN for the learner.",
    )
    NO_DAS_RECORD = "NO_DAS_RECORD", "No DAS record", "No learner account was found on DAS."
    DETAILS_DAS_MISMATCH = (
        "DETAILS_DAS_MISMATCH",
        "Details differ on DAS",
        "The name or the birth date differs on DAS.",
    )
    REGISTRATION_NOT_ACCEPTED = _words(Reason.REGISTRATION_NOT_ACCEPTED)
    REGISTRATION_CONFLICT = _words(Reason.REGISTRATION_CONFLICT)
    NO_RULE_FOR_COURSE = _words(Reason.NO_RULE_FOR_COURSE)
    AWARD_DATE_MISSING = (
        "AWARD_DATE_MISSING",
        "Award date missing",
        "No anticipated award month is known.",
    )
    AWARD_DATE_PAST = (
        "AWARD_DATE_PAST",
        "Award date past",
        "The anticipated award month is over and the Diploma is not awarded.",
    )
    ENTRY_MISSING = _words(Reason.ENTRY_MISSING)
    UNIT_ENTRY_MISSING = _words(Reason.UNIT_ENTRY_MISSING)
    AWARD_ENTRY_MISSING = _words(Reason.AWARD_ENTRY_MISSING)
    GLH_SHORTFALL = _words(Reason.GLH_SHORTFALL)
    WRONG_LEVEL = _words(Reason.WRONG_LEVEL)
    WRONG_LINE = _words(Reason.WRONG_LINE)
    WRONG_COMPONENT = _words(Reason.WRONG_COMPONENT)
    ULN_UNMATCHED = _words(Reason.ULN_UNMATCHED)
    SERIES_AFTER_AWARD_DATE = _words(Reason.SERIES_AFTER_AWARD_DATE)
    OUTSIDE_VALIDITY = _words(Reason.OUTSIDE_VALIDITY)
    RESULT_NOT_COUNTABLE = _words(Reason.RESULT_NOT_COUNTABLE)
    BARRED_COMBINATION = _words(Reason.BARRED_COMBINATION)
    AGE_RESTRICTED = (
        "AGE_RESTRICTED",
        "Age restricted",
        "A post-16 qualification was entered before the learner was 16.",
    )
    QUALIFICATION_UNKNOWN = (
        "QUALIFICATION_UNKNOWN",
        "Qualification unknown",
        "The QAN of an entry is not in the catalogue.",
    )
    DECLARATION_CONTRADICTS_ENTRY = (
        "DECLARATION_CONTRADICTS_ENTRY",
        "Declared elsewhere, entered here",
        "The component is declared with another awarding body, yet covered by entries here.",
    )
    DECLARED_QAN_UNKNOWN = (
        "DECLARED_QAN_UNKNOWN",
        "Declared QAN unknown",
        "The declared QAN is not in the catalogue.",
    )
    DECLARED_QAN_UNSUITED = (
        "DECLARED_QAN_UNSUITED",
        "Declared QAN unsuited",
        "The declared QAN belongs to another component or is at a level that does not count.",
    )
    MARKS_WINDOW_OPEN = _words(AssessmentDetail.MARKS_WINDOW_OPEN)
    MARKS_DEADLINE_PASSED = _words(AssessmentDetail.MARKS_DEADLINE_PASSED)
    MARKS_WINDOW_UNDEFINED = (
        "MARKS_WINDOW_UNDEFINED",
        "No marks window published",
        "No submission window is known for the series of a centre-marked entry.",
    )
    VQ_VERIFIED_NOT_CLAIMED = _words(AssessmentDetail.VQ_VERIFIED_NOT_CLAIMED)
    VQ_CENTRE_NOT_VERIFIED = _words(AssessmentDetail.VQ_CENTRE_NOT_VERIFIED)
    FS_FAILED = "FS_FAILED", "Failed, no resit", "Functional skills failed and no resit is entered."
    FS_RESIT_PENDING = "FS_RESIT_PENDING", "Resit pending", "Failed, and a resit is entered."
    RESULT_NOT_ON_DAS = (
        "RESULT_NOT_ON_DAS",
        "Result not on DAS",
        "The result was released more than 14 days ago and DAS is not complete.",
    )
    PLTS_NOT_CONFIRMED = (
        "PLTS_NOT_CONFIRMED",
        "PLTS not confirmed",
        "The centre has not confirmed personal, learning and thinking skills on DAS.",
    )
    WORK_EXPERIENCE_NOT_CONFIRMED = (
        "WORK_EXPERIENCE_NOT_CONFIRMED",
        "Work experience not confirmed",
        "The centre has not confirmed ten days of work experience on DAS.",
    )
    CLAIM_NOT_MADE = (
        "CLAIM_NOT_MADE",
        "Claim not made",
        "Everything is complete, but neither permission to claim nor a claim is on record.",
    )
    DAS_DATA_STALE = (
        "DAS_DATA_STALE",
        "DAS data out of date",
        "The last DAS feed is more than one civil day old.",
    )
