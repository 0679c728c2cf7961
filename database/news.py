"""Publish and subscribe inside a process; messages are sent when a transaction commits."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from database.deadline import begin_again

CHANNEL: Final = "learner_tracking"
"""The `LISTEN`/`NOTIFY` channel by which the processes of one PostgreSQL share news."""
UNSURE: Final = "UNSURE"
"""Sent to every topic when messages may have been missed: read again."""


class Watch:
    """A subscription to some topics: the set of message kinds not yet delivered."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._heard: set[str] = set()
        self._some = asyncio.Event()
        self._ended = False

    def hear(self, what: str) -> None:
        """Keep something until it is asked for."""
        self._heard.add(what)
        self._some.set()

    def end(self) -> None:
        """There will be no more news."""
        self._ended = True
        self._some.set()

    async def wait(self, patience: float) -> frozenset[str] | None:
        """What happened, or nothing after so many seconds; None when there will be no more.

        The wait takes nothing from the time that there is for what is asked because of it.
        """
        heard = await self._heard_within(patience)
        begin_again()
        return heard

    async def _heard_within(self, patience: float) -> frozenset[str] | None:
        try:
            async with asyncio.timeout(patience):
                await self._some.wait()
        except TimeoutError:
            return frozenset()
        if self._ended:
            return None
        self._some.clear()
        heard, self._heard = frozenset(self._heard), set()
        return heard


class News:
    """The message hub of a process: delivers what it and other processes publish."""

    def __init__(self) -> None:
        """Begin with nobody who watches."""
        self._watches: dict[str, set[Watch]] = defaultdict(set)
        self._ended = False

    def hear(self, text: str) -> None:
        """A topic and what happened under it, as one text."""
        topic, _, what = text.partition(" ")
        for watch in self._watches.get(topic, ()):
            watch.hear(what)

    def hear_all(self, what: str) -> None:
        """Something happened under every topic."""
        for watches in self._watches.values():
            for watch in watches:
                watch.hear(what)

    @contextmanager
    def watch(self, *topics: str) -> Iterator[Watch]:
        """Keep what happens under some topics from now on."""
        watch = Watch()
        if self._ended:
            watch.end()
        for topic in topics:
            self._watches[topic].add(watch)
        try:
            yield watch
        finally:
            for topic in topics:
                self._watches[topic].discard(watch)
                if not self._watches[topic]:
                    del self._watches[topic]

    def end(self) -> None:
        """Send everybody home."""
        self._ended = True
        for watches in self._watches.values():
            for watch in watches:
                watch.end()


def about_centre(centre_id: int) -> str:
    """The topic of a centre."""
    return f"centre:{centre_id}"


def about_access(user_id: int | None) -> str:
    """The topic of what somebody may do; None for everybody."""
    return "access" if user_id is None else f"access:{user_id}"
