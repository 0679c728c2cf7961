"""The same questions to this server and to others made otherwise, in turn: machines have moods."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from itertools import product
from statistics import median, median_low
from typing import Any, Final

import httpx2
from rich.console import Console

from bench.importing import EMAIL
from bench.load import Caller, Measured, check_same, found_by, measure
from bench.process import Served

WORKLOADS: Final = ("W1", "W2")
CONNECTIONS: Final = (1, 16)
ROUNDS: Final = 5
"""Times that each server is asked, one after the other; the middle one counts."""

FEWER: Final = "fewer_by"
"""How many times as many requests a second the first server answers: the middle one of the rounds,
each of which saw both in the same mood."""

Load = dict[str, dict[str, dict[str, Any]]]


async def compared(
    console: Console, name: str, servers: Mapping[str, Served], password: str, seconds: float
) -> dict[str, Load]:
    """What the workloads take of each server, which must answer as the first one does.

    Each is asked for so many seconds in all.
    """
    load: dict[str, Load] = {who: {} for who in servers}
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(httpx2.AsyncClient(base_url=server.address, timeout=60))
            for server in servers.values()
        ]
        first = await Caller.logged_in(clients[0], EMAIL, password)
        callers = [first, *map(first.elsewhere, clients[1:])]
        asked = [workload for workload in await found_by(first) if workload.name in WORKLOADS]
        for workload, connections in product(asked, CONNECTIONS):
            for other in callers[1:]:
                await check_same(workload, first, other)
            console.print(f"{name}: {workload.name} in turn with others, at {connections}")
            rounds = [
                [
                    await measure(
                        caller,
                        workload,
                        address=server.address,
                        pid=server.pid,
                        connections=connections,
                        seconds=seconds / ROUNDS,
                    )
                    for server, caller in zip(servers.values(), callers, strict=True)
                ]
                for _ in range(ROUNDS)
            ]
            for who, measured in zip(servers, zip(*rounds, strict=True), strict=True):
                times = [
                    ours.requests_per_second / theirs.requests_per_second
                    for (ours, *_), theirs in zip(rounds, measured, strict=True)
                ]
                found = {**_middle(measured), FEWER: median(times)}
                load[who].setdefault(workload.name, {})[str(connections)] = found
    return load


def _middle(measured: Sequence[Measured]) -> dict[str, Any]:
    """The round with the middle number of requests a second."""
    middle = median_low(found.requests_per_second for found in measured)
    return next(one for one in measured if one.requests_per_second == middle)._asdict()
