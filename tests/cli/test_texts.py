"""text list, show, set and remove, and the files that commands read."""

import pytest

from tests.cli.commands import Terminal

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])
"""The actions behind these commands have tests of their own on both databases."""


def test_a_text_is_written_shown_changed_and_removed(ready: Terminal) -> None:
    (ready.folder / "why.txt").write_text("Because [it] is.\n", "utf-8")
    words = ("help", "why", "why.txt", "--title", "Why?")
    assert ready.done("text", "set", *words).out == "help why is written.\n"
    assert ready.done("text", "show", "help", "why").out == "Why?\n\nBecause [it] is.\n"
    ready.done("text", "set", *words, "--url", "https://example.org/")
    shown = ready.done("text", "list").cells
    assert ["help", "why", "Why?", "https://example.org/"] in shown
    assert ["help", "das", "What is DAS?", ""] in shown
    assert ready.done("text", "list", COLUMNS="30").cells == shown
    assert ready.done("text", "remove", "help", "why").out == "help why is gone.\n"

    gone = "There is no text of this kind with this key."
    assert ready.refused("text", "show", "help", "why") == gone
    assert ready.refused("text", "remove", "help", "why") == gone
    assert ready.refused("text", "set", "help", "Why", "why.txt", "--title", "Why?") == (
        "A key has up to 60 small letters, digits and single hyphens."
    )


@pytest.mark.parametrize(
    "command",
    [
        ("text", "set", "help", "x"),
        ("terms", "publish"),
    ],
)
def test_what_keeps_a_file_from_being_read_is_told(
    ready: Terminal, command: tuple[str, ...]
) -> None:
    (ready.folder / "folder").mkdir()
    (ready.folder / "latin.txt").write_bytes(b"caf\xe9\n")
    more = ("--title", "x", *(("--version", "2") if command[0] == "terms" else ()))

    told = {
        file: ready.refused(*command, file, *more)
        for file in ("nofile.txt", "folder", "latin.txt", "latin.txt/x")
    }

    assert told == {
        "nofile.txt": "There is no file nofile.txt.",
        "folder": "folder is a folder, no file.",
        "latin.txt": "latin.txt cannot be read as UTF-8.",
        "latin.txt/x": "latin.txt/x cannot be read: Not a directory.",
    }
