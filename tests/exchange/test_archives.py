"""A folder or an archive that is none, or none that may be unpacked, is told."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from database.connection import Database
from tests.exchange.feeds import (
    apply,
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


def packed(folder: Path) -> Path:
    path = folder / "feed.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(write_feed(folder / "files", tiny_feed()).iterdir()):
            archive.write(file, file.name)
    return path
