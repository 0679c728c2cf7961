"""Are there published faults in the locked versions? Says plainly where it could not ask."""

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

LOCKS = ("requirements.lock", "requirements-dev.lock")


def told_of(answer: dict[str, Any] | None, lock: str) -> tuple[int, list[str]]:
    """The exit code and the sentences for what was found; None where nobody answered."""
    packages = [] if answer is None else answer["dependencies"]
    asked = [package for package in packages if "skip_reason" not in package]
    if not asked:
        return 0, [f"{lock}: NOT AUDITED, the source of advisories could not be asked."]
    faults = [
        f"{lock}: {package['name']} {package['version']} has {fault['id']},"
        f" mended in {', '.join(fault['fix_versions']) or 'no version yet'}."
        for package in asked
        for fault in package["vulns"]
    ]
    left = len(packages) - len(asked)
    unknown = f", {left} could not be asked about" if left else ""
    return bool(faults), [*faults, f"{lock}: {len(asked)} packages audited{unknown}."]


def audit(lock: str) -> dict[str, Any] | None:
    """What the source of advisories says about a lock; None where it does not answer."""
    with TemporaryDirectory() as folder:
        answer = Path(folder, "answer.json")
        subprocess.run(  # noqa: S603 - our own interpreter and tool
            [
                *(sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip"),
                *("--requirement", lock, "--format", "json", "--output", str(answer)),
                *("--progress-spinner", "off"),
            ],
            check=False,
            capture_output=True,
        )
        return json.loads(answer.read_text("utf-8")) if answer.exists() else None


if __name__ == "__main__":
    code = 0
    for name in LOCKS:
        failed, sentences = told_of(audit(name), name)
        sys.stdout.write("".join(f"{sentence}\n" for sentence in sentences))
        code |= failed
    sys.exit(code)
