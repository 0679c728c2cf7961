"""Which situations a sample learner is in: first every one in turn, then as chance has it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate, zip_longest
from random import Random
from typing import Generic, NamedTuple, TypeVar

from domain.vocabulary import ComponentType, Level
from exchange.sample.situations import (
    ANYBODY,
    ASL,
    AT_THE_END,
    COMPONENT_WEIGHTS,
    FAULTY,
    HEALTHY,
    PRINCIPAL,
    PROJECT,
    SKILLS,
    TRAITS,
    Needs,
    Situation,
    Trait,
    needs_of,
)

Item = TypeVar("Item")

SHARE_HEALTHY = 0.46
SHARE_SECOND_FAULT = 0.25
SHARE_TRAIT = 0.2
END_NEEDS = Needs(second_year=True)

LEVELS: Mapping[Level, float] = {
    Level.FOUNDATION: 24,
    Level.HIGHER: 46,
    Level.ADVANCED: 21,
    Level.PROGRESSION: 9,
}


@dataclass(slots=True)
class Plan:
    """What is to happen to a learner."""

    level: Level
    needs: Needs
    situations: dict[ComponentType, Situation] = field(default_factory=dict)
    trait: Trait | None = None

    def has(self, *traits: Trait) -> bool:
        """Whether the learner has one of these traits."""
        return self.trait in traits


class Part(NamedTuple):
    """One thing that can be the matter, with a component or with the whole learner."""

    component: ComponentType | None
    matter: Situation | Trait

    @property
    def needs(self) -> Needs:
        """Which learners it makes sense for."""
        if isinstance(self.matter, Situation) and self.component is not None:
            return needs_of(self.component, self.matter)
        return END_NEEDS if self.matter in AT_THE_END else ANYBODY


class Wheel(Generic[Item]):
    """Things to draw from, some more often than others."""

    def __init__(self, weights: Mapping[Item, float]) -> None:
        """Take the weights as shares."""
        self._items = list(weights)
        self._bounds = list(accumulate(weights.values()))

    def spin(self, draw: Random) -> Item:
        """Draw one of them."""
        return draw.choices(self._items, cum_weights=self._bounds)[0]


CORE = (
    Part(PROJECT, Situation.ELSEWHERE),
    Part(PRINCIPAL, Situation.NOT_OPEN),
    Part(PRINCIPAL, Situation.UNIT_FORGOTTEN),
    Part(ASL, Situation.CLAIMED),
    Part(ComponentType.FS_ENGLISH, Situation.PASSED),
    Part(PROJECT, Situation.COMPLETE),
    Part(PRINCIPAL, Situation.WINDOW_OPEN),
    Part(PRINCIPAL, Situation.OVERDUE),
    Part(ASL, Situation.NOT_CLAIMED),
    Part(ASL, Situation.NOT_VERIFIED),
    Part(PROJECT, Situation.MARKS_IN),
    Part(ComponentType.FS_MATHEMATICS, Situation.FAILED),
    Part(PROJECT, Situation.TOO_LATE),
    Part(ASL, Situation.UNKNOWN_QAN),
)
"""What has to be there for every flag to occur, but those that take a user's declaration."""

SHARE_FORCED = 4
"""One learner in so many, at most, is there to show a situation; the core comes first."""


def walk() -> tuple[Part, ...]:
    """Everything that can be the matter, once each, the core first."""
    columns: list[list[Part]] = [[Part(None, trait) for trait in TRAITS]]
    columns += [
        [Part(component, situation) for situation in FAULTY[component]]
        for component in (PRINCIPAL, PROJECT, ASL)
    ]
    columns.append(
        [Part(SKILLS[row % len(SKILLS)], found) for row, found in enumerate(FAULTY[SKILLS[0]])]
    )
    columns.append(
        [
            Part(component, situation)
            for component in (PRINCIPAL, PROJECT, SKILLS[2], ASL)
            for situation in HEALTHY[component]
        ]
    )
    turns = (part for row in zip_longest(*columns) for part in row if part is not None)
    return tuple(dict.fromkeys((*CORE, *turns)))


class Planner:
    """Plans learners one after another."""

    def __init__(self, draw: Random) -> None:
        """Set the wheels up."""
        self._draw = draw
        self._levels = Wheel(LEVELS)
        self._components = Wheel(COMPONENT_WEIGHTS)
        self._healthy = {component: Wheel(weights) for component, weights in HEALTHY.items()}
        self._faulty = {component: Wheel(weights) for component, weights in FAULTY.items()}
        self._traits = Wheel(TRAITS)

    def plans(self, learners: int) -> Iterator[Plan]:
        """A plan for each learner."""
        forced = walk()[: max(len(CORE), learners // SHARE_FORCED)][:learners]
        for part in forced:
            yield self._plan([part])
        for _ in range(learners - len(forced)):
            yield self._plan(self._drawn())

    def _drawn(self) -> list[Part]:
        """What is the matter with a learner met by chance: nothing, as a rule."""
        draw = self._draw
        if draw.random() < SHARE_HEALTHY:
            return []
        parts = [self._fault()]
        if draw.random() < SHARE_SECOND_FAULT:
            parts.append(self._fault())
        return parts

    def _fault(self) -> Part:
        """One fault."""
        if self._draw.random() < SHARE_TRAIT:
            return Part(None, self._traits.spin(self._draw))
        component = self._components.spin(self._draw)
        return Part(component, self._faulty[component].spin(self._draw))

    def _plan(self, parts: list[Part]) -> Plan:
        """A learner for whom the parts make sense; a part that contradicts others is dropped."""
        needs, kept = ANYBODY, list[Part]()
        for part in parts:
            both = needs.and_also(part.needs)
            if both is not None:
                needs = both
                kept.append(part)
        level = self._levels.spin(self._draw)
        while level not in needs.levels:
            level = self._levels.spin(self._draw)
        plan = Plan(level, needs)
        given: dict[ComponentType, Situation] = {}
        for part in kept:
            if isinstance(part.matter, Trait):
                plan.trait = part.matter
            elif part.component is not None:
                given[part.component] = part.matter
        self._fill(plan, self._all_complete() if plan.trait in AT_THE_END else given)
        return plan

    def _fill(self, plan: Plan, given: Mapping[ComponentType, Situation]) -> None:
        """Give every component of the course a situation, a healthy one where none is given."""
        for component, wheel in self._healthy.items():
            if component is ASL and plan.level is Level.PROGRESSION:
                continue
            situation = given.get(component)
            if situation is None:
                situation = self._suiting(wheel, component, plan.level)
                needs = needs_of(component, situation)
                if needs.second_year:
                    plan.needs = plan.needs._replace(second_year=True)
            plan.situations[component] = situation

    def _suiting(
        self, wheel: Wheel[Situation], component: ComponentType, level: Level
    ) -> Situation:
        """A situation from a wheel that makes sense at a level."""
        situation = wheel.spin(self._draw)
        while level not in needs_of(component, situation).levels:
            situation = wheel.spin(self._draw)
        return situation

    def _all_complete(self) -> dict[ComponentType, Situation]:
        """Every component is complete, most of them with entries that show why."""
        unseen = self._draw.choice(SKILLS)
        return {
            component: Situation.COMPLETE_UNSEEN if component is unseen else Situation.COMPLETE
            for component in HEALTHY
        }
