"""The proxies to start from let through what the server takes."""

import re
from pathlib import Path
from typing import Final

from server.declarations import MOST_BYTES
from server.edge import MOST_BODY

DEPLOY: Final = Path(__file__).parents[1] / "deploy"


def sizes(name: str, path: str, size: str) -> dict[str, int]:
    """The largest body in MB at each path of a proxy that names one, and elsewhere."""
    text = (DEPLOY / name).read_text("utf-8")
    found, here = {}, "elsewhere"
    for line in text.splitlines():
        if named := re.search(path, line):
            here = named[1] or "elsewhere"
        if told := re.search(size, line):
            found[here] = int(told[1])
    return found


def test_lists_of_declarations_and_feeds_may_be_larger_than_other_bodies() -> None:
    megabytes = {
        "elsewhere": MOST_BODY >> 20,
        "/declarations": MOST_BYTES >> 20,
        "/feeds": 512,
    }

    nginx = sizes("nginx.conf", r"location (?:= )?(/\w+)", r"client_max_body_size +(\d+)m;")
    caddy = sizes("Caddyfile", r"@\w+ path (/\w+)|\thandle {()", r"max_size (\d+)Mi?B")
    assert nginx == megabytes
    assert caddy == megabytes


def test_the_proxy_keeps_answers_for_slow_readers_unless_they_are_streams() -> None:
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    assert re.findall(r"^ *(proxy_buffering .*|proxy_ignore_headers .*);", text, re.MULTILINE) == [
        "proxy_buffering on"
    ]
