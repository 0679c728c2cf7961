"""Commands as somebody at a terminal runs them."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("learner-tracking")
DAY = "2010-02-19"


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
        ended = subprocess.run(  # noqa: S603 - our own program
            [PROGRAM, *arguments],
            cwd=self.folder,
            env={**outside, "PYTHONUTF8": "1", "COLUMNS": "200", **self.settings, **settings},
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return Ran(ended.returncode, ended.stdout, ended.stderr)

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
