import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from auth.throttle import Limit, Throttle
from domain.errors import RateLimited
from tests.auth.redis_server import RedisServer

SCHOOL = "198.51.100.7"
OWNER = "j.okafor@example.org"


@asynccontextmanager
async def made(url: str, *, patience: float = 30, pause: float = 0) -> AsyncIterator[Throttle]:
    """A throttle that Redis has all the time it needs to answer, unless told otherwise."""
    throttle = Throttle(url, patience=patience, pause=pause)
    try:
        yield throttle
    finally:
        await throttle.close()


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis for one test, which may kill it."""
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.kill()


async def guesses(throttle: Throttle, times: int, account: str = OWNER) -> int:
    """How many of so many wrong guesses were looked at."""
    looked_at = 0
    for _ in range(times):
        try:
            attempt = await throttle.begin_log_in(account, SCHOOL, known=False)
        except RateLimited:
            continue
        await throttle.failed(attempt)
        looked_at += 1
    return looked_at


async def test_processes_with_one_redis_count_together(redis: RedisServer) -> None:
    async with made(redis.url) as one, made(redis.url) as other:
        assert (await guesses(one, 3), await guesses(other, 9), await guesses(one, 9)) == (3, 2, 0)
        for _ in range(5):
            await one.check(Limit.REGISTER, SCHOOL)
            await other.check(Limit.REGISTER, SCHOOL)
        for throttle in (one, other):
            with pytest.raises(RateLimited):
                await throttle.check(Limit.REGISTER, SCHOOL)


async def test_a_hundred_guesses_at_once_at_two_processes_are_five(redis: RedisServer) -> None:
    async with made(redis.url) as one, made(redis.url) as other:
        found = await asyncio.gather(*(guesses(each, 1) for each in (one, other) * 50))

    assert sum(found) <= 5


async def test_a_right_log_in_at_one_process_counts_at_the_other(redis: RedisServer) -> None:
    async with made(redis.url) as one, made(redis.url) as other:
        assert await guesses(one, 4) == 4
        await other.succeeded(await other.begin_log_in(OWNER, SCHOOL, known=False))

        assert await guesses(other, 9) == 5


async def test_what_redis_refuses_is_not_counted_here(redis: RedisServer) -> None:
    async with made(redis.url) as one, made(redis.url) as other:
        await guesses(one, 5)
        await guesses(other, 20)
        redis.ask("FLUSHALL")

        assert await guesses(other, 20) == 5


async def test_a_redis_that_dies_and_comes_back(mortal: RedisServer) -> None:
    async with made(mortal.url) as one, made(mortal.url) as other:
        with capture_logs() as logs:
            assert await guesses(one, 3) == 3

            mortal.kill()

            assert await guesses(one, 9) == 2
            assert await guesses(one, 2, "somebody.else@example.org") == 2
            with pytest.raises(RateLimited) as refusal:
                await one.begin_log_in(OWNER, SCHOOL, known=False)
            assert 1 <= refusal.value.retry_after <= 60
            await one.succeeded(await one.begin_log_in("c@example.org", SCHOOL, known=False))
            assert [(entry["event"], entry["log_level"]) for entry in logs] == [
                ("throttle_alone", "warning")
            ]

            mortal.start()

            assert await guesses(one, 9) == 0
            assert await guesses(one, 5, "d@example.org") == 5
            assert await guesses(other, 5, "d@example.org") == 0
            assert [(entry["event"], entry["log_level"]) for entry in logs] == [
                ("throttle_alone", "warning"),
                ("throttle_shared", "info"),
            ]


async def test_a_redis_that_was_restarted_unnoticed_is_asked_again(mortal: RedisServer) -> None:
    async with made(mortal.url) as throttle:
        await asyncio.gather(*(guesses(throttle, 1, f"{n}@example.org") for n in range(10)))
        with capture_logs() as logs:
            mortal.kill()
            mortal.start()
            await asyncio.gather(*(guesses(throttle, 1, f"{n}@example.com") for n in range(10)))

            assert logs == []
            assert b"/60/1/minute" in mortal.ask("KEYS *")


async def test_a_redis_that_is_never_there_keeps_nobody_waiting_or_out(tmp_path: Path) -> None:
    nowhere = RedisServer(tmp_path).url
    with capture_logs() as logs:
        async with made(nowhere, pause=600) as throttle:
            await throttle.succeeded(await throttle.begin_log_in(OWNER, SCHOOL, known=False))
            assert await guesses(throttle, 9) == 5
            assert [await throttle.allows(Limit.REGISTER, SCHOOL) for _ in range(11)] == [
                *(True for _ in range(10)),
                False,
            ]

    assert [entry["event"] for entry in logs] == ["throttle_alone"]
    assert nowhere not in str(logs)


async def test_a_redis_that_does_not_answer_is_asked_once_a_pause() -> None:
    asked = 0

    async def listen(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        await silent.wait()
        writer.close()

    silent = asyncio.Event()
    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    with capture_logs() as logs:
        async with server, made(url, patience=0.05, pause=600) as throttle:
            assert await guesses(throttle, 9) == 5
            silent.set()

    assert asked == 1
    assert [(entry["event"], entry["reason"]) for entry in logs] == [
        ("throttle_alone", "TimeoutError")
    ]


async def test_a_redis_that_refuses_to_count_is_as_good_as_none(mortal: RedisServer) -> None:
    mortal.ask("CONFIG SET maxmemory 1")
    with capture_logs() as logs:
        async with made(mortal.url, pause=600) as throttle:
            assert await guesses(throttle, 9) == 5

    assert [entry["event"] for entry in logs] == ["throttle_alone"]


async def test_redis_may_be_reached_through_a_socket_of_this_machine(mortal: RedisServer) -> None:
    async with made(mortal.socket_url) as one, made(mortal.url) as other:
        assert (await guesses(one, 9), await guesses(other, 9)) == (5, 0)


def test_an_address_that_is_none_of_redis_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="begins with redis://"):
        Throttle("http://127.0.0.1:6379")
