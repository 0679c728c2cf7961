"""Results as a table and as JSON, beside the recorded run."""

import os
import platform
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from bench.compared import TIMES

LAST = Path(__file__).resolve().parent / "results" / "last.json"
"""The recorded run."""

QUIET = 0.5
"""Load average above which something else was running when the run began."""

Results = dict[str, Any]

_IMPORT = ("learners", "entries", "seconds", "entries_per_second", "cpu_seconds", "peak_mb")
_LOAD = ("p50_ms", "p99_ms", "requests_per_second", "cpu_ms", "kilobytes", "statements")
_SAME = frozenset({"learners", "entries"})
"""Sizes, which are not compared."""


def about(learners: int) -> dict[str, Any]:
    """Where and on what a run took place."""
    return {
        "recorded_on": datetime.now(UTC).date().isoformat(),
        "learners": learners,
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def recorded() -> Results | None:
    """The recorded run, if there is one."""
    return orjson.loads(LAST.read_bytes()) if LAST.exists() else None


def record(results: Results) -> None:
    """Make a run the recorded one."""
    LAST.parent.mkdir(exist_ok=True)
    LAST.write_bytes(orjson.dumps(results, option=orjson.OPT_INDENT_2) + b"\n")


def show(console: Console, results: Results, before: Results | None) -> None:
    """Every figure, and its ratio to the recorded one."""
    table = Table("", "what", "figure", "recorded", "ratio")
    for database, measured in results["databases"].items():
        for name, value in _figures(measured):
            then = _find(before, database, name)
            ratio = f"{value / then:.2f}" if then and name.split()[-1] not in _SAME else ""
            shown = "" if then is None else _number(then)
            table.add_row(database, name.replace("_", " "), _number(value), shown, ratio)
        table.add_section()
    console.print(table)
    if results["about"]["load_before"] > QUIET:
        console.print("The machine was busy with other work: read the ratios with a grain of salt.")
    if before is None:
        console.print("There is no recorded run to compare with.")
    elif before["about"]["learners"] != results["about"]["learners"]:
        console.print(
            f"The recorded run had {before['about']['learners']:,} learners,"
            f" this one {results['about']['learners']:,}: compare with care."
        )


def _figures(measured: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """Names and figures of one database, in the order to show them."""
    for key in _IMPORT:
        if key in measured.get("import", {}):
            yield f"import {key}", measured["import"][key]
    for key, value in measured["server"].items():
        yield f"server {key}", value
    for key, value in measured.get("log_in", {}).items():
        yield f"log-in {key}", value
    yield from _load("", measured["load"])
    for name, than in (("ordinary", "the ordinary executor"), ("usual", "the usual way")):
        theirs = measured.get(name, {})
        yield from _load(f"{than}, ", theirs)
        yield from _times(f"times {than}", theirs)
    for peer, load in measured.get("peers", {}).items():
        yield from _load(f"{peer}, ", load)


def _load(who: str, load: dict[str, Any]) -> Iterator[tuple[str, float]]:
    for workload, runs in load.items():
        for connections, found in runs.items():
            for key in _LOAD:
                if key in found:
                    yield f"{who}{workload} at {connections}: {key}", found[key]


def _times(than: str, theirs: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """How many times as many requests a second are answered here."""
    for workload, runs in theirs.items():
        for connections, found in runs.items():
            if TIMES in found:
                yield f"{workload} at {connections}: {than}", found[TIMES]


def _find(before: Results | None, database: str, name: str) -> float | None:
    if before is None or database not in before["databases"]:
        return None
    return dict(_figures(before["databases"][database])).get(name)


def _number(value: float) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.0f}" if value >= 1000 else f"{value:.2f}"  # noqa: PLR2004 - digits that matter
