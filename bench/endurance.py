"""Records asked for at a steady rate, for minutes: errors, the slowest answers, and memory.

`python -m bench.endurance FOLDER` uses the PostgreSQL database that `python -m bench --keep
--folder FOLDER` left there. With `--restart COMMAND` that command restarts the database afterwards,
and it is told for how long requests failed.
"""

import asyncio
import shlex
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
from cyclopts import App

from bench import databases
from bench.importing import EMAIL
from bench.load import Caller, found_by, packed, pressed
from bench.process import Served, served_by, usage

CONNECTIONS = 32
EVERY = 5.0
"""Seconds between two looks at the memory."""
WATCHED = 30
"""Seconds in which requests go on while the database restarts."""
APPLICATION_MB = 40
"""Whoever holds as much holds the application; the helpers of a process do not."""

app = App(name="endurance", help=__doc__)


def workers_of(pid: int) -> list[int]:
    """The processes that serve: those below the first that hold the application."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()
    return [int(child) for child in found if usage(child).rss_mb > APPLICATION_MB]


async def remember_memory(pid: int, seen: list[float]) -> None:
    """The memory of the largest worker, every few seconds."""
    while True:
        seen.append(max(usage(worker).rss_mb for worker in workers_of(pid)))
        await asyncio.sleep(EVERY)


async def ask_through_restart(address: str, caller: Caller, body: bytes, command: str) -> None:
    """Ask one after the other while the database restarts; tells what came, and for how long."""
    came: Counter[int] = Counter()
    waits: set[str | None] = set()
    failed: list[float] = []
    restarting = await asyncio.create_subprocess_exec(*shlex.split(command))
    async with httpx2.AsyncClient(base_url=address, timeout=30) as client:
        end = time.perf_counter() + WATCHED
        while time.perf_counter() < end:
            answer = await client.post("/graphql", content=body, headers=caller.headers)
            came[answer.status_code] += 1
            if not answer.is_success:
                failed.append(time.perf_counter())
                waits.add(answer.headers.get("retry-after"))
            await asyncio.sleep(0.01)
    await restarting.wait()
    lasted = failed[-1] - failed[0] if failed else 0.0
    print(
        f"Database restarted: {dict(came)}, from the first failure to the last {lasted:.1f} s,"
        f" Retry-After {sorted(map(str, waits))}."
    )


@app.default
def endurance(
    folder: Path,
    *,
    learners: int = 20_000,
    rate: int = 500,
    seconds: float = 600.0,
    workers: int = 2,
    restart: str | None = None,
) -> None:
    """Ask at a steady rate.

    Parameters
    ----------
    folder
        Where the bench kept its database and its password.
    learners
        Size of the sample in it.
    rate
        Requests a second.
    seconds
        For how long.
    workers
        Processes that serve.
    restart
        A command that restarts the database, tried after the steady load.

    """
    (target,) = (one for one in databases.targets(folder, learners) if one.name == "postgresql")
    password = databases.secret(folder, target).read_text("utf-8")
    with TemporaryDirectory() as name, served_by(workers, target.url, Path(name) / "log") as server:
        asyncio.run(steady(server, password, rate, seconds, restart))


async def steady(
    server: Served, password: str, rate: int, seconds: float, restart: str | None
) -> None:
    """The load, and what it took."""
    address = server.address
    async with httpx2.AsyncClient(base_url=address, timeout=60) as client:
        caller = await Caller.logged_in(client, EMAIL, password)
        record = (await found_by(caller))[0]
        bodies: Sequence[bytes] = [packed(record.query, turn) for turn in record.turns]
        memory: list[float] = []
        watching = asyncio.create_task(remember_memory(server.pid, memory))
        found = await asyncio.to_thread(
            pressed, f"{address}/graphql", caller.headers, bodies, None, CONNECTIONS, seconds, rate
        )
        watching.cancel()
        fifth = max(1, len(memory) // 5)
        print(
            f"{found.requests:,} records in {seconds:.0f} s: {found.requests_per_second:.0f} a"
            f" second of {rate} wanted, p50 {found.p50_ms:.1f} ms, p99 {found.p99_ms:.1f} ms, no"
            f" error. Memory of the largest worker: {sum(memory[:fifth]) / fifth:.0f} MB in the"
            f" first fifth, {sum(memory[-fifth:]) / fifth:.0f} MB in the last, {max(memory):.0f}"
            " MB at most."
        )
        if restart is not None:
            await ask_through_restart(address, caller, bodies[0], restart)


if __name__ == "__main__":
    app()
