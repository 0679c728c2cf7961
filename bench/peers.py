"""Other servers, measured in the same run.

A file names them: `[{"name": "...", "url": "http://...", "headers": {}, "bodies": {"W1": {...}}}]`,
where a body is what is posted, or a list of bodies that take turns.
"""

from pathlib import Path
from typing import Any

import orjson
from rich.console import Console

from bench.load import pressed

CONNECTIONS = (1, 16)


def measured(
    console: Console, file: Path | None, seconds: float
) -> dict[str, dict[str, dict[str, dict[str, float]]]]:
    """By server, workload and number of connections what each took."""
    found: dict[str, dict[str, dict[str, dict[str, float]]]] = {}
    peers: list[dict[str, Any]] = orjson.loads(file.read_bytes()) if file else []
    for peer in peers:
        load = found[peer["name"]] = {}
        for workload, posted in peer["bodies"].items():
            bodies = [orjson.dumps(body) for body in _several(posted)]
            load[workload] = {}
            for connections in CONNECTIONS:
                console.print(f"{peer['name']}: {workload} at {connections}")
                headers = peer.get("headers", {})
                took = pressed(peer["url"], headers, bodies, peer.get("pid"), connections, seconds)
                load[workload][str(connections)] = took._asdict()
    return found


def _several(posted: Any) -> list[Any]:  # noqa: ANN401 - whatever the other server takes
    return posted if isinstance(posted, list) else [posted]
