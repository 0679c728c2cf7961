"""Streams: what changes is told to whoever watches, and to nobody for longer than they may."""

import asyncio
import os
import signal
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.applications import Starlette

import server.news
from actions import access, accounts
from auth.viewer import CONSOLE
from database.connection import Database
from database.news import about_centre
from tests.exchange.feeds import EAST, WEST, begin, find, registration, send, tiny_feed
from tests.factories import add_user
from tests.server.connections import Connection
from tests.server.exporting import Taker
from tests.server.feeding import Gate, Sender, gate, tiny
from tests.server.watched import (
    EDITOR,
    FOLLOW,
    LOG_OUT,
    OPERATOR,
    VISITOR,
    WATCH,
    app,
    edit,
    going,
    listening,
    person,
    serving,
    token_of,
    told,
    watching,
)

__all__ = ["app", "gate", "tiny"]  # fixtures


async def test_edits_and_feeds_are_told_to_those_who_watch_the_centre(
    app: Starlette, database: Database, tmp_path: Path
) -> None:
    editor = await person(app, EDITOR)
    connection, task = await watching(app, editor)
    assert connection.status == 200
    headers = dict(connection.came[0]["headers"])
    assert headers[b"content-type"] == b"text/event-stream"
    assert headers[b"cache-control"] == b"no-store, no-transform"
    assert headers[b"x-accel-buffering"] == b"no"

    await edit(editor, database, "2010-07", 1)
    assert (await connection.wait_for(2))[1] == told("AWARDS")

    # In the server's own process: with SQLite no other is heard.
    feed = tiny_feed()
    find(feed, "learners.csv", learner_ref="cleo")["given_name"] = "Cleopatra"
    await send(app.state.database, tmp_path / "east", feed)
    find(feed, "learners.csv", learner_ref="ben")["given_name"] = "Benjamin"
    await send(app.state.database, tmp_path / "west", feed)
    assert (await connection.wait_for(3))[2:] == [told("RECORDS")]

    result = find(feed, "entries.csv", entry_ref="ben-1")
    result |= {"result": "B", "result_release_on": "2010-03-11"}
    report = await send(app.state.database, tmp_path / "ahead", feed)
    assert report.learners_derived == 1
    await edit(editor, database, "2010-06", 2)
    assert (await connection.wait_for(4))[3:] == [told("AWARDS")]
    connection.gone.set()
    await task


async def test_those_who_share_a_learner_hear_of_their_own_course(
    app: Starlette, database: Database, tmp_path: Path
) -> None:
    """The west hears what it can see: not what becomes of Cleo in the east, but that she left."""
    here: Database = app.state.database
    feed = tiny_feed()
    shared = registration("R-cleo-west", "cleo", WEST)
    await send(here, tmp_path / "shared", {"registrations.csv": [shared]})
    connection, task = await watching(app, await person(app, EDITOR))
    cleo = find(feed, "registrations.csv", registration_ref="R-cleo")
    entered = find(feed, "entries.csv", entry_ref="cleo-1")
    for name, file, row in (
        ("status", "registrations.csv", cleo | {"status": "PENDING"}),
        ("entry", "entries.csv", entered | {"status": "WITHDRAWN"}),
    ):
        report = await send(here, tmp_path / name, {file: [row]})
        assert report.learners_derived == 1
    await edit(await person(app, EDITOR), database, "2010-07", 1)
    assert (await connection.wait_for(2))[1:] == [told("AWARDS")]

    shared["centre_number"] = EAST
    await send(here, tmp_path / "moved", {"registrations.csv": [shared]})
    assert (await connection.wait_for(3))[2:] == [told("RECORDS")]
    connection.gone.set()
    await task


async def taken_back(database: Database, news: str) -> None:
    """A transaction that tells something and does not end well."""
    with suppress(ZeroDivisionError):
        async with database.transaction() as transaction:
            await transaction.tell([news])
            raise ZeroDivisionError


async def test_nobody_is_told_of_what_is_taken_back_and_anything_but_once(
    app: Starlette,
) -> None:
    connection, task = await watching(app, await person(app, EDITOR))
    opened: Database = app.state.database
    ((centre_id,),) = await opened.reader.tuples("SELECT id FROM centre WHERE number = ?", WEST)
    topic = about_centre(centre_id)
    await taken_back(opened, f"{topic} ISSUES")
    async with opened.transaction() as transaction:
        await transaction.tell([f"{topic} AWARDS", f"{topic} AWARDS"])
        await transaction.tell([f"{topic} DECLARATIONS", f"{topic} AWARDS"])
        assert connection.events == [told()]
    await connection.wait_for(2)
    assert connection.events == [told(), told("AWARDS", "DECLARATIONS")]
    connection.gone.set()
    await task


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_another_process_is_heard_over_postgresql(
    app: Starlette, database: Database, database_url: str, tmp_path: Path
) -> None:
    editor = await person(app, EDITOR)
    connection, task = await watching(app, editor)
    async with serving(database_url, tmp_path) as other:
        await edit(await person(other, EDITOR), database, "2010-07", 1)
        assert (await connection.wait_for(2))[1] == told("AWARDS")
    connection.gone.set()
    await task


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_a_lost_connection_is_told_and_made_again(
    app: Starlette, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.news, "RETRY_EVERY", 0.01)
    editor = await person(app, EDITOR)
    connection, task = await watching(app, editor)
    (process,) = await listening(database)
    await database.writer.tuples("SELECT pg_terminate_backend(?)", process)
    assert (await connection.wait_for(2))[1] == told("UNSURE")
    await edit(editor, database, "2010-07", 1)
    assert (await connection.wait_for(3))[2] == told("AWARDS")
    connection.gone.set()
    await task


async def test_a_slow_reader_is_told_each_thing_once(app: Starlette, database: Database) -> None:
    editor = await person(app, EDITOR)
    connection, task = await watching(app, editor)
    connection.open.clear()
    await edit(editor, database, "2010-06", 1)
    await connection.wait_for(2)
    for version, month in enumerate(("2010-05", "2010-06", "2010-07", "2010-08"), start=2):
        await edit(editor, database, month, version)
    await asyncio.sleep(0.2)  # nothing tells that nothing more will come
    connection.open.set()
    await asyncio.sleep(0.2)
    assert 3 <= len(connection.events) <= 5
    assert connection.events[1:] == [told("AWARDS")] * (len(connection.events) - 1)
    connection.gone.set()
    await task


async def test_a_stream_ends_when_its_reader_may_not_watch_any_longer(
    app: Starlette, database: Database
) -> None:
    for email, end in ((VISITOR, _revoke), (EDITOR, _log_out), (EDITOR, _disable)):
        someone = await person(app, email)
        connection, task = await watching(app, someone)
        await end(app.state.database, someone, email)
        await task
        assert connection.events == [told(), "complete"], end


async def _revoke(database: Database, _someone: Taker, email: str) -> None:
    now = datetime.now(UTC)
    await access.end_access(database, CONSOLE, centre_number=WEST, login=email, now=now)


async def _log_out(_database: Database, someone: Taker, _email: str) -> None:
    await someone.data(LOG_OUT)


async def _disable(database: Database, _someone: Taker, email: str) -> None:
    await accounts.disable_account(database, CONSOLE, email, now=datetime.now(UTC))


async def test_a_centre_out_of_reach_is_like_none_and_nobody_watches_unknown(
    app: Starlette,
) -> None:
    editor = await person(app, EDITOR)
    for token, centre, answer in (
        (token_of(editor), EAST, {"data": {"centreChanged": None}}),
        (token_of(editor), "99999", {"data": {"centreChanged": None}}),
    ):
        connection = Connection(token)
        await connection.watch(app, WATCH, centre=centre)
        assert connection.events == [answer, "complete"]
    connection = Connection(None)
    await connection.watch(app, WATCH, centre=WEST)
    answer, *rest = connection.events
    assert rest == ["complete"]
    assert answer["data"] is None
    assert [one["extensions"]["code"] for one in answer["errors"]] == ["UNAUTHENTICATED"]


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_streams_end_when_the_process_is_told_to_stop(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = asyncio.Event()
    monkeypatch.setattr(signal, "getsignal", lambda _number: lambda *_: stopped.set())
    await begin(database, tmp_path / "feed")
    await add_user(database, EDITOR, WEST)
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        async with serving(database_url, tmp_path) as app:
            connection, task = await watching(app, await person(app, EDITOR))
            os.kill(os.getpid(), signal.SIGTERM)
            await task
            assert connection.events == [told(), "complete"]
            assert stopped.is_set()
    finally:
        signal.signal(signal.SIGTERM, before)


async def test_a_run_is_followed_to_its_end(
    app: Starlette, gate: Gate, tiny: bytes, database: Database
) -> None:
    operator, editor = await person(app, OPERATOR), await person(app, EDITOR)
    gate.shut()
    run_id = await Sender(operator.client, token_of(operator)).sent(tiny)
    await gate.reached.wait()

    connection, refused = Connection(token_of(operator)), Connection(token_of(editor))
    task = going(connection.watch(app, FOLLOW, id=run_id))
    (first,) = await connection.wait_for(1)
    assert first == {"data": {"feedRun": {"outcome": "RUNNING", "finishedAt": None}}}
    gate.open()
    await task
    *_, last, end = connection.events
    assert (last["data"]["feedRun"]["outcome"], end) == ("APPLIED", "complete")
    assert last["data"]["feedRun"]["finishedAt"] is not None

    await refused.watch(app, FOLLOW, id=run_id)
    assert [one["extensions"]["code"] for one in refused.events[0]["errors"]] == ["FORBIDDEN"]
    ended = Connection(token_of(operator))
    await ended.watch(app, FOLLOW, id=run_id)
    assert ended.events == [last, "complete"]
