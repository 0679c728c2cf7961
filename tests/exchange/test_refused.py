"""Where refused rows are put, whatever was put there before."""

import zipfile
from pathlib import Path

from database.connection import Database
from exchange.feed.report import FeedOutcome
from tests.exchange.feeds import Feed, apply, read_rows, tiny_feed, write_feed
from tests.exchange.projection_checks import snapshot


def archive(path: Path, feed: Feed) -> Path:
    """A feed as an archive."""
    with zipfile.ZipFile(path, "w") as packed:
        for file in write_feed(path.with_suffix(".files"), feed).iterdir():
            packed.write(file, file.name)
    return path


def centres(*numbers: str) -> Feed:
    """Centres and a learner; a number that is none is refused."""
    rows = [{"centre_number": number, "name": "North School"} for number in numbers]
    return {"centres.csv": rows, "learners.csv": tiny_feed()["learners.csv"][:1]}


async def test_two_archives_of_a_folder_have_their_own_refused_rows(
    database: Database, tmp_path: Path
) -> None:
    for name, wrong in (("one", "1"), ("two", "2"), ("three", "")):
        numbers = ["10001", wrong] if wrong else ["10001"]
        await apply(database, archive(tmp_path / f"{name}.zip", centres(*numbers)), partial=True)
    for name, wrong in (("one", "1"), ("two", "2")):
        folder = tmp_path / f"{name}.zip.refused"
        assert [path.name for path in folder.iterdir()] == ["centres.refused.csv"]
        (row,) = read_rows(folder / "centres.refused.csv")
        assert (row["centre_number"], row["row"], row["code"]) == (
            wrong,
            "3",
            "CENTRE_NUMBER_FORMAT",
        )
    assert not (tmp_path / "three.zip.refused").exists()
    assert not (tmp_path / "centres.refused.csv").exists()


async def test_rows_that_are_refused_no_more_leave_nothing_behind(
    database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "feed.zip"
    await apply(database, archive(path, centres("10001", "1")), partial=True)
    await apply(database, archive(path, centres("10001", "10002")), partial=True)
    assert not (tmp_path / "feed.zip.refused").exists()

    folder = write_feed(tmp_path / "feed", centres("10001", "1"))
    await apply(database, folder, partial=True)
    (folder / "das.refused.csv").write_text("of another day")
    write_feed(folder, centres("10001"))
    report = await apply(database, folder, partial=True)
    assert report.outcome is FeedOutcome.APPLIED
    assert sorted(path.name for path in folder.iterdir()) == [
        *("centres.csv", "das.refused.csv", "learners.csv"),
    ]


async def test_a_run_that_changes_nothing_leaves_refused_rows_where_they_are(
    database: Database, tmp_path: Path
) -> None:
    folder = write_feed(tmp_path / "feed", centres("10001", "1"))
    await apply(database, folder, partial=True)
    write_feed(folder, centres("10001"))
    await apply(database, folder, partial=True, dry_run=True)
    await apply(database, folder)
    assert (folder / "centres.refused.csv").is_file()


async def test_a_feed_of_which_every_row_is_refused_is_refused_and_handed_back(
    database: Database, tmp_path: Path
) -> None:
    before = await snapshot(database)
    folder = write_feed(tmp_path / "feed", {"centres.csv": centres("1", "2")["centres.csv"]})
    report = await apply(database, folder, partial=True)
    assert (report.outcome, report.problem_count) == (FeedOutcome.REFUSED, 2)
    assert [row["row"] for row in read_rows(folder / "centres.refused.csv")] == ["2", "3"]
    assert await snapshot(database) == before
    ((outcome,),) = await database.reader.tuples("SELECT outcome FROM feed_run")
    assert outcome == "REFUSED"
    tried = await apply(database, folder, partial=True, dry_run=True)
    assert tried.outcome is FeedOutcome.TRIED


async def test_one_good_row_is_a_part_even_if_it_changes_nothing(
    database: Database, tmp_path: Path
) -> None:
    await apply(database, write_feed(tmp_path / "first", centres("10001")))
    folder = write_feed(tmp_path / "second", centres("10001", "1"))
    report = await apply(database, folder, partial=True)
    assert (report.outcome, report.unchanged) == (FeedOutcome.PARTLY_APPLIED, True)
