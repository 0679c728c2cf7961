"""A child: how many statements each workload sends to the database, counted where they leave."""

import asyncio
import logging
import os
import sys

import httpx2
import orjson

from bench.load import Caller, found_by
from server.app import create_app

TIMES = 5
"""How often each workload is asked."""
_VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")


class _Counter(logging.Handler):
    """Counts the statements that tortoise tells of."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += record.getMessage().lstrip().upper().startswith(_VERBS)


async def work(email: str, password: str) -> dict[str, int]:
    """The statements of one operation of each kind, the one that reads the session included."""
    counter, logger = _Counter(), logging.getLogger("tortoise.db_client")
    app = create_app()
    counts = {}
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app), base_url="http://bench.example"
        ) as client,
    ):
        caller = await Caller.logged_in(client, email, password)
        known = await found_by(caller)
        logger.addHandler(counter)
        logger.setLevel(logging.DEBUG)
        for workload in known:
            sent = []
            for _ in range(TIMES):
                before = counter.count
                workload.check(await caller.ask(workload.query, workload.turns[0]))
                sent.append(counter.count - before)
            counts[workload.name] = min(sent)  # now and then the log is written meanwhile
        logger.removeHandler(counter)
        logger.setLevel(logging.WARNING)
    return counts


if __name__ == "__main__":
    assert "DATABASE_URL" in os.environ
    found = asyncio.run(work(*sys.argv[1:3]))
    print(orjson.dumps(found).decode())
