"""Work beside the requests: it begins again when it breaks down, and a server tells of it."""

import asyncio

import httpx2
import pytest

from tests.factories import served

TOKEN = "a token for those who measure"


@pytest.fixture
def dialect() -> str:
    return "sqlite"


class Post:
    """Work of the server that breaks down when it is told to."""

    def __init__(self) -> None:
        self.begun: asyncio.Queue[None] = asyncio.Queue()
        self._faults: asyncio.Queue[Exception] = asyncio.Queue()

    async def follow(self, *_arguments: object) -> None:
        """Go on until the next fault."""
        self.begun.put_nowait(None)
        raise await self._faults.get()

    async def break_down(self) -> None:
        """End by an exception, and begin again."""
        self._faults.put_nowait(ArithmeticError())
        await self.begun.get()


async def ready(client: httpx2.AsyncClient) -> tuple[int, str | None]:
    """Whether a server says that it is ready, and why not."""
    answer = await client.get("/readyz")
    return answer.status_code, answer.json().get("reason")


async def test_work_that_breaks_down_begins_again_and_a_server_where_it_keeps_on_is_not_ready(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    post = Post()
    monkeypatch.setattr("server.life.follow_the_post", post.follow)
    monkeypatch.setattr("server.supervised.PAUSE", 0.0)
    async with served(database_url, metrics_token=TOKEN) as client:
        await post.begun.get()
        told = [await ready(client)]
        for _ in range(3):
            await post.break_down()
            told.append(await ready(client))
        monkeypatch.setattr("server.supervised.STEADY", 0.0)
        await post.break_down()
        told.append(await ready(client))
        numbers = await client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})

    assert told == [(200, None), (200, None), (503, "post"), (503, "post"), (200, None)]
    assert 'learner_tracking_breakdowns_total{work="post"} 4.0' in numbers.text.splitlines()
    assert capsys.readouterr().err.count("work_broke_down") == 4
