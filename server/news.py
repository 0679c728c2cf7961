"""Receives news of other processes by `LISTEN`; ends all streams when the server stops."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import asyncpg
import structlog

from database.connection import Database
from database.news import CHANNEL, UNSURE, News
from database.query import Dialect

log = structlog.get_logger(__name__)

RETRY_EVERY: Final = 5.0
"""Seconds between two tries to hear news again."""
PATIENCE: Final = 10.0
"""Seconds that PostgreSQL has to answer."""


async def follow_the_news(database: Database, url: str) -> None:
    """Hear what other processes tell over PostgreSQL; with SQLite a process tells itself."""
    if database.dialect is Dialect.SQLITE:
        return
    while True:
        try:
            await _listen(database.news, url)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("news_not_heard", reason=type(error).__name__)
        await asyncio.sleep(RETRY_EVERY)


async def _listen(news: News, url: str) -> None:
    """Pass on what is told, until the connection is lost."""
    lost = asyncio.Event()
    connection = await asyncpg.connect(_address(url), timeout=PATIENCE)
    try:
        connection.add_termination_listener(lambda _connection: lost.set())
        await connection.add_listener(CHANNEL, lambda _c, _pid, _channel, text: news.hear(text))
        news.hear_all(UNSURE)
        await lost.wait()
    finally:
        connection.terminate()


def _address(url: str) -> str:
    """The address without what only a pool of connections understands."""
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name.startswith("ssl")]
    return urlunsplit(parts._replace(scheme="postgresql", query=urlencode(kept)))


@contextmanager
def ending_news(news: News) -> Iterator[None]:
    """End all streams as soon as the process is told to stop: a server waits for open answers."""
    loop = asyncio.get_running_loop()
    before: dict[signal.Signals, Callable[[int, FrameType | None], object]] = {}

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(news.end)
        before[signal.Signals(number)](number, frame)

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            handler = signal.getsignal(number)
            if callable(handler):
                before[number] = handler
                signal.signal(number, handle)
    try:
        yield
    finally:
        news.end()
        for number, handler in before.items():
            signal.signal(number, handler)
