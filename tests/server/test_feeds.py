"""Feeds over HTTP: what is accepted, what is refused and how, and what the graph then tells."""

import io
import zipfile
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from auth.permissions import Staff
from auth.tokens import TokenKind, new_token
from database.connection import Database
from server.shelf import REFUSED
from tests.exchange.feeds import WEST, begin, find, tiny_feed, write_feed
from tests.exchange.projection_checks import assert_projection_is_derivation
from tests.factories import DAY
from tests.server.feeding import (
    ZIP,
    Sender,
    Unread,
    desk,
    fed,
    let_in,
    put_aside,
    refusal,
    robot,
    session_token,
    shelf,
    tiny,
    zipped,
)

__all__ = ["robot", "shelf", "tiny"]  # fixtures

TINY_FILES = [
    *("centres.csv", "consortia.csv", "qualifications.csv", "units.csv", "windows.csv"),
    *("learners.csv", "registrations.csv", "entries.csv", "verifications.csv"),
    *("das.csv", "das_components.csv"),
]


# What is accepted --------------------------------------------------------------------------------


async def test_an_archive_is_applied_and_its_run_told_in_the_graph(
    robot: Sender, database: Database, shelf: Path, tiny: bytes
) -> None:
    before = datetime.now(UTC)

    answer = await robot.post(tiny)
    run = await robot.ended(answer.json()["id"])

    assert (answer.status_code, answer.json()) == (202, {"id": run["id"]})
    assert "location" not in answer.headers
    assert run | {"files": [], "startedAt": None, "finishedAt": None} == {
        "id": run["id"],
        "startedAt": None,
        "finishedAt": None,
        "actor": "robot@example.org",
        "source": "feed.zip",
        "mode": "DELTA",
        "partial": False,
        "dryRun": False,
        "outcome": "APPLIED",
        "step": None,
        "rowsDone": 0,
        "rowsTotal": None,
        "learnersDerived": 3,
        "problemCount": 0,
        "warningCount": 0,
        "files": [],
        "problems": [],
        "warnings": [],
    }
    started, finished = (datetime.fromisoformat(run[name]) for name in ("startedAt", "finishedAt"))
    assert before <= started <= finished <= datetime.now(UTC)
    with zipfile.ZipFile(io.BytesIO(tiny)) as archive:
        sums = {name: sha256(archive.read(name)).hexdigest() for name in archive.namelist()}
    assert {file["name"]: file["sha256"] for file in run["files"]} == sums
    assert [file["name"] for file in run["files"]] == TINY_FILES
    assert [file["created"] for file in run["files"] if file["name"] == "learners.csv"] == [3]
    await assert_projection_is_derivation(database, DAY)
    assert put_aside(shelf) == []


async def test_the_log_tells_by_its_account_who_sent_a_feed(
    robot: Sender, database: Database, tiny: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    await robot.ended((await robot.post(tiny)).json()["id"])

    ((user_id,),) = await database.reader.tuples("SELECT id FROM account")
    logs = capsys.readouterr().err
    (line,) = [line for line in logs.splitlines() if "feed_accepted" in line]
    assert f"user={user_id}" in line
    assert "robot@example.org" not in logs


async def test_a_form_of_files_and_a_form_with_an_archive_are_feeds_too(
    robot: Sender, shelf: Path, tmp_path: Path, tiny: bytes
) -> None:
    folder = write_feed(tmp_path / "parts", tiny_feed())
    parts = [("file", (path.name, path.read_bytes())) for path in sorted(folder.iterdir())]

    files = await robot.post_files(parts)
    loose = await robot.ended(files.json()["id"])
    again = await robot.post_files({"feed": ("C:\\today.zip", tiny, "application/zip")})
    packed = await robot.ended(again.json()["id"])

    assert (files.status_code, again.status_code) == (202, 202)
    assert (loose["outcome"], loose["source"], loose["learnersDerived"]) == ("APPLIED", "feed", 3)
    assert (packed["outcome"], packed["source"]) == ("APPLIED", "today.zip")
    assert packed["learnersDerived"] == 0
    assert {file["created"] + file["changed"] for file in packed["files"]} == {0}
    assert put_aside(shelf) == []


async def test_the_files_of_a_form_may_be_named_in_any_case_as_those_of_an_archive(
    robot: Sender, database: Database, tmp_path: Path, tiny: bytes
) -> None:
    folder = write_feed(tmp_path / "parts", tiny_feed())
    parts = [("file", (path.name.upper(), path.read_bytes())) for path in folder.iterdir()]

    loose = await robot.ended((await robot.post_files(parts)).json()["id"])
    packed = await robot.ended((await robot.post_files({"feed": ("Today.ZIP", tiny)})).json()["id"])

    assert (loose["outcome"], loose["learnersDerived"]) == ("APPLIED", 3)
    assert [file["name"] for file in loose["files"]] == TINY_FILES
    assert (packed["outcome"], packed["source"]) == ("APPLIED", "Today.ZIP")
    assert {file["created"] + file["changed"] for file in packed["files"]} == {0}


async def test_an_operator_sends_feeds_with_a_session_or_a_cookie_beside_the_own_header(
    database: Database, database_url: str, shelf: Path, tiny: bytes
) -> None:
    token = await session_token(database, "operator", Staff.OPERATOR)
    cookie = {**ZIP, "cookie": f"lt_session={token}"}

    async with desk(database_url, token, shelf) as operator:
        by_token = await operator.ended(await operator.sent(tiny))
        nobody = Sender(operator.client)
        by_cookie = await nobody.post(tiny, {**cookie, "x-learner-tracking": "1"})
        by_another_site = await nobody.post(tiny, cookie)

    assert by_token["actor"] == "operator@example.org"
    assert by_cookie.status_code == 202
    assert refusal(by_another_site) == (401, "UNAUTHENTICATED")


async def test_a_dry_run_changes_nothing_and_is_recorded(
    robot: Sender, database: Database, tiny: bytes
) -> None:
    before = await fed(database)

    run = await robot.ended(await robot.sent(tiny, dryRun="true", mode="full"))

    assert (run["outcome"], run["dryRun"], run["mode"]) == ("TRIED", True, "FULL")
    assert run["learnersDerived"] == 3
    assert [file["name"] for file in run["files"]] == TINY_FILES
    assert await fed(database) == before


async def test_a_feed_with_faults_changes_nothing_and_tells_each_of_them(
    robot: Sender, database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    feed["learners.csv"][1]["date_of_birth"] = "19/02/1994"
    feed["learners.csv"][2]["uln"] = "1234567890"
    find(feed, "registrations.csv", registration_ref="R-anna")["status"] = "PENDED"
    before = await fed(database)

    run = await robot.ended(await robot.sent(zipped(feed, tmp_path / "faults")))

    assert (run["outcome"], run["problemCount"], run["warningCount"]) == ("REFUSED", 2, 1)
    assert run["problems"][0] == {
        "file": "learners.csv",
        "row": 3,
        "column": "date_of_birth",
        "code": "DATE",
        "message": "A date of the form YYYY-MM-DD is expected.",
        "value": "19/02/1994",
    }
    assert [problem["code"] for problem in run["warnings"]] == ["UNKNOWN_STATUS"]
    assert await fed(database) == before


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
async def test_a_file_of_another_encoding_is_told_as_such(
    robot: Sender, tmp_path: Path, encoding: str
) -> None:
    folder = write_feed(tmp_path / "feed", tiny_feed())
    with zipfile.ZipFile(tmp_path / "feed.zip", "w") as archive:
        archive.writestr("centres.csv", "é,centre_number,name\r\n".encode(encoding))
        archive.write(folder / "learners.csv", "learners.csv")

    run = await robot.ended(await robot.sent((tmp_path / "feed.zip").read_bytes()))

    assert run["outcome"] == "REFUSED"
    assert run["problems"] == [
        {
            "file": "centres.csv",
            "row": 1,
            "column": None,
            "code": "ENCODING",
            "message": "The file is not UTF-8 from here on.",
            "value": None,
        }
    ]


async def test_the_faults_of_a_run_are_listed_as_far_as_is_asked_for(
    robot: Sender, tmp_path: Path
) -> None:
    feed = {"centres.csv": [{"centre_number": "x", "name": "A"} for _ in range(1_100)]}
    query = """query ($id: ID!, $first: Int!) {
        feedRun(id: $id) { problemCount problems(first: $first) { row } }
    }"""
    run_id = await robot.sent(zipped(feed, tmp_path / "faults"))

    assert len((await robot.ended(run_id))["problems"]) == 100
    three = await robot.data(query, id=run_id, first=3)
    every = await robot.data(query, id=run_id, first=1_000)
    (refused,) = await robot.errors(query, id=run_id, first=1_001)

    assert three["feedRun"] == {
        "problemCount": 1_100,
        "problems": [{"row": 2}, {"row": 3}, {"row": 4}],
    }
    assert len(every["feedRun"]["problems"]) == 1_000
    assert refused["extensions"] == {"code": "PAGE_SIZE", "field": "first"}


# Refused rows ------------------------------------------------------------------------------------


async def test_the_rows_that_a_partial_run_refused_are_handed_out_to_those_who_load_feeds(
    robot: Sender, database: Database, shelf: Path, tmp_path: Path
) -> None:
    feed = tiny_feed()
    feed["learners.csv"][1]["date_of_birth"] = "19/02/1994"
    support = Sender(robot.client, await session_token(database, "support", Staff.SUPPORT))

    run_id = await robot.sent(zipped(feed, tmp_path / "faults"), partial="true")
    run = await robot.ended(run_id)
    rows = await robot.client.get(f"/feeds/{run_id}/refused.zip", headers=robot.headers)
    withheld = await support.client.get(f"/feeds/{run_id}/refused.zip", headers=support.headers)
    nothing = [
        await robot.client.get(f"/feeds/{other}/refused.zip", headers=robot.headers)
        for other in ("x", "RmVlZFJ1bjox", "Q2VudHJlOjE")
    ]

    assert (run["outcome"], run["partial"]) == ("PARTLY_APPLIED", True)
    assert rows.status_code == 200
    assert rows.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(rows.content)) as archive:
        names = archive.namelist()
        lines = archive.read("learners.refused.csv").decode().splitlines()
    # Ben's row takes along what is his.
    assert names == ["das.refused.csv", "learners.refused.csv", "registrations.refused.csv"]
    assert lines[1].endswith(",3,date_of_birth,DATE,A date of the form YYYY-MM-DD is expected.")
    assert len(lines) == 2
    assert refusal(withheld) == (403, "FORBIDDEN")
    assert [refusal(answer) for answer in nothing] == [(404, "NOT_FOUND")] * 3
    assert [name.partition("/")[2] for name in put_aside(shelf)] == ["", REFUSED]


# Who may -----------------------------------------------------------------------------------------


async def test_who_may_not_load_feeds_is_refused_before_the_body_is_read(
    robot: Sender, database: Database, shelf: Path, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "feed")
    manager = Sender(robot.client, await session_token(database, "manager"))
    await let_in(database, "manager@example.org", WEST)
    support = Sender(robot.client, await session_token(database, "support", Staff.SUPPORT))
    nobody, stranger = Sender(robot.client), Sender(robot.client, new_token(TokenKind.API))

    found = {}
    for name, sender in (
        *(("nobody", nobody), ("stranger", stranger)),
        *(("manager", manager), ("support", support)),
    ):
        body = Unread()
        answer = await sender.post(body)
        assert not body.read, name
        found[name] = refusal(answer)
        if answer.status_code == 401:
            assert answer.headers["www-authenticate"] == "Bearer"

    assert found == {
        "nobody": (401, "UNAUTHENTICATED"),
        "stranger": (401, "UNAUTHENTICATED"),
        "manager": (403, "FORBIDDEN"),
        "support": (403, "FORBIDDEN"),
    }
    assert put_aside(shelf) == []


async def test_runs_are_seen_by_staff_and_by_nobody_else(
    robot: Sender, database: Database, tiny: bytes
) -> None:
    run_id = await robot.sent(tiny)
    await robot.ended(run_id)
    seeing = {
        "robot": robot,
        "support": Sender(robot.client, await session_token(database, "support", Staff.SUPPORT)),
        "operator": Sender(robot.client, await session_token(database, "operator", Staff.OPERATOR)),
    }
    manager = Sender(robot.client, await session_token(database, "manager"))
    await let_in(database, "manager@example.org", WEST)
    one = "query ($id: ID!) { feedRun(id: $id) { id } }"
    node = "query ($id: ID!) { node(id: $id) { id ... on FeedRun { outcome problems { code } } } }"
    page = "{ feedRuns { totalCount nodes { id } } }"

    for name, sender in seeing.items():
        assert await sender.data(one, id=run_id) == {"feedRun": {"id": run_id}}, name
        assert (await sender.data(page))["feedRuns"] == {"totalCount": 1, "nodes": [{"id": run_id}]}
        assert (await sender.data(node, id=run_id))["node"] == {
            "id": run_id,
            "outcome": "APPLIED",
            "problems": [],
        }
    for query in (one, page):
        for sender, code in ((manager, "FORBIDDEN"), (Sender(robot.client), "UNAUTHENTICATED")):
            (refused,) = await sender.errors(query, **({"id": run_id} if query == one else {}))
            assert refused["extensions"] == {"code": code}
    assert await manager.data(node, id=run_id) == {"node": None}


async def test_an_id_of_something_else_is_no_run(robot: Sender) -> None:
    query = "query ($id: ID!) { feedRun(id: $id) { id } }"

    assert await robot.data(query, id="Q2VudHJlOjE") == {"feedRun": None}
    assert await robot.data(query, id="RmVlZFJ1bjox") == {"feedRun": None}
    (refused,) = await robot.errors(query, id="x")
    assert refused["extensions"] == {"code": "ID_INVALID", "field": "id"}
