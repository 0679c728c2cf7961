"""text list, show, set and remove."""

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
    assert ready.done("text", "remove", "help", "why").out == "help why is gone.\n"

    gone = "There is no text of this kind with this key."
    assert ready.refused("text", "show", "help", "why") == gone
    assert ready.refused("text", "remove", "help", "why") == gone
    assert ready.refused("text", "set", "help", "Why", "why.txt", "--title", "Why?") == (
        "A key has up to 60 small letters, digits and single hyphens."
    )
