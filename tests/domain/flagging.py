"""Short words for the tests of flags."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from domain.catalogue import (
    Catalogue,
    Qualification,
)
from domain.codes import EntryFlag, IssueCode, Reason
from domain.flags import Flags
from domain.inputs import Das, Entry
from domain.judging import Need, judge
from domain.vocabulary import (
    ComponentType,
)
from tests.domain.cases import (
    DAY,
    catalogue,
    qan,
    registered,
)

PL = ComponentType.PRINCIPAL_LEARNING
PROJECT = ComponentType.PROJECT
FS = ComponentType.FS_MATHEMATICS
ASL = ComponentType.ASL

COMPLETE = EntryFlag.COMPLETE_ON_DAS
ELIGIBLE = EntryFlag.ELIGIBLE_ENTRY
INELIGIBLE = EntryFlag.INELIGIBLE_ENTRY
MISSING = EntryFlag.MISSING_OR_INVALID_ENTRY
OTHER = EntryFlag.OTHER_AWARDING_BODY
UNDETERMINED = EntryFlag.UNDETERMINED

ON_DAS_COMPLETE = Das(found=True, complete=True)
NOTHING_BUT_COMPLETE = Flags(
    required=True, complete=True, entry=COMPLETE, entry_reasons=(Reason.DAS_COMPLETE,)
)
OF_THE_FEED = frozenset(
    {
        IssueCode.NO_DAS_RECORD,
        IssueCode.DAS_DATA_STALE,
        IssueCode.ULN_DAS_MISMATCH,
    }
)
RELEASED: Mapping[str, Any] = {"result_release_on": date(2010, 2, 10)}
EMBARGOED: Mapping[str, Any] = {"result_release_on": date(2010, 2, 20)}
CLAIMED: Mapping[str, Any] = {"centre_verified": True, "claimed": True}
IN_WINDOW, AFTER_WINDOW = date(2010, 5, 1), date(2010, 5, 16)


def codes(flags: Flags) -> list[str]:
    """The codes of the findings, sorted, each as often as it was found."""
    return sorted(finding.code for finding in flags.findings)


def judged(flags: Flags) -> tuple[EntryFlag | None, list[str], list[str]]:
    """Entry flag, reasons and the codes of the findings."""
    return flags.entry, list(flags.entry_reasons), codes(flags)


def flagless(reason: Reason, *, required: bool = True) -> Flags:
    """A component without flags, and why."""
    return Flags(required=required, complete=False, entry=None, entry_reasons=(reason,))


def class_of(entry: Entry, component: ComponentType, **given: Any) -> tuple[str, str | None]:
    """The class of an entry and the reason for it."""
    course = registered(**given)
    needs = catalogue().requirements[course.level][component]
    row = judge(entry, Need(component, course, needs, catalogue(), DAY))
    return row.verdict, row.reason


def with_qualification(**changes: Any) -> Catalogue:
    """The catalogue with one more qualification, 999/0900/6, like the 180-hour BTEC."""
    like = catalogue().qualifications[qan("BTEC_L2_180")]
    added: Qualification = msgspec.structs.replace(like, qan="999/0900/6", **changes)
    rows = {**catalogue().qualifications, added.qan: added}
    return msgspec.structs.replace(catalogue(), qualifications=rows)
