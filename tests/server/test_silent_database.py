"""A database that falls silent: every route answers, and what was begun is broken off."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

import exchange.export.listing
from auth.permissions import Role, Staff
from database.connection import Database
from database.deadline import DeadlineError
from exchange.declared import CSV
from tests.domain.cases import qan
from tests.exchange.feeds import ANNA_ULN, WEST, begin, tiny_feed
from tests.factories import Served, add_user, import_sample, log_in, served
from tests.server.connections import Connection, app_of
from tests.server.feeding import ZIP, zipped
from tests.server.proxy import Way, way_to

pytestmark = pytest.mark.parametrize("dialect", ["postgresql"])

LATE: Final = {
    "code": "DEADLINE_EXCEEDED",
    "message": "This took too long and was broken off; ask for less.",
}
LIST: Final = f"ULN,Component,QAN\r\n{ANNA_ULN},PROJECT,{qan('OTHER_PROJ_L2')}".encode()
EDITOR: Final = "editor@west.example"
OPERATOR: Final = "operator@example.org"
"""Both may do what they ask for."""


class Silenced:
    """A server at the end of a way that may fall silent, and people who use it."""

    def __init__(self, client: Served, way: Way, tokens: dict[str, str]) -> None:
        self.client = client
        self.way = way
        self.tokens = tokens

    async def ask(self, who: str, method: str, path: str, **asked: Any) -> httpx2.Response:
        """Ask something, as somebody who is logged in wherever a browser or a program asks."""
        token = self.tokens[who]
        headers = {"cookie": f"lt_session={token}", **asked.pop("headers", {})}
        if headers.get("accept") != "text/html":
            headers["authorization"] = f"Bearer {token}"
        async with asyncio.timeout(30):
            return await self.client.request(method, path, headers=headers, **asked)

    async def take(self, file: str, taking: Connection) -> None:
        """Take a list away as the operator, in whatever way."""
        taking.token = self.tokens[OPERATOR]
        async with asyncio.timeout(30):
            await taking.get(app_of(self.client), f"/export/{file}")

    async def coming(self, data: bytes, seconds: float = 0, *, silent: bool = False) -> Any:
        """A body that comes in two parts, some seconds after each other."""
        yield data[:10]
        await asyncio.sleep(seconds)
        if silent:
            self.way.flows.clear()
        yield data[10:]


@asynccontextmanager
async def silenced(
    database: Database, url: str, folder: Path, *, seconds: float = 1.0
) -> AsyncIterator[Silenced]:
    """A server over two centres whose requests have so many seconds."""
    await begin(database, folder / "feed")
    await add_user(database, EDITOR, WEST, role=Role.ADMINISTRATOR)
    await add_user(database, OPERATOR, staff=Staff.OPERATOR)
    settings: dict[str, Any] = {"feed_folder": folder / "shelf", "deadline_seconds": seconds}
    async with way_to(url) as way, served(way.url, **settings) as client:
        tokens = {}
        for who in (EDITOR, OPERATOR):
            caller = await log_in(client, who)
            tokens[who] = caller._headers["authorization"].removeprefix("Bearer ")  # noqa: SLF001 - ours
        yield Silenced(client, way, tokens)
        way.flows.set()


def told(answers: Iterable[httpx2.Response]) -> None:
    """Each is told to come again."""
    for answer in answers:
        place = answer.request.method, answer.request.url.path
        assert answer.status_code == 503, place
        assert answer.headers["retry-after"] == "5", place
        assert "postgres" not in answer.text, place
        if answer.request.url.path == "/graphql":
            (error,) = answer.json()["errors"]
            assert {"message": error["message"], **error["extensions"]} == LATE, place
        else:
            assert answer.json() == {"error": LATE}, place


async def test_no_route_waits_for_a_database_that_says_nothing(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    page = {"accept": "text/html"}
    stream = {"accept": "text/event-stream"}
    query = {"query": f'subscription {{ centreChanged(centre: "{WEST}") {{ number }} }}'}
    async with silenced(database, database_url, tmp_path) as server:
        release = app_of(server.client).state.graphiql.release
        feed = zipped(tiny_feed(), tmp_path / "zipped")
        routes: list[tuple[str, str, str, dict[str, Any]]] = [
            (EDITOR, "GET", "/export/learners.csv", {}),
            (EDITOR, "GET", "/export/learners.xlsx", {}),
            (EDITOR, "POST", f"/declarations?centre={WEST}", {"content": LIST}),
            (OPERATOR, "POST", "/feeds", {"content": feed, "headers": ZIP}),
            (OPERATOR, "GET", "/feeds/x/refused.zip", {}),
            (OPERATOR, "GET", "/staff", {"headers": page}),
            (OPERATOR, "GET", "/graphql", {"headers": page}),
            (OPERATOR, "GET", f"/graphiql/{release}/page.js", {"headers": page}),
            (EDITOR, "POST", "/graphql", {"json": query, "headers": stream}),
            (EDITOR, "POST", "/graphql", {"json": {"query": "{ me { email } }"}}),
        ]
        server.way.flows.clear()
        told([await server.ask(who, *route, **asked) for who, *route, asked in routes])
        server.way.flows.set()
        again = [await server.ask(who, *route, **asked) for who, *route, asked in routes[:1]]

    assert [answer.status_code for answer in again] == [200]


@pytest.mark.parametrize("declares", [False, True])
async def test_a_list_is_not_waited_for_once_the_database_says_nothing(
    database: Database, database_url: str, tmp_path: Path, declares: bool
) -> None:
    kind, path = {"content-type": CSV}, f"/declarations?centre={WEST}"
    async with silenced(database, database_url, tmp_path) as server:
        if declares:
            looked = await server.ask(EDITOR, "POST", path, content=LIST, headers=kind)
            path += f"&token={looked.json()['token']}"
        body = server.coming(LIST, silent=True)
        answer = await server.ask(EDITOR, "POST", path, content=body, headers=kind)
        told([answer])

    assert await database.reader.tuples("SELECT * FROM declaration") == []


async def test_a_feed_is_taken_on_although_the_database_says_nothing_any_more(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """It is applied when the database speaks again."""
    feed = zipped(tiny_feed(), tmp_path / "zipped")
    query = "{ feedRuns { nodes { outcome } } }"
    async with silenced(database, database_url, tmp_path) as server:
        body = server.coming(feed, silent=True)
        taken = await server.ask(OPERATOR, "POST", "/feeds", content=body, headers=ZIP)
        assert taken.status_code == 202
        server.way.flows.set()
        outcomes: list[str] = []
        while "APPLIED" not in outcomes:
            await asyncio.sleep(0.05)
            answer = await server.ask(OPERATOR, "POST", "/graphql", json={"query": query})
            outcomes = [run["outcome"] for run in answer.json()["data"]["feedRuns"]["nodes"][:1]]


async def test_a_body_may_come_more_slowly_than_a_request_may_take(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """What it takes to come is not taken from what is done with it."""
    path = f"/declarations?centre={WEST}"
    async with silenced(database, database_url, tmp_path, seconds=2.0) as server:
        body = server.coming(LIST, 2.1)
        answer = await server.ask(EDITOR, "POST", path, content=body, headers={"content-type": CSV})
        feed = server.coming(zipped(tiny_feed(), tmp_path / "zipped"), 2.1)
        taken = await server.ask(OPERATOR, "POST", "/feeds", content=feed, headers=ZIP)

    assert (answer.status_code, answer.json()["newCount"]) == (200, 1)
    assert taken.status_code == 202


async def many_learners(database: Database, folder: Path, patched: pytest.MonkeyPatch) -> None:
    """Eighty learners, of whom twenty are read at a time."""
    patched.setattr(exchange.export.listing, "CHUNK", 20)
    await import_sample(database, folder / "sample", centres=1, learners=80)


async def test_an_export_that_the_database_does_not_go_on_with_is_seen_to_be_broken_off(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await many_learners(database, tmp_path, monkeypatch)
    async with silenced(database, database_url, tmp_path) as server:

        def silent_after_two(came: list[dict[str, Any]]) -> bool:
            if len(came) == 3:  # the status, the head and twenty rows
                server.way.flows.clear()
            return False

        taking = Connection(None, until=silent_after_two)
        with pytest.raises(DeadlineError):
            await server.take("learners.csv", taking)
        server.way.flows.set()

    assert (taking.status, len(taking.pieces)) == (200, 2)
    assert taking.came[-1]["more_body"] is True
    query = "SELECT DISTINCT code FROM event WHERE kind = 'EXPORT_MADE'"
    assert [*map(tuple, await database.reader.tuples(query))] == [("BROKEN_OFF",)]


async def test_an_export_may_take_longer_than_a_request_as_each_statement_has_its_time(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await many_learners(database, tmp_path, monkeypatch)
    async with silenced(database, database_url, tmp_path, seconds=2.0) as server:
        slow = Connection(None)
        slow.open.clear()
        taking = asyncio.create_task(server.take("learners.csv", slow))
        await slow.some.wait()
        await asyncio.sleep(2.1)
        slow.open.set()
        await taking

    assert slow.came[-1]["more_body"] is False
    assert len(slow.pieces) > 4
