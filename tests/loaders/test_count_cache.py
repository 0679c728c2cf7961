"""Counts that are kept are those that are there, whatever has changed since they were kept."""

from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path

import pytest

import loaders.count_cache
from actions.awards import WantedAward, set_awards
from actions.declarations import add_declaration, remove_declaration
from actions.retention import Retention, retain
from actions.versions import change_versions
from auth.permissions import GrantKind, Role
from auth.viewer import CONSOLE, Grants, HeldGrant, Viewer
from database.connection import Database
from domain.identifiers import YearMonth
from domain.retention import Periods, limits_on
from domain.vocabulary import ComponentType
from exchange.feed.report import Mode
from exchange.refresh import refresh
from loaders.counting import Count, Counting, Grouping, Question, counted, counted_by_centre_id
from loaders.counts import Counted, counts_by_centre_id, counts_by_counting
from loaders.filters import LearnerFilter
from loaders.reading import Reading
from loaders.views import in_view, in_view_at_centre
from tests.exchange.feeds import Row, read_rows, send
from tests.factories import DAY, add_user, import_sample

NOW = datetime(2010, 2, 19, 12, tzinfo=UTC)
FILTERS = (
    LearnerFilter(),
    LearnerFilter(component=("PROJECT", "FS_ICT"), levels=("HIGHER", "ADVANCED")),
    LearnerFilter(completion_status=("ACTION_REQUIRED", "WITHDRAWN"), award_from="2010-01"),
    LearnerFilter(declared_elsewhere=True),
)
ASKED = [
    Counting(question, wanted, grouping)
    for question in (Question.COMPLETION, Question.FLAG, Question.ISSUE)
    for (at, wanted), (place, grouping) in product(enumerate(FILTERS), enumerate((None, *Grouping)))
    if (at + place) % 2 == 0 and (question, grouping) != (Question.COMPLETION, Grouping.COMPONENT)
]
"""Each question by each filter and by each grouping; half of all there are together."""


class School:
    """A sample of three centres, people who see some of them, and counts that are kept."""

    def __init__(self, database: Database, folder: Path, ids: list[int]) -> None:
        self.database = database
        self.folder = folder
        self.ids = ids
        self.day = DAY
        self.viewers = [CONSOLE, *(self.viewer(*ids[:number]) for number in (1, 2))]

    def viewer(self, *ids: int, line: str | None = None) -> Viewer:
        grants = Grants(
            HeldGrant(id_, id_, GrantKind.CENTRE, Role.ADMINISTRATOR, line=line) for id_ in ids
        )
        return Viewer(1, "somebody@example.org", "Some Body", grants=grants)

    async def counts(self, viewer: Viewer) -> list[Counted]:
        """What is answered."""
        reading = Reading(self.database.reader, viewer, self.day)
        pairs = [(id_, one) for one in ASKED[::3] for id_ in self.ids]
        return [
            *await counts_by_counting(reading, ASKED),
            *await counts_by_centre_id(reading, pairs),
        ]

    async def counted(self, viewer: Viewer) -> list[Counted]:
        """What is there."""
        reading = Reading(self.database.reader, viewer, self.day)
        found = []
        for one in ASKED:
            whole = in_view(viewer, reading.connection, one.wanted, one.grouping)
            groups = await counted(reading, grouped(one), whole)
            found.append(Counted(await counted(reading, one, whole), keys(one, groups)))
        for one in ASKED[::3]:
            own = in_view_at_centre(viewer, reading.connection, one.wanted, one.grouping)
            by_centre = await counted_by_centre_id(reading, one, own)
            groups_at = await counted_by_centre_id(reading, grouped(one), own)
            for id_ in self.ids:
                at = groups_at.get(id_, [])
                found.append(Counted(by_centre.get(id_, []), keys(one, at)))
        return found

    async def check(self) -> list[list[Counted]]:
        """Answers are what is there, for everybody, the first time and from what is kept."""
        answers = []
        for viewer in self.viewers:
            expected = list(map(in_order, await self.counted(viewer)))
            for _ in range(2):
                assert list(map(in_order, await self.counts(viewer))) == expected
            answers.append(expected)
        return answers

    def rows(self, name: str) -> list[Row]:
        return read_rows(self.folder / "feed" / name)

    async def some(self, number: int) -> list[tuple[int, int]]:
        """Some registrations with their versions."""
        rows = await self.database.reader.tuples(
            "SELECT id, version FROM registration ORDER BY id LIMIT ?", number
        )
        return [(row[0], row[1]) for row in rows]


def grouped(asked: Counting) -> Counting:
    """Who is in which group; components are no groups of learners."""
    grouping = None if asked.grouping is Grouping.COMPONENT else asked.grouping
    return asked._replace(question=Question.GROUP, grouping=grouping)


def keys(asked: Counting, groups: list[Count]) -> list[str | None]:
    if asked.grouping in {None, Grouping.COMPONENT}:
        return [None] if asked.grouping is None else []
    return [one.key for one in groups]


def in_order(found: Counted) -> Counted:
    return Counted(sorted(found.found, key=repr), sorted(found.keys, key=repr))


@pytest.fixture
async def school(database: Database, tmp_path: Path) -> School:
    await import_sample(database, tmp_path / "feed", centres=3, learners=45)
    ids = [row[0] for row in await database.reader.tuples("SELECT id FROM centre ORDER BY id")]
    return School(database, tmp_path, ids)


async def test_feeds_edits_days_and_removals_are_counted_at_once(school: School) -> None:
    database = school.database
    seen = [await school.check()]

    async def changed() -> None:
        seen.append(await school.check())
        assert seen[-1] != seen[-2]

    rows = school.rows("registrations.csv")
    for row in rows[::3]:
        row["line"] = "FORESTRY"
    await send(database, school.folder / "lines", {"registrations.csv": rows})
    await changed()

    numbers = sorted({row["centre_number"] for row in rows})
    alone = {**rows[1], "centre_number": next(n for n in numbers if n != rows[1]["centre_number"])}
    await send(database, school.folder / "alone", {"registrations.csv": [alone]})
    await changed()

    for row in rows[::4]:
        row["centre_number"] = numbers[(numbers.index(row["centre_number"]) + 1) % 3]
    await send(database, school.folder / "moved", {"registrations.csv": rows})
    await changed()

    second = [
        {
            **row,
            "registration_ref": f"{row['registration_ref']}-2",
            "centre_number": numbers[(numbers.index(row["centre_number"]) + 1) % 3],
            "level": "ADVANCED" if row["level"] != "ADVANCED" else "HIGHER",
        }
        for row in rows[::5]
    ]
    await send(database, school.folder / "shared", {"registrations.csv": second})
    await changed()

    await add_user(database, "editor@example.org")
    editor = school.viewer(*school.ids)
    chosen = await school.some(10)
    month = WantedAward(YearMonth(2013, 8))
    await set_awards(database, editor, chosen, month, key="k", day=DAY, now=NOW)
    await changed()

    declared = await add_declaration(
        database,
        editor,
        registration_id=await registration(database),
        component=ComponentType.FS_ICT,
        qan="700/0001/X",
        day=DAY,
        now=NOW,
    )
    await changed()
    await remove_declaration(database, editor, declared.declaration_id, day=DAY, now=NOW)
    await changed()

    await send(database, school.folder / "whole", {"registrations.csv": rows[5:]}, mode=Mode.FULL)
    await changed()

    await refresh(database, date(2010, 6, 1))
    school.day = date(2010, 6, 1)
    await changed()

    late = date(2019, 9, 1)
    periods = Periods(learner_years=7, past_years=0, log_years=2, feed_days=90, token_hours=24)
    now = datetime(2019, 9, 1, 3, tzinfo=UTC)
    limits = limits_on(periods, late, now)
    await retain(database, Retention(CONSOLE, limits, "a" * 32, late, now))
    await changed()


async def registration(database: Database) -> int:
    """An accepted registration whose ICT is neither complete nor declared."""
    ((found,),) = await database.reader.tuples(
        "SELECT MIN(r.id) FROM registration r JOIN component k ON k.registration_id = r.id"
        " WHERE r.status = 'ACCEPTED' AND k.type = 'FS_ICT' AND k.required AND NOT k.complete"
        " AND NOT EXISTS (SELECT 1 FROM declaration d WHERE d.registration_id = r.id)"
    )
    return int(found)


async def test_a_database_that_lost_what_was_counted_is_counted_anew(school: School) -> None:
    database = school.database

    async def version() -> int:
        ((found,),) = await database.reader.tuples("SELECT MAX(version) FROM centre")
        return int(found)

    async def change() -> int:
        async with database.transaction() as connection:
            await connection.execute("UPDATE centre SET version = 1")
            await change_versions(connection, school.ids)
        return await version()

    assert len({await change() for _ in range(5)} | {1, 2}) == 7


async def test_who_sees_one_line_is_counted_for_alone(school: School) -> None:
    ((line,),) = await school.database.reader.tuples("SELECT MIN(line) FROM registration")
    await school.check()
    school.viewers = [school.viewer(*school.ids[:2], line=line), school.viewer()]
    limited, nobody = await school.check()
    assert limited != nobody
    assert all(counts.found == [] for counts in nobody)


async def test_what_is_kept_is_bounded_and_what_was_dropped_is_counted_again(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loaders.count_cache, "MOST_KEPT", 40)
    await school.check()
    monkeypatch.setattr(loaders.count_cache, "MOST_CENTRES", 2)
    await school.check()
