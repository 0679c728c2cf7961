"""Completeness on DAS tells no result early, and no result that arrives takes it away again."""

from datetime import date
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

from database.connection import Database
from exchange.refresh import refresh
from tests.domain.cases import qan
from tests.exchange.feeds import (
    ANNA_ULN,
    DAY,
    WEST,
    Feed,
    apply,
    begin,
    entry,
    registration,
    tiny_feed,
    write_feed,
)
from tests.exchange.projection_checks import assert_projection_is_derivation, snapshot

JULY, LATER, RELEASE, PAST = (
    *(date(2010, 7, 20), date(2010, 8, 2)),
    *(date(2010, 8, 19), date(2010, 9, 1)),
)


class School:
    """Anna's ICT test, told feed by feed."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.sent = 0

    async def send(self, day: date, feed: Feed) -> None:
        """Apply a feed on a day, DAS fetched that morning."""
        self.sent += 1
        for row in feed.get("das.csv", []):
            row["fetched_at"] = f"{day.isoformat()}T05:00:00+00:00"
        path = write_feed(self.folder / str(self.sent), feed)
        await apply(self.database, path, day=day)
        await refresh(self.database, day)
        await assert_projection_is_derivation(self.database, day)

    async def complete(self, day: date) -> bool:
        """Whether Anna's ICT is shown as complete on a day."""
        await refresh(self.database, day)
        ((complete,),) = await self.database.reader.tuples(
            "SELECT c.complete FROM component c JOIN registration r ON r.id = c.registration_id"
            " WHERE r.ref = 'R-anna' AND c.type = 'FS_ICT'"
        )
        return bool(complete)

    async def held(self) -> list[tuple[object, ...]]:
        """What is stored of DAS's word on Anna's ICT."""
        rows = await self.database.reader.tuples(
            "SELECT CAST(k.visible_from AS TEXT), CAST(k.held_until AS TEXT)"
            " FROM das_component k JOIN registration r ON r.id = k.registration_id"
            " WHERE r.ref = 'R-anna' AND k.component = 'FS_ICT'"
        )
        return [tuple(row) for row in rows]


@pytest.fixture
async def school(database: Database, tmp_path: Path) -> School:
    await begin(database, tmp_path / "first")
    await assert_projection_is_derivation(database, DAY)
    return School(database, tmp_path)


def das() -> dict[str, str]:
    (row,) = (row for row in tiny_feed()["das.csv"] if row["registration_ref"] == "R-anna")
    return row


def told(**other: str) -> Feed:
    """DAS says that Anna's ICT is complete."""
    row = {"registration_ref": "R-anna", "component": "FS_ICT", "complete": "true", **other}
    return {"das_components.csv": [row], "das.csv": [das()]}


def sitting(**other: str) -> Feed:
    """Anna's ICT test."""
    row = entry("anna-9", WEST, ANNA_ULN, "FS_ICT_L2", series="June 2010", entered_on="2010-05-01")
    return {"entries.csv": [row | other]}


HELD_BACK = {"result": "PASS", "result_release_on": "2010-08-19"}


async def test_a_resit_held_back_does_not_make_a_complete_component_incomplete(
    school: School,
) -> None:
    await school.send(DAY, told())
    assert await school.complete(DAY)
    await school.send(JULY, sitting(**HELD_BACK))
    assert await school.complete(JULY)
    await school.send(JULY, told())
    assert await school.complete(JULY)


@pytest.mark.parametrize("together", [True, False])
async def test_completeness_that_comes_with_a_result_held_back_waits_for_its_release(
    school: School, *, together: bool
) -> None:
    if together:
        await school.send(JULY, sitting(**HELD_BACK) | told())
    else:
        await school.send(JULY, sitting(**HELD_BACK))
        await school.send(JULY, told())
    assert not await school.complete(JULY)
    assert not await school.complete(date(2010, 8, 18))
    assert await school.complete(RELEASE)
    assert await school.held() == [(None, "2010-08-19")]


async def test_completeness_before_the_result_waits_for_the_series_and_then_for_the_result(
    school: School,
) -> None:
    await school.send(JULY, sitting() | told())
    assert not await school.complete(JULY)
    assert await school.held() == [(None, "2010-08-31")]
    await school.send(LATER, sitting(**HELD_BACK))
    assert await school.held() == [(None, "2010-08-19")]
    assert not await school.complete(LATER)
    assert await school.complete(RELEASE)


async def test_a_result_never_told_keeps_completeness_back_no_longer_than_its_series(
    school: School,
) -> None:
    await school.send(JULY, sitting() | told())
    assert not await school.complete(date(2010, 8, 30))
    assert await school.complete(date(2010, 8, 31))
    await school.send(PAST, sitting(result="PASS", result_release_on="2010-09-20"))
    assert await school.complete(PAST)


def second_course(level: str) -> Feed:
    """Anna's second course, of which DAS tells the same."""
    row = registration("R-anna-2", "anna", WEST, level=level, anticipated_award="2012-08")
    component = {"registration_ref": "R-anna-2", "component": "FS_ICT", "complete": "true"}
    return {
        "registrations.csv": [row],
        "das.csv": [das(), das() | {"registration_ref": "R-anna-2", "level": level}],
        "das_components.csv": [*told()["das_components.csv"], component],
    }


@pytest.mark.parametrize(
    ("level", "key", "held"),
    [
        ("ADVANCED", "FS_ICT_L2", ["2010-08-19", "2010-08-19"]),
        ("FOUNDATION", "FS_ICT_L1", [None, "2010-08-19"]),
    ],
)
async def test_a_result_is_told_early_by_no_course_to_which_it_counts(
    school: School, level: str, key: str, held: list[str | None]
) -> None:
    test = sitting(**HELD_BACK, qan=qan(key))
    await school.send(JULY, second_course(level) | test)
    rows = await school.database.reader.tuples(
        "SELECT CAST(k.held_until AS TEXT) FROM das_component k"
        " JOIN registration r ON r.id = k.registration_id WHERE k.component = 'FS_ICT'"
        " AND r.ref LIKE 'R-anna%' ORDER BY r.ref"
    )
    assert [row[0] for row in rows] == held
    assert await school.complete(JULY) is (held[0] is None)


async def test_an_entry_that_moves_to_another_course_still_holds_back_what_it_held(
    school: School,
) -> None:
    feed = second_course("ADVANCED") | sitting(**HELD_BACK)
    feed["das_components.csv"] = feed["das_components.csv"][1:]
    await school.send(JULY, feed)
    sooner = registration("R-anna-2", "anna", WEST, level="ADVANCED", anticipated_award="2010-06")
    await school.send(LATER, {"registrations.csv": [sooner]})
    ((owner, until),) = await school.database.reader.tuples(
        "SELECT (SELECT r.ref FROM entry e JOIN registration r ON r.id = e.registration_id"
        " WHERE e.ref = 'anna-9'), CAST(k.held_until AS TEXT) FROM das_component k"
        " JOIN registration g ON g.id = k.registration_id WHERE g.ref = 'R-anna-2'"
    )
    assert (owner, until) == ("R-anna", "2010-08-19")


async def test_a_withdrawn_entry_holds_nothing_back(school: School) -> None:
    await school.send(JULY, sitting() | told())
    await school.send(LATER, sitting(status="WITHDRAWN"))
    assert await school.complete(LATER)


async def test_the_day_that_das_tells_itself_counts_until_it_tells_another(school: School) -> None:
    await school.send(JULY, sitting() | told(visible_from="2010-08-24"))
    assert await school.held() == [("2010-08-24", None)]
    await school.send(LATER, told())
    assert await school.held() == [("2010-08-24", None)]
    await school.send(LATER, told(visible_from="2010-08-20"))
    assert await school.held() == [("2010-08-20", None)]


async def test_what_is_complete_again_is_held_back_again(school: School) -> None:
    await school.send(DAY, told())
    await school.send(DAY, told(complete="false"))
    await school.send(JULY, sitting(**HELD_BACK) | told())
    assert not await school.complete(JULY)


async def test_the_same_feed_a_second_time_changes_nothing(school: School) -> None:
    feed = sitting(**HELD_BACK) | told()
    await school.send(JULY, feed)
    before = await snapshot(school.database)
    await school.send(JULY, feed)
    assert await snapshot(school.database) == before


@pytest.mark.parametrize("day", [DAY, JULY])
async def test_with_and_without_the_results_the_day_before_release_is_the_same(
    school: School, day: date
) -> None:
    """DAS tells of it in both; in one the result is there as well."""
    await school.send(day, sitting() | told())
    without = await school.complete(day)
    await school.send(day, sitting(**HELD_BACK))
    assert await school.complete(day) == without


async def test_holds_of_tables_that_were_filled_before_are_found_from_the_results(
    school: School,
) -> None:
    await school.send(JULY, sitting(**HELD_BACK) | told())
    step = import_module("models.migrations.0010_held_until")
    async with school.database.transaction() as connection:
        await connection.execute("UPDATE das_component SET held_until = NULL")
        await step.settle(None, SimpleNamespace(client=connection.client))
    assert await school.held() == [(None, "2010-08-19")]
