"""`python -m bench`: import a sample feed, serve it, ask, and tell what it took."""

import asyncio
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

import httpx2
from cyclopts import App
from rich.console import Console

from bench import databases, log_ins, peers, process, report
from bench.compared import CONNECTIONS, compared
from bench.importing import EMAIL
from bench.load import Caller, found_by, measure
from bench.process import Served, child, served, served_usually, usage
from bench.workloads import Workload
from exchange.sample import write_sample_feed

PATIENT = "60"
"""Seconds that a request may take where, on a slow machine, a page takes longer than is served."""
LEARNERS_A_CENTRE = 300
SEED = 1

app = App(name="bench", help="Measure importing, starting, two kinds of query and logging in.")


@app.default
def bench(
    *,
    learners: int = 2_000,
    seconds: float = 2.0,
    database: str | None = None,
    folder: Path | None = None,
    keep: bool = False,
    record: bool = False,
    peers_file: Path | None = None,
) -> None:
    """Measure on SQLite, and on PostgreSQL where one answers.

    Parameters
    ----------
    learners
        Size of the sample feed; each has ten or eleven entries.
    seconds
        How long each workload is asked for, at each number of connections.
    database
        Only this one: sqlite or postgresql.
    folder
        Where feed and database go; the feed is used again by the next run.
    keep
        Keep the databases, and use those that were kept; then importing is not measured.
    record
        Make this run the recorded one.
    peers_file
        Other servers to ask in the same run: see bench/peers.py.

    """
    console = Console()
    if shutil.which("wrk") is None:
        console.print("Install wrk first: it asks, and counts. Debian and Homebrew have it.")
        raise SystemExit(1)
    place = folder or Path(tempfile.gettempdir()) / "learner-tracking-bench"
    feed = sample(console, place, learners)
    results: report.Results = {"about": report.about(learners), "databases": {}}
    for target in databases.targets(place, learners):
        if database in (None, target.name):
            results["databases"][target.name] = one(
                console, target, feed, seconds, keep=keep, peers_file=peers_file
            )
    report.show(console, results, report.recorded())
    if record:
        report.record(results)
        console.print("Recorded.")


def sample(console: Console, place: Path, learners: int) -> Path:
    """The sample feed, made once for each size."""
    feed = place / f"feed-{learners}"
    whole = feed / "whole"
    if not whole.exists():
        console.print(f"Writing a sample feed of {learners:,} learners")
        centres = max(3, learners // LEARNERS_A_CENTRE)
        write_sample_feed(feed, centres=centres, learners=learners, seed=SEED)
        whole.touch()
    return feed


def one(
    console: Console,
    target: databases.Target,
    feed: Path,
    seconds: float,
    *,
    keep: bool,
    peers_file: Path | None,
) -> dict[str, object]:
    """Everything about one database."""
    found: dict[str, object] = {}
    secret = databases.secret(feed.parent, target)
    if not (keep and databases.exists(target) and secret.exists()):
        secret.write_text(secrets.token_urlsafe(18), "utf-8")
        console.print(f"{target.name}: importing")
        databases.create(target)
        password = secret.read_text("utf-8")
        found["import"] = child("bench.importing", target.url, str(feed), password)
    password = secret.read_text("utf-8")
    try:
        console.print(f"{target.name}: serving")
        with served(target.url) as server:
            record, load = asyncio.run(ask(console, target.name, server, password, seconds))
            used = usage(server.pid)
            found["log_in"] = asyncio.run(
                log_in(console, target.name, server, password, record, seconds)
            )
            found["server"] = {
                "seconds_to_start": server.seconds_to_start,
                "rss_mb": used.rss_mb,
                "peak_mb": used.peak_mb,
            }
        with (
            served(target.url) as ours,
            served(target.url, executor="ordinary", deadline_seconds=PATIENT) as ordinary,
            served_usually(target.url) as usual,
        ):
            servers = {"in_turn": ours, "ordinary": ordinary, "usual": usual}
            found |= asyncio.run(compared(console, target.name, servers, password, seconds))
        found["peers"] = peers.measured(console, peers_file, seconds)
        counts = child("bench.statements", target.url, EMAIL, password)
        for name, runs in load.items():
            runs["1"]["statements"] = counts[name]
        found["load"] = load
    finally:
        if not keep:
            databases.drop(target)
    return found


class Asked(NamedTuple):
    """What one learner's record was asked for, and what each workload took."""

    record: Workload
    load: dict[str, dict[str, dict[str, float]]]


async def ask(console: Console, name: str, server: Served, password: str, seconds: float) -> Asked:
    """Every workload, at each number of connections."""
    load: dict[str, dict[str, dict[str, float]]] = {}
    async with httpx2.AsyncClient(base_url=server.address, timeout=60) as client:
        caller = await Caller.logged_in(client, EMAIL, password)
        known = await found_by(caller)
        for workload in known:
            load[workload.name] = {}
            for connections in CONNECTIONS:
                console.print(f"{name}: {workload.name}, {workload.title}, at {connections}")
                found = await measure(
                    caller,
                    workload,
                    address=server.address,
                    pid=server.pid,
                    connections=connections,
                    seconds=seconds,
                )
                load[workload.name][str(connections)] = found._asdict()
    return Asked(known[0], load)


async def log_in(
    console: Console, name: str, server: Served, password: str, record: Workload, seconds: float
) -> dict[str, float]:
    """What log-ins take, and what they do to others who read a record."""
    console.print(f"{name}: log-ins")
    async with httpx2.AsyncClient(base_url=server.address, timeout=60) as client:
        caller = await Caller.logged_in(client, EMAIL, password)
        return await log_ins.measure(server.address, caller, record, EMAIL, password, seconds)


if __name__ == "__main__":
    assert process.ROOT.exists()
    app()
