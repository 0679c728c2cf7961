"""Processes that are killed half-way."""

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def kill_when_told(script: str, word: str, *arguments: str) -> list[str]:
    """Run a script in a process of its own, and kill it at a line that begins with a word.

    Everything that it told; the word must be in the last line.
    """
    with subprocess.Popen(  # noqa: S603 - runs this interpreter on a script of ours
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None
        told = []
        for line in process.stdout:
            told.append(line.strip())
            if line.startswith(word):
                break
        process.send_signal(signal.SIGKILL)
    assert told
    assert told[-1].startswith(word)
    assert process.returncode == -signal.SIGKILL
    return told
