"""The files of a sample feed: their columns, and writing them row by row."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from domain.catalogue import Qualification
from domain.vocabulary import CentreStatus, ComponentType, UlnState, UnitAssessment
from exchange.sample.catalogue import SampleCatalogue, build_catalogue
from exchange.sample.centres import build_centres, build_consortia, verifications
from exchange.sample.draft import FALSE, TRUE, World
from exchange.sample.learners import Learner, LearnerMaker
from exchange.sample.people import NamePools
from exchange.sample.season import Season, season_of
from exchange.sample.situations import Trait

DEFAULT_DAY = date(2010, 2, 19)
MOST_LEARNERS = 10_000_000
DECLARED_PER_HUNDRED = 3

COLUMNS = {
    "centres.csv": ("centre_number", "name", "dfe_number", "status"),
    "consortia.csv": ("consortium_code", "consortium_name", "centre_number"),
    "qualifications.csv": (
        *("qan", "title", "awarding_body", "component", "level", "lines", "glh", "barring_code"),
        *("track", "requires_award_entry", "valid_from", "valid_to", "post_sixteen_only"),
        "grade_levels",
    ),
    "units.csv": ("qan", "unit", "title", "assessment", "required"),
    "windows.csv": ("series", "unit", "opens_on", "closes_on"),
    "learners.csv": (
        *("learner_ref", "uln", "uln_verified", "given_name", "family_name", "date_of_birth"),
        *("uci", "upn"),
    ),
    "registrations.csv": (
        *("registration_ref", "learner_ref", "centre_number", "line", "level", "registered_on"),
        *("anticipated_award", "status", "claim_status"),
    ),
    "entries.csv": (
        *("entry_ref", "centre_number", "uln", "given_name", "family_name", "date_of_birth"),
        *("qan", "component", "kind", "unit", "series", "status", "entered_on"),
        *("marks_submitted_on", "claimed", "result", "result_release_on"),
    ),
    "verifications.csv": ("centre_number", "qan", "academic_year", "state", "verified_on"),
    "das.csv": (
        *("registration_ref", "uln", "line", "level", "given_name", "family_name"),
        *("date_of_birth", "plts", "work_experience", "claim_status", "fetched_at"),
    ),
    "das_components.csv": ("registration_ref", "component", "complete", "visible_from"),
}
"""The columns of each file, in the order in which the sample writes them."""


@dataclass(frozen=True, slots=True)
class SampleSummary:
    """What a sample feed holds."""

    rows: dict[str, int]
    """Rows by file name."""
    learners: int
    entries: int
    suggested_declarations: list[tuple[str, ComponentType, str]] = field(default_factory=list)
    """Registration, component and QAN of what users might declare as taken elsewhere."""


class FeedWriter:
    """Every file of a feed, open at once, so that nothing has to be held in memory."""

    def __init__(self, folder: Path) -> None:
        """Write into a folder, which is made when it is not there."""
        self._folder = folder
        self._stack = ExitStack()
        self._writers: dict[str, Any] = {}
        self.rows: Counter[str] = Counter()

    def __enter__(self) -> Self:
        """Open the files and write their headers."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for name, columns in COLUMNS.items():
            handle = self._stack.enter_context(
                (self._folder / name).open("w", encoding="utf-8", newline="")
            )
            self._writers[name] = csv.writer(handle, lineterminator="\r\n")
            self._writers[name].writerow(columns)
            self.rows[name] = 0
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the files."""
        self._stack.close()

    def row(self, name: str, values: Sequence[object]) -> None:
        """Write one row."""
        self._writers[name].writerow(values)
        self.rows[name] += 1

    def write(self, name: str, rows: Iterable[Sequence[object]]) -> None:
        """Write rows."""
        for values in rows:
            self.row(name, values)


def write_sample_feed(
    folder: Path, *, centres: int, learners: int, seed: int, day: date = DEFAULT_DAY
) -> SampleSummary:
    """Write a believable feed as it might arrive on a day; the same arguments, the same bytes."""
    if not 1 <= learners <= MOST_LEARNERS:
        message = f"learners must be between 1 and {MOST_LEARNERS}, not {learners}"
        raise ValueError(message)
    season = season_of(day)
    catalogue = build_catalogue(season.year_start)
    pools = NamePools(seed)
    schools = build_centres(centres, seed, pools.random, catalogue)
    world = World(pools.random, season, catalogue)
    suggested: list[tuple[str, ComponentType, str]] = []
    most = max(1, learners * DECLARED_PER_HUNDRED // 100)
    with FeedWriter(folder) as feed:
        for school in schools:
            names = school.number, school.name, school.dfe_number, CentreStatus.OPEN.value
            feed.row("centres.csv", names)
            feed.write("verifications.csv", verifications(school, season))
        for consortium in build_consortia(schools, pools.random):
            for member in consortium.members:
                feed.row("consortia.csv", (consortium.code, consortium.name, member.number))
        _write_catalogue(feed, catalogue, season)
        maker = LearnerMaker(world, pools, schools, seed)
        for row, learner in enumerate(maker.learners(learners), start=1):
            _write_learner(feed, row, learner)
            _write_entries(feed, learner, maker)
            if learner.declarable and len(suggested) < most:
                qan = _counterpart(learner, learner.declarable)
                suggested.append((f"R{row:06d}", learner.declarable, qan))
        return SampleSummary(dict(feed.rows), learners, feed.rows["entries.csv"], suggested)


def _counterpart(learner: Learner, component: ComponentType) -> str:
    """The QAN with another body that a learner might take a component with."""
    draft = learner.draft
    skill = component.name.startswith("FS_")
    level = min(draft.number, 2) if skill else draft.number
    line = draft.line if component is ComponentType.PRINCIPAL_LEARNING else None
    return draft.pick(draft.catalogue.elsewhere[component, level, line]).qan


def _write_catalogue(feed: FeedWriter, catalogue: SampleCatalogue, season: Season) -> None:
    """Qualifications, their units and the windows."""
    for found in catalogue.qualifications:
        feed.row("qualifications.csv", _qualification(found))
        for unit in found.units.values():
            assessment = UnitAssessment.INTERNAL if unit.internal else UnitAssessment.EXTERNAL
            required = TRUE if unit.required else FALSE
            row = found.qan, unit.code, unit.title, assessment.value, required
            feed.row("units.csv", row)
    for session in season.sessions:
        feed.row("windows.csv", (session.name, "", session.opens_on, session.closes_on))
    for unit_code in catalogue.early_units.values():
        feed.row("windows.csv", (season.coming.name, unit_code, *season.early))


def _qualification(found: Qualification) -> tuple[object, ...]:
    """The row of a qualification."""
    return (
        found.qan,
        found.title,
        found.awarding_body,
        found.component.value,
        found.level,
        "|".join(sorted(found.lines)) if found.lines else "ANY",
        found.glh,
        found.barring_code or "",
        found.track.value,
        TRUE if found.requires_award_entry else FALSE,
        found.valid_from or "",
        found.valid_to or "",
        TRUE if found.post_sixteen_only else FALSE,
        "|".join(f"{grade}:{level}" for grade, level in found.grade_levels.items()),
    )


def _write_learner(feed: FeedWriter, row: int, learner: Learner) -> None:
    """The learner, the registration and what DAS holds."""
    learner_ref, registration_ref = f"L{row:06d}", f"R{row:06d}"
    draft, plan = learner.draft, learner.plan
    verified = ""
    if learner.uln:
        verified = FALSE if plan.has(Trait.ULN_NOT_VERIFIED) else TRUE
    feed.row(
        "learners.csv",
        (learner_ref, learner.uln, verified, *learner.person, learner.uci, learner.upn),
    )
    feed.row(
        "registrations.csv",
        (
            registration_ref,
            learner_ref,
            draft.centre.number,
            draft.line,
            draft.level.value,
            learner.registered_on,
            learner.award,
            learner.status,
            learner.claim_status,
        ),
    )
    if learner.das is None:
        return
    feed.row("das.csv", (registration_ref, *learner.das))
    for component in plan.situations:
        complete = TRUE if component in draft.complete else FALSE
        visible_from = draft.complete.get(component, "")
        feed.row("das_components.csv", (registration_ref, component.value, complete, visible_from))


def _write_entries(feed: FeedWriter, learner: Learner, maker: LearnerMaker) -> None:
    """The learner's entries, numbered through the feed."""
    number = learner.draft.centre.number
    stranger = ""
    for entry in learner.draft.entries:
        uln = learner.uln
        if entry.uln_state is UlnState.MISSING:
            uln = ""
        elif entry.uln_state is UlnState.MISMATCHED:
            uln = stranger = stranger or next(maker.strangers)
        feed.row(
            "entries.csv",
            (
                f"E{feed.rows['entries.csv'] + 1:07d}",
                *(number, uln, *learner.person, entry.qan, entry.component, entry.kind.value),
                *(entry.unit, entry.series, entry.status, entry.entered_on),
                *(entry.marks_submitted_on, entry.claimed, entry.result),
                entry.result_release_on,
            ),
        )
