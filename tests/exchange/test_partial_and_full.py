"""Partial feeds keep what is good and hand back the rest; full feeds close what is gone."""

from pathlib import Path

import pytest

from database.connection import Database
from exchange.feed.report import FeedOutcome, Mode
from tests.exchange.feeds import (
    ANNA_ULN,
    BEN_ULN,
    DAY,
    EAST,
    NEXT_DAY,
    SPARE_ULN,
    WEST,
    Feed,
    apply,
    begin,
    counts,
    entry,
    find,
    learner,
    places,
    read_rows,
    registration,
    send,
    tiny_feed,
    ulns,
    write_feed,
    write_rows,
)
from tests.exchange.projection_checks import assert_projection_is_derivation, snapshot
from tests.factories import counted


async def column(database: Database, query: str) -> list[object]:
    return [row[0] for row in await database.reader.tuples(query)]


# Partial -----------------------------------------------------------------------------------------


async def test_good_rows_are_applied_and_the_others_handed_back(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    find(feed, "learners.csv", learner_ref="ben").update(uln="123", date_of_birth="1993-02-30")
    folder = write_feed(tmp_path, feed)
    report = await apply(database, folder, partial=True)
    assert report.outcome is FeedOutcome.PARTLY_APPLIED
    assert report.problem_count == 4
    assert counts(report)["learners.csv"] == (2, 0, 0, 1, 0)
    assert counts(report)["registrations.csv"] == (2, 0, 0, 1, 0)
    assert counts(report)["das.csv"] == (2, 0, 0, 1, 0)
    assert await column(database, "SELECT ref FROM learner ORDER BY ref") == ["anna", "cleo"]
    assert sorted(path.name for path in folder.glob("*.refused.csv")) == [
        *("das.refused.csv", "learners.refused.csv", "registrations.refused.csv"),
    ]
    (row,) = read_rows(folder / "learners.refused.csv")
    assert row == {
        **find(feed, "learners.csv", learner_ref="ben"),
        "row": "3",
        "column": "uln",
        "code": "ULN_LENGTH",
        "message": "A ULN has exactly ten digits.",
    }
    (row,) = read_rows(folder / "registrations.refused.csv")
    assert (row["registration_ref"], row["row"]) == ("R-ben", "3")
    assert (row["column"], row["code"]) == ("learner_ref", "UNKNOWN_LEARNER")
    ((outcome,),) = await database.reader.tuples("SELECT outcome FROM feed_run")
    assert outcome == "PARTLY_APPLIED"
    await assert_projection_is_derivation(database, DAY)


async def test_corrected_rows_can_be_sent_again_as_they_came_back(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    find(feed, "learners.csv", learner_ref="ben")["uln"] = "123"
    folder = write_feed(tmp_path / "first", feed)
    await apply(database, folder, partial=True)
    again = tmp_path / "again"
    again.mkdir()
    for path in folder.glob("*.refused.csv"):
        rows = read_rows(path)
        for row in rows:
            if row.get("uln") == "123":
                row["uln"] = BEN_ULN
        write_rows(again / path.name.replace(".refused", ""), rows)
    report = await apply(database, again)
    assert report.problems == ()
    assert counts(report) == {
        "learners.csv": (1, 0, 0, 0, 0),
        "registrations.csv": (1, 0, 0, 0, 0),
        "das.csv": (1, 0, 0, 0, 0),
    }
    await assert_projection_is_derivation(database, DAY)
    assert (await apply(database, write_feed(tmp_path / "whole", tiny_feed()))).unchanged


async def test_rows_refused_once_more_come_back_with_one_explanation(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    feed = {"learners.csv": feed["learners.csv"]}
    feed["learners.csv"][1]["uln"] = "123"
    folder = write_feed(tmp_path, feed)
    await apply(database, folder, partial=True)
    (folder / "learners.refused.csv").replace(folder / "learners.csv")
    report = await apply(database, folder, partial=True)
    assert report.problem_count == 1
    (row,) = read_rows(folder / "learners.refused.csv")
    assert list(row)[-4:] == ["row", "column", "code", "message"]
    assert (row["row"], row["code"], len(row)) == ("2", "ULN_LENGTH", 10)


async def test_refused_files_in_the_folder_are_not_part_of_the_feed(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    feed["learners.csv"][0]["uln"] = "123"
    folder = write_feed(tmp_path, feed)
    await apply(database, folder, partial=True)
    assert (await apply(database, write_feed(folder, tiny_feed()))).problems == ()


async def test_a_refused_row_of_a_known_learner_refuses_nothing_else(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    await send(database, tmp_path / "first", feed)
    find(feed, "learners.csv", learner_ref="ben")["uln"] = "123"
    report = await apply(database, write_feed(tmp_path / "second", feed), partial=True)
    assert [problem.code for problem in report.problems] == ["ULN_LENGTH"]
    assert report.unchanged


async def test_a_partial_feed_that_is_broken_is_refused_whole(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    feed["learners.csv"] += [learner(f"l{at}", "123", "Lee", "Lime") for at in range(1_100)]
    folder = write_feed(tmp_path, feed)
    with (folder / "learners.csv").open("a") as out:
        out.write('dora,,,"Dora,Dogwood,\n')
    before = await snapshot(database)
    report = await apply(database, folder, partial=True)
    assert report.outcome is FeedOutcome.REFUSED
    assert report.problem_count == 1_101
    assert await snapshot(database) == before


async def test_a_uln_that_was_not_given_up_after_all_cannot_be_taken(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    await send(database, tmp_path / "first", feed)
    cleo = find(feed, "learners.csv", learner_ref="cleo")
    anna = find(feed, "learners.csv", learner_ref="anna")
    ben = find(feed, "learners.csv", learner_ref="ben")
    # Ben wants Cleo's, which she keeps; so Anna cannot have Ben's, and nobody has Anna's.
    taken = [{**anna, "uln": ben["uln"]}, {**ben, "uln": cleo["uln"]}]
    people: Feed = {"learners.csv": [*taken, learner("dora", ANNA_ULN, "Dora", "Dogwood")]}
    report = await apply(database, write_feed(tmp_path / "second", people), partial=True)
    assert [(problem.row, problem.code) for problem in report.problems] == [
        *((2, "ULN_TAKEN"), (3, "ULN_TAKEN"), (4, "ULN_TAKEN")),
    ]
    assert report.unchanged


async def test_a_chain_of_ulns_that_are_not_given_up_is_refused_to_its_end(
    database: Database, tmp_path: Path
) -> None:
    numbers = ulns(303)
    feed = tiny_feed()
    feed["learners.csv"] = [learner(f"l{at:03}", numbers[at], "Lee", "Lime") for at in range(301)]
    people = {"learners.csv": feed["learners.csv"]}
    await send(database, tmp_path / "first", people)
    # Everybody wants the next one's; the last but one cannot have that of the last, who keeps it.
    for at, row in enumerate(people["learners.csv"][:-1]):
        row["uln"] = numbers[at + 1]
    people["learners.csv"].pop()
    with counted() as statements:
        report = await apply(database, write_feed(tmp_path / "second", people), partial=True)
    assert [(problem.row, problem.code) for problem in report.problems] == [
        (at, "ULN_TAKEN") for at in range(2, 302)
    ]
    assert report.unchanged
    assert len([text for text in statements if "stuck" in text]) == 2

    people["learners.csv"].append(learner("l300", numbers[301], "Lee", "Lime"))
    report = await send(database, tmp_path / "third", people)
    assert counts(report)["learners.csv"] == (0, 301, 0, 0, 0)


async def test_more_rows_than_are_listed_are_handed_back(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    feed["learners.csv"] += [learner(f"l{at}", "123", "Lee", "Lime") for at in range(1_100)]
    folder = write_feed(tmp_path, feed)
    report = await apply(database, folder, partial=True)
    assert counts(report)["learners.csv"] == (3, 0, 0, 1_100, 0)
    rows = read_rows(folder / "learners.refused.csv")
    assert len(rows) == 1_100
    assert {row["code"] for row in rows} == {"ULN_LENGTH", "NOT_LISTED"}


# Full --------------------------------------------------------------------------------------------


def fuller_feed() -> Feed:
    """The tiny feed with one more of everything at the first centre."""
    feed = tiny_feed()
    feed["learners.csv"].append(learner("dora", SPARE_ULN, "Dora", "Dogwood"))
    feed["registrations.csv"].append(registration("R-dora", "dora", WEST))
    feed["entries.csv"].append(entry("dora-1", WEST, SPARE_ULN, "PROJ_L2", series="June 2010"))
    feed["verifications.csv"].append(
        {
            **find(feed, "verifications.csv", centre_number=EAST),
            "academic_year": "2008/09",
        }
    )
    feed["das.csv"].append({**feed["das.csv"][0], "registration_ref": "R-dora", "uln": SPARE_ULN})
    feed["das_components.csv"].append(
        {"registration_ref": "R-dora", "component": "PROJECT", "complete": "true"}
    )
    feed["windows.csv"].append(
        {
            "series": "June 2010",
            "unit": "EG201",
            "opens_on": "2010-02-01",
            "closes_on": "2010-03-01",
        }
    )
    feed["units.csv"].append(
        {
            **feed["units.csv"][2],
            "unit": "EG299",
            "assessment": "EXTERNAL",
            "required": "false",
        }
    )
    return feed


async def test_a_delta_leaves_what_it_does_not_mention(database: Database, tmp_path: Path) -> None:
    await send(database, tmp_path / "first", fuller_feed())
    before = await snapshot(database)
    report = await send(database, tmp_path / "second", tiny_feed(), day=NEXT_DAY)
    assert report.unchanged
    assert await snapshot(database) == before


async def test_a_full_feed_closes_what_it_no_longer_mentions(
    database: Database, tmp_path: Path
) -> None:
    await send(database, tmp_path / "first", fuller_feed())
    report = await send(database, tmp_path / "second", tiny_feed(), day=NEXT_DAY, mode=Mode.FULL)
    closed = {file.name: file.closed for file in report.files if file.closed}
    assert closed == dict.fromkeys(
        (
            *("units.csv", "windows.csv", "registrations.csv", "entries.csv"),
            *("verifications.csv", "das.csv", "das_components.csv"),
        ),
        1,
    )
    assert await column(database, "SELECT ref FROM registration WHERE status = 'WITHDRAWN'") == [
        "R-dora"
    ]
    assert await column(database, "SELECT ref FROM entry WHERE status = 'WITHDRAWN'") == ["dora-1"]
    assert await column(database, "SELECT unit FROM submission_window WHERE unit <> ''") == []
    assert await column(database, "SELECT code FROM unit WHERE code = 'EG299'") == []
    await assert_projection_is_derivation(database, NEXT_DAY)
    again = await send(database, tmp_path / "third", tiny_feed(), day=NEXT_DAY, mode=Mode.FULL)
    assert again.unchanged
    assert again.learners_derived == 0


async def test_a_full_feed_closes_nothing_at_centres_it_does_not_name(
    database: Database, tmp_path: Path
) -> None:
    await send(database, tmp_path / "first", fuller_feed())
    feed = tiny_feed()
    part = {
        name: [row for row in feed[name] if row["centre_number"] == EAST]
        for name in ("registrations.csv", "entries.csv")
    }
    report = await send(database, tmp_path / "second", part, mode=Mode.FULL)
    assert report.unchanged


async def test_a_closed_row_that_is_mentioned_again_is_open_again(
    database: Database, tmp_path: Path
) -> None:
    await send(database, tmp_path / "first", fuller_feed())
    before = await snapshot(database)
    await send(database, tmp_path / "second", tiny_feed(), mode=Mode.FULL)
    await send(database, tmp_path / "third", fuller_feed(), mode=Mode.FULL)
    after = await snapshot(database)
    assert after["entry"] == before["entry"]
    assert await column(database, "SELECT version FROM registration WHERE ref = 'R-dora'") == [3]
    await assert_projection_is_derivation(database, DAY)


LINES = [{"line": code, "name": code.title()} for code in ("ENGINEERING", "INFORMATION_TECHNOLOGY")]
ACTIVE = "SELECT code FROM line_of_learning WHERE active ORDER BY code"


async def test_a_line_that_a_full_feed_closed_is_open_again_once_one_mentions_it(
    database: Database, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "tiny")
    await send(database, tmp_path / "one", {"lines.csv": LINES[:1]}, mode=Mode.FULL)
    assert await column(database, ACTIVE) == ["ENGINEERING"]
    await send(database, tmp_path / "delta", {"lines.csv": LINES})
    assert await column(database, ACTIVE) == ["ENGINEERING"]
    await send(database, tmp_path / "two", {"lines.csv": LINES}, mode=Mode.FULL)
    assert await column(database, ACTIVE) == ["ENGINEERING", "INFORMATION_TECHNOLOGY"]
    told = [LINES[0] | {"active": "false"}, LINES[1] | {"active": "true"}]
    await send(database, tmp_path / "three", {"lines.csv": told}, mode=Mode.FULL)
    assert await column(database, ACTIVE) == ["INFORMATION_TECHNOLOGY"]
    await assert_projection_is_derivation(database, DAY)


@pytest.mark.parametrize("partial", [False, True])
async def test_a_full_feed_without_any_line_is_refused(
    database: Database, tmp_path: Path, *, partial: bool
) -> None:
    await begin(database, tmp_path / "tiny")
    before = await snapshot(database)
    folder = write_feed(tmp_path / "none", {**tiny_feed(), "lines.csv": []})
    report = await apply(database, folder, mode=Mode.FULL, partial=partial)
    assert places(report) == (("lines.csv", None, None, "NO_ROWS", None),)
    assert report.outcome is FeedOutcome.REFUSED
    assert await snapshot(database) == before
    assert (await apply(database, folder)).unchanged


async def test_entries_go_to_the_course_that_is_left_when_another_is_closed(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    feed["registrations.csv"].append(
        registration("R-anna-2", "anna", WEST, anticipated_award="2011-08")
    )
    await send(database, tmp_path / "first", feed)
    query = (
        "SELECT DISTINCT r.ref FROM entry e JOIN registration r ON r.id = e.registration_id"
        " JOIN learner l ON l.id = e.learner_id WHERE l.ref = 'anna'"
    )
    assert await column(database, query) == ["R-anna-2"]
    whole = {"registrations.csv": tiny_feed()["registrations.csv"]}
    await send(database, tmp_path / "second", whole, mode=Mode.FULL)
    assert await column(database, query) == ["R-anna"]
    await assert_projection_is_derivation(database, DAY)


async def test_a_full_feed_never_closes_what_a_refused_row_mentions(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    await send(database, tmp_path / "first", feed)
    find(feed, "registrations.csv", registration_ref="R-ben")["anticipated_award"] = "soon"
    folder = write_feed(tmp_path / "second", feed)
    report = await apply(database, folder, partial=True, mode=Mode.FULL)
    assert report.outcome is FeedOutcome.PARTLY_APPLIED
    assert report.unchanged
    assert await column(database, "SELECT DISTINCT status FROM registration") == ["ACCEPTED"]
