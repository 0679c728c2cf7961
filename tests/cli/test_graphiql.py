"""Fetching GraphiQL: only the pinned packages are taken, and nothing is ever half there."""

import hashlib
import io
import os
import tarfile
from base64 import b64encode
from pathlib import Path

import pytest

from cli.graphiql import NotInstalledError, install
from server.bundle import FILES, PACKAGES, Package, place_in
from tests.cli.commands import Terminal


def npm(folder: Path, script: str) -> dict[str, str]:
    """Settings by which a script of ours is the npm of the machine."""
    folder.mkdir()
    program = folder / "npm"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def packed(files: dict[str, bytes]) -> bytes:
    """An archive as npm makes them."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as opened:
        for name, content in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content)
            opened.addfile(member, io.BytesIO(content))
    return archive.getvalue()


def package(archive: bytes) -> Package:
    """A package with the checksum of its archive."""
    checksum = b64encode(hashlib.sha512(archive).digest()).decode()
    files = {"dist/page.js": "graphiql.js", "LICENSE": "graphiql.LICENSE"}
    return Package("@some/page", "1.2.3", f"sha512-{checksum}", files)


GIVE = 'for last; do case "$last" in --pack-destination=*) cp {} "${{last#*=}}/{}";; esac; done'


def test_the_needed_files_of_the_pinned_packages_are_put_in_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = packed({"dist/page.js": b"page", "LICENSE": b"free", "dist/other.js": b"not needed"})
    pinned = package(archive)
    (tmp_path / "archive").write_bytes(archive)
    script = GIVE.format(tmp_path / "archive", "some-page-1.2.3.tgz")
    monkeypatch.setenv("PATH", npm(tmp_path / "bin", script)["PATH"])
    folder = tmp_path / "graphiql"
    for _ in range(2):
        install([pinned], folder)

    place = place_in(folder)
    assert {path.name: path.read_bytes() for path in place.iterdir()} == {
        "graphiql.js": b"page",
        "graphiql.LICENSE": b"free",
    }
    assert [path.name for path in folder.iterdir()] == [place.name]


def test_a_package_with_another_checksum_is_refused_and_what_is_there_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pinned = package(packed({"dist/page.js": b"page", "LICENSE": b"free"}))
    (tmp_path / "archive").write_bytes(packed({"dist/page.js": b"evil", "LICENSE": b"free"}))
    script = GIVE.format(tmp_path / "archive", "some-page-1.2.3.tgz")
    monkeypatch.setenv("PATH", npm(tmp_path / "bin", script)["PATH"])
    folder = tmp_path / "graphiql"
    place_in(folder).mkdir(parents=True)
    (place_in(folder) / "graphiql.js").write_text("old")

    with pytest.raises(NotInstalledError) as caught:
        install([pinned], folder)

    assert str(caught.value) == "the archive of @some/page 1.2.3 has another checksum."
    assert (place_in(folder) / "graphiql.js").read_text() == "old"


def test_without_a_registry_the_command_says_so_and_how_to_try_again(
    alone: Terminal, tmp_path: Path
) -> None:
    script = "echo npm error network ENOTFOUND registry.npmjs.org >&2; exit 1"
    told = alone.refused(
        "graphiql", LEARNER_TRACKING_GRAPHIQL_FOLDER="here", **npm(tmp_path / "bin", script)
    )

    assert told == (
        "GraphiQL is not installed: npm failed: npm error network ENOTFOUND registry.npmjs.org."
        " To try again: learner-tracking graphiql."
    )
    assert not (alone.folder / "here").exists()


def test_what_npm_does_not_give_is_told(alone: Terminal, tmp_path: Path) -> None:
    told = alone.refused(
        "graphiql", LEARNER_TRACKING_GRAPHIQL_FOLDER="here", **npm(tmp_path / "bin", "exit 0")
    )

    assert told.startswith("GraphiQL is not installed: npm did not give react 18.3.1.")


def test_nothing_is_fetched_when_it_is_there(alone: Terminal, tmp_path: Path) -> None:
    place = place_in(alone.folder / "here")
    place.mkdir(parents=True)
    for name in FILES:
        (place / name).touch()
    ran = alone.done(
        "graphiql", LEARNER_TRACKING_GRAPHIQL_FOLDER="here", **npm(tmp_path / "bin", "exit 1")
    )

    assert ran.out == "GraphiQL is there, in here.\n"


def test_every_package_is_pinned_and_no_two_files_have_one_name() -> None:
    names = [name for one in PACKAGES for name in one.files.values()]

    assert all(len(one.integrity) == len("sha512-") + 88 for one in PACKAGES)
    assert len(names) == len(set(names)) == len(FILES)
    assert all(one.version.count(".") == 2 for one in PACKAGES)
