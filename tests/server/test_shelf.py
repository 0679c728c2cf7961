"""The shelf: what lies on it, for how long, and who can look into it."""

import asyncio
import os
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server.shelf import LONGEST_RUN, REFUSED, Shelf
from tests.factories import served

NOW = datetime(2010, 2, 19, 12, tzinfo=UTC)
KEPT = timedelta(days=10)


def put(folder: Path, age: timedelta, file: str = REFUSED, now: datetime = NOW) -> Path:
    """A file of a run that began so long ago."""
    run_id = (now - age - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    place = Shelf(folder, KEPT).make(run_id)
    (place / file).write_bytes(b"x")
    return place


def test_refused_rows_are_deleted_in_the_end_and_what_was_killed_after_a_day(
    tmp_path: Path,
) -> None:
    folder, second = tmp_path / "shelf", timedelta(seconds=1)
    shelf = Shelf(folder, KEPT)
    shelf.clear(NOW, ())
    fresh = put(folder, timedelta(minutes=1), "feed.zip")
    put(folder, LONGEST_RUN + second, "feed.zip")
    slow = put(folder, LONGEST_RUN + 2 * second, "feed.zip")
    refused = put(folder, KEPT - second)
    put(folder, KEPT + second)
    (folder / "notes.txt").write_text("not ours", "utf-8")

    shelf.clear(NOW, {int(slow.name)})

    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [fresh.name, slow.name, refused.name, "notes.txt"]
    )


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_refused_rows_lie_as_long_as_the_settings_say(
    database_url: str, tmp_path: Path
) -> None:
    folder, now = tmp_path / "shelf", datetime.now(UTC)
    kept = put(folder, timedelta(days=199), now=now)
    old = put(folder, timedelta(days=201), now=now)

    async with served(database_url, feed_folder=folder, retention_feed_days=200):
        while old.exists():  # noqa: ASYNC110 - nothing tells when the shelf was looked through
            await asyncio.sleep(0.01)

    assert (kept / REFUSED).read_bytes() == b"x"


def test_a_folder_that_no_run_is_called_by_keeps_nothing_from_being_deleted(tmp_path: Path) -> None:
    folder = tmp_path / "shelf"
    put(folder, KEPT + timedelta(seconds=1))
    (folder / ("9" * 30)).mkdir()

    Shelf(folder, KEPT).clear(NOW, ())

    assert [path.name for path in folder.iterdir()] == ["9" * 30]


def test_refused_rows_are_kept_however_old_their_files_say_they_are(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, KEPT)
    rows = shelf.make(1) / "learners.refused.csv"
    rows.write_text("learner_ref\nL-anna\n", "utf-8")
    os.utime(rows, (0, 0))

    shelf.put_away(1)

    archive = shelf.refused(1)
    assert archive is not None
    with zipfile.ZipFile(archive) as kept:
        assert kept.read("learners.refused.csv") == b"learner_ref\nL-anna\n"


def test_nobody_else_can_look_into_the_shelf(tmp_path: Path) -> None:
    place = Shelf(tmp_path / "deep" / "shelf", KEPT).make(1)

    assert [path.stat().st_mode & 0o777 for path in (place, place.parent)] == [0o700, 0o700]
