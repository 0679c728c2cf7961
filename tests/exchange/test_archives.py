"""A folder or an archive that is none, or none that may be unpacked, is told."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from database.connection import Database
from tests.exchange.feeds import (
    apply,
    counts,
    places,
    tiny_feed,
    write_feed,
)

HUGE = 10_000_000


async def test_a_folder_that_is_not_there_is_told(database: Database, tmp_path: Path) -> None:
    report = await apply(database, tmp_path / "nowhere")
    assert places(report) == (("nowhere", None, None, "MISSING", None),)


async def test_a_folder_without_a_feed_is_told(database: Database, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing here")
    report = await apply(database, tmp_path)
    assert places(report) == ((tmp_path.name, None, None, "NO_FILES", None),)


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda _: b"this is no archive", "UNREADABLE"),
        (lambda data: data[: len(data) // 2], "UNREADABLE"),
    ],
    ids=["text", "half an archive"],
)
async def test_a_damaged_archive_is_told(
    database: Database, tmp_path: Path, damage: Callable[[bytes], bytes], code: str
) -> None:
    path = packed(tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    report = await apply(database, path)
    assert places(report) == (("feed.zip", None, None, code, None),)


async def test_a_damaged_file_in_an_archive_is_told(database: Database, tmp_path: Path) -> None:
    path = packed(tmp_path)
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("learners.csv").header_offset
    data = bytearray(path.read_bytes())
    data[start + 45 : start + 75] = bytes(30)
    path.write_bytes(data)
    report = await apply(database, path)
    assert places(report) == (("learners.csv", None, None, "UNREADABLE", None),)


async def test_an_archive_that_unpacks_to_far_too_much_is_told(
    database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "feed.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("learners.csv", b" " * HUGE)
    report = await apply(database, path)
    assert places(report) == (("learners.csv", None, None, "UNREADABLE", None),)


async def test_an_archive_with_a_file_twice_is_told(database: Database, tmp_path: Path) -> None:
    path = packed(tmp_path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("old/learners.csv", b"learner_ref\r\n")
    report = await apply(database, path)
    assert places(report) == (("learners.csv", None, None, "DUPLICATE_FILE", None),)


async def test_what_a_mac_adds_to_an_archive_is_not_part_of_the_feed(
    database: Database, tmp_path: Path
) -> None:
    path = packed(tmp_path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("__MACOSX/._learners.csv", b"\0\5\x16\7")
        archive.writestr("__MACOSX/feed/learners.csv", b"\0\5\x16\7")
    report = await apply(database, path)
    assert (report.problems, counts(report)["learners.csv"]) == ((), (3, 0, 0, 0, 0))

    folder = write_feed(tmp_path / "folder", tiny_feed())
    (folder / "._learners.csv").write_bytes(b"\0\5\x16\7")
    report = await apply(database, folder)
    assert (report.problems, report.unchanged) == ((), True)


@pytest.mark.parametrize("packing", [False, True])
async def test_upper_and_lower_case_are_the_same_in_the_name_of_a_file(
    database: Database, tmp_path: Path, *, packing: bool
) -> None:
    folder = write_feed(tmp_path / "feed", tiny_feed())
    (folder / "learners.csv").replace(folder / "LEARNERS.CSV")
    (folder / "entries.csv").replace(folder / "Entries.csv")
    (folder / "das.REFUSED.CSV").write_bytes(b"of another day")
    path = folder
    if packing:
        path = tmp_path / "feed.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for file in folder.iterdir():
                archive.write(file, f"of today/{file.name}")
    report = await apply(database, path)
    assert report.problems == ()
    assert [counts(report)[name] for name in ("learners.csv", "entries.csv")] == [
        *((3, 0, 0, 0, 0), (10, 0, 0, 0, 0)),
    ]


async def test_names_that_differ_in_case_only_are_one_file_twice(
    database: Database, tmp_path: Path
) -> None:
    folder = write_feed(tmp_path / "feed", tiny_feed())
    (folder / "LEARNERS.csv").write_bytes(b"learner_ref\r\n")
    (folder / "Pupils.CSV").write_bytes(b"learner_ref\r\n")
    report = await apply(database, folder)
    assert sorted(places(report)) == [
        ("Pupils.CSV", None, None, "UNKNOWN_FILE", None),
        ("learners.csv", None, None, "DUPLICATE_FILE", None),
    ]


def packed(folder: Path) -> Path:
    path = folder / "feed.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(write_feed(folder / "files", tiny_feed()).iterdir()):
            archive.write(file, file.name)
    return path
