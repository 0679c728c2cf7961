"""The key to the status icons: every flag and every detail, explained in plain words."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from domain.assessment import FLAG_OF_DETAIL
from domain.codes import AssessmentDetail, AssessmentFlag, EntryFlag
from domain.vocabulary import Vocabulary

COLOURS: Final = ("green", "amber", "red", "blue", "grey")
"""The colour hints; no two flags of a kind are told apart by colour alone."""


class LegendRow(NamedTuple):
    """One icon: the flag or detail it stands for, its words, colour hint and icon key."""

    kind: str
    """ENTRY, ASSESSMENT or DETAIL."""
    code: str
    flag: str
    """The flag a detail belongs to; a flag's own code."""
    label: str
    description: str
    colour: str
    icon: str


class _Look(NamedTuple):
    """How a flag or detail is drawn."""

    colour: str
    icon: str


_ENTRY: Mapping[EntryFlag, _Look] = {
    EntryFlag.COMPLETE_ON_DAS: _Look("green", "double-check"),
    EntryFlag.ELIGIBLE_ENTRY: _Look("green", "check"),
    EntryFlag.OTHER_AWARDING_BODY: _Look("blue", "arrow-out"),
    EntryFlag.INELIGIBLE_ENTRY: _Look("amber", "warning-triangle"),
    EntryFlag.MISSING_OR_INVALID_ENTRY: _Look("red", "exclamation-mark"),
    EntryFlag.UNDETERMINED: _Look("grey", "question-mark"),
}

_ASSESSMENT: Mapping[AssessmentFlag, _Look] = {
    AssessmentFlag.SUBMITTED: _Look("green", "paper-plane"),
    AssessmentFlag.ACTION_DUE: _Look("amber", "clock"),
    AssessmentFlag.BLOCKED: _Look("red", "stop-sign"),
    AssessmentFlag.NOT_YET_OPEN: _Look("grey", "calendar"),
    AssessmentFlag.FS_PASSED: _Look("green", "medal"),
    AssessmentFlag.FS_FAILED: _Look("red", "cross"),
}

# A detail takes the colour of its flag; only its drawing is its own.
_DETAIL_ICONS: Mapping[AssessmentDetail, str] = {
    AssessmentDetail.MARKS_SUBMITTED: "marks-sent",
    AssessmentDetail.VQ_CLAIMED: "claim-lodged",
    AssessmentDetail.MARKS_WINDOW_OPEN: "marks-due",
    AssessmentDetail.VQ_VERIFIED_NOT_CLAIMED: "claim-due",
    AssessmentDetail.MARKS_DEADLINE_PASSED: "marks-overdue",
    AssessmentDetail.VQ_CENTRE_NOT_VERIFIED: "centre-held",
    AssessmentDetail.MARKS_WINDOW_NOT_OPEN: "marks-later",
    AssessmentDetail.FS_PASSED: "medal",
    AssessmentDetail.FS_FAILED: "cross",
}


def _row(kind: str, member: Vocabulary, flag: Vocabulary, look: _Look) -> LegendRow:
    """The row of a flag or detail, in the words of its own vocabulary."""
    return LegendRow(
        kind, member.value, flag.value, member.label, member.description, look.colour, look.icon
    )


def _rows() -> Iterator[LegendRow]:
    """Entry flags, then assessment flags, each with the details that belong to it."""
    for entry in EntryFlag:
        yield _row("ENTRY", entry, entry, _ENTRY[entry])
    for assessment in AssessmentFlag:
        look = _ASSESSMENT[assessment]
        yield _row("ASSESSMENT", assessment, assessment, look)
        for detail in AssessmentDetail:
            if FLAG_OF_DETAIL[detail] is assessment:
                own = _Look(look.colour, _DETAIL_ICONS[detail])
                yield _row("DETAIL", detail, assessment, own)


LEGEND: Final = tuple(_rows())
"""Six entry flags, six assessment flags and nine details, in the order to show them."""
