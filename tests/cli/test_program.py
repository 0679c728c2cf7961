"""The program as it is installed, in a process of its own, and what `serve` is not given."""

import re
import socket
import subprocess
from importlib.metadata import version

import pytest

from tests.cli.commands import PROGRAM, Terminal


def _ended(*arguments: str) -> tuple[int, str, str]:
    ended = subprocess.run(  # noqa: S603 - our own program
        [PROGRAM, *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    return ended.returncode, ended.stdout, ended.stderr


def test_the_installed_program_tells_its_version_and_its_commands() -> None:
    assert _ended("--version") == (0, f"{version('learner-tracking')}\n", "")
    for asked in ([], ["--help"], ["-h"]):
        code, out, err = _ended(*asked)
        assert (code, err) == (0, "")
        for command, use in (("serve", "Serve the graph over HTTP."), ("user", "Accounts and")):
            assert re.search(rf"{command} +{use}", out)


def test_the_installed_program_refuses_what_it_does_not_know() -> None:
    code, out, err = _ended("derive")
    assert (code, out) == (2, "")
    assert "derive" in err


@pytest.mark.parametrize(("name", "number"), [("--port", "99999"), ("--workers", "0")])
def test_a_server_of_no_possible_port_or_size_is_refused(
    alone: Terminal, name: str, number: str
) -> None:
    ran = alone.run("serve", name, number)
    assert (ran.code, f'Invalid value "{number}" for {name}' in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (["x@example.org"], "--first-name is missing: see learner-tracking user add --help."),
        ([], "EMAIL is missing: see learner-tracking user add --help."),
        (["x@example.org", "--first-name"], "parameter --first-name requires an argument."),
    ],
)
def test_what_is_left_out_of_a_command_is_told_as_missing(
    alone: Terminal, typed: list[str], sentence: str
) -> None:
    ran = alone.run("user", "add", *typed)
    assert (ran.code, sentence in ran.err) == (2, True)


def test_the_options_of_a_command_are_those_that_have_a_meaning(alone: Terminal) -> None:
    told = alone.done("export", "--help").out

    assert "--centre" in told
    assert "--empty-" not in told


def test_a_server_that_cannot_listen_says_so_before_it_says_that_it_serves(alone: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = alone.refused("serve", "--port", str(port))
    assert told == f"Nobody can listen on 127.0.0.1, port {port}: Address already in use."
