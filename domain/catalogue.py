"""Requirements, lines, series, qualifications and windows as values; the built-in ones as data."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import msgspec

from domain.identifiers import Series, YearMonth
from domain.vocabulary import ComponentType, Track

ANY_LINE = "ANY"

FREE_BARRING_CODE = "ZZZZ"
"""The barring code that combines with every other."""

PLTS_GLH = 60
"""Guided learning hours of personal, learning and thinking skills, at every level."""

DAS_POSTING_GRACE_DAYS = 14
"""Days after a result's release in which DAS is expected to catch up."""


def lines_of(stored: str) -> tuple[str, ...] | None:
    """The lines of a list as feeds write it, ENGINEERING|RETAIL_BUSINESS; None for any line."""
    return None if stored == ANY_LINE else tuple(stored.split("|"))


class Unit(msgspec.Struct, frozen=True, gc=False):
    """One unit of a qualification."""

    code: str
    title: str | None = None
    internal: bool = False
    required: bool = True


class Qualification(msgspec.Struct, frozen=True):
    """A catalogue row: what a QAN stands for and where it may count."""

    qan: str
    title: str
    awarding_body: str
    component: ComponentType
    level: int
    lines: frozenset[str] | None
    """Lines it may count to; None means any."""
    glh: int
    track: Track
    barring_code: str | None = None
    requires_award_entry: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    post_sixteen_only: bool = False
    grade_levels: Mapping[str, int] = {}
    """Level at which each grade counts; a grade that is not named counts at the own level."""
    units: Mapping[str, Unit] = {}

    @property
    def bars(self) -> str | None:
        """The barring code, or None when it combines with anything."""
        return None if self.barring_code in (None, "", FREE_BARRING_CODE) else self.barring_code


class Requirement(msgspec.Struct, frozen=True):
    """What a component asks for at one Diploma level."""

    levels: frozenset[int]
    glh: int
    min_glh: int | None = None


class Window(NamedTuple):
    """A marks submission window; both days are inside it."""

    opens_on: date
    closes_on: date


class ResultsRule(NamedTuple):
    """When the results of a series month come out."""

    month: int
    year_offset: int


class Catalogue(msgspec.Struct, frozen=True):
    """All course data that the rules read; nothing in it depends on a learner."""

    qualifications: Mapping[str, Qualification]
    requirements: Mapping[str, Mapping[ComponentType, Requirement]]
    """By level code, then component."""
    lines: frozenset[str]
    windows: Mapping[tuple[str, str | None], Window]
    """By series ("June 2010") and unit; the unit None stands for all."""
    results: Mapping[str, ResultsRule]
    """By series month name."""
    plts_glh: Mapping[str, int] = {}
    """Hours of PLTS by level; 60 where a level is not named."""

    def window(self, series: str | None, unit: str | None) -> Window | None:
        """The window for a unit of a series, else the one for the whole series, else None."""
        if series is None:
            return None
        if unit is not None:
            own = self.windows.get((series, unit))
            if own is not None:
                return own
        return self.windows.get((series, None))

    def results_month(self, series: str | None) -> YearMonth | None:
        """The month in which the results of a series come out; None for on-demand entries."""
        if series is None:
            return None
        parsed = Series.parse(series)
        rule = self.results.get(parsed.month)
        return rule and YearMonth(parsed.year + rule.year_offset, rule.month)

    def total_glh(self, level: str) -> int:
        """Guided learning hours of a whole Diploma at a level."""
        components = self.requirements.get(level, {})
        return sum(need.glh for need in components.values()) + self.plts_hours(level)

    def plts_hours(self, level: str) -> int:
        """Guided learning hours of PLTS at a level."""
        return self.plts_glh.get(level, PLTS_GLH)


class Line(NamedTuple):
    """A line of learning."""

    code: str
    name: str
    phase: int | None
    active: bool


BUILT_IN_LINES: tuple[Line, ...] = tuple(
    Line(name.upper().replace(" ", "_").replace(",", "").replace("-", "_"), name, phase, phase < 4)  # noqa: PLR2004 - phase 4 was cancelled
    for phase, names in {
        1: (
            "Construction and the built environment",
            "Creative and media",
            "Engineering",
            "Information technology",
            "Society, health and development",
        ),
        2: (
            "Business, administration and finance",
            "Environmental and land-based studies",
            "Hair and beauty studies",
            "Hospitality",
            "Manufacturing and product design",
        ),
        3: (
            "Public services",
            "Retail business",
            "Sport and active leisure",
            "Travel and tourism",
        ),
        4: (
            "Humanities and social sciences",
            "Languages and international communication",
            "Science",
        ),
    }.items()
    for name in names
)

BUILT_IN_RESULTS: Mapping[str, ResultsRule] = {
    "January": ResultsRule(3, 0),
    "March": ResultsRule(5, 0),
    "June": ResultsRule(8, 0),
    "November": ResultsRule(1, 1),
}
