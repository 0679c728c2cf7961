"""Results without a release day are held back until the results month of their series is over."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from database.connection import Database
from exchange.feed.problems import FeedProblem
from exchange.refresh import refresh
from tests.exchange.feeds import ANNA_ULN, WEST, Row, begin, entry, send
from tests.exchange.projection_checks import assert_projection_is_derivation
from tests.factories import DAY, add_user, log_in, served

ENDS = "2010-08-31"
RESULTS = "{ learners(first: 10) { nodes { components { entries { result } } } } }"


def result(ref: str, series: str, release: str = "") -> Row:
    """A project entry with a result."""
    row = entry(ref, WEST, ANNA_ULN, "PROJ_L2", series=series)
    return row | {"result": "A", "result_release_on": release}


async def released_on(database: Database) -> dict[str, str | None]:
    """Until when the results of some entries are held back, by entry."""
    rows = await database.reader.tuples(
        "SELECT ref, result_release_on FROM entry WHERE ref LIKE 'late%'"
    )
    return {ref: day and str(day) for ref, day in rows}


async def seen(client: Any) -> list[str]:
    """The results that a reader sees."""
    data = await (await log_in(client, "reader@example.org")).data(RESULTS)
    return [
        one["result"]
        for learner in data["learners"]["nodes"]
        for component in learner["components"]
        for one in component["entries"]
        if one["result"]
    ]


@pytest.mark.parametrize("column", ["empty", "absent"])
async def test_results_of_a_series_to_come_wait_for_the_end_of_its_results_month(
    database: Database, database_url: str, tmp_path: Path, column: str
) -> None:
    await begin(database, tmp_path / "first")
    await add_user(database, "reader@example.org", WEST)
    rows = [
        result("late-1", "June 2010"),
        result("late-2", "June 2010"),
        result("late-3", "November 2009"),
        result("late-4", ""),
    ]
    if column == "absent":
        for row in rows:
            del row["result_release_on"]
    report = await send(database, tmp_path / "second", {"entries.csv": rows})

    assert report.warnings == (
        FeedProblem(
            *("entries.csv", None, "result_release_on", "RELEASE_DAY_MISSING", None),
            "2 results of June 2010 without a release day, held back until 31 August 2010.",
        ),
    )
    assert await released_on(database) == {
        "late-1": ENDS,
        "late-2": ENDS,
        "late-3": None,
        "late-4": None,
    }
    await assert_projection_is_derivation(database, DAY)
    async with served(database_url) as client:
        assert await seen(client) == ["A", "A"]

    again = await send(database, tmp_path / "third", {"entries.csv": rows})
    assert (again.unchanged, again.learners_derived) == (True, 0)


async def test_feeds_with_and_without_the_column_follow_each_other_on_a_connection(
    database: Database, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "first")
    for at in range(8):
        row = result(f"late-{at}", "June 2010")
        known = result("late-0", "June 2010")
        if at % 2:
            del known["series"]
        rows = [known] if at % 2 else [row]
        await send(database, tmp_path / str(at), {"entries.csv": rows})
    assert set((await released_on(database)).values()) == {ENDS}


async def test_a_day_that_is_told_counts_and_the_end_of_the_month_releases(
    database: Database, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "first")
    told = {"entries.csv": [result("late-1", "June 2010", "2010-08-19")]}
    report = await send(database, tmp_path / "told", told)
    assert (report.warnings, await released_on(database)) == ((), {"late-1": "2010-08-19"})

    untold = {"entries.csv": [result("late-1", "June 2010")]}
    for day in (date(2010, 7, 31), date(2010, 8, 1), date(2010, 8, 30)):
        await send(database, tmp_path / day.isoformat(), untold, day=day)
        assert await released_on(database) == {"late-1": ENDS}
    report = await send(database, tmp_path / "ended", untold, day=date(2010, 8, 31))
    assert (report.warnings, await released_on(database)) == ((), {"late-1": None})
    await refresh(database, date(2010, 8, 31))
    await assert_projection_is_derivation(database, date(2010, 8, 31))


@pytest.mark.parametrize("column", ["empty", "absent"])
async def test_a_held_result_is_out_once_its_results_month_is_over_however_often_it_is_sent(
    database: Database, tmp_path: Path, column: str
) -> None:
    await begin(database, tmp_path / "first")
    row = result("late-1", "June 2010")
    if column == "absent":
        del row["result_release_on"]
    entries = {"entries.csv": [row]}
    for at, day in enumerate((DAY, date(2010, 7, 31), date(2010, 8, 1), date(2010, 8, 30))):
        report = await send(database, tmp_path / str(at), entries, day=day)
        assert report.warnings == (warning("entries.csv", "result_release_on"),)
        assert await released_on(database) == {"late-1": ENDS}
    report = await send(database, tmp_path / "ended", entries, day=date(2010, 8, 31))
    assert (report.warnings, await released_on(database)) == ((), {"late-1": None})
    await refresh(database, date(2010, 8, 31))
    await assert_projection_is_derivation(database, date(2010, 8, 31))


async def test_a_day_that_was_told_stays_when_a_feed_does_not_name_the_column(
    database: Database, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "first")
    told = result("late-1", "June 2010", ENDS)
    await send(database, tmp_path / "told", {"entries.csv": [told]})
    untold = {name: value for name, value in told.items() if name != "result_release_on"}
    feed = {"entries.csv": [untold]}
    report = await send(database, tmp_path / "august", feed, day=date(2010, 8, 1))
    assert (report.warnings, await released_on(database)) == ((), {"late-1": ENDS})
    assert report.unchanged


async def test_a_held_result_that_is_taken_back_leaves_no_day_behind(
    database: Database, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "first")
    row = result("late-1", "June 2010")
    del row["result_release_on"]
    await send(database, tmp_path / "second", {"entries.csv": [row]})
    report = await send(database, tmp_path / "third", {"entries.csv": [row | {"result": ""}]})
    assert (report.warnings, await released_on(database)) == ((), {"late-1": None})


@pytest.mark.parametrize(
    ("month", "until", "told"),
    [("9", "2010-09-30", "30 September 2010"), ("1", None, "")],
)
async def test_held_results_follow_the_results_month_of_their_series(
    database: Database, tmp_path: Path, month: str, until: str | None, told: str
) -> None:
    await begin(database, tmp_path / "first")
    rows = [
        result("late-1", "June 2010"),
        result("late-2", "June 2010", "2010-08-19"),
        result("late-3", "January 2011"),
    ]
    await send(database, tmp_path / "second", {"entries.csv": rows})
    series = {"series_month": "June", "results_month": month, "results_year_offset": "0"}
    report = await send(database, tmp_path / "third", {"series.csv": [series]})
    expected = (warning("series.csv", "results_month", told),) if until else ()
    assert report.warnings == expected
    assert await released_on(database) == {
        "late-1": until,
        "late-2": "2010-08-19",
        "late-3": "2011-03-31",
    }
    await assert_projection_is_derivation(database, DAY)
    again = await send(database, tmp_path / "fourth", {"entries.csv": rows[:1]})
    assert (again.unchanged, again.warnings) == (
        True,
        (warning("entries.csv", "result_release_on", told),) if until else (),
    )


def warning(file: str, column: str, until: str = "31 August 2010") -> FeedProblem:
    """One result of June that is held back."""
    told = f"1 result of June 2010 without a release day, held back until {until}."
    return FeedProblem(file, None, column, "RELEASE_DAY_MISSING", None, told)
