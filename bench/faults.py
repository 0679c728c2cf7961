"""Faults with real processes: told to stop under load, and idle and slow connections.

`python -m bench.faults [DATABASE_URL]` prints a line a fault and exits with 1 if one was not
survived. The database must be migrated; without an address, a SQLite file is made.
"""

import asyncio
import os
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlsplit

import orjson

from bench.process import Served, served_by
from database.opening import open_database

WORKERS: Final = 2
ASKING: Final = 24
"""Who ask at the same time, one request after the other."""
IDLE: Final = 200
_BODY: Final = orjson.dumps({"query": "query Fault { serviceInfo { date } }"})
_REQUEST: Final = (
    b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
    b"connection: close\r\ncontent-length: %d\r\n\r\n" % len(_BODY)
) + _BODY


async def ask(server: Served) -> str:
    """What became of one request: answered, not taken, or broken off."""
    parts = urlsplit(server.address)
    try:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    except OSError:
        return "not taken"
    try:
        writer.write(_REQUEST)
        await writer.drain()
        answer = await reader.read()
    except OSError:
        answer = b""
    finally:
        writer.close()
    if not answer:
        return "not taken"
    head, _, body = answer.partition(b"\r\n\r\n")
    whole = head.startswith(b"HTTP/1.1 200") and body.startswith(b'{"data"') and body.endswith(b"}")
    return "answered" if whole else "broken off"


async def stop_under_load(url: str, folder: Path) -> bool:
    """SIGTERM while many ask: whatever a worker began is answered, and all workers end."""
    log = folder / "server.log"
    came: Counter[str] = Counter()
    with served_by(WORKERS, url, log, rate_anonymous="0") as server:
        stopping = asyncio.Event()

        async def go_on() -> None:
            while True:
                outcome = await ask(server)
                came[outcome] += 1
                if outcome == "not taken" and stopping.is_set():
                    return

        asking = [asyncio.create_task(go_on()) for _ in range(ASKING)]
        await asyncio.sleep(3)
        os.kill(server.pid, signal.SIGTERM)
        stopping.set()
        began = time.perf_counter()
        await asyncio.wait_for(asyncio.gather(*asking), 60)
        took = time.perf_counter() - began
    carried_out = log.read_bytes().count(b'"event": "operation"')
    lost = carried_out - came["answered"]
    print(
        f"SIGTERM under load, {WORKERS} workers: {came['answered']:,} answered,"
        f" {carried_out:,} carried out, {lost} lost, {came['broken off']} broken off,"
        f" {came['not taken']} not taken while or after it stopped; {took:.1f} s to stop."
    )
    return lost == 0 and came["broken off"] == 0 and came["answered"] > 0


async def beside_idle_and_slow(url: str, folder: Path) -> bool:
    """200 idle connections and one that sends a byte a second: others are served as before."""
    with served_by(WORKERS, url, folder / "crowded.log", rate_anonymous="0") as server:
        parts = urlsplit(server.address)
        alone = await _pace(server)
        idle = [await asyncio.open_connection(parts.hostname, parts.port) for _ in range(IDLE)]
        slow = asyncio.create_task(_drip(parts.hostname, parts.port))
        await asyncio.sleep(0.5)
        crowded = await _pace(server)
        slow.cancel()
        for _, writer in idle:
            writer.close()
    print(
        f"{IDLE} idle connections and a slow one: {alone[1]:.1f} ms a request before,"
        f" {crowded[1]:.1f} ms beside them; {crowded[0]} of 100 answered."
    )
    return alone[0] == crowded[0] == 100  # noqa: PLR2004 - so many as were asked


async def _drip(host: str | None, port: int | None) -> None:
    _, writer = await asyncio.open_connection(host, port)
    for byte in _REQUEST:
        writer.write(bytes([byte]))
        await asyncio.sleep(1)


async def _pace(server: Served) -> tuple[int, float]:
    """How many of 100 requests are answered, and the milliseconds of the middle one."""
    answered, times = 0, []
    for _ in range(100):
        began = time.perf_counter()
        answered += await ask(server) == "answered"
        times.append((time.perf_counter() - began) * 1000)
    return answered, sorted(times)[50]


async def _migrated(url: str) -> None:
    database = await open_database(url)
    try:
        await database.migrate()
    finally:
        await database.close()


def main() -> None:
    """Try every fault."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        url = sys.argv[1] if len(sys.argv) > 1 else f"sqlite://{folder / 'faults.sqlite3'}"
        asyncio.run(_migrated(url))
        survived = [
            asyncio.run(stop_under_load(url, folder)),
            asyncio.run(beside_idle_and_slow(url, folder)),
        ]
    sys.exit(not all(survived))


if __name__ == "__main__":
    main()
