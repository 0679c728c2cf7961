"""Learners of several courses are listed and counted once, by the foremost that is asked for."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import pytest

from auth.permissions import GrantKind, Role
from auth.viewer import CONSOLE, Grants, HeldGrant, Viewer
from database.connection import Database
from domain.codes import CompletionStatus
from loaders import issues_on, learners_on
from loaders.counting import Counting, Grouping, Question
from loaders.counts import Counted, counts_by_centre_id, counts_by_counting
from loaders.counts_on import Tally, tally_by_centre_id, tally_by_filter
from loaders.filters import LearnerFilter
from loaders.issues import issue_count, issue_count_by_centre_id, issue_page
from loaders.learner_pages import (
    learner_count,
    learner_count_by_centre_id,
    learner_page,
    learner_page_by_centre_id,
)
from loaders.paging import ISSUES_BY_SEVERITY, LEARNERS_BY_NAME, PageRequest
from loaders.reading import Reading
from tests.exchange.feeds import read_rows, send
from tests.factories import DAY, import_sample

EVERY_STATUS = tuple(status.value for status in CompletionStatus)
LEARNERS = PageRequest(LEARNERS_BY_NAME, 100)
ISSUES = PageRequest(ISSUES_BY_SEVERITY, 2_000)


Sizes: TypeAlias = dict[str | None, int]
"""Groups with anybody in them, by key."""


class Course(NamedTuple):
    """A registration as it stands in the database."""

    id: int
    learner_id: int
    centre_id: int
    centre: str
    line: str
    level: str
    award: str
    place: int
    status: str
    issues: int


def asked_for(course: Course, wanted: LearnerFilter, partners: set[str]) -> bool:
    """Whether a filter of courses is about this one."""
    return (
        (not wanted.centres or course.centre in wanted.centres)
        and (wanted.consortium is None or course.centre in partners)
        and (not wanted.lines or course.line in wanted.lines)
        and (not wanted.levels or course.level in wanted.levels)
        and (wanted.award_year is None or course.award[:4] == str(wanted.award_year))
        and (wanted.award_to is None or "" < course.award <= wanted.award_to)
    )


def seen_by(course: Course, viewer: Viewer) -> bool:
    """Whether a viewer may see a registration."""
    return viewer is CONSOLE or any(
        grant.centre_id == course.centre_id and grant.line in (None, course.line)
        for grant in viewer.grants.values()
    )


def one_each(courses: Sequence[Course], wanted: LearnerFilter) -> list[Course]:
    """The foremost of each learner, as far as it is in a state that is asked for."""
    first: dict[int, Course] = {}
    for course in sorted(courses, key=lambda one: one.place):
        first.setdefault(course.learner_id, course)
    states = wanted.completion_status
    return [course for course in first.values() if not states or course.status in states]


def centres_of(courses: Sequence[Course]) -> tuple[list[str], list[int]]:
    """The numbers of all centres, in order, and their ids."""
    found = dict(sorted((course.centre, course.centre_id) for course in courses))
    return list(found), list(found.values())


def viewers(ids: Sequence[int], line: str) -> list[Viewer]:
    """Staff, people of one and of two centres, and somebody who sees one line at one of them."""

    def of(*held: tuple[int, str | None]) -> Viewer:
        grants = Grants(
            HeldGrant(id_, id_, GrantKind.CENTRE, Role.VIEWER, line=line) for id_, line in held
        )
        return Viewer(1, "somebody@example.org", "Some Body", grants=grants)

    first, second = ids[:2]
    return [
        CONSOLE,
        of((first, None)),
        of((first, None), (second, None)),
        of((first, line)),
        of((first, line), (second, None)),
    ]


def filters(courses: Sequence[Course]) -> Iterator[LearnerFilter]:
    """Everything that a filter may say of courses, alone and together."""
    numbers = sorted({course.centre for course in courses})
    line = courses[0].line
    for centres, lines, levels, year, status in product(
        ((), tuple(numbers[1:])),
        ((), (line,)),
        ((), ("HIGHER",)),
        (None, 2010),
        ((), ("ACTION_REQUIRED", "IN_PROGRESS")),
    ):
        yield LearnerFilter(
            centres=centres,
            lines=lines,
            levels=levels,
            award_year=year,
            completion_status=status,
        )
    yield LearnerFilter(award_to="2011-01")
    yield LearnerFilter(consortium="GATES")


@pytest.fixture
async def courses(database: Database, tmp_path: Path) -> list[Course]:
    """A sample in which every third learner has two courses more, there and elsewhere."""
    await import_sample(database, tmp_path / "feed", centres=3, learners=60)
    rows = read_rows(tmp_path / "feed" / "registrations.csv")
    numbers = sorted({row["centre_number"] for row in rows})
    lines = sorted({row["line"] for row in rows})
    more = []
    for place, row in enumerate(rows[::3]):
        elsewhere = numbers[(numbers.index(row["centre_number"]) + 1) % 3]
        level = "ADVANCED" if row["level"] != "ADVANCED" else "HIGHER"
        changed = {"level": level, "line": lines[place % len(lines)]}
        year = ("2009", "2010", "2013")[place % 3]
        for name, centre in (("there", row["centre_number"]), ("elsewhere", elsewhere)):
            ref = f"{row['registration_ref']}-{name}"
            month = {"anticipated_award": f"{year}-08", "registered_on": "2008-09"}
            own = {"registration_ref": ref, "centre_number": centre}
            more.append({**row, **changed, **month, **own})
    partners = [
        {"consortium_code": "GATES", "consortium_name": "The Gates", "centre_number": number}
        for number in numbers[1:]
    ]
    await send(database, tmp_path / "more", {"registrations.csv": more, "consortia.csv": partners})
    found = await database.reader.tuples(
        "SELECT r.id, r.learner_id, r.centre_id, z.number, r.line, r.level, c.award, c.place,"
        " c.status, (SELECT COUNT(*) FROM issue i WHERE i.registration_id = r.id)"
        " FROM registration r JOIN completion c ON c.registration_id = r.id"
        " JOIN centre z ON z.id = r.centre_id ORDER BY r.id"
    )
    held = [Course(*row) for row in found]
    assert len(held) > len({course.learner_id for course in held}) + 30
    return held


async def test_each_learner_once_by_the_foremost_course_that_a_filter_is_about(
    database: Database, courses: list[Course]
) -> None:
    numbers, ids = centres_of(courses)
    partners = set(numbers[1:])
    differed = 0
    for viewer, wanted in product(viewers(ids, courses[0].line), filters(courses)):
        reading = Reading(database.reader, viewer, DAY)
        seen = [one for one in courses if seen_by(one, viewer) and asked_for(one, wanted, partners)]
        expected = one_each(seen, wanted)
        differed += any(course.place > 1 for course in expected)
        issues = sum(course.issues for course in expected)

        page = await learner_page(reading, wanted, LEARNERS)
        assert {row.registration_id for row in page.rows} == {course.id for course in expected}
        assert len(page.rows) == await learner_count(reading, wanted) == len(expected)
        assert len((await issue_page(reading, wanted, ISSUES)).rows) == issues
        assert await issue_count(reading, wanted) == issues
        (counted,) = await counts_by_counting(reading, [Counting(Question.GROUP, wanted, None)])
        assert sum(one.learners for one in counted.found) == len(expected)

        by_centre = [
            one_each([one for one in seen if one.centre_id == centre_id], wanted)
            for centre_id in ids
        ]
        sizes = [len(group) for group in by_centre]
        pages = await learner_page_by_centre_id(reading, ids, wanted, LEARNERS)
        assert [{row.registration_id for row in page.rows} for page in pages] == [
            {course.id for course in group} for group in by_centre
        ]
        assert await learner_count_by_centre_id(reading, ids, wanted) == sizes
        assert await issue_count_by_centre_id(reading, ids, wanted) == [
            sum(course.issues for course in group) for group in by_centre
        ]
        question = Counting(Question.GROUP, wanted, None)
        at_centres = await counts_by_centre_id(reading, [(id_, question) for id_ in ids])
        assert [sum(one.learners for one in held.found) for held in at_centres] == sizes
    assert differed > 50


KEYS: Final[dict[Grouping, Callable[[Course], str | None]]] = {
    Grouping.CENTRE: lambda course: course.centre,
    Grouping.LINE: lambda course: course.line,
    Grouping.LEVEL: lambda course: course.level,
    Grouping.AWARD_MONTH: lambda course: course.award or None,
}


def sizes_of(courses: Sequence[Course], wanted: LearnerFilter, grouping: Grouping) -> Sizes:
    """How many learners each group has, each group as if there were no other courses."""
    groups: dict[str | None, list[Course]] = defaultdict(list)
    for course in courses:
        groups[KEYS[grouping](course)].append(course)
    found = {key: len(one_each(group, wanted)) for key, group in groups.items()}
    return {key: size for key, size in found.items() if size}


def told_of(counted: Counted) -> Sizes:
    """The same as it is answered."""
    return {one.key: one.learners for one in counted.found}


async def test_a_group_counts_what_the_filter_for_that_group_finds(
    database: Database, courses: list[Course]
) -> None:
    numbers, ids = centres_of(courses)
    partners = set(numbers[1:])
    more = 0
    for viewer, wanted in product(viewers(ids, courses[0].line), [*filters(courses)][::3]):
        reading = Reading(database.reader, viewer, DAY)
        seen = [one for one in courses if seen_by(one, viewer) and asked_for(one, wanted, partners)]
        for grouping in KEYS:
            expected = sizes_of(seen, wanted, grouping)
            more += sum(expected.values()) > len(one_each(seen, wanted))
            question = Counting(Question.GROUP, wanted, grouping)
            for _ in range(2):  # counted, and kept
                (counted,) = await counts_by_counting(reading, [question])
                assert told_of(counted) == expected, (grouping, wanted)

            by_centre = [
                sizes_of([one for one in seen if one.centre_id == centre_id], wanted, grouping)
                for centre_id in ids
            ]
            at_centres = await counts_by_centre_id(reading, [(id_, question) for id_ in ids])
            assert list(map(told_of, at_centres)) == by_centre
    assert more > 10


async def test_groups_of_another_day_count_the_same(
    database: Database, courses: list[Course]
) -> None:
    numbers, ids = centres_of(courses)
    wanted = LearnerFilter(centres=tuple(numbers[1:]), completion_status=EVERY_STATUS)
    for viewer, grouping in product(viewers(ids, courses[0].line), KEYS):
        reading = Reading(database.reader, viewer, DAY)
        seen = [one for one in courses if seen_by(one, viewer) and asked_for(one, wanted, set())]
        (tally,) = await tally_by_filter(reading, [(wanted, grouping)], DAY)
        assert learners_in(tally) == sizes_of(seen, wanted, grouping)
        tallies = await tally_by_centre_id(reading, ids, wanted, grouping, DAY)
        assert list(map(learners_in, tallies)) == [
            sizes_of([one for one in seen if one.centre_id == centre_id], wanted, grouping)
            for centre_id in ids
        ]


def learners_in(tally: Tally) -> Sizes:
    """How many learners a tally has in each group."""
    found: Counter[str | None] = Counter()
    for one in tally.of(Question.COMPLETION).found:
        found[one.key] += one.learners
    return dict(found)


async def test_lists_of_another_day_show_the_same_course(
    database: Database, courses: list[Course]
) -> None:
    numbers, ids = centres_of(courses)
    wanted = LearnerFilter(
        centres=tuple(numbers[1:]), levels=("HIGHER",), completion_status=EVERY_STATUS
    )
    for viewer in viewers(ids, courses[0].line):
        reading = Reading(database.reader, viewer, DAY)
        seen = [one for one in courses if seen_by(one, viewer) and asked_for(one, wanted, set())]
        expected = one_each(seen, wanted)
        issues = sum(course.issues for course in expected)

        page = await learners_on.learner_page(reading, wanted, LEARNERS, DAY)
        assert {row.registration_id for row in page.rows} == {course.id for course in expected}
        assert await learners_on.learner_count(reading, wanted, DAY) == len(expected)
        assert await issues_on.issue_count(reading, wanted, DAY) == issues
        (tally,) = await tally_by_filter(reading, [(wanted, None)], DAY)
        counted = tally.of(Question.COMPLETION).found
        assert sum(one.learners for one in counted) == len(expected)

        groups = [
            one_each([one for one in seen if one.centre_id == centre_id], wanted)
            for centre_id in ids
        ]
        sizes = [len(group) for group in groups]
        assert await learners_on.learner_count_by_centre_id(reading, ids, wanted, DAY) == sizes
        assert await issues_on.issue_count_by_centre_id(reading, ids, wanted, DAY) == [
            sum(course.issues for course in group) for group in groups
        ]
        tallies = await tally_by_centre_id(reading, ids, wanted, None, DAY)
        assert [
            sum(one.learners for one in tally.of(Question.COMPLETION).found) for tally in tallies
        ] == sizes


async def test_whoever_was_changed_on_any_course_in_view_was_changed(
    database: Database, courses: list[Course]
) -> None:
    changed = [course for course in courses if course.place > 1][::2]
    assert len(changed) > 15
    later = datetime(2090, 3, 1, 12, tzinfo=UTC)
    async with database.transaction() as connection:
        where = connection.among("registration_id", [course.id for course in changed])
        await connection.execute(
            f"UPDATE completion SET modified_at = ? WHERE {where.text}",  # noqa: S608 - columns are ours
            later,
            *where.params,
        )
    _, ids = centres_of(courses)
    for viewer, levels in product(viewers(ids, courses[0].line), ((), ("HIGHER",))):
        reading = Reading(database.reader, viewer, DAY)
        wanted = LearnerFilter(levels=levels, modified_since=later)
        seen = [one for one in courses if seen_by(one, viewer) and asked_for(one, wanted, set())]
        touched = {one.learner_id for one in changed if one in seen}
        expected = [one for one in one_each(seen, wanted) if one.learner_id in touched]

        page = await learner_page(reading, wanted, LEARNERS)
        assert {row.registration_id for row in page.rows} == {course.id for course in expected}
        assert await learner_count(reading, wanted) == len(expected)

        for grouping, key_of in KEYS.items():
            question = Counting(Question.GROUP, wanted, grouping)
            (counted,) = await counts_by_counting(reading, [question])
            groups: Sizes = {}
            for key in {key_of(one) for one in seen}:
                group = [one for one in seen if key_of(one) == key]
                touched = {one.learner_id for one in changed if one in group}
                groups[key] = sum(one.learner_id in touched for one in one_each(group, wanted))
            assert told_of(counted) == {key: size for key, size in groups.items() if size}

        there = {(one.learner_id, one.centre_id) for one in changed if one in seen}
        pages = await learner_page_by_centre_id(reading, ids, wanted, LEARNERS)
        for centre_id, page in zip(ids, pages, strict=True):
            own = one_each([one for one in seen if one.centre_id == centre_id], wanted)
            assert {row.registration_id for row in page.rows} == {
                one.id for one in own if (one.learner_id, centre_id) in there
            }
