"""The qualifications of the sample: principal learning, projects, functional skills and ASL."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from msgspec.structs import replace

from domain.catalogue import FREE_BARRING_CODE, Qualification, Unit
from domain.identifiers import qan_check_character
from domain.vocabulary import ComponentType, Track
from exchange.sample.titles import (
    ADVANCED_SUBJECTS,
    COURSEWORK_SUBJECTS,
    EXAMINED_SUBJECTS,
    OTHER_BODIES,
    PRINCIPAL_LEARNING,
    VOCATIONAL_SUBJECTS,
    LineTitles,
)

OWN_BODY = "EDEXCEL"
PRINCIPAL_HOURS = {1: 240, 2: 420, 3: 540}
PROJECT_NAMES = {1: ("Foundation", 60), 2: ("Higher", 60), 3: ("Extended", 120)}
SKILLS = (
    (ComponentType.FS_ENGLISH, "English"),
    (ComponentType.FS_MATHEMATICS, "Mathematics"),
    (ComponentType.FS_ICT, "ICT"),
)
SKILL_HOURS = {1: 40, 2: 27}
UNITS_BY_LEVEL = {1: (4, 4), 2: (4, 5), 3: (5, 7)}
"""Fewest and most required units of a principal learning qualification."""

VOCATIONAL_PROGRAMMES = (
    (1, 60, "BTEC Introductory Certificate", 3),
    (1, 120, "BTEC Introductory Diploma", 4),
    (2, 60, "BTEC Short Course", 3),
    (2, 120, "BTEC Extended Certificate", 4),
    (2, 180, "BTEC First Certificate", 5),
    (3, 180, "BTEC National Certificate", 5),
    (3, 360, "BTEC National Award", 4),
)
"""Level, hours, name, and in how many subjects."""

GCSE_LEVELS = {"A*": 2, "A": 2, "B": 2, "C": 2, "D": 1, "E": 1, "F": 1, "G": 1}
GCE_LEVELS = dict.fromkeys(("A*", "A", "B", "C", "D", "E"), 3)
GCSE_HOURS = 120
GCE_HOURS = 180
FIRST_TEACHING = date(2008, 9, 1)

QAN_SERIES = {"principal": 1000, "project": 2000, "skills": 3000, "asl": 4000, "other": 5000}
"""Where the middle part of the synthetic QANs begins, by kind."""


@dataclass(frozen=True, slots=True)
class SampleCatalogue:
    """Every qualification of the sample, and the ways in which learners come to choose them."""

    qualifications: tuple[Qualification, ...]
    principal: dict[tuple[str, int], Qualification]
    """By line and level."""
    single: dict[tuple[ComponentType, int], Qualification]
    """Projects and functional skills, by component and level."""
    vocational: dict[tuple[int, int], tuple[Qualification, ...]]
    """By level and hours."""
    examined: tuple[Qualification, ...]
    coursework: tuple[Qualification, ...]
    """Subjects that combine with one another."""
    barred_pair: tuple[Qualification, Qualification]
    advanced: tuple[Qualification, ...]
    expired: dict[int, Qualification]
    """By level; closed to entries before the academic year of the sample."""
    post_sixteen: Qualification
    elsewhere: dict[tuple[ComponentType, int, str | None], tuple[Qualification, ...]]
    """With other awarding bodies: by component, level and, for principal learning, line."""
    early_units: dict[str, str]
    """The unit of a principal learning QAN that is marked before the others."""


def synthetic_qan(number: int) -> str:
    """A QAN of the range that is never issued, with its check character."""
    digits = f"999{number:04d}"
    return f"{digits[:3]}/{digits[3:]}/{qan_check_character(digits)}"


def build_catalogue(year_start: date) -> SampleCatalogue:
    """The catalogue as it stands in the academic year that begins on the given day."""
    principal = {
        (titles.line, level): _principal(titles, row, level)
        for row, titles in enumerate(PRINCIPAL_LEARNING)
        for level in PRINCIPAL_HOURS
    }
    single = {(found.component, found.level): found for found in _single()}
    vocational = {
        (level, hours): tuple(_vocational(row, level, hours))
        for row, (level, hours, _, _) in enumerate(VOCATIONAL_PROGRAMMES)
    }
    examined = tuple(
        _gcse(500 + row, subject, code, Track.EXTERNAL)
        for row, (subject, code) in enumerate(EXAMINED_SUBJECTS)
    )
    coursework = tuple(
        _gcse(600 + row, subject, code, Track.CENTRE_MARKED)
        for row, (subject, code) in enumerate(COURSEWORK_SUBJECTS)
    )
    advanced = tuple(
        _gce(700 + row, subject, code) for row, (subject, code) in enumerate(ADVANCED_SUBJECTS)
    )
    expired = {level: _expired(level, year_start) for level in (1, 2, 3)}
    post_sixteen = replace(
        _asl(900, "BTEC First Diploma in Public Services (post-16)", 2, 180),
        post_sixteen_only=True,
    )
    others = tuple(_elsewhere())
    elsewhere: dict[tuple[ComponentType, int, str | None], tuple[Qualification, ...]]
    elsewhere = defaultdict(tuple)
    for found in others:
        line = next(iter(found.lines)) if found.lines else None
        elsewhere[found.component, found.level, line] += (found,)
    own = (
        *principal.values(),
        *single.values(),
        *(found for group in vocational.values() for found in group),
        *examined,
        *coursework,
        *advanced,
        *expired.values(),
        post_sixteen,
    )
    return SampleCatalogue(
        qualifications=(*own, *others),
        principal=principal,
        single=single,
        vocational=vocational,
        examined=examined,
        coursework=coursework[1:],
        barred_pair=(coursework[0], coursework[1]),
        advanced=advanced,
        expired=expired,
        post_sixteen=post_sixteen,
        elsewhere=dict(elsewhere),
        early_units={found.qan: _early_unit(found) for found in principal.values()},
    )


def _principal(titles: LineTitles, row: int, level: int) -> Qualification:
    """The principal learning of a line at a level, marked inside the centre for the most part."""
    fewest, most = UNITS_BY_LEVEL[level]
    count = fewest + row % (most - fewest + 1)
    examined = {1} if count == fewest else {1, count - 2}
    units = [
        Unit(
            code=f"{titles.prefix}{level}{place + 1:02d}",
            title=title,
            internal=place not in examined,
        )
        for place, title in enumerate(titles.units[:count])
    ]
    return Qualification(
        qan=synthetic_qan(QAN_SERIES["principal"] + 10 * row + level),
        title=f"Edexcel Level {level} Principal Learning in {titles.name}",
        awarding_body=OWN_BODY,
        component=ComponentType.PRINCIPAL_LEARNING,
        level=level,
        lines=frozenset({titles.line}),
        glh=PRINCIPAL_HOURS[level],
        track=Track.UNITS,
        requires_award_entry=True,
        valid_from=FIRST_TEACHING,
        units={unit.code: unit for unit in units},
    )


def _early_unit(qualification: Qualification) -> str:
    """The last unit that the centre marks."""
    return [unit.code for unit in qualification.units.values() if unit.internal][-1]


def _single() -> Iterator[Qualification]:
    """Projects and functional skills, open to every line."""
    for level, (name, hours) in PROJECT_NAMES.items():
        yield Qualification(
            qan=synthetic_qan(QAN_SERIES["project"] + level),
            title=f"Edexcel Level {level} {name} Project",
            awarding_body=OWN_BODY,
            component=ComponentType.PROJECT,
            level=level,
            lines=None,
            glh=hours,
            track=Track.CENTRE_MARKED,
            valid_from=FIRST_TEACHING,
        )
    for row, (component, name) in enumerate(SKILLS):
        for level, hours in SKILL_HOURS.items():
            yield Qualification(
                qan=synthetic_qan(QAN_SERIES["skills"] + 10 * row + level),
                title=f"Edexcel Functional Skills Qualification in {name} at Level {level}",
                awarding_body=OWN_BODY,
                component=component,
                level=level,
                lines=None,
                glh=hours,
                track=Track.FUNCTIONAL_SKILLS,
                valid_from=FIRST_TEACHING,
            )


def _vocational(row: int, level: int, hours: int) -> Iterator[Qualification]:
    """One vocational programme in each of its subjects."""
    _, _, name, count = VOCATIONAL_PROGRAMMES[row]
    for place in range(count):
        subject = VOCATIONAL_SUBJECTS[(row + 2 * place) % len(VOCATIONAL_SUBJECTS)]
        title = f"{name} in {subject} (Level {level})"
        yield _asl(50 * row + place, title, level, hours)


def _asl(number: int, title: str, level: int, hours: int) -> Qualification:
    """A vocational qualification that combines with any other."""
    return Qualification(
        qan=synthetic_qan(QAN_SERIES["asl"] + number),
        title=f"Edexcel {title}",
        awarding_body=OWN_BODY,
        component=ComponentType.ASL,
        level=level,
        lines=None,
        glh=hours,
        track=Track.VOCATIONAL,
        barring_code=FREE_BARRING_CODE,
        valid_from=date(2005, 9, 1),
    )


def _expired(level: int, year_start: date) -> Qualification:
    """A vocational qualification that closed to entries on the eve of an academic year."""
    title = f"BTEC Certificate in Business Skills (Level {level}, old syllabus)"
    hours = {1: 120, 2: 180, 3: 360}[level]
    last_day = date(year_start.year, 8, 31)
    return replace(_asl(800 + level, title, level, hours), valid_to=last_day)


def _gcse(number: int, subject: str, code: str, track: Track) -> Qualification:
    """A GCSE: its grades D to G count at level 1 only."""
    return Qualification(
        qan=synthetic_qan(QAN_SERIES["asl"] + number),
        title=f"Edexcel GCSE in {subject}",
        awarding_body=OWN_BODY,
        component=ComponentType.ASL,
        level=2,
        lines=None,
        glh=GCSE_HOURS,
        track=track,
        barring_code=code,
        valid_from=date(2005, 9, 1),
        grade_levels=GCSE_LEVELS,
    )


def _gce(number: int, subject: str, code: str) -> Qualification:
    """A GCE Advanced Subsidiary with examinations only."""
    return Qualification(
        qan=synthetic_qan(QAN_SERIES["asl"] + number),
        title=f"Edexcel Advanced Subsidiary GCE in {subject}",
        awarding_body=OWN_BODY,
        component=ComponentType.ASL,
        level=3,
        lines=None,
        glh=GCE_HOURS,
        track=Track.EXTERNAL,
        barring_code=code,
        valid_from=date(2005, 9, 1),
        grade_levels=GCE_LEVELS,
    )


def _elsewhere() -> Iterator[Qualification]:
    """What other awarding bodies offer for the same components."""
    number = QAN_SERIES["other"]
    for found in _single():
        for body in OTHER_BODIES[:3]:
            number += 1
            title = found.title.removeprefix("Edexcel")
            yield _counterpart(found, body, f"{body}{title}", synthetic_qan(number))
    for row, titles in enumerate(PRINCIPAL_LEARNING):
        for level in PRINCIPAL_HOURS:
            number += 1
            body = OTHER_BODIES[row % 3]
            source = _principal(titles, row, level)
            title = f"{body} Level {level} Principal Learning in {titles.name}"
            yield _counterpart(source, body, title, synthetic_qan(number))
    for level, hours in ((1, 120), (2, 180), (3, 360)):
        for body in OTHER_BODIES:
            number += 1
            title = f"{body} Level {level} Certificate in Workplace Skills"
            yield _counterpart(_asl(0, title, level, hours), body, title, synthetic_qan(number))


def _counterpart(source: Qualification, body: str, title: str, qan: str) -> Qualification:
    """The counterpart of a qualification with another body, whose units are not known here."""
    return replace(
        source, qan=qan, title=title, awarding_body=body, requires_award_entry=False, units={}
    )
