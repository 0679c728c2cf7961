"""Log lines for machines, JSON whatever stands in them, and for people."""

import json
import sys
from collections.abc import Iterator
from typing import NamedTuple

import pytest
import structlog

from server.logs import set_up_logs


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.mark.parametrize(
    "value",
    ["Zoë", "half of a character: \ud83d", "a\nline", 2**70, 1.5, None, ["a", {"b": "\udcff"}]],
)
def test_a_line_is_json_whatever_stands_in_it(
    value: object, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logs("json")
    structlog.get_logger("test").info("happened", value=value)

    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert (told["event"], told["level"], told["value"]) == ("happened", "info", value)


class Pair(NamedTuple):
    one: int
    other: str


def test_a_line_is_ascii_whatever_standard_error_takes(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("json")
    structlog.get_logger("test").info("happened", value=Pair(1, "é"))

    (line,) = capsys.readouterr().err.splitlines()
    assert line.isascii()
    assert json.loads(line)["value"] == [1, "é"]


def test_what_has_no_form_in_json_is_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("json")
    structlog.get_logger("test").warning("happened", value=sys)

    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["value"] == repr(sys)


def test_a_line_for_people_is_coloured_on_a_terminal_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> tuple[str, str]:
        """A line, and one with a traceback."""
        set_up_logs("text")
        structlog.get_logger("test").info("happened", value=1)
        line = capsys.readouterr().err
        try:
            int("plain")
        except ValueError:
            structlog.get_logger("test").exception("failed")
        return line, capsys.readouterr().err.partition("\n")[2]

    line, traceback = told()
    assert "happened" in line
    assert "ValueError" in traceback
    assert "\x1b" not in line + traceback

    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert all("\x1b[" in part for part in told())


def test_without_standard_error_logs_can_be_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    set_up_logs("text")
