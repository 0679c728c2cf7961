"""Whoever asked before is asked about together with what they ask, and never answered wrongly."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from auth import sessions
from auth.matrix import CallerKind
from database.connection import Database
from tests.callers import CallerMaker, Made, now
from tests.factories import Caller, counted, import_sample, served

RECORD = """
query ($uln: ULN!) {
  learner(uln: $uln) { uln name registration { line } components { type flags { kind code } } }
}
"""
ME = "{ me { email staff access { role line centre { number } } } }"
LEARNERS = "{ learners(first: 3) { totalCount nodes { uln } } }"
NOTHING = "{ __typename }"
REFUSED = "{ accounts { totalCount } }"
QUERIES = (RECORD, ME, LEARNERS, NOTHING, REFUSED)


class Office:
    """An application where somebody at the first centre has asked all of it before."""

    def __init__(self, database: Database, url: str, made: Made, ulns: tuple[str, str]) -> None:
        """`ulns` are of a learner of the centre, and of one of another."""
        self.database = database
        self.made = made
        self.ulns = ulns
        self.shown = 0
        """Records that were shown so far, to staff in lists as well."""
        self.by_staff = False
        self._url = url
        self._open = AsyncExitStack()

    async def open(self, **settings: Any) -> Caller:
        """Who asks, at an application that has never seen the token."""
        client = await self._open.enter_async_context(served(self._url, **settings))
        return Caller(client, self.made.token)

    async def close(self) -> None:
        """Have all written down that is to be."""
        await self._open.aclose()

    async def answers(self, caller: Caller) -> list[tuple[int, Any]]:
        """What somebody is told."""
        told = []
        for query in QUERIES:
            for given in [{"uln": uln} for uln in self.ulns] if "$uln" in query else [{}]:
                response = await caller.response(query, **given)
                answer = response.json()
                answer.pop("extensions", None)
                told.append((response.status_code, answer))
                data = answer.get("data") or {}
                self.shown += bool(data.get("learner"))
                if "learners" in data and self.by_staff:
                    self.shown += len(data["learners"]["nodes"])
        return told


@pytest.fixture
async def office(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    await import_sample(database, tmp_path / "feed", centres=2, learners=20)
    rows = await database.reader.tuples(
        "SELECT MIN(l.uln), r.centre_id FROM learner l JOIN registration r ON r.learner_id = l.id"
        " WHERE NOT EXISTS (SELECT 1 FROM registration o WHERE o.learner_id = l.id"
        " AND o.centre_id <> r.centre_id) GROUP BY r.centre_id ORDER BY r.centre_id"
    )
    (uln, centre_id), (elsewhere, _) = rows
    made = await CallerMaker(database, centre_id).caller(CallerKind.CENTRE_VIEWER)
    office = Office(database, database_url, made, (uln, elsewhere))
    yield office
    await office.close()


async def end_session(database: Database, made: Made) -> None:
    await database.writer.execute(
        "UPDATE session SET ended_at = ? WHERE id = ?", now(), made.session_id
    )


async def let_it_expire(database: Database, made: Made) -> None:
    await database.writer.execute(
        "UPDATE session SET expires_at = ? WHERE id = ?", now() - timedelta(1), made.session_id
    )


async def leave_it_idle(database: Database, made: Made) -> None:
    await database.writer.execute(
        "UPDATE session SET last_used_at = ? WHERE id = ?", now() - timedelta(1), made.session_id
    )


async def disable(database: Database, made: Made) -> None:
    await database.writer.execute(
        "UPDATE account SET disabled_at = ? WHERE id = ?", now(), made.user_id
    )


async def revoke(database: Database, made: Made) -> None:
    await database.writer.execute(
        "UPDATE access_grant SET revoked_at = ? WHERE id = ?", now(), made.grant_id
    )


async def narrow(database: Database, made: Made) -> None:
    await database.writer.execute(
        "UPDATE access_grant SET kind = 'NON_CENTRE', line = 'XX' WHERE id = ?", made.grant_id
    )


async def move(database: Database, made: Made) -> None:
    await database.writer.execute(
        "UPDATE access_grant SET centre_id = (SELECT MAX(id) FROM centre) WHERE id = ?",
        made.grant_id,
    )


async def publish_terms(database: Database, _made: Made) -> None:
    await database.writer.execute(
        "INSERT INTO terms (version, title, body, published_at) VALUES ('2', 'T', 'B', ?)", now()
    )


async def take_on(database: Database, made: Made) -> None:
    await database.writer.execute("UPDATE account SET staff = 'SUPPORT' WHERE id = ?", made.user_id)


async def rename(database: Database, made: Made) -> None:
    await database.writer.execute(
        "UPDATE account SET email = 'new@example.org' WHERE id = ?", made.user_id
    )


CHANGES = {
    change.__name__: change
    for change in (
        *(end_session, let_it_expire, leave_it_idle, disable, revoke, narrow, move),
        *(publish_terms, take_on, rename),
    )
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_what_has_changed_elsewhere_holds_for_the_next_request(
    office: Office, change: Callable[[Database, Made], Awaitable[None]]
) -> None:
    caller = await office.open()
    before = await office.answers(caller)
    assert await office.answers(caller) == before
    await change(office.database, office.made)
    office.by_staff = change is take_on

    after = await office.answers(caller)

    assert after != before
    assert await office.answers(caller) == after
    assert await office.answers(await office.open()) == after
    await office.close()
    looks = "SELECT COUNT(*) FROM event WHERE kind = 'RECORD_READ'"
    # Staff are told of to nobody but their own log.
    assert await office.database.writer.number(looks) == office.shown


async def test_each_query_is_asked_anew_by_itself(office: Office) -> None:
    caller = await office.open()
    office.made = replace(office.made, token=None)
    nobody = await office.open()
    for query in QUERIES:
        variables = {"uln": office.ulns[0]} if "$uln" in query else {}
        known = await caller.ask(query, **variables)
        assert await caller.ask(query, **variables) == known
        await end_session(office.database, office.made)
        assert await caller.ask(query, **variables) == await nobody.ask(query, **variables)
        await office.database.writer.execute("UPDATE session SET ended_at = NULL")


async def test_who_asks_is_read_once_a_request_and_with_what_is_asked(office: Office) -> None:
    caller = await office.open()
    await office.answers(caller)
    for query in QUERIES:
        with counted() as statements:
            await caller.ask(query, **({"uln": office.ulns[0]} if "$uln" in query else {}))
        assert sum("FROM session s" in text for text in statements) == 1
        if query == RECORD:
            assert len(statements) == 1


async def test_a_statement_that_fails_keeps_nobody_from_being_known(office: Office) -> None:
    caller = await office.open()
    await office.answers(caller)
    await office.database.writer.execute("ALTER TABLE flag RENAME TO flags_elsewhere")
    broken = await caller.ask(RECORD, uln=office.ulns[0])
    assert {error["extensions"]["code"] for error in broken["errors"]} == {"INTERNAL"}
    await end_session(office.database, office.made)
    refused = await caller.ask(RECORD, uln=office.ulns[0])
    assert {error["extensions"]["code"] for error in refused["errors"]} == {"UNAUTHENTICATED"}


async def test_the_use_of_a_token_is_noted_once_a_minute_all_the_same(office: Office) -> None:
    caller = await office.open()
    await office.answers(caller)
    ago = now() - timedelta(minutes=2)
    await office.database.writer.execute("UPDATE session SET last_used_at = ?", ago)
    await caller.ask(RECORD, uln=office.ulns[0])  # finds it so
    sessions._noted.clear()  # noqa: SLF001 - as if another minute had gone by
    await caller.ask(RECORD, uln=office.ulns[0])
    later = "SELECT COUNT(*) FROM session WHERE last_used_at > ?"
    assert await office.database.writer.number(later, ago) == 1


async def test_staff_are_told_of_as_many_statements_however_often_they_ask(office: Office) -> None:
    await take_on(office.database, office.made)
    caller = await office.open()
    took = []
    for _ in range(3):
        response = await caller.response(RECORD, uln=office.ulns[0])
        took.append(response.json()["extensions"]["cost"]["statements"])
    assert len(set(took)) == 1


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_what_is_too_slow_is_told_and_logged_as_if_nobody_had_been_presumed(
    office: Office,
) -> None:
    query = """
    query Slow($uln: ULN!) {
      accounts { totalCount } learner(uln: $uln) { components { flags { kind } } }
    }
    """
    caller = await office.open(deadline_seconds=1)
    await caller.ask(query, uln=office.ulns[0])
    lines = []
    for again in (False, True):
        if not again:
            caller = await office.open(deadline_seconds=1)  # which has to read who asks
        async with office.database.transaction() as connection:
            await connection.execute("LOCK TABLE flag")
            with capture_logs() as logged:
                response = await caller.response(query, uln=office.ulns[0])
        assert response.status_code == 503
        assert response.json()["errors"][0]["extensions"]["code"] == "DEADLINE_EXCEEDED"
        lines += [line for line in logged if line["event"] == "operation"]
        await caller.ask(query, uln=office.ulns[0])  # whose token it is, is known by now
    for line in lines:
        del line["milliseconds"], line["statements"]
    assert lines[0] == lines[1]
    assert (lines[0]["name"], lines[0]["outcome"]) == ("Slow", "DEADLINE_EXCEEDED")
    assert lines[0]["cost"] > 0

    await office.close()
    told = "SELECT COUNT(*) FROM event WHERE kind = ?"
    assert await office.database.writer.number(told, "REFUSED") == 5
    assert await office.database.writer.number(told, "RECORD_READ") >= 3


async def test_whose_session_is_over_is_not_refused_by_their_rate(office: Office) -> None:
    caller = await office.open(rate_user=3)
    for _ in range(3):
        await caller.data(ME)
    assert (await caller.response(ME)).status_code == 429
    await end_session(office.database, office.made)
    response = await caller.response(ME)
    assert (response.status_code, response.json()["data"]) == (200, {"me": None})


async def test_a_request_counts_once_whoever_it_was_taken_for(office: Office) -> None:
    caller = await office.open(rate_user=3)
    for _ in range(2):
        await caller.data(ME)
    await rename(office.database, office.made)
    assert (await caller.data(ME))["me"]["email"] == "new@example.org"
    assert (await caller.response(ME)).status_code == 429


async def test_nothing_is_presumed_by_a_token_that_was_given_back(office: Office) -> None:
    caller = await office.open()
    await office.answers(caller)
    await caller.data("mutation { sessionLogOut { __typename } }")
    await office.database.writer.execute("UPDATE session SET ended_at = NULL")
    for statements in (2, 1):
        with counted() as sent:
            await caller.data(RECORD, uln=office.ulns[0])
        assert len(sent) == statements
