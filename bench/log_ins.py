"""Log-ins: what each kind takes, and what many at once do to the requests of others."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from ipaddress import IPv4Address
from itertools import count, cycle
from statistics import median, quantiles
from typing import Any, Final, NamedTuple

import httpx2

from bench.load import Caller, packed, quantile
from bench.workloads import LOG_IN, Workload

ROUNDS: Final = 30
"""Log-ins of each kind; the kinds take turns, so that all see the same machine."""

AT_ONCE: Final = 24

_FIRST_ADDRESS: Final = IPv4Address("127.1.0.1")
_NOBODY: Final = "nobody.at.all@example.org"
_WRONG: Final = "not the password of anybody"
_MALFORMED: Final = "null\0inside"


class Kind(NamedTuple):
    """Who tries to log in, with what, and what comes of it."""

    name: str
    email: str
    password: str
    code: str | None


def kinds(email: str, password: str) -> list[Kind]:
    """The right log-in, and the refusals that nobody should be able to tell apart."""
    refused = "LOG_IN_FAILED"
    return [
        Kind("right", email, password, None),
        Kind("wrong", email, _WRONG, refused),
        Kind("unknown user", _NOBODY, _WRONG, refused),
        Kind("malformed", email, _MALFORMED, refused),
        Kind("malformed, unknown user", _NOBODY, _MALFORMED, refused),
    ]


async def measure(
    address: str, caller: Caller, record: Workload, email: str, password: str, seconds: float
) -> dict[str, float]:
    """Milliseconds of each kind of log-in, and of a record while there are none and many."""
    places = _places()
    found: dict[str, float] = {}
    tried = kinds(email, password)
    taken: dict[str, list[float]] = {kind.name: [] for kind in tried}
    for kind in tried * (ROUNDS + 1):
        async with _at(address, next(places)) as client:
            taken[kind.name].append(await _log_in(client, kind))
    for name, times in taken.items():
        ordered = sorted(times[1:])  # the first one warms up
        lower, _, upper = quantiles(ordered, n=4)
        found[f"{name} ms"] = median(ordered) * 1000
        found[f"{name} quartiles apart ms"] = (upper - lower) * 1000
    quiet = await _read(caller, record, seconds)
    found["record before p95 ms"] = quantile(quiet, 0.95) * 1000
    until = time.perf_counter() + seconds
    busy = asyncio.create_task(_read(caller, record, seconds))
    done = await asyncio.gather(
        *(_log_in_until(address, next(places), tried[0], until) for _ in range(AT_ONCE))
    )
    found[f"record during {AT_ONCE} p95 ms"] = quantile(await busy, 0.95) * 1000
    found[f"right at {AT_ONCE} per second"] = sum(done) / seconds
    return found


def _places() -> Iterator[str]:
    """Addresses of this machine, each used once: no log-in is slowed for those before it."""
    return (str(_FIRST_ADDRESS + number) for number in count())


@asynccontextmanager
async def _at(address: str, place: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client at a place of its own, connected already."""
    transport = httpx2.AsyncHTTPTransport(local_address=place)
    async with httpx2.AsyncClient(base_url=address, timeout=60, transport=transport) as client:
        await client.get("/healthz")
        yield client


async def _log_in(client: httpx2.AsyncClient, kind: Kind) -> float:
    body = packed(LOG_IN, {"input": {"email": kind.email, "password": kind.password}})
    headers = {"content-type": "application/json"}
    started = time.perf_counter()
    response = await client.post("/graphql", content=body, headers=headers)
    spent = time.perf_counter() - started
    answer: dict[str, Any] = response.json()["data"]["sessionLogIn"]
    assert answer.get("code") == kind.code, response.text
    return spent


async def _log_in_until(address: str, place: str, kind: Kind, until: float) -> int:
    """How many log-ins, one after another, were done in time."""
    done = 0
    async with _at(address, place) as client:
        while time.perf_counter() < until:
            await _log_in(client, kind)
            done += 1
    return done


async def _read(caller: Caller, record: Workload, seconds: float) -> list[float]:
    """What each record took, one after another, in order of size."""
    bodies = cycle([packed(record.query, turn) for turn in record.turns])
    until = time.perf_counter() + seconds
    times: list[float] = []
    while (started := time.perf_counter()) < until:
        await caller.post(next(bodies))
        times.append(time.perf_counter() - started)
    return sorted(times)
