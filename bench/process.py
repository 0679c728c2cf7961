"""Processes that are measured: the server, and short-lived children that report as JSON."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import orjson

from server.settings import PREFIX

ROOT = Path(__file__).resolve().parent.parent
DAY = "2010-02-19"
MOST_SECONDS_TO_START = 60.0
_TICKS = os.sysconf("SC_CLK_TCK")


class Usage(NamedTuple):
    """What a process has used so far."""

    cpu_seconds: float
    rss_mb: float
    peak_mb: float


class Served(NamedTuple):
    """A server that answers."""

    pid: int
    address: str
    seconds_to_start: float


def environment(url: str) -> dict[str, str]:
    """The surroundings of a measured process: the settings of the bench and no others."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(PREFIX) and name != "REDIS_URL"
    }
    return {
        **kept,
        "DATABASE_URL": url,
        f"{PREFIX}TODAY": DAY,
        f"{PREFIX}LOG_FORMAT": "json",
        f"{PREFIX}SECURE_COOKIES": "false",
        f"{PREFIX}RATE_USER": "0",
    }


def child(module: str, url: str, *arguments: str) -> dict[str, Any]:
    """What a fresh process that runs a module says on its last line."""
    done = subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=environment(url),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        message = f"{module} ended with exit code {done.returncode}:\n{done.stderr.decode()}"
        raise RuntimeError(message)
    answer: dict[str, Any] = orjson.loads(done.stdout.splitlines()[-1])
    return answer


@contextmanager
def served(url: str, **settings: str) -> Iterator[Served]:
    """`learner-tracking serve` in a process of its own, stopped at the end."""
    with _running(["-m", "cli", "serve"], "/healthz", _with(url, settings)) as server:
        yield server


@contextmanager
def served_usually(url: str) -> Iterator[Served]:
    """The records of W1 and W2 from the same database, as `bench/usual.py` serves them."""
    command = ["-m", "uvicorn", "bench.usual:app", "--no-access-log", "--log-level", "warning"]
    with _running(command, "/graphql?query={__typename}", environment(url)) as server:
        yield server


@contextmanager
def _running(
    command: Sequence[str], alive: str, surroundings: Mapping[str, str]
) -> Iterator[Served]:
    """A server in a process of its own, stopped at the end; `alive` is answered once it serves."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    started = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and commands
        [sys.executable, *command, "--port", str(port)],
        cwd=ROOT,
        env=surroundings,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_alive(process, f"{address}{alive}")
        yield Served(process.pid, address, time.perf_counter() - started)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def served_by(workers: int, url: str, log: Path, **settings: str) -> Iterator[Served]:
    """Several workers, stopped at the end in their own time; their log goes into a file.

    The process is the one that watches over them.
    """
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    started = time.perf_counter()
    with log.open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and command
            [sys.executable, "-m", "cli", "serve", f"--port={port}", f"--workers={workers}"],
            cwd=ROOT,
            env=_with(url, settings),
            stderr=errors,
        )
        try:
            _wait_until_alive(process, f"{address}/healthz")
            yield Served(process.pid, address, time.perf_counter() - started)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)


def _with(url: str, settings: Mapping[str, str]) -> dict[str, str]:
    """The surroundings of a server that has some settings of its own."""
    own = {f"{PREFIX}{name.upper()}": value for name, value in settings.items()}
    return {**environment(url), **own}


def usage(pid: int | str = "self") -> Usage:
    """What a process has used, as the kernel counts it."""
    # The name in brackets may hold spaces; the numbers stand behind it.
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    user, system = int(fields[11]), int(fields[12])
    status = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    )
    return Usage((user + system) / _TICKS, _mb(status["VmRSS"]), _mb(status["VmHWM"]))


def _mb(kilobytes: str) -> float:
    return int(kilobytes.split(maxsplit=1)[0]) / 1024


def _wait_until_alive(process: subprocess.Popen[bytes], url: str) -> None:
    until = time.perf_counter() + MOST_SECONDS_TO_START
    with httpx2.Client(timeout=5) as client:
        while time.perf_counter() < until:
            if process.poll() is not None:
                message = f"The server ended with exit code {process.returncode}."
                raise RuntimeError(message)
            try:
                if client.get(url).is_success:
                    return
            except httpx2.TransportError:
                time.sleep(0.01)
    message = f"The server did not answer within {MOST_SECONDS_TO_START:.0f} s."
    raise RuntimeError(message)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
