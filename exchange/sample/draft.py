"""A sample learner in the making: entries and DAS states are added one situation at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from domain.catalogue import Qualification
from domain.vocabulary import ComponentType, EntryKind, EntryStatus, Level, UlnState
from exchange.sample.catalogue import SampleCatalogue, synthetic_qan
from exchange.sample.centres import Centre
from exchange.sample.season import Season, Session

Item = TypeVar("Item")

TRUE = "true"
FALSE = "false"
QUALIFICATION_LEVEL = {
    Level.FOUNDATION: 1,
    Level.HIGHER: 2,
    Level.ADVANCED: 3,
    Level.PROGRESSION: 3,
}
GRADES = {
    1: ("A*", "A", "A", "B", "B", "B"),
    2: ("A*", "A", "B", "B", "C", "C"),
    3: ("A*", "A", "B", "C", "C", "D", "E"),
}
"""The grades of principal learning and projects by level, as often as they are given."""

UNISSUED_FROM, UNISSUED_TO = 9_001, 9_999
"""QANs that are in nobody's catalogue."""


@dataclass(slots=True)
class Entry:
    """One entry as the feed will hold it."""

    qan: str
    component: str
    entered_on: str
    kind: EntryKind = EntryKind.QUALIFICATION
    unit: str = ""
    series: str = ""
    status: str = EntryStatus.ENTERED
    marks_submitted_on: str = ""
    claimed: str = ""
    result: str = ""
    result_release_on: str = ""
    uln_state: UlnState = UlnState.MATCHED


@dataclass(frozen=True, slots=True)
class World:
    """What all sample learners share."""

    draw: Random
    season: Season
    catalogue: SampleCatalogue


@dataclass(slots=True)
class Draft:
    """One learner's course, entries and DAS states."""

    world: World
    centre: Centre
    line: str
    level: Level
    final: Session
    """The session that finishes the course."""
    component: ComponentType = ComponentType.PRINCIPAL_LEARNING
    """The component that is being worked on."""
    entries: list[Entry] = field(default_factory=list)
    complete: dict[ComponentType, str] = field(default_factory=dict)
    """The components complete on DAS, each with the first day on which that may be seen."""

    @property
    def season(self) -> Season:
        """The exam calendar."""
        return self.world.season

    @property
    def catalogue(self) -> SampleCatalogue:
        """The qualifications to choose from."""
        return self.world.catalogue

    @property
    def draw(self) -> Random:
        """Where chance comes from."""
        return self.world.draw

    @property
    def number(self) -> int:
        """The level of qualifications that suits the Diploma."""
        return QUALIFICATION_LEVEL[self.level]

    def pick(self, items: Sequence[Item]) -> Item:
        """One of several things, each as likely."""
        return items[int(self.draw.random() * len(items))]

    def luck(self, share: float) -> bool:
        """Whether something happens that happens this often."""
        return self.draw.random() < share

    def grade(self) -> str:
        """A grade of principal learning or of a project."""
        return self.pick(GRADES[self.number])

    def teaching_session(self) -> Session:
        """A session up to the end of the course that is still to come."""
        season = self.season
        if self.final is season.coming:
            return season.coming
        return self.pick((season.coming, season.after, season.latest))

    def beyond(self) -> Session:
        """The session after the one that finishes the course."""
        sessions = self.season.sessions
        return sessions[sessions.index(self.final) + 1]

    def enter(self, qualification: Qualification, session: Session | None = None) -> Entry:
        """Enter a qualification for a session, or on demand."""
        asl = qualification.component is ComponentType.ASL
        entry = Entry(
            qan=qualification.qan,
            component="" if asl else qualification.component,
            entered_on=self.pick(session.entered if session else self.season.this_year),
            series=session.name if session else "",
        )
        self.entries.append(entry)
        return entry

    def unissued_qan(self) -> str:
        """A well-formed QAN that no catalogue knows."""
        return synthetic_qan(self.draw.randint(UNISSUED_FROM, UNISSUED_TO))

    def complete_on_das(self, visible_from: str) -> None:
        """DAS holds the component complete, to be seen from a day on."""
        self.complete[self.component] = visible_from
