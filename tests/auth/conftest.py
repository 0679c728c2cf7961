from collections.abc import Iterator

import pytest

from auth.sessions import OpenedSession
from database.connection import Database
from tests.auth.redis_server import RedisServer
from tests.auth.sessions import NOW, open_one, run


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis that the tests of one file share."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def redis(redis_server: RedisServer) -> RedisServer:
    """An empty Redis."""
    redis_server.ask("FLUSHALL")
    return redis_server


@pytest.fixture
async def opened(database: Database) -> OpenedSession:
    """A session of user 1, who has access to centre 1 and had access to centre 2."""
    await run(
        database,
        "INSERT INTO account (id, email, password_hash, title, first_name, last_name,"
        " created_at, email_confirmed_at) VALUES (1, 'a@example.org', '', '', 'Ann', 'Example',"
        " ?, ?)",
        NOW,
        NOW,
    )
    for n in (1, 2):
        await run(
            database,
            "INSERT INTO centre (id, number, name, status) VALUES (?, ?, 'C', 'OPEN')",
            n,
            f"1000{n}",
        )
        await run(
            database,
            "INSERT INTO access_grant (id, user_id, centre_id, kind, role, manages_users,"
            " granted_at, revoked_at, version) VALUES (?, 1, ?, 'CENTRE', 'ADMINISTRATOR', TRUE,"
            " ?, ?, 1)",
            n * 10,
            n,
            NOW,
            NOW if n == 2 else None,
        )
    await run(
        database,
        "INSERT INTO terms_acceptance (user_id, terms_id, at) SELECT 1, MAX(id), ? FROM terms",
        NOW,
    )
    return await open_one(database)
