"""A feed from start to end: what is written, what stays, and what is derived."""

import shutil
import zipfile
from pathlib import Path
from random import Random

import orjson
import pytest

from database.connection import Database
from domain.codes import AssessmentDetail, AssessmentFlag, EntryFlag
from exchange.feed.report import FeedOutcome
from exchange.sample import COLUMNS, write_sample_feed
from tests.exchange.feeds import (
    ANNA_ULN,
    DAY,
    NEXT_DAY,
    apply,
    counts,
    find,
    read_rows,
    send,
    tiny_feed,
    write_feed,
    write_rows,
)
from tests.exchange.projection_checks import assert_projection_is_derivation, snapshot

REQUIRED_COLUMNS = {
    "centres.csv": ("centre_number", "name"),
    "lines.csv": ("line", "name"),
    "requirements.csv": ("level", "component", "qualification_levels", "glh"),
    "qualifications.csv": (
        *("qan", "title", "awarding_body", "component", "level", "lines", "glh", "track"),
    ),
    "units.csv": ("qan", "unit", "assessment", "required"),
    "windows.csv": ("series", "opens_on", "closes_on"),
    "learners.csv": ("learner_ref", "given_name", "family_name"),
    "registrations.csv": (
        *("registration_ref", "learner_ref", "centre_number", "line", "level", "status"),
    ),
    "entries.csv": ("entry_ref", "centre_number", "qan", "kind", "entered_on"),
    "verifications.csv": ("centre_number", "qan", "academic_year", "state"),
    "das.csv": ("registration_ref", "fetched_at"),
    "das_components.csv": ("registration_ref", "component", "complete"),
}


async def test_a_sample_feed_of_240_learners_is_derived_as_the_rules_say(
    database: Database, tmp_path: Path
) -> None:
    summary = write_sample_feed(tmp_path, centres=4, learners=240, seed=20)
    report = await apply(database, tmp_path)
    assert report.problems == ()
    assert report.outcome is FeedOutcome.APPLIED
    assert report.learners_derived == 240
    assert counts(report) == {name: (rows, 0, 0, 0, 0) for name, rows in summary.rows.items()}
    await assert_projection_is_derivation(database, DAY)


async def test_the_same_feed_again_changes_nothing_and_derives_nobody(
    database: Database, tmp_path: Path
) -> None:
    summary = write_sample_feed(tmp_path, centres=4, learners=240, seed=21)
    await apply(database, tmp_path)
    before = await snapshot(database)
    report = await apply(database, tmp_path, day=NEXT_DAY)
    assert report.outcome is FeedOutcome.APPLIED
    assert report.unchanged
    assert report.learners_derived == 0
    assert counts(report) == {name: (0, 0, rows, 0, 0) for name, rows in summary.rows.items()}
    assert await snapshot(database) == before


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_every_flag_and_detail_occurs_among_a_hundred_sample_learners(
    database: Database, tmp_path: Path, seed: int
) -> None:
    write_sample_feed(tmp_path, centres=3, learners=100, seed=seed)
    await apply(database, tmp_path)
    rows = await database.reader.tuples("SELECT DISTINCT kind, code, detail FROM flag")
    entries = {row[1] for row in rows if row[0] == "ENTRY" and row[1] is not None}
    assert entries == set(EntryFlag) - {EntryFlag.OTHER_AWARDING_BODY}
    assert {row[1] for row in rows if row[0] == "ASSESSMENT"} == set(AssessmentFlag)
    assert {row[2] for row in rows if row[2] is not None} == set(AssessmentDetail)


async def test_a_dry_run_tells_the_same_counts_and_writes_nothing(
    database: Database, tmp_path: Path
) -> None:
    folder = write_feed(tmp_path / "feed", tiny_feed())
    before = await snapshot(database)
    tried = await apply(database, folder, dry_run=True)
    assert tried.outcome is FeedOutcome.TRIED
    assert tried.run_id is None
    assert await snapshot(database) == before
    assert await database.reader.tuples("SELECT * FROM feed_run") in ([], ())
    applied = await apply(database, folder)
    assert counts(applied) == counts(tried)
    assert applied.learners_derived == tried.learners_derived == 3


async def test_a_refused_dry_run_is_not_recorded(database: Database, tmp_path: Path) -> None:
    feed = tiny_feed()
    feed["learners.csv"][0]["date_of_birth"] = "yesterday"
    report = await apply(database, write_feed(tmp_path, feed), dry_run=True)
    assert (report.outcome, report.run_id, report.problem_count) == (FeedOutcome.REFUSED, None, 1)
    assert await database.reader.tuples("SELECT * FROM feed_run") in ([], ())


@pytest.mark.parametrize("inside", ["", "feed of today/"])
async def test_an_archive_does_what_its_folder_does(
    database: Database, tmp_path: Path, inside: str
) -> None:
    folder = write_feed(tmp_path / "feed", tiny_feed())
    archive = tmp_path / "feed.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in folder.iterdir():
            packed.write(path, f"{inside}{path.name}")
    first = await apply(database, archive)
    second = await apply(database, folder)
    assert first.outcome is FeedOutcome.APPLIED
    assert second.unchanged
    assert [(file.name, file.sha256) for file in first.files] == [
        (file.name, file.sha256) for file in second.files
    ]
    await assert_projection_is_derivation(database, DAY)


async def test_columns_may_come_in_any_order(database: Database, tmp_path: Path) -> None:
    folder = write_feed(tmp_path / "feed", tiny_feed())
    await apply(database, folder)
    draw = Random(4)
    for path in folder.iterdir():
        rows = read_rows(path)
        columns = list(rows[0])
        draw.shuffle(columns)
        write_rows(path, [{column: row[column] for column in columns} for row in rows])
    assert (await apply(database, folder)).unchanged


async def test_rows_may_come_in_any_order(database: Database, tmp_path: Path) -> None:
    write_sample_feed(tmp_path, centres=3, learners=60, seed=9)
    draw = Random(5)
    shuffled = tmp_path / "shuffled"
    shuffled.mkdir()
    for name in COLUMNS:
        rows = read_rows(tmp_path / name)
        draw.shuffle(rows)
        write_rows(shuffled / name, rows)
    await apply(database, shuffled)
    await assert_projection_is_derivation(database, DAY)
    assert (await apply(database, tmp_path)).unchanged


async def test_an_absent_optional_column_keeps_what_is_stored(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    find(feed, "qualifications.csv", title="PL_ENG_L2")["requires_award_entry"] = "false"
    feed["lines.csv"] = [{"line": "SCIENCE", "name": "Science", "phase": "4", "active": "false"}]
    feed["requirements.csv"] = [
        {
            "level": "HIGHER",
            "component": "ASL",
            "qualification_levels": "2|3",
            "glh": "180",
            "min_glh": "120",
        }
    ]
    await send(database, tmp_path / "whole", feed)
    before = await snapshot(database)
    thin = {
        name: [{column: row[column] for column in columns} for row in feed[name]]
        for name, columns in REQUIRED_COLUMNS.items()
    }
    report = await send(database, tmp_path / "thin", thin, day=NEXT_DAY)
    assert counts(report) == {name: (0, 0, len(rows), 0, 0) for name, rows in thin.items()}
    assert await snapshot(database) == before


async def test_an_empty_cell_clears_what_is_stored(database: Database, tmp_path: Path) -> None:
    feed = tiny_feed()
    await send(database, tmp_path / "first", feed)
    find(feed, "learners.csv", learner_ref="anna")["date_of_birth"] = ""
    await send(database, tmp_path / "second", feed)
    rows = await database.reader.tuples("SELECT date_of_birth FROM learner WHERE ref = 'anna'")
    assert [tuple(row) for row in rows] == [(None,)]


async def test_a_changed_row_updates_and_derives_its_learner_alone(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    await send(database, tmp_path, feed)
    before = await flags(database)
    find(feed, "entries.csv", entry_ref="ben-1")["marks_submitted_on"] = "2010-01-08"
    report = await send(database, tmp_path, feed, day=NEXT_DAY)
    assert counts(report)["entries.csv"] == (0, 1, 9, 0, 0)
    assert report.learners_derived == 1
    after = await flags(database)
    changed = {key: row for key, row in after.items() if row != before[key]}
    assert before["R-ben", "PROJECT", "ASSESSMENT"] == (
        *("BLOCKED", "MARKS_DEADLINE_PASSED"),
        str(DAY),
    )
    assert changed == {
        ("R-ben", "PROJECT", "ASSESSMENT"): ("SUBMITTED", "MARKS_SUBMITTED", str(NEXT_DAY))
    }
    await assert_projection_is_derivation(database, NEXT_DAY)


async def test_since_stays_while_the_code_stays_though_the_reasons_change(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    feed["entries.csv"] = [row for row in feed["entries.csv"] if row["entry_ref"] != "anna-4"]
    await send(database, tmp_path, feed)
    feed["entries.csv"] = [dict(row) for row in feed["entries.csv"]]
    find(feed, "entries.csv", entry_ref="anna-3")["status"] = "WITHDRAWN"
    report = await send(database, tmp_path, feed, day=NEXT_DAY)
    assert report.learners_derived == 1
    rows = await database.reader.tuples(
        "SELECT f.code, f.reasons, f.since FROM flag f JOIN registration r"
        " ON r.id = f.registration_id WHERE r.ref = 'R-anna'"
        " AND f.component_type = 'PRINCIPAL_LEARNING' AND f.kind = 'ENTRY'"
    )
    assert [(row[0], row[1], str(row[2])) for row in rows] == [
        (
            "MISSING_OR_INVALID_ENTRY",
            "AWARD_ENTRY_MISSING|UNIT_ENTRY_MISSING",
            str(DAY),
        )
    ]


async def test_an_issue_keeps_the_day_it_was_first_seen_until_it_is_gone(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    for row in feed["das.csv"]:
        row["fetched_at"] = "2010-03-01T05:00:00+00:00"
    await send(database, tmp_path, feed)

    async def seen() -> dict[tuple[str, str], tuple[str | None, str]]:
        rows = await database.reader.tuples(
            "SELECT i.component_type, i.code, i.subject, i.first_seen FROM issue i"
            " JOIN registration r ON r.id = i.registration_id WHERE r.ref = 'R-anna'"
        )
        return {(row[0], row[1]): (row[2], str(row[3])) for row in rows}

    first = await seen()
    assert first["", "PLTS_NOT_CONFIRMED"] == (None, str(DAY))
    assert first["PROJECT", "ENTRY_MISSING"] == (None, str(DAY))
    find(feed, "das.csv", registration_ref="R-anna")["work_experience"] = "false"
    await send(database, tmp_path, feed, day=NEXT_DAY)
    second = await seen()
    new = {("", "WORK_EXPERIENCE_NOT_CONFIRMED"): (None, str(NEXT_DAY))}
    assert second == first | new
    find(feed, "das.csv", registration_ref="R-anna")["plts"] = "true"
    await send(database, tmp_path, feed, day=NEXT_DAY)
    assert ("", "PLTS_NOT_CONFIRMED") not in await seen()
    find(feed, "das.csv", registration_ref="R-anna")["plts"] = "false"
    await send(database, tmp_path, feed, day=NEXT_DAY)
    assert await seen() == second | {("", "PLTS_NOT_CONFIRMED"): (None, str(NEXT_DAY))}


async def test_an_acknowledgement_survives_while_the_issue_stays(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    await send(database, tmp_path, feed)
    async with database.transaction() as connection:
        await connection.execute("UPDATE issue SET note = 'seen' WHERE code = 'PLTS_NOT_CONFIRMED'")
    find(feed, "registrations.csv", registration_ref="R-anna")["anticipated_award"] = "2011-08"
    await send(database, tmp_path, feed)
    rows = await database.reader.tuples("SELECT note FROM issue WHERE code = 'PLTS_NOT_CONFIRMED'")
    assert [row[0] for row in rows] == ["seen"] * 3
    await assert_projection_is_derivation(database, DAY)


async def test_runs_are_recorded_with_their_files_and_counts(
    database: Database, tmp_path: Path
) -> None:
    folder = write_feed(tmp_path / "today", tiny_feed())
    report = await apply(database, folder)
    shutil.rmtree(folder)
    await apply(database, folder)
    first, second = await database.reader.tuples(
        "SELECT id, actor, source, outcome, mode, partial, learners_derived, problem_count,"
        " files, problems FROM feed_run ORDER BY id"
    )
    assert tuple(first)[:8] == (report.run_id, "test", "today", "APPLIED", "DELTA", False, 3, 0)
    assert orjson.loads(first[8]) == [file._asdict() for file in report.files]
    assert orjson.loads(first[9]) == []
    assert (second[3], second[7], orjson.loads(second[8])) == ("REFUSED", 1, [])
    assert [problem["code"] for problem in orjson.loads(second[9])] == ["MISSING"]


async def test_two_learners_may_swap_their_ulns(database: Database, tmp_path: Path) -> None:
    feed = tiny_feed()
    await send(database, tmp_path, feed)
    anna, ben = feed["learners.csv"][:2]
    anna["uln"], ben["uln"] = ben["uln"], anna["uln"]
    report = await send(database, tmp_path, feed)
    assert counts(report)["learners.csv"] == (0, 2, 1, 0, 0)
    rows = await database.reader.tuples(
        "SELECT l.ref, e.ref FROM entry e JOIN learner l ON l.id = e.learner_id ORDER BY e.ref"
    )
    assert [tuple(row) for row in rows] == [
        *(("ben", f"anna-{number}") for number in (1, 2, 3, 4)),
        *(("anna", "ben-1"), ("anna", "ben-2"), ("cleo", "cleo-1"), ("cleo", "cleo-2")),
    ]
    await assert_projection_is_derivation(database, DAY)


async def test_an_unmatched_entry_is_never_attached_by_name(
    database: Database, tmp_path: Path
) -> None:
    await send(database, tmp_path, tiny_feed())
    rows = await database.reader.tuples(
        "SELECT e.ref, e.learner_id, e.registration_id, s.ref FROM entry e"
        " LEFT JOIN registration s ON s.id = e.suspected_id WHERE e.learner_id IS NULL"
        " ORDER BY e.ref"
    )
    assert [tuple(row) for row in rows] == [
        ("stray-1", None, None, "R-anna"),
        ("stray-2", None, None, None),
    ]


async def test_an_entry_at_another_centre_than_the_learner_stays_unmatched(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    find(feed, "entries.csv", entry_ref="stray-2")["uln"] = find(
        feed, "learners.csv", learner_ref="cleo"
    )["uln"]
    await send(database, tmp_path, feed)
    rows = await database.reader.tuples("SELECT learner_id FROM entry WHERE ref = 'stray-2'")
    assert [tuple(row) for row in rows] == [(None,)]


async def flags(database: Database) -> dict[tuple[str, str, str], tuple[str | None, ...]]:
    rows = await database.reader.tuples(
        "SELECT r.ref, f.component_type, f.kind, f.code, f.detail, f.since FROM flag f"
        " JOIN registration r ON r.id = f.registration_id"
    )
    return {(row[0], row[1], row[2]): (row[3], row[4], str(row[5])) for row in rows}


async def test_a_file_alone_is_a_feed(database: Database, tmp_path: Path) -> None:
    feed = tiny_feed()
    await send(database, tmp_path / "first", feed)
    row = find(feed, "learners.csv", learner_ref="anna")
    row["given_name"] = "Hannah"
    report = await send(database, tmp_path / "second", {"learners.csv": [row]})
    assert counts(report) == {"learners.csv": (0, 1, 0, 0, 0)}
    rows = await database.reader.tuples("SELECT given_name, uln FROM learner WHERE ref = 'anna'")
    assert [tuple(row) for row in rows] == [("Hannah", ANNA_ULN)]
    await assert_projection_is_derivation(database, DAY)
