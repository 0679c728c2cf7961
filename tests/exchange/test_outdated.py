"""What is known from DAS is not replaced by what is older, and the sender is told."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from database.connection import Database
from exchange.feed.report import Mode, Report
from tests.exchange.feeds import Feed, apply, counts, send, tiny_feed, write_feed
from tests.exchange.projection_checks import assert_projection_is_derivation, snapshot
from tests.factories import DAY

KNOWN, EARLIER, LATER = (f"2010-02-{day}T05:00:00+00:00" for day in (19, 18, 20))
NEXT_DAY = date(2010, 2, 20)
BOTH = ("das.csv", "das_components.csv")


def told(fetched_at: str, *names: str, plts: str = "true", complete: str = "true") -> Feed:
    """DAS says that PLTS are there, and the project is complete, of some registrations."""
    refs = [f"R-{name}" for name in names]
    known = {row["registration_ref"]: row for row in tiny_feed()["das.csv"]}
    return {
        "das.csv": [known[ref] | {"plts": plts, "fetched_at": fetched_at} for ref in refs],
        "das_components.csv": [
            {"registration_ref": ref, "component": "PROJECT", "complete": complete} for ref in refs
        ],
    }


async def held(database: Database) -> list[tuple[Any, ...]]:
    """What is known from DAS: whose, PLTS, when it was fetched, and what is said of the project."""
    rows = await database.reader.tuples(
        "SELECT r.ref, d.plts, d.fetched_at, k.complete FROM registration r"
        " LEFT JOIN das_record d ON d.registration_id = r.id"
        " LEFT JOIN das_component k ON k.registration_id = r.id AND k.component = 'PROJECT'"
        " ORDER BY r.ref"
    )
    return [
        (
            ref.removeprefix("R-"),
            None if plts is None else bool(plts),
            str(fetched_at)[:10] if fetched_at else None,
            None if complete is None else bool(complete),
        )
        for ref, plts, fetched_at, complete in rows
    ]


def warned(report: Report) -> list[tuple[Any, ...]]:
    return [(one.file, one.row, one.column, one.code, one.message) for one in report.warnings]


def of(file: str, rows: str) -> tuple[Any, ...]:
    """The warning that so many rows of a file are older."""
    message = f"{rows} older than what is known from DAS, by fetched_at: what is known stays."
    column = "fetched_at" if file == "das.csv" else None
    return (file, None, column, "OUTDATED", message)


@pytest.fixture
async def known(database: Database, tmp_path: Path) -> Database:
    """A database with a feed of that morning, by which nothing is confirmed yet."""
    feed = tiny_feed() | told(KNOWN, "anna", "ben", "cleo", plts="false", complete="false")
    await send(database, tmp_path / "known", feed)
    return database


async def test_an_older_record_and_its_components_change_nothing_and_are_told(
    known: Database, tmp_path: Path
) -> None:
    before = await snapshot(known)
    feed = told(EARLIER, "anna", "ben")
    feed["das_components.csv"].append(
        {"registration_ref": "R-anna", "component": "FS_ICT", "complete": "true"}  # not known yet
    )

    report = await send(known, tmp_path / "older", feed)

    assert counts(report) == {"das.csv": (0, 0, 2, 0, 0), "das_components.csv": (0, 0, 3, 0, 0)}
    assert warned(report) == [of("das.csv", "2 rows are"), of("das_components.csv", "3 rows are")]
    assert report.learners_derived == 0
    assert await snapshot(known) == before


async def test_rows_are_judged_each_by_its_own_registration(
    known: Database, tmp_path: Path
) -> None:
    feed = told(EARLIER, "anna")
    for name, rows in told(LATER, "ben").items():
        feed[name] += rows

    report = await send(known, tmp_path / "mixed", feed, day=NEXT_DAY)

    assert counts(report) == dict.fromkeys(BOTH, (0, 1, 1, 0, 0))
    assert warned(report) == [of(name, "1 row is") for name in BOTH]
    assert await held(known) == [
        ("anna", False, "2010-02-19", False),
        ("ben", True, "2010-02-20", True),
        ("cleo", False, "2010-02-19", False),
    ]
    await assert_projection_is_derivation(known, NEXT_DAY)


@pytest.mark.parametrize("fetched_at", [KNOWN, "2010-02-19T06:00:00+01:00", LATER])
async def test_what_is_as_old_or_younger_counts(
    known: Database, tmp_path: Path, fetched_at: str
) -> None:
    report = await send(known, tmp_path / "new", told(fetched_at, "anna"), day=NEXT_DAY)

    assert counts(report) == dict.fromkeys(BOTH, (0, 1, 0, 0, 0))
    assert warned(report) == []
    assert (await held(known))[0] == ("anna", True, fetched_at[:10], True)


async def test_components_without_a_record_in_their_feed_have_no_age_and_count(
    known: Database, tmp_path: Path
) -> None:
    feed = told(EARLIER, "anna")
    del feed["das.csv"]

    report = await send(known, tmp_path / "alone", feed)

    assert counts(report) == {"das_components.csv": (0, 1, 0, 0, 0)}
    assert warned(report) == []
    assert (await held(known))[0] == ("anna", False, "2010-02-19", True)


@pytest.mark.parametrize("fetched_at", ["2010-02-20T00:00:00+00:00", "2100-01-01T00:00:00+00:00"])
async def test_a_record_of_a_day_to_come_keeps_no_later_one_out(
    known: Database, tmp_path: Path, fetched_at: str
) -> None:
    await send(known, tmp_path / "slip", told(fetched_at, "anna"))

    report = await send(known, tmp_path / "right", told(KNOWN, "anna", plts="false"), day=DAY)

    assert counts(report)["das.csv"] == (0, 1, 0, 0, 0)
    assert warned(report) == []
    assert (await held(known))[0] == ("anna", False, "2010-02-19", True)


async def test_an_older_full_feed_removes_nothing_that_came_after_it(
    known: Database, tmp_path: Path
) -> None:
    before = await snapshot(known)

    report = await send(known, tmp_path / "older", told(EARLIER, "anna"), mode=Mode.FULL)

    assert counts(report) == dict.fromkeys(BOTH, (0, 0, 1, 0, 0))
    assert warned(report) == [of(name, "1 row is") for name in BOTH]
    assert await snapshot(known) == before


async def test_a_full_feed_removes_what_is_not_newer_at_the_centres_that_it_names(
    known: Database, tmp_path: Path
) -> None:
    report = await send(
        known, tmp_path / "newer", told(LATER, "anna"), day=NEXT_DAY, mode=Mode.FULL
    )

    assert counts(report) == dict.fromkeys(BOTH, (0, 1, 0, 0, 1))
    assert warned(report) == []
    assert await held(known) == [
        ("anna", True, "2010-02-20", True),
        ("ben", None, None, None),
        ("cleo", False, "2010-02-19", False),  # of another centre
    ]
    await assert_projection_is_derivation(known, NEXT_DAY)


async def test_a_dry_run_warns_of_what_is_older_too(known: Database, tmp_path: Path) -> None:
    report = await apply(known, write_feed(tmp_path / "dry", told(EARLIER, "anna")), dry_run=True)

    assert warned(report) == [of(name, "1 row is") for name in BOTH]
