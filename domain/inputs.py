"""What the rules read about one registration: values as the feeds and users gave them."""

from datetime import date

import msgspec

from domain.identifiers import YearMonth
from domain.vocabulary import EntryKind, RegistrationStatus, UlnState


class Registration(msgspec.Struct, frozen=True, gc=False):
    """The course a learner is on."""

    status: RegistrationStatus
    line: str
    level: str
    award: YearMonth | None
    """The anticipated award month in force."""
    conflict: bool = False
    """Whether DAS holds another line or level."""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One entry filed under a component."""

    ref: str
    qan: str
    kind: EntryKind
    entered_on: date
    unit: str | None = None
    series: str | None = None
    """The exam series ("June 2010"); None for on-demand entries."""
    withdrawn: bool = False
    uln_state: UlnState = UlnState.MATCHED
    marks_submitted_on: date | None = None
    centre_verified: bool | None = None
    claimed: bool = False
    result: str | None = None
    result_release_on: date | None = None
    under_sixteen: bool = False
    """Whether the learner was under 16 when the entry was made."""

    @property
    def subject(self) -> str:
        """How the entry is named in an issue: its unit or QAN, and its series."""
        name = self.unit if self.kind is EntryKind.UNIT and self.unit else self.qan
        return f"{name}, {self.series}" if self.series else name

    def released(self, day: date) -> str | None:
        """The result, or None while there is none or it is under embargo on the day."""
        if self.result is None:
            return None
        release = self.result_release_on
        return self.result if release is None or release <= day else None


class Das(msgspec.Struct, frozen=True, gc=False):
    """What the Diploma Aggregation Service holds of one component."""

    found: bool = False
    uln_matches: bool = True
    complete: bool = False
    visible_from: date | None = None
    """First day on which completeness may be shown; None for at once."""

    def complete_on(self, day: date) -> bool:
        """Whether the component counts as complete on a day."""
        if not (self.found and self.uln_matches and self.complete):
            return False
        return self.visible_from is None or self.visible_from <= day


class Declaration(msgspec.Struct, frozen=True, gc=False):
    """A user's word that a qualification is taken with another awarding body."""

    qan: str
    active: bool = True
