"""Everything the rules read about one registration, in one value."""

from collections.abc import Mapping
from datetime import date

import msgspec

from domain.inputs import Das, Declaration, Entry, Registration
from domain.vocabulary import ClaimStatus, ComponentType


class Record(msgspec.Struct, frozen=True):
    """The inputs of one registration: course, learner key, DAS state, entries, declarations."""

    registration: Registration
    claim: ClaimStatus = ClaimStatus.NONE
    uln: str | None = None
    uln_verified: bool | None = None
    das_found: bool = False
    das_uln_matches: bool = True
    das_details_differ: bool = False
    das_stale_from: date | None = None
    """First civil day on which the DAS data count as stale; None when the age is not known."""
    plts: bool = False
    work_experience: bool = False
    das: Mapping[ComponentType, Das] = {}
    entries: Mapping[ComponentType, tuple[Entry, ...]] = {}
    declarations: Mapping[ComponentType, tuple[Declaration, ...]] = {}
