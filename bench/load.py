"""Load from wrk: so many connections ask one after another for some seconds."""

import asyncio
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final, NamedTuple, Self

import httpx2
import orjson

from bench import workloads
from bench.process import usage
from bench.workloads import LOG_IN, Workload

WRK: Final = shutil.which("wrk") or "wrk"
SCRIPT: Final = Path(__file__).parent / "wrk.lua"
LONGEST: Final = 60
"""Seconds that no workload is asked for longer than, even if nothing came back."""
WARM_UP = 5
"""Answers that are checked and not measured."""


class Measured(NamedTuple):
    """What a workload took at some number of connections."""

    requests: int
    p50_ms: float
    p99_ms: float
    requests_per_second: float
    cpu_ms: float
    """Processor time of the server a request; 0 where it cannot be seen."""
    kilobytes: float
    """Size of an answer, its head included."""


class Caller:
    """Somebody who is logged in and asks over HTTP."""

    def __init__(self, client: httpx2.AsyncClient, token: str) -> None:
        """Ask with a token."""
        self._client = client
        self.headers = {
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

    def elsewhere(self, client: httpx2.AsyncClient) -> Self:
        """The same person at another server of the same database."""
        copied = type(self)(client, "")
        copied.headers = self.headers
        return copied

    async def post(self, body: bytes) -> bytes:
        """The bytes of an answer."""
        response = await self._client.post("/graphql", content=body, headers=self.headers)
        assert response.is_success, response.text
        return response.content

    async def ask(self, query: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The data of an answer without errors."""
        answer = orjson.loads(await self.post(packed(query, variables or {})))
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data


async def found_by(caller: Caller) -> list[Workload]:
    """Every workload: the largest centre of the caller, its learners, and one of middling size."""
    found = (await caller.ask(workloads.CENTRES))["centres"]["nodes"]
    centres = {node["number"]: int(node["learners"]["totalCount"]) for node in found}
    number = max(centres, key=lambda one: centres[one])
    middling = min(centres, key=lambda one: abs(centres[one] - workloads.MIDDLING))
    people = await caller.ask(workloads.ULNS, {"number": number})
    nodes = [node for node in people["centre"]["learners"]["nodes"] if node["uln"]]
    return [
        workloads.record([node["uln"] for node in nodes]),
        workloads.page(number),
        workloads.consortium(list(centres)),
        workloads.shopping(middling),
        workloads.search([node["name"] for node in nodes]),
    ]


async def check_same(workload: Workload, caller: Caller, other: Caller) -> None:
    """Raise AssertionError unless another server answers the same, apart from cursors."""
    for turn in workload.turns[:WARM_UP]:
        answers = [await asked.ask(workload.query, turn) for asked in (caller, other)]
        for answer in answers:
            for centre in filter(None, [answer.get("centre")]):
                del centre["learners"]["pageInfo"]["endCursor"]
        assert answers[0] == answers[1], f"{workload.name} is answered otherwise: {turn}"


async def measure(
    caller: Caller, workload: Workload, *, address: str, pid: int, connections: int, seconds: float
) -> Measured:
    """Ask as fast as answers come, on so many connections at once."""
    for turn in workload.turns[:WARM_UP]:
        workload.check(await caller.ask(workload.query, turn))
    bodies = [packed(workload.query, turn) for turn in workload.turns]
    return await asyncio.to_thread(
        pressed, f"{address}/graphql", caller.headers, bodies, pid, connections, seconds
    )


def pressed(
    url: str,
    headers: Mapping[str, str],
    bodies: Sequence[bytes],
    pid: int | None,
    connections: int,
    seconds: float,
    rate: int = 0,
) -> Measured:
    """What wrk finds; raises RuntimeError for any answer that is not 200.

    With a rate, so many requests a second are sent, as long as some connection is free.
    """
    with NamedTemporaryFile(suffix=".jsonl") as file:
        file.write(b"\n".join(bodies))
        file.flush()
        before = usage(pid) if pid else None
        done = subprocess.run(  # noqa: S603 - our own arguments
            [
                *(WRK, "--threads", "1", "--connections", str(connections)),
                *("--duration", f"{max(1, round(seconds))}s", "--timeout", "60s"),
                *("--script", str(SCRIPT), url, "--", file.name, str(rate)),
                *(f"{name}: {value}" for name, value in headers.items()),
            ],
            capture_output=True,
            check=True,
        )
        after = usage(pid) if pid else None
    found = orjson.loads(done.stdout.splitlines()[-1])
    if not found["requests"] and seconds < LONGEST:  # too slow for so short a time
        return pressed(url, headers, bodies, pid, connections, 4 * seconds, rate)
    if found["errors"] or not found["requests"]:
        message = f"{found['errors']} of {found['requests']} requests to {url} failed"
        raise RuntimeError(message)
    cpu = after.cpu_seconds - before.cpu_seconds if after and before else 0.0
    return Measured(
        requests=found["requests"],
        p50_ms=found["p50_ms"],
        p99_ms=found["p99_ms"],
        requests_per_second=found["requests"] / found["seconds"],
        cpu_ms=cpu * 1000 / found["requests"],
        kilobytes=found["bytes"] / found["requests"] / 1000,
    )


def packed(query: str, variables: Mapping[str, Any]) -> bytes:
    """The body of a request."""
    return orjson.dumps({"query": query, "variables": dict(variables)})


def quantile(ordered: list[float], share: float) -> float:
    """The value that this share of all is not above."""
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
