"""Commands as somebody at a terminal runs them."""

import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import cli

PROGRAM = Path(sys.executable).with_name("learner-tracking")
DAY = "2010-02-19"
PATIENCE = 120.0
"""Seconds in which a command has to come to its end."""

# Reading the program takes longer than most commands do: it is read once, by a process of which
# each command is a copy.
_copies = multiprocessing.get_context("forkserver")
_commands = [f"cli.{file.stem}" for file in Path(cli.__path__[0]).glob("[!_]*.py")]
_copies.set_forkserver_preload([*_commands, "server.app"])


@dataclass(frozen=True)
class Ran:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def words(self) -> str:
        """What was printed, on one line: a terminal may break it anywhere."""
        return " ".join(self.out.split())

    @property
    def cells(self) -> list[list[str]]:
        """The rows of the tables that were printed."""
        rows = [line for line in self.out.splitlines() if line.startswith("│")]
        return [[cell.strip() for cell in row.strip("│").split("│")] for row in rows]


@dataclass(frozen=True)
class Terminal:
    """A folder to work in, and the settings of its environment."""

    folder: Path
    settings: dict[str, str]

    def run(self, *arguments: str | Path, given: str = "", **settings: str) -> Ran:
        """Run a command to its end."""
        outside = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
        environment = {**outside, "COLUMNS": "200", **self.settings, **settings}
        with TemporaryDirectory() as folder:
            streams = [Path(folder, name) for name in ("in", "out", "err")]
            streams[0].write_text(given, "utf-8")
            command = _copies.Process(
                target=_run, args=(list(map(str, arguments)), self.folder, environment, streams)
            )
            command.start()
            command.join(PATIENCE)
            code = command.exitcode
            if code is None:
                command.kill()
            assert code is not None, f"{arguments} did not come to an end"
            out, err = (stream.read_text("utf-8") for stream in streams[1:])
        return Ran(code, out, err)

    def done(self, *arguments: str | Path, given: str = "", **settings: str) -> Ran:
        """Run a command that must succeed and complain of nothing."""
        ran = self.run(*arguments, given=given, **settings)
        assert (ran.code, ran.err) == (0, ""), ran
        return ran

    def refused(self, *arguments: str | Path, given: str = "", **settings: str) -> str:
        """Run a command that must end with sentences on standard error and exit code 1."""
        ran = self.run(*arguments, given=given, **settings)
        assert ran.code == 1, ran
        assert "Traceback" not in ran.err
        assert ran.out == ""
        assert ran.err.endswith(".\n")
        return ran.err.removesuffix("\n")


def _run(
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    streams: Sequence[Path],
) -> None:
    """Be the program, in a process that is a copy of one that has read it."""
    for number, (stream, mode) in enumerate(zip(streams, "rww", strict=True)):
        with stream.open(mode) as file:
            os.dup2(file.fileno(), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - until its end
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", 1, encoding="utf-8", closefd=False)  # noqa: SIM115
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [str(PROGRAM), *arguments]
    from cli.__main__ import main  # noqa: PLC0415 - in the copy, as the program begins

    main()
