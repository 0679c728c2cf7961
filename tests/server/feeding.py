"""What the tests of feeds over HTTP share: who sends them, how, and how they are held up."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest

import exchange.feed.apply
import server.feed_progress
import server.feed_queue
from auth.permissions import GrantKind, Role, Staff
from auth.sessions import add_session
from auth.tokens import TokenKind, hash_of, new_token
from auth.viewer import ANONYMOUS
from database.connection import Database
from exchange.feed.derive import derive_touched
from tests.exchange.feeds import Row, find, tiny_feed, write_feed
from tests.exchange.projection_checks import FILLED, snapshot
from tests.factories import Caller, served

ZIP = {"content-type": "application/zip"}
ENDED = ("APPLIED", "PARTLY_APPLIED", "REFUSED", "TRIED", "FAILED")

RUN = """
query ($id: ID!) {
  feedRun(id: $id) {
    id startedAt finishedAt actor source mode partial dryRun outcome step rowsDone rowsTotal
    learnersDerived problemCount warningCount
    files { name sha256 created changed same refused closed }
    problems { file row column code message value }
    warnings { file row column code message value }
  }
}
"""

PAGE = """
query ($first: Int!, $after: String) {
  feedRuns(first: $first, after: $after) {
    totalCount nodes { id outcome } pageInfo { hasNextPage endCursor }
  }
}
"""


def zipped(feed: Mapping[str, list[Row]], folder: Path) -> bytes:
    """A feed as the bytes of one archive."""
    write_feed(folder, feed)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    return packed.getvalue()


@pytest.fixture
def tiny(tmp_path: Path) -> bytes:
    """A complete feed of three learners, as an archive."""
    return zipped(tiny_feed(), tmp_path / "tiny")


async def fed(database: Database) -> dict[str, Any]:
    """Every row of every table that feeds fill."""
    held = await snapshot(database)
    return {table: held[table] for table in FILLED}


def put_aside(shelf: Path) -> list[str]:
    """What lies on the shelf."""
    return sorted(path.relative_to(shelf).as_posix() for path in shelf.rglob("*"))


async def account(database: Database, name: str, staff: Staff | None) -> int:
    """An account that nobody needs to log in to."""
    now = datetime.now(UTC)
    async with database.transaction() as connection:
        user_id = await connection.insert(
            "INSERT INTO account (email, password_hash, title, first_name, last_name, staff,"
            " created_at, email_confirmed_at) VALUES (?, '', '', 'Robin', 'Reader', ?, ?, ?)",
            f"{name}@example.org",
            staff.value if staff else None,
            now,
            now,
        )
        await connection.execute(
            "INSERT INTO terms_acceptance (user_id, terms_id, at) SELECT ?, MAX(id), ? FROM terms",
            user_id,
            now,
        )
    return user_id


async def session_token(database: Database, name: str, staff: Staff | None = None) -> str:
    """The token of somebody who is logged in."""
    user_id = await account(database, name, staff)
    async with database.transaction() as connection:
        opened = await add_session(
            connection,
            ANONYMOUS,
            user_id,
            now=datetime.now(UTC),
            absolute=timedelta(hours=2),
        )
    return opened.token


async def service_token(database: Database, name: str = "robot") -> str:
    """The token of a service account."""
    user_id = await account(database, name, Staff.SERVICE)
    token, now = new_token(TokenKind.API), datetime.now(UTC)
    async with database.transaction() as connection:
        await connection.execute(
            "INSERT INTO api_token (token_hash, user_id, name, created_at, expires_at)"
            " VALUES (?, ?, 'feeds', ?, ?)",
            hash_of(token),
            user_id,
            now,
            now + timedelta(days=1),
        )
    return token


async def let_in(database: Database, email: str, centre: str) -> None:
    """Make somebody an administrator of a centre."""
    async with database.transaction() as connection:
        await connection.execute(
            "INSERT INTO access_grant (user_id, centre_id, kind, role, manages_users, granted_at,"
            " version) SELECT u.id, c.id, ?, ?, TRUE, ?, 1 FROM account u, centre c"
            " WHERE u.email = ? AND c.number = ?",
            GrantKind.CENTRE.value,
            Role.ADMINISTRATOR.value,
            datetime.now(UTC),
            email,
            centre,
        )


class Sender(Caller):
    """Somebody who sends feeds and asks what became of them."""

    def __init__(self, client: httpx2.AsyncClient, token: str | None = None) -> None:
        super().__init__(client, token)
        self.client = client
        self.headers = {"authorization": f"Bearer {token}"} if token else {}

    async def post(self, content: Any, headers: Mapping[str, str] = ZIP, **asked: Any) -> Any:
        """The answer to a feed as one archive."""
        return await self.client.post(
            "/feeds", content=content, params=asked, headers={**self.headers, **headers}
        )

    async def post_files(self, files: Any, **asked: str) -> Any:
        """The answer to a feed as a form."""
        return await self.client.post("/feeds", files=files, params=asked, headers=self.headers)

    async def sent(self, content: Any, **asked: Any) -> str:
        """The id of a feed that must be accepted."""
        answer = await self.post(content, **asked)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    async def run(self, run_id: str) -> dict[str, Any]:
        """A run as it is now."""
        data = await self.data(RUN, id=run_id)
        run: dict[str, Any] = data["feedRun"]
        return run

    async def ended(self, run_id: str) -> dict[str, Any]:
        """A run once it has ended."""
        while (run := await self.run(run_id))["outcome"] not in ENDED:  # noqa: ASYNC110 - a client has no other way
            await asyncio.sleep(0.01)
        return run


class Gate:
    """Where feeds stop before they derive flags, their rows being written already."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self._free = asyncio.Event()
        self.open()

    def shut(self) -> None:
        """Let no feed through from now on."""
        self._free.clear()
        self.reached.clear()

    def open(self) -> None:
        """Let feeds through, those that wait as well."""
        self._free.set()

    async def derive(self, *arguments: Any) -> int:
        """Wait, then derive."""
        self.reached.set()
        await self._free.wait()
        return await derive_touched(*arguments)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """A gate that is open, and that no feed gets round."""
    built = Gate()
    monkeypatch.setattr(exchange.feed.apply, "derive_touched", built.derive)
    return built


@asynccontextmanager
async def desk(url: str, token: str, folder: Path, **settings: Any) -> AsyncIterator[Sender]:
    """A server, and somebody who sends feeds to it."""
    async with served(url, feed_folder=folder, **settings) as client:
        yield Sender(client, token)


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    return tmp_path / "shelf"


@pytest.fixture
async def robot(database: Database, database_url: str, shelf: Path) -> AsyncIterator[Sender]:
    """A service account at a server that takes feeds of one megabyte."""
    token = await service_token(database)
    async with desk(database_url, token, shelf, feed_max_mb=1) as sender:
        yield sender


def refusal(answer: Any) -> tuple[int, str]:
    """Status and code of a refusal, which has the shape of all refusals."""
    told = answer.json()
    assert set(told) == {"error"}
    assert set(told["error"]) == {"code", "message"}
    assert told["error"]["message"].endswith(".")
    return answer.status_code, told["error"]["code"]


@pytest.fixture
async def token(database: Database) -> str:
    return await service_token(database)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows tell how far a run has come without delay, and nobody waits long for them."""
    monkeypatch.setattr(server.feed_progress, "EVERY", 0.01)
    monkeypatch.setattr(server.feed_progress, "PATIENCE", 0.01)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that stops does not wait for the feed it applies."""
    monkeypatch.setattr(server.feed_queue, "LAST_PATIENCE", 0.0)


async def written(database: Database) -> list[tuple[Any, ...]]:
    """What the rows tell of the runs, in their order."""
    rows = await database.reader.tuples(
        "SELECT outcome, step, rows_done, rows_total, finished_at IS NULL FROM feed_run ORDER BY id"
    )
    return [(*row[:4], bool(row[4])) for row in rows]


async def told(database: Database) -> list[tuple[str, str]]:
    """Outcome and the code of the only problem of runs that came to nothing."""
    rows = await database.reader.tuples(
        "SELECT outcome, problems FROM feed_run WHERE problem_count = 1 ORDER BY id"
    )
    return [(row[0], orjson.loads(row[1])[0]["code"]) for row in rows]


def later(folder: Path) -> bytes:
    """The same feed with Anna's award a year later."""
    feed = tiny_feed()
    find(feed, "registrations.csv", registration_ref="R-anna")["anticipated_award"] = "2011-08"
    return zipped(feed, folder)


class Unread:
    """A body that notices when it is read."""

    def __init__(self) -> None:
        self.read = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self.read = True
        yield b"PK"
