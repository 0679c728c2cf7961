"""Numbers that are stored, or stand in ids, mean the same for ever: words join at the end."""

from domain.codes import SEVERITIES, CompletionStatus, FlagKind, IssueCode
from domain.derivation import COMPONENTS
from inputs.keys import ISSUE_SLOTS, NOT_STORED, component_id, flag_id, issue_place


def test_components_keep_their_slots() -> None:
    assert {component.value: component_id(0, component) for component in COMPONENTS} == {
        "PRINCIPAL_LEARNING": 0,
        "PROJECT": 1,
        "FS_ENGLISH": 2,
        "FS_MATHEMATICS": 3,
        "FS_ICT": 4,
        "ASL": 5,
    }


def test_flags_severities_and_statuses_keep_their_ranks() -> None:
    assert {kind.value: flag_id(0, kind) for kind in FlagKind} == {"ENTRY": 0, "ASSESSMENT": 1}
    assert [severity.value for severity in SEVERITIES] == ["INFO", "WARNING", "CRITICAL"]
    assert [status.value for status in CompletionStatus] == [
        *("AWARDED", "READY_FOR_AWARD", "IN_PROGRESS", "ACTION_REQUIRED"),
        *("UNDETERMINED", "WITHDRAWN"),
    ]


def test_issues_keep_their_places() -> None:
    places = {code.value: issue_place(0, COMPONENTS[0], code) - NOT_STORED for code in IssueCode}
    assert list(places.values()) == list(range(len(IssueCode)))
    assert len(IssueCode) <= ISSUE_SLOTS
    assert list(places) == [
        *("ULN_MISSING", "ULN_INVALID", "ULN_NOT_VERIFIED", "ULN_DAS_MISMATCH", "NO_DAS_RECORD"),
        *("DETAILS_DAS_MISMATCH", "REGISTRATION_NOT_ACCEPTED", "REGISTRATION_CONFLICT"),
        *("NO_RULE_FOR_COURSE", "AWARD_DATE_MISSING", "AWARD_DATE_PAST", "ENTRY_MISSING"),
        *("UNIT_ENTRY_MISSING", "AWARD_ENTRY_MISSING", "GLH_SHORTFALL", "WRONG_LEVEL"),
        *("WRONG_LINE", "WRONG_COMPONENT", "ULN_UNMATCHED", "SERIES_AFTER_AWARD_DATE"),
        *("OUTSIDE_VALIDITY", "RESULT_NOT_COUNTABLE", "BARRED_COMBINATION", "AGE_RESTRICTED"),
        *("QUALIFICATION_UNKNOWN", "DECLARATION_CONTRADICTS_ENTRY", "DECLARED_QAN_UNKNOWN"),
        *("DECLARED_QAN_UNSUITED", "MARKS_WINDOW_OPEN", "MARKS_DEADLINE_PASSED"),
        *("MARKS_WINDOW_UNDEFINED", "VQ_VERIFIED_NOT_CLAIMED", "VQ_CENTRE_NOT_VERIFIED"),
        *("FS_FAILED", "FS_RESIT_PENDING", "RESULT_NOT_ON_DAS", "PLTS_NOT_CONFIRMED"),
        *("WORK_EXPERIENCE_NOT_CONFIRMED", "CLAIM_NOT_MADE", "DAS_DATA_STALE"),
    ]
