"""What is no feed is refused, as far as possible before it is read."""

import io
import zipfile
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest

from database.connection import Database
from tests.server.feeding import (
    ZIP,
    Sender,
    Unread,
    desk,
    fed,
    put_aside,
    refusal,
    robot,
    service_token,
    shelf,
    tiny,
)

__all__ = ["robot", "shelf", "tiny"]  # fixtures


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_what_is_no_feed_by_its_headers_is_refused_before_it_is_read(
    robot: Sender, shelf: Path
) -> None:
    for headers in (
        {"content-type": "application/json"},
        {"content-type": "text/csv"},
        {"content-type": "application/x-www-form-urlencoded"},
        {},
        {**ZIP, "content-encoding": "gzip"},
    ):
        body = Unread()
        assert refusal(await robot.post(body, headers)) == (415, "MEDIA_TYPE"), headers
        assert not body.read

    body = Unread()
    too_long = {**ZIP, "content-length": str((1 << 20) + 1)}
    assert refusal(await robot.post(body, too_long)) == (413, "TOO_LARGE")
    assert not body.read
    assert put_aside(shelf) == []


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize(
    "asked",
    [
        *({"mode": "half"}, {"mode": ""}, {"partial": "yes"}, {"partial": "True"}),
        *({"dryRun": "1"}, {"dry_run": "true"}, {"dryRun": "true", "shred": "true"}),
    ],
)
async def test_what_the_address_must_not_say_is_refused(
    robot: Sender, asked: dict[str, Any]
) -> None:
    body = Unread()

    assert refusal(await robot.post(body, **asked)) == (400, "QUERY")
    assert not body.read


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_the_same_thing_said_twice_in_the_address_is_refused(robot: Sender) -> None:
    answer = await robot.client.post(
        "/feeds?dryRun=true&dryRun=false", content=b"PK", headers={**robot.headers, **ZIP}
    )

    assert refusal(answer) == (400, "QUERY")


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([("file", ("learner.csv", b"x"))], "UNKNOWN_FILE"),
        ([("file", ("learners.refused.csv", b"x"))], "UNKNOWN_FILE"),
        ([("file", ("../../learners.csv", b"x")), ("file", ("a", b""))], "UNKNOWN_FILE"),
        ([("file", ("a.zip", b"x")), ("file", ("b.zip", b"x"))], "UNKNOWN_FILE"),
        ([("file", ("a.zip", b"x")), ("file", ("learners.csv", b"x"))], "UNKNOWN_FILE"),
        ([("file", ("das.csv", b"x")), ("other", ("x/das.csv", b"x"))], "DUPLICATE_FILE"),
        ([("file", ("das.csv", b"x")), ("file", ("DAS.CSV", b"x"))], "DUPLICATE_FILE"),
        ([("mode", (None, b"full"))], "FORM"),
        ([("file", (f"{n}.csv", b"x")) for n in range(15)], "FORM"),
    ],
)
async def test_a_form_that_is_no_feed_is_refused(
    robot: Sender, shelf: Path, parts: Any, code: str
) -> None:
    assert refusal(await robot.post_files(parts)) == (400, code)
    assert put_aside(shelf) == []


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("application/zip", b"", "EMPTY"),
        ("multipart/form-data", b"", "FORM"),
        ("multipart/form-data; boundary=x", b"--x--\r\n", "NO_FILES"),
        ("multipart/form-data; boundary=x", b"nonsense", "FORM"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n1\r\n--x--\r\n", "FORM"),
    ],
)
async def test_a_body_that_is_empty_or_broken_is_refused(
    robot: Sender, shelf: Path, kind: str, body: bytes, code: str
) -> None:
    answer = await robot.post(body, {"content-type": kind})

    assert refusal(answer) == (400, code)
    assert put_aside(shelf) == []


async def flood(pieces: int) -> AsyncIterator[bytes]:
    """So many pieces of 64 kB, their sum untold."""
    for _ in range(pieces):
        yield b"x" * (1 << 16)


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_body_that_turns_out_too_large_is_cut_off(robot: Sender, shelf: Path) -> None:
    form = {"content-type": "multipart/form-data; boundary=x"}

    async def endless() -> AsyncIterator[bytes]:
        yield b'--x\r\ncontent-disposition: form-data; name="f"; filename="das.csv"\r\n\r\n'
        async for piece in flood(1_000):
            yield piece

    assert refusal(await robot.post(flood(1_000))) == (413, "TOO_LARGE")
    assert refusal(await robot.post(endless(), form)) == (413, "TOO_LARGE")
    assert put_aside(shelf) == []


async def test_what_is_no_archive_or_unpacks_to_far_too_much_comes_to_nothing(
    robot: Sender, database: Database, tiny: bytes
) -> None:
    bomb, swollen = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("learners.csv", b"\n" * (4 << 20))
    rows = b"".join(sha256(orjson.dumps(n)).hexdigest()[:8].encode() * 20 for n in range(140_000))
    with zipfile.ZipFile(swollen, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("learners.csv", rows)
    before = await fed(database)

    assert len(rows) > 20 << 20 > 20 * len(swollen.getvalue())
    told = [
        (await robot.ended(await robot.sent(content)))
        for content in (tiny[:-30], b"nonsense", bomb.getvalue(), swollen.getvalue())
    ]

    assert {run["outcome"] for run in told} == {"REFUSED"}
    assert [problem["code"] for run in told for problem in run["problems"]] == [
        *["UNREADABLE"] * 3,
        "TOO_LARGE",
    ]
    assert await fed(database) == before


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_where_there_is_no_room_for_a_feed_it_is_said(
    database: Database, database_url: str, tiny: bytes
) -> None:
    shelf = Path(__file__)  # no folder at all

    async with desk(database_url, await service_token(database), shelf) as robot:
        answer = await robot.post(tiny)

    assert refusal(answer) == (507, "NO_ROOM")
    assert str(shelf) not in answer.text


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_feeds_are_handed_in_by_post_alone(robot: Sender) -> None:
    assert (await robot.client.get("/feeds", headers=robot.headers)).status_code == 405
