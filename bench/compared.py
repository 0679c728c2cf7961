"""The same questions to this server and to others made otherwise, in turn: machines have moods."""

from collections import deque
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

TIMES: Final = "first_times_this"
"""How many times as many requests a second the first server answers as this one: the middle one of
the rounds, each of which saw both in the same mood. It is not the quotient of the middle rounds."""

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
            rounds = dict[str, list[Measured]]()
            for number in range(ROUNDS):
                turns = deque(zip(servers, callers, strict=True))
                turns.rotate(number)  # each is the first one now and then
                for who, caller in turns:
                    found = await measure(
                        caller,
                        workload,
                        address=servers[who].address,
                        pid=servers[who].pid,
                        connections=connections,
                        seconds=seconds / ROUNDS,
                    )
                    rounds.setdefault(who, []).append(found)
            ours = rounds[next(iter(servers))]
            for who, theirs in rounds.items():
                shown = {**_middle(theirs), TIMES: _times(ours, theirs)}
                load[who].setdefault(workload.name, {})[str(connections)] = shown
    return load


def _times(ours: Sequence[Measured], theirs: Sequence[Measured]) -> float:
    """How many times as many requests a second, in the middle one of the rounds."""
    pairs = zip(ours, theirs, strict=True)
    return median(our.requests_per_second / their.requests_per_second for our, their in pairs)


def _middle(measured: Sequence[Measured]) -> dict[str, Any]:
    """The round with the middle number of requests a second."""
    middle = median_low(found.requests_per_second for found in measured)
    return next(one for one in measured if one.requests_per_second == middle)._asdict()
