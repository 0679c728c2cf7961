"""Requests are counted by who sends them, and beyond so many a minute refused with the wait."""

from typing import Any, Final

import httpx2
import pytest

from auth.matrix import CallerKind
from database.connection import Database
from tests.callers import CallerMaker
from tests.factories import served

QUERY: Final = {"query": "{ serviceInfo { date } }"}
RATES: Final[dict[str, Any]] = {
    "rate_anonymous": 2,
    "rate_user": 3,
    "rate_api_token": 4,
    "rate_staff": 5,
}


async def statuses(client: httpx2.AsyncClient, token: str | None, count: int) -> list[int]:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    answers = [await client.post("/graphql", json=QUERY, headers=headers) for _ in range(count)]
    for answer in answers:
        if answer.status_code == 429:
            assert answer.json()["errors"][0]["extensions"] == {"code": "RATE_LIMITED"}
            assert 1 <= int(answer.headers["retry-after"]) <= 60
    return [answer.status_code for answer in answers]


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_each_caller_is_counted_alone_and_each_kind_has_its_rate(
    database: Database, database_url: str
) -> None:
    maker = CallerMaker(database, 0)
    one, other = [await maker.caller(CallerKind.REGISTERED) for _ in range(2)]
    robot = await maker.caller(CallerKind.SERVICE)
    helper = await maker.caller(CallerKind.SUPPORT)
    async with served(database_url, **RATES) as client:
        assert await statuses(client, None, 4) == [200, 200, 429, 429]
        for made, many in ((one, 3), (other, 3), (robot, 4), (helper, 5)):
            assert await statuses(client, made.token, many + 1) == [200] * many + [429]
        assert await statuses(client, "lt_s_wrong", 1) == [429]  # opens nothing: still unknown


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_rate_of_nothing_is_no_limit(database_url: str) -> None:
    async with served(database_url, rate_anonymous=0) as client:
        assert await statuses(client, None, 10) == [200] * 10


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize(
    ("method", "path", "known"),
    [
        ("GET", "/export/learners.csv", 403),
        ("POST", "/declarations?centre=12345", 404),
        ("POST", "/feeds", 403),
        ("GET", "/feeds/x/refused.zip", 403),
    ],
)
async def test_files_count_like_operations(
    database: Database, database_url: str, method: str, path: str, known: int
) -> None:
    reader = await CallerMaker(database, 0).caller(CallerKind.REGISTERED)
    headers = {"authorization": f"Bearer {reader.token}"}
    async with served(database_url, **RATES) as client:
        assert (await statuses(client, reader.token, 1)) == [200]
        answers = [await client.request(method, path, headers=headers) for _ in range(3)]
        strangers = [await client.request(method, path) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [known, known, 429]
    assert [answer.status_code for answer in strangers] == [401, 401, 429]
    for refused in (answers[-1], strangers[-1]):
        assert refused.json()["error"]["code"] == "RATE_LIMITED"
        assert 1 <= int(refused.headers["retry-after"]) <= 60
