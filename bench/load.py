"""A load loop: so many connections ask one after another for some seconds."""

import asyncio
import time
from collections.abc import Mapping
from itertools import count
from typing import Any, NamedTuple, Self

import httpx2
import orjson

from bench.process import usage
from bench.workloads import LOG_IN, Workload

WARM_UP = 5
"""Answers that are checked and not measured."""


class Measured(NamedTuple):
    """What a workload took at some number of connections."""

    requests: int
    p50_ms: float
    p99_ms: float
    requests_per_second: float
    cpu_ms: float
    """Processor time of the server a request."""
    kilobytes: float
    """Size of an answer."""


class Caller:
    """Somebody who is logged in and asks over HTTP."""

    def __init__(self, client: httpx2.AsyncClient, token: str) -> None:
        """Ask with a token."""
        self._client = client
        self._headers = {
            "authorization": f"Bearer {token}",
            "content-type": "application/json",
        }

    @classmethod
    async def logged_in(cls, client: httpx2.AsyncClient, email: str, password: str) -> Self:
        """Log in first."""
        body = {"query": LOG_IN, "variables": {"input": {"email": email, "password": password}}}
        response = await client.post("/graphql", json=body)
        token = response.json()["data"]["sessionLogIn"].get("token")
        assert token, response.text
        return cls(client, token)

    async def post(self, body: bytes) -> bytes:
        """The bytes of an answer."""
        response = await self._client.post("/graphql", content=body, headers=self._headers)
        assert response.is_success, response.text
        return response.content

    async def ask(self, query: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The data of an answer without errors."""
        answer = orjson.loads(await self.post(packed(query, variables or {})))
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data


async def measure(
    caller: Caller, workload: Workload, *, pid: int, connections: int, seconds: float
) -> Measured:
    """Ask as fast as answers come, on so many connections at once."""
    for turn in workload.turns[:WARM_UP]:
        workload.check(await caller.ask(workload.query, turn))
    bodies = [packed(workload.query, turn) for turn in workload.turns]
    turns = count()
    times: list[float] = []
    size = 0
    until = time.perf_counter() + seconds

    async def connection() -> None:
        nonlocal size
        while (started := time.perf_counter()) < until:
            answer = await caller.post(bodies[next(turns) % len(bodies)])
            times.append(time.perf_counter() - started)
            # Errors stand behind the data; a full parse here would measure the bench.
            assert b'"errors":[' not in answer[-2000:]
            size += len(answer)

    before, started = usage(pid), time.perf_counter()
    await asyncio.gather(*(connection() for _ in range(connections)))
    spent, after = time.perf_counter() - started, usage(pid)
    times.sort()
    return Measured(
        requests=len(times),
        p50_ms=quantile(times, 0.50) * 1000,
        p99_ms=quantile(times, 0.99) * 1000,
        requests_per_second=len(times) / spent,
        cpu_ms=(after.cpu_seconds - before.cpu_seconds) * 1000 / len(times),
        kilobytes=size / len(times) / 1000,
    )


def packed(query: str, variables: Mapping[str, Any]) -> bytes:
    """The body of a request."""
    return orjson.dumps({"query": query, "variables": dict(variables)})


def quantile(ordered: list[float], share: float) -> float:
    """The value that this share of all is not above."""
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
