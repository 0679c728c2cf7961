"""What can be the matter with a sample learner, how often, and for whom it makes sense."""

from collections.abc import Mapping
from enum import StrEnum, auto
from typing import NamedTuple

from domain.vocabulary import ComponentType, Level

PRINCIPAL = ComponentType.PRINCIPAL_LEARNING
PROJECT = ComponentType.PROJECT
SKILLS = (ComponentType.FS_ENGLISH, ComponentType.FS_MATHEMATICS, ComponentType.FS_ICT)
ASL = ComponentType.ASL


class Situation(StrEnum):
    """The state of one component of a sample learner."""

    NOT_OPEN = auto()
    """Everything is entered; marks fall due later."""
    MIXED = auto()
    """Some units are over and their marks are in, the rest comes."""
    MARKS_IN = auto()
    """Marks are in, results awaited."""
    WITH_RESULTS = auto()
    """Units of the first year are resulted, one of them failed and entered again."""
    COMPLETE = auto()
    """Resulted and complete on DAS."""
    COMPLETE_UNSEEN = auto()
    """Complete on DAS without an entry here."""
    EMBARGOED = auto()
    """The result is known to the feed and must not be shown yet."""
    PENDING = auto()
    """Entered, nothing more."""
    PASSED = auto()
    """Passed a few days ago."""
    CLAIMED = auto()
    """Vocational, verified and claimed."""
    EXAMINED = auto()
    """Nothing but examinations."""
    NO_WINDOW = auto()
    """Entered for a series without a published window."""
    BARRED_COVERED = auto()
    """A barred pair beside enough other hours."""

    WINDOW_OPEN = auto()
    OVERDUE = auto()
    UNIT_FORGOTTEN = auto()
    AWARD_FORGOTTEN = auto()
    WRONG_LINE = auto()
    WRONG_LEVEL = auto()
    WRONG_COMPONENT = auto()
    OTHER_ULN = auto()
    NO_ULN = auto()
    MISSING = auto()
    ELSEWHERE = auto()
    """Taken with another awarding body, which a user has yet to declare."""
    WITHDRAWN_ONLY = auto()
    UNKNOWN_QAN = auto()
    TOO_LATE = auto()
    """Results come after the award month."""
    ABSENT = auto()
    UNCLASSIFIED = auto()
    NOT_ON_DAS = auto()
    """Resulted long ago, yet not complete on DAS."""
    FAILED = auto()
    RESIT_PENDING = auto()
    NOT_CLAIMED = auto()
    NOT_VERIFIED = auto()
    BARRED_SHORT = auto()
    HOURS_SHORT = auto()
    EXPIRED = auto()
    GRADE_TOO_LOW = auto()
    AGE_RESTRICTED = auto()


class Trait(StrEnum):
    """What can be the matter with a sample learner as a whole."""

    LEARNER_WITHOUT_ULN = auto()
    ULN_NOT_VERIFIED = auto()
    DAS_ULN_DIFFERS = auto()
    DAS_LINE_DIFFERS = auto()
    DAS_LEVEL_DIFFERS = auto()
    NO_DAS_RECORD = auto()
    DAS_STALE = auto()
    DETAILS_DIFFER = auto()
    REGISTRATION_PENDING = auto()
    REGISTRATION_REJECTED = auto()
    REGISTRATION_WITHDRAWN = auto()
    REGISTRATION_NOT_MADE = auto()
    REGISTRATION_WORD = auto()
    """The registration status is a word that is not known."""
    CLAIM_WORD = auto()
    """The claim status is a word that is not known."""
    ENTRY_WORD = auto()
    """The status of an entry is a word that is not known."""
    AWARD_MISSING = auto()
    AWARD_PAST = auto()
    AWARD_TOO_EARLY = auto()
    AWARDED = auto()
    READY = auto()
    """Everything is complete and permission to claim is given."""
    END_WITHOUT_PLTS = auto()
    END_WITHOUT_WORK = auto()
    END_WITHOUT_CLAIM = auto()


AT_THE_END = frozenset(
    {
        Trait.AWARDED,
        Trait.READY,
        Trait.END_WITHOUT_PLTS,
        Trait.END_WITHOUT_WORK,
        Trait.END_WITHOUT_CLAIM,
    }
)
"""Traits of learners whose components are all complete."""


class Needs(NamedTuple):
    """Which learners a situation makes sense for."""

    levels: frozenset[Level] = frozenset(Level)
    second_year: bool = False
    """Whether the learner must have begun in an earlier academic year."""
    under_sixteen: bool = False

    def and_also(self, other: "Needs") -> "Needs | None":
        """Both needs together; None when no learner can meet them."""
        levels = self.levels & other.levels
        if not levels:
            return None
        return Needs(
            levels,
            self.second_year or other.second_year,
            self.under_sixteen or other.under_sixteen,
        )


ANYBODY = Needs()
HIGHER = frozenset({Level.HIGHER})
WITH_ASL = frozenset({Level.FOUNDATION, Level.HIGHER, Level.ADVANCED})
LATER_RESULTS = Needs(second_year=True)
YOUNG = Needs(levels=frozenset({Level.FOUNDATION, Level.HIGHER}), under_sixteen=True)

_SECOND_YEAR = frozenset({Situation.WITH_RESULTS, Situation.COMPLETE, Situation.NOT_ON_DAS})
_SECOND_YEAR_OUTSIDE_SKILLS = frozenset({Situation.ABSENT, Situation.UNCLASSIFIED})
_HIGHER_ONLY = frozenset(
    {Situation.BARRED_SHORT, Situation.BARRED_COVERED, Situation.GRADE_TOO_LOW}
)


def needs_of(component: ComponentType, situation: Situation) -> Needs:
    """Which learners a component can be in a situation for."""
    if component is ASL:
        if situation is Situation.AGE_RESTRICTED:
            return YOUNG
        return Needs(HIGHER if situation in _HIGHER_ONLY else WITH_ASL)
    if component in SKILLS:
        wrong = situation is Situation.WRONG_LEVEL
        return Needs(frozenset(Level) - {Level.FOUNDATION}) if wrong else ANYBODY
    if situation in _SECOND_YEAR or situation in _SECOND_YEAR_OUTSIDE_SKILLS:
        return LATER_RESULTS
    return ANYBODY


Weights = Mapping[Situation, float]

HEALTHY_PRINCIPAL: Weights = {
    Situation.NOT_OPEN: 40,
    Situation.MIXED: 38,
    Situation.MARKS_IN: 14,
    Situation.WITH_RESULTS: 8,
}
HEALTHY_PROJECT: Weights = {
    Situation.NOT_OPEN: 60,
    Situation.MARKS_IN: 22,
    Situation.EMBARGOED: 4,
    Situation.COMPLETE_UNSEEN: 2,
    Situation.NO_WINDOW: 2,
    Situation.COMPLETE: 10,
}
HEALTHY_SKILL: Weights = {
    Situation.PENDING: 40,
    Situation.PASSED: 14,
    Situation.COMPLETE: 22,
    Situation.COMPLETE_UNSEEN: 18,
    Situation.EMBARGOED: 6,
}
HEALTHY_ASL: Weights = {
    Situation.CLAIMED: 45,
    Situation.EXAMINED: 25,
    Situation.NOT_OPEN: 18,
    Situation.COMPLETE: 6,
    Situation.COMPLETE_UNSEEN: 3,
    Situation.BARRED_COVERED: 3,
}
FAULTY_PRINCIPAL: Weights = {
    Situation.WINDOW_OPEN: 16,
    Situation.OVERDUE: 10,
    Situation.UNIT_FORGOTTEN: 12,
    Situation.AWARD_FORGOTTEN: 10,
    Situation.MISSING: 5,
    Situation.ELSEWHERE: 6,
    Situation.OTHER_ULN: 4,
    Situation.NO_ULN: 2,
    Situation.WRONG_LINE: 2,
    Situation.WRONG_LEVEL: 2,
    Situation.TOO_LATE: 5,
    Situation.UNKNOWN_QAN: 1,
    Situation.WITHDRAWN_ONLY: 1,
    Situation.ABSENT: 2,
    Situation.NOT_ON_DAS: 2,
    Situation.COMPLETE: 2,
    Situation.COMPLETE_UNSEEN: 1,
}
FAULTY_PROJECT: Weights = {
    Situation.OVERDUE: 10,
    Situation.MISSING: 10,
    Situation.ELSEWHERE: 7,
    Situation.OTHER_ULN: 4,
    Situation.NO_ULN: 3,
    Situation.WRONG_LEVEL: 4,
    Situation.WRONG_COMPONENT: 1,
    Situation.TOO_LATE: 6,
    Situation.UNKNOWN_QAN: 1,
    Situation.WITHDRAWN_ONLY: 2,
    Situation.ABSENT: 2,
    Situation.UNCLASSIFIED: 3,
    Situation.WITH_RESULTS: 3,
    Situation.NOT_ON_DAS: 3,
}
FAULTY_SKILL: Weights = {
    Situation.FAILED: 12,
    Situation.RESIT_PENDING: 12,
    Situation.ABSENT: 3,
    Situation.MISSING: 12,
    Situation.ELSEWHERE: 7,
    Situation.OTHER_ULN: 3,
    Situation.NO_ULN: 2,
    Situation.WRONG_LEVEL: 5,
    Situation.TOO_LATE: 2,
    Situation.UNKNOWN_QAN: 1,
    Situation.WITHDRAWN_ONLY: 1,
    Situation.NOT_ON_DAS: 8,
}
FAULTY_ASL: Weights = {
    Situation.NOT_CLAIMED: 20,
    Situation.NOT_VERIFIED: 14,
    Situation.HOURS_SHORT: 10,
    Situation.MISSING: 6,
    Situation.ELSEWHERE: 7,
    Situation.BARRED_SHORT: 5,
    Situation.EXPIRED: 4,
    Situation.WRONG_LEVEL: 4,
    Situation.GRADE_TOO_LOW: 4,
    Situation.AGE_RESTRICTED: 2,
    Situation.OVERDUE: 4,
    Situation.OTHER_ULN: 3,
    Situation.NO_ULN: 2,
    Situation.UNKNOWN_QAN: 3,
    Situation.WITHDRAWN_ONLY: 1,
    Situation.TOO_LATE: 3,
    Situation.NOT_ON_DAS: 2,
}
HEALTHY: Mapping[ComponentType, Weights] = {
    PRINCIPAL: HEALTHY_PRINCIPAL,
    PROJECT: HEALTHY_PROJECT,
    **dict.fromkeys(SKILLS, HEALTHY_SKILL),
    ASL: HEALTHY_ASL,
}
FAULTY: Mapping[ComponentType, Weights] = {
    PRINCIPAL: FAULTY_PRINCIPAL,
    PROJECT: FAULTY_PROJECT,
    **dict.fromkeys(SKILLS, FAULTY_SKILL),
    ASL: FAULTY_ASL,
}
COMPONENT_WEIGHTS: Mapping[ComponentType, float] = {
    PRINCIPAL: 30,
    PROJECT: 20,
    **dict.fromkeys(SKILLS, 9),
    ASL: 23,
}
"""How often a fault lies in a component."""

TRAITS: Mapping[Trait, float] = {
    Trait.LEARNER_WITHOUT_ULN: 4,
    Trait.ULN_NOT_VERIFIED: 8,
    Trait.DAS_ULN_DIFFERS: 6,
    Trait.DAS_LINE_DIFFERS: 4,
    Trait.DAS_LEVEL_DIFFERS: 4,
    Trait.NO_DAS_RECORD: 12,
    Trait.DAS_STALE: 12,
    Trait.DETAILS_DIFFER: 14,
    Trait.REGISTRATION_PENDING: 8,
    Trait.REGISTRATION_REJECTED: 3,
    Trait.REGISTRATION_WITHDRAWN: 8,
    Trait.REGISTRATION_NOT_MADE: 3,
    Trait.REGISTRATION_WORD: 0.5,
    Trait.CLAIM_WORD: 0.5,
    Trait.ENTRY_WORD: 0.5,
    Trait.AWARD_MISSING: 6,
    Trait.AWARD_PAST: 5,
    Trait.AWARD_TOO_EARLY: 5,
    Trait.AWARDED: 8,
    Trait.READY: 5,
    Trait.END_WITHOUT_PLTS: 3,
    Trait.END_WITHOUT_WORK: 3,
    Trait.END_WITHOUT_CLAIM: 4,
}
