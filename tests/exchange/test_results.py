"""A result that its component does not know counts for nothing, in whatever order it comes."""

from pathlib import Path

import pytest

from database.connection import Database
from exchange.feed.problems import FeedProblem
from tests.exchange.feeds import (
    ANNA_ULN,
    DAY,
    WEST,
    Feed,
    Row,
    apply,
    begin,
    entry,
    find,
    places,
    send,
    tiny_feed,
    write_feed,
)
from tests.exchange.projection_checks import assert_projection_is_derivation

NEW_QAN = "500/9999/9"
OF_SKILLS = "Functional skills ICT has one of the results PASS, FAIL, U, ABSENT."
RESULT = {"result": "F", "result_release_on": "2010-02-01"}


def failed() -> Row:
    """A fail in the awarding body's own word, for a qualification that is not known yet."""
    return entry("FSX", WEST, ANNA_ULN, NEW_QAN, component="FS_ICT", **RESULT)


def catalogue_row(**other: str) -> Row:
    """The qualification, for functional skills in ICT at level 2."""
    row = find(tiny_feed(), "qualifications.csv", component="FS_ICT", level="2")
    return {**row, "qan": NEW_QAN, **other}


async def told(database: Database) -> tuple[str, str]:
    """The entry flag of Anna's ICT, and its reasons."""
    ((flag, reasons),) = await database.reader.tuples(
        "SELECT f.code, f.reasons FROM flag f JOIN registration r ON r.id = f.registration_id"
        " WHERE r.ref = 'R-anna' AND f.component_type = 'FS_ICT' AND f.kind = 'ENTRY'"
    )
    return flag, reasons


COUNTS_NOT = ("INELIGIBLE_ENTRY", "RESULT_NOT_COUNTABLE")


async def test_a_fail_that_comes_before_its_qualification_is_no_pass(
    database: Database, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "tiny")
    report = await send(database, tmp_path / "entry", {"entries.csv": [failed()]})
    assert report.warnings == ()
    catalogue = {"qualifications.csv": [catalogue_row()]}
    report = await send(database, tmp_path / "catalogue", catalogue)
    assert report.warnings == (
        FeedProblem(
            *("qualifications.csv", 2, "component", "UNKNOWN_RESULT", NEW_QAN),
            f"{OF_SKILLS} 1 known entry has another one, which counts for nothing.",
        ),
    )
    assert await told(database) == COUNTS_NOT
    await assert_projection_is_derivation(database, DAY)
    assert (await send(database, tmp_path / "again", catalogue)).warnings == ()


async def test_a_result_that_moves_to_another_qualification_is_no_pass_there(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    feed["entries.csv"].append(entry("FSX", WEST, ANNA_ULN, "BTEC_L2_120", **RESULT))
    report = await send(database, tmp_path / "first", feed)
    assert report.warnings == ()
    moved = entry("FSX", WEST, ANNA_ULN, "FS_ICT_L2")
    report = await send(database, tmp_path / "second", {"entries.csv": [moved]})
    assert report.warnings == (_warning(2, "F"),)
    assert await told(database) == COUNTS_NOT
    await assert_projection_is_derivation(database, DAY)


@pytest.mark.parametrize("order", ["entries first", "together"])
async def test_what_was_accepted_in_parts_is_accepted_as_a_whole(
    database: Database, tmp_path: Path, order: str
) -> None:
    feed = tiny_feed()
    catalogue: Feed = {"qualifications.csv": [catalogue_row()]}
    feed["entries.csv"].append(failed())
    if order == "together":
        feed["qualifications.csv"] += catalogue["qualifications.csv"]
    await send(database, tmp_path / "first", feed)
    await send(database, tmp_path / "second", catalogue)
    feed["qualifications.csv"] = tiny_feed()["qualifications.csv"] + [catalogue_row()]
    report = await send(database, tmp_path / "third", feed)
    assert report.unchanged
    assert report.warnings == (_warning(len(feed["entries.csv"]) + 1, "F"),)
    assert await told(database) == COUNTS_NOT


@pytest.mark.parametrize(
    ("key", "kind", "grade"),
    [
        ("FS_ENG_L2", "QUALIFICATION", "F"),
        ("FS_ICT_L2", "QUALIFICATION", "A"),
        ("PROJ_L2", "QUALIFICATION", "P"),
        ("PROJ_L2", "QUALIFICATION", "b"),
        ("PL_ENG_L2", "AWARD", "Z"),
    ],
)
async def test_a_result_off_the_scale_is_kept_and_told(
    database: Database, tmp_path: Path, key: str, kind: str, grade: str
) -> None:
    await begin(database, tmp_path / "first")
    row = entry("E-new", WEST, ANNA_ULN, key, kind=kind, result=grade)
    report = await apply(database, write_feed(tmp_path / "second", {"entries.csv": [row]}))
    assert places(report) == ()
    assert [tuple(warning)[:5] for warning in report.warnings] == [
        ("entries.csv", 2, "result", "UNKNOWN_RESULT", grade)
    ]
    ((kept,),) = await database.reader.tuples("SELECT result FROM entry WHERE ref = 'E-new'")
    assert kept == grade


def _warning(row: int, result: str) -> FeedProblem:
    message = f"{OF_SKILLS} The result is kept, and counts for nothing."
    return FeedProblem("entries.csv", row, "result", "UNKNOWN_RESULT", result, message)
