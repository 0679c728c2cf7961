"""A change in any file derives exactly the learners it bears upon, and leaves nobody behind."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from database.connection import Database
from domain.identifiers import uln_check_digit
from tests.domain.cases import qan
from tests.exchange.feeds import (
    ANNA_ULN,
    BEN_ULN,
    CLEO_ULN,
    DAY,
    EAST,
    NEXT_DAY,
    SPARE_ULN,
    STRANGE_ULN,
    WEST,
    Feed,
    entry,
    find,
    learner,
    registration,
    send,
    tiny_feed,
)
from tests.exchange.projection_checks import assert_projection_is_derivation, restore, snapshot

Change = Callable[[Feed], None]


def sets(file: str, key: str, /, **values: str) -> Change:
    """Change a row of a file, found by its key column's value."""

    def change(feed: Feed) -> None:
        column, _, value = key.partition("=")
        find(feed, file, **{column: value}).update(values)

    return change


def adds(file: str, /, **row: str) -> Change:
    return lambda feed: feed.setdefault(file, []).append(row)


def rename_consortium(feed: Feed) -> None:
    for row in feed["consortia.csv"]:
        row["consortium_name"] = "Gates"


LAST_DAY = "2010-05-20"
CHANGES: dict[str, tuple[Change, set[str]]] = {
    "window of a series": (
        sets("windows.csv", "series=June 2010", closes_on=LAST_DAY),
        {"anna", "ben"},
    ),
    "window of a series nobody is entered for": (
        sets("windows.csv", "series=January 2011", closes_on="2011-01-20"),
        set(),
    ),
    "window of a unit": (
        adds(
            "windows.csv",
            series="June 2010",
            unit="EG202",
            opens_on="2010-02-01",
            closes_on="2010-03-01",
        ),
        {"anna"},
    ),
    "window of another unit": (
        adds(
            "windows.csv",
            series="June 2010",
            unit="EG301",
            opens_on="2010-02-01",
            closes_on="2010-03-01",
        ),
        set(),
    ),
    "qualification": (sets("qualifications.csv", "title=BTEC_L3_180", glh="360"), {"cleo"}),
    "qualification of several learners": (
        sets("qualifications.csv", "title=PL_ENG_L2", requires_award_entry="false"),
        {"anna"},
    ),
    "qualification that moves to another component": (
        sets("qualifications.csv", "title=FS_MAT_L2", component="FS_ICT"),
        {"ben"},
    ),
    "qualification nobody is entered for": (
        sets("qualifications.csv", "title=PL_ENG_L3", glh="541"),
        set(),
    ),
    "unit": (sets("units.csv", "unit=EG201", assessment="EXTERNAL"), {"anna"}),
    "new unit": (
        adds(
            "units.csv",
            qan=qan("PL_ENG_L2"),
            unit="EG204",
            assessment="INTERNAL",
            required="true",
        ),
        {"anna"},
    ),
    "unit of a qualification nobody is entered for": (
        sets("units.csv", "unit=EG301", required="false"),
        set(),
    ),
    "verification": (
        sets("verifications.csv", f"qan={qan('BTEC_L3_180')}", state="VERIFIED"),
        {"cleo"},
    ),
    "verification of another year": (
        adds(
            "verifications.csv",
            centre_number=EAST,
            qan=qan("BTEC_L3_180"),
            academic_year="2008/09",
            state="VERIFIED",
        ),
        set(),
    ),
    "verification at another centre": (
        adds(
            "verifications.csv",
            centre_number=WEST,
            qan=qan("BTEC_L3_180"),
            academic_year="2009/10",
            state="VERIFIED",
        ),
        set(),
    ),
    "DAS record": (sets("das.csv", "registration_ref=R-ben", plts="true"), {"ben"}),
    "DAS record with another ULN": (
        sets("das.csv", "registration_ref=R-anna", uln=SPARE_ULN),
        {"anna"},
    ),
    "DAS component": (
        sets("das_components.csv", "registration_ref=R-cleo", complete="true"),
        {"cleo"},
    ),
    "new DAS component": (
        adds("das_components.csv", registration_ref="R-ben", component="ASL", complete="true"),
        {"ben"},
    ),
    "registration": (
        sets("registrations.csv", "registration_ref=R-ben", status="PENDING"),
        {"ben"},
    ),
    "award month": (
        sets("registrations.csv", "registration_ref=R-cleo", anticipated_award="2011-08"),
        {"cleo"},
    ),
    "registration that moves to another centre": (
        sets("registrations.csv", "registration_ref=R-anna", centre_number=EAST),
        {"anna"},
    ),
    "registration that moves to another learner": (
        sets("registrations.csv", "registration_ref=R-anna", learner_ref="ben"),
        {"anna", "ben"},
    ),
    "second registration at the same centre": (
        lambda feed: feed["registrations.csv"].append(
            registration("R-anna-2", "anna", WEST, level="ADVANCED", anticipated_award="2012-08")
        ),
        {"anna"},
    ),
    "registration at another centre": (
        lambda feed: feed["registrations.csv"].append(
            registration("R-anna-3", "anna", EAST, anticipated_award="2010-06")
        ),
        {"anna"},
    ),
    "birth date": (
        sets("learners.csv", "learner_ref=cleo", date_of_birth="1995-01-01"),
        {"cleo"},
    ),
    "ULN that entries are waiting for": (
        sets("learners.csv", "learner_ref=ben", uln=STRANGE_ULN),
        {"ben"},
    ),
    "ULN taken away": (sets("learners.csv", "learner_ref=anna", uln=""), {"anna"}),
    "name that an unmatched entry bears": (
        sets("learners.csv", "learner_ref=ben", given_name="Anna", family_name="ASH"),
        {"anna", "ben"},
    ),
    "name that an unmatched entry no longer bears": (
        sets("learners.csv", "learner_ref=anna", given_name="Hannah"),
        {"anna"},
    ),
    "learner without a course": (
        lambda feed: feed["learners.csv"].append(learner("dora", SPARE_ULN, "Dora", "Dogwood")),
        set(),
    ),
    "entry": (
        sets("entries.csv", "entry_ref=anna-1", marks_submitted_on="2010-02-18"),
        {"anna"},
    ),
    "entry that moves to another learner": (
        sets("entries.csv", "entry_ref=ben-2", uln=ANNA_ULN),
        {"anna", "ben"},
    ),
    "entry that moves to another centre": (
        sets("entries.csv", "entry_ref=ben-2", centre_number=EAST),
        {"ben"},
    ),
    "entry that loses its ULN": (sets("entries.csv", "entry_ref=ben-2", uln=""), {"ben"}),
    "entry that is suspected no more": (
        sets("entries.csv", "entry_ref=stray-1", family_name="Oak"),
        {"anna"},
    ),
    "entry that nobody knows": (
        sets("entries.csv", "entry_ref=stray-2", result="PASS"),
        set(),
    ),
    "new entry": (
        lambda feed: feed["entries.csv"].append(entry("new", EAST, CLEO_ULN, "PROJ_L3")),
        {"cleo"},
    ),
    "series": (
        adds(
            "series.csv",
            series_month="January",
            results_month="4",
            results_year_offset="0",
        ),
        {"ben"},
    ),
    "line": (
        adds("lines.csv", line="INFORMATION_TECHNOLOGY", name="IT", phase="1", active="false"),
        {"cleo"},
    ),
    "line nobody takes": (adds("lines.csv", line="FORESTRY", name="Forestry"), set()),
    "requirement": (
        adds(
            "requirements.csv",
            level="ADVANCED",
            component="ASL",
            qualification_levels="3",
            glh="180",
            min_glh="180",
        ),
        {"cleo"},
    ),
    "requirement of a level nobody takes": (
        adds(
            "requirements.csv",
            level="FOUNDATION",
            component="ASL",
            qualification_levels="1",
            glh="120",
            min_glh="120",
        ),
        set(),
    ),
    "centre": (sets("centres.csv", f"centre_number={WEST}", status="CLOSED"), set()),
    "consortium": (
        rename_consortium,
        set(),
    ),
    "qualification becomes known": (
        adds(
            "qualifications.csv",
            qan="999/0888/1",
            title="New",
            awarding_body="EDEXCEL",
            component="PROJECT",
            level="2",
            lines="ANY",
            glh="60",
            track="CENTRE_MARKED",
        ),
        {"ben"},
    ),
}


async def derived_on(database: Database, day: date) -> set[str]:
    rows = await database.reader.tuples(
        "SELECT DISTINCT l.ref, c.derived_on FROM completion c"
        " JOIN learner l ON l.id = c.learner_id"
    )
    return {row[0] for row in rows if str(row[1]) == str(day)}


def base_feed() -> Feed:
    """The tiny feed, with an entry that waits for its qualification."""
    feed = tiny_feed()
    waiting = entry("ben-3", WEST, BEN_ULN, "999/0888/1", series="June 2010")
    waiting["component"] = ""
    feed["entries.csv"].append(waiting)
    return feed


async def test_a_change_derives_exactly_the_learners_it_bears_upon(
    database: Database, tmp_path: Path
) -> None:
    await send(database, tmp_path / "first", base_feed())
    first = await snapshot(database)
    for at, (what, (change, touched)) in enumerate(CHANGES.items()):
        home = tmp_path / str(at)
        feed, before = base_feed(), base_feed()
        change(feed)
        changed = {name: rows for name, rows in feed.items() if rows != before.get(name)}
        report = await send(database, home / "second", changed, day=NEXT_DAY)
        assert not report.unchanged, what
        await assert_projection_is_derivation(database, NEXT_DAY)
        on_a_course = {row["learner_ref"] for row in feed["registrations.csv"]}
        derived = await derived_on(database, NEXT_DAY)
        assert (what, derived) == (what, touched & on_a_course)
        assert (what, report.learners_derived) == (what, len(touched))
        again = await send(database, home / "third", feed, day=NEXT_DAY)
        assert again.unchanged, what
        assert again.learners_derived == 0, what
        await restore(database, first)


def test_the_ulns_of_these_feeds_are_good() -> None:
    for uln in (ANNA_ULN, BEN_ULN, CLEO_ULN, SPARE_ULN, STRANGE_ULN):
        assert uln_check_digit(uln[:9]) == uln[9]


async def test_a_window_is_no_matter_to_an_entry_that_counts_for_nobody_yet(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    cleo = find(feed, "learners.csv", learner_ref="cleo")
    named = {name: cleo[name] for name in ("given_name", "family_name", "date_of_birth")}
    feed["entries.csv"].append(entry("lost-1", EAST, "", "PROJ_L3", series="June 2010", **named))
    await send(database, tmp_path / "first", feed)
    ((ref,),) = await database.reader.tuples(
        "SELECT r.ref FROM entry e JOIN registration r ON r.id = e.suspected_id"
        " WHERE e.ref = 'lost-1'"
    )
    assert ref == "R-cleo"
    (window,) = [row for row in feed["windows.csv"] if row["series"] == "June 2010"]
    moved = window | {"opens_on": "2010-02-20"}
    report = await send(database, tmp_path / "second", {"windows.csv": [moved]})
    assert report.learners_derived == 1
    await assert_projection_is_derivation(database, DAY)
