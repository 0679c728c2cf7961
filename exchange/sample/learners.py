"""From a plan to a learner: course, numbers, registration, entries and what DAS holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, islice
from random import Random

from domain.catalogue import BUILT_IN_LINES
from domain.vocabulary import ClaimStatus, ComponentType, Level, RegistrationStatus
from exchange.sample.centres import Centre
from exchange.sample.draft import FALSE, TRUE, Draft, World
from exchange.sample.people import STRANGERS_FROM, NamePools, Person, uci, ulns, upn
from exchange.sample.plans import Plan, Planner
from exchange.sample.principal import PRINCIPAL_SITUATIONS, withdrawn_duplicate
from exchange.sample.season import Season, Session, month_text
from exchange.sample.single import PROJECT_SITUATIONS, SKILL_SITUATIONS
from exchange.sample.situations import AT_THE_END, Situation, Trait
from exchange.sample.specialist import ASL_SITUATIONS
from exchange.sample.titles import PRINCIPAL_LEARNING

SITUATIONS = {
    ComponentType.PRINCIPAL_LEARNING: PRINCIPAL_SITUATIONS,
    ComponentType.PROJECT: PROJECT_SITUATIONS,
    ComponentType.FS_ENGLISH: SKILL_SITUATIONS,
    ComponentType.FS_MATHEMATICS: SKILL_SITUATIONS,
    ComponentType.FS_ICT: SKILL_SITUATIONS,
    ComponentType.ASL: ASL_SITUATIONS,
}
AGES = {
    Level.FOUNDATION: (14, 16),
    Level.HIGHER: (14, 17),
    Level.ADVANCED: (16, 18),
    Level.PROGRESSION: (16, 18),
}
"""Youngest and oldest age in the first year of a course."""

PHASE_ONE = tuple(
    titles.line
    for titles in PRINCIPAL_LEARNING
    if any(line.code == titles.line and line.phase == 1 for line in BUILT_IN_LINES)
)
ALL_LINES = PHASE_ONE * 2 + tuple(titles.line for titles in PRINCIPAL_LEARNING)
"""The lines that began first have had more time to grow."""

SHARE_SECOND_YEAR = 0.25
SHARE_LONG_COURSE = {
    Level.FOUNDATION: 0.1,
    Level.HIGHER: 0.3,
    Level.ADVANCED: 0.6,
    Level.PROGRESSION: 0.6,
}
SHARE_DUPLICATE = 0.12
SHARE_PLTS = {False: 0.15, True: 0.55}
SHARE_WORK = {False: 0.25, True: 0.6}
"""By whether the learner is in the second year."""

CLAIMS = (
    *(ClaimStatus.NONE,) * 12,
    *(ClaimStatus.PERMISSION_SUBMITTED,) * 2,
    *(ClaimStatus.PERMISSION_ACCEPTED,) * 5,
    ClaimStatus.PERMISSION_REJECTED,
)
STATUSES = {
    Trait.REGISTRATION_PENDING: RegistrationStatus.PENDING.value,
    Trait.REGISTRATION_REJECTED: RegistrationStatus.REJECTED.value,
    Trait.REGISTRATION_WITHDRAWN: RegistrationStatus.WITHDRAWN.value,
    Trait.REGISTRATION_NOT_MADE: RegistrationStatus.NOT_REGISTERED.value,
    Trait.REGISTRATION_WORD: "DEFERRED",
}
CLAIMS_OF = {
    Trait.AWARDED: ClaimStatus.AWARDED.value,
    Trait.READY: ClaimStatus.PERMISSION_ACCEPTED.value,
    Trait.END_WITHOUT_PLTS: ClaimStatus.PERMISSION_ACCEPTED.value,
    Trait.END_WITHOUT_WORK: ClaimStatus.PERMISSION_ACCEPTED.value,
    Trait.END_WITHOUT_CLAIM: ClaimStatus.NONE.value,
    Trait.CLAIM_WORD: "JTC_ACCEPTED",
}
UNKNOWN_ENTRY_STATUS = "PROVISIONAL"
STALE_DAYS = 3
PUPIL_NUMBER_EVERY = 8
SCHOOL_AGE = 11


@dataclass(slots=True)
class Learner:
    """A finished sample learner."""

    person: Person
    uln: str
    uci: str
    upn: str
    registered_on: str
    award: str
    draft: Draft
    plan: Plan
    claim_status: str
    das: tuple[str, ...] | None
    """The row of the DAS feed after its registration, if there is one."""
    declarable: ComponentType | None
    """The component that a user might declare as taken elsewhere."""

    @property
    def status(self) -> str:
        """The registration status in the feed's words."""
        trait = self.plan.trait
        accepted = RegistrationStatus.ACCEPTED.value
        return STATUSES.get(trait, accepted) if trait else accepted


class LearnerMaker:
    """Makes learners one after another; each is forgotten once it is handed out."""

    def __init__(self, world: World, pools: NamePools, centres: list[Centre], seed: int) -> None:
        """Take the parts that all learners share."""
        self._world = world
        self._pools = pools
        self._centres = centres
        self._bounds = list(accumulate(centre.weight for centre in centres))
        self._ulns = ulns(seed)
        self.strangers = ulns(seed, STRANGERS_FROM)
        """ULNs that belong to nobody in the sample."""

    def learners(self, count: int) -> Iterator[Learner]:
        """So many learners."""
        plans = Planner(self._world.draw).plans(count)
        for uln, plan in zip(islice(self._ulns, count), plans, strict=True):
            yield self._learner(uln, plan)

    def _learner(self, uln: str, plan: Plan) -> Learner:
        """The learner of a plan."""
        draw, season = self._world.draw, self._world.season
        centre = draw.choices(self._centres, cum_weights=self._bounds)[0]
        second_year = plan.needs.second_year or draw.random() < SHARE_SECOND_YEAR
        lines = PHASE_ONE if second_year else ALL_LINES
        draft = Draft(
            world=self._world,
            centre=centre,
            line=draw.choice(lines),
            level=plan.level,
            final=_final_session(season, plan, draw, second_year=second_year),
        )
        self._enter(draft, plan)
        person = self._pools.person(_born(season.day, plan, second_year=second_year))
        year = season.year_start.year - second_year
        centre.candidates += 1
        known = "" if plan.has(Trait.LEARNER_WITHOUT_ULN) else uln
        claim_status = CLAIMS_OF.get(plan.trait, "") if plan.trait else ""
        claim_status = claim_status or draw.choice(CLAIMS).value
        return Learner(
            person=person,
            uln=known,
            uci=uci(centre.number, year + 1, centre.candidates),
            upn=_pupil_number(centre, person),
            registered_on=min(
                month_text(year, draw.choice((9, 9, 10, 10, 11))), season.day.isoformat()[:7]
            ),
            award=_award_month(draft, plan),
            draft=draft,
            plan=plan,
            claim_status=claim_status,
            das=self._das(draft, plan, person, (known, claim_status), second_year=second_year),
            declarable=_declarable(plan),
        )

    def _enter(self, draft: Draft, plan: Plan) -> None:
        """Live through the situations of the plan."""
        for component, situation in plan.situations.items():
            draft.component = component
            SITUATIONS[component][situation](draft)
        if draft.entries and draft.luck(SHARE_DUPLICATE):
            withdrawn_duplicate(draft)
        if draft.entries and plan.has(Trait.ENTRY_WORD):
            draft.entries[0].status = UNKNOWN_ENTRY_STATUS

    def _das(
        self, draft: Draft, plan: Plan, person: Person, held: tuple[str, str], *, second_year: bool
    ) -> tuple[str, ...] | None:
        """What DAS holds of the learner; nothing without a ULN."""
        if plan.has(Trait.NO_DAS_RECORD, Trait.LEARNER_WITHOUT_ULN):
            return None
        uln, claim_status = held
        line, level, given_name = draft.line, draft.level, person.given_name
        if plan.has(Trait.DAS_ULN_DIFFERS):
            uln = next(self.strangers)
        if plan.has(Trait.DAS_LINE_DIFFERS):
            line = draft.pick([other for other in PHASE_ONE if other != line])
        if plan.has(Trait.DAS_LEVEL_DIFFERS):
            level = Level.FOUNDATION if level is not Level.FOUNDATION else Level.HIGHER
        if plan.has(Trait.DETAILS_DIFFER):
            given_name = self._other_name(given_name)
        days = STALE_DAYS if plan.has(Trait.DAS_STALE) else 0
        fetched_on = draft.season.day - timedelta(days=days)
        return (
            *(uln, line, level.value, given_name, person.family_name, person.date_of_birth),
            _confirmed(draft, plan, Trait.END_WITHOUT_PLTS, SHARE_PLTS[second_year]),
            _confirmed(draft, plan, Trait.END_WITHOUT_WORK, SHARE_WORK[second_year]),
            claim_status,
            f"{fetched_on.isoformat()}T05:00:00+00:00",
        )

    def _other_name(self, given_name: str) -> str:
        """A given name as somebody else wrote it down."""
        other = self._pools.given_name()
        return other if other != given_name else f"{given_name} {other}"


def _pupil_number(centre: Centre, person: Person) -> str:
    """The pupil number of the few learners whose schools pass it on."""
    serial, others = divmod(centre.candidates, PUPIL_NUMBER_EVERY)
    if others:
        return ""
    return upn(centre.dfe_number, int(person.date_of_birth[:4]) + SCHOOL_AGE, serial)


def _confirmed(draft: Draft, plan: Plan, absent: Trait, share: float) -> str:
    """Whether the centre has confirmed a part that carries no qualification."""
    if plan.trait in AT_THE_END:
        return FALSE if plan.has(absent) else TRUE
    return TRUE if draft.luck(share) else FALSE


def _final_session(season: Season, plan: Plan, draw: Random, *, second_year: bool) -> Session:
    """The session that finishes the course: the coming one, or that of the year after."""
    early = plan.has(Trait.AWARD_TOO_EARLY, Trait.AWARD_PAST) or plan.trait in AT_THE_END
    if second_year or early or draw.random() >= SHARE_LONG_COURSE[plan.level]:
        return season.coming
    return season.latest


def _award_month(draft: Draft, plan: Plan) -> str:
    """The anticipated award month: when the results of the final session are out, as a rule."""
    month = draft.final.results_month
    if plan.has(Trait.AWARD_MISSING):
        return ""
    if plan.has(Trait.AWARD_TOO_EARLY):
        return month_text(month.year, month.month - 1)
    if plan.has(Trait.AWARD_PAST, Trait.AWARDED):
        month = draft.season.earlier.results_month
    return month_text(month.year, month.month)


def _declarable(plan: Plan) -> ComponentType | None:
    """A component without entries that is taken elsewhere, on a record that is otherwise clear."""
    if plan.trait is not None:
        return None
    elsewhere = (
        component
        for component, situation in plan.situations.items()
        if situation is Situation.ELSEWHERE
    )
    return next(elsewhere, None)


def _born(day: date, plan: Plan, *, second_year: bool) -> tuple[date, int]:
    """The first possible birthday, and how many follow it, for the ages of a course."""
    youngest, oldest = AGES[plan.level]
    youngest, oldest = youngest + second_year, oldest + second_year
    if plan.needs.under_sixteen:
        youngest, oldest = 14, 15
    safe = min(day.day, 28)
    last = date(day.year - youngest, day.month, safe)
    first = date(day.year - oldest - 1, day.month, safe) + timedelta(days=31)
    return first, (last - first).days + 1
