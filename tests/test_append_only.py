"""The log is appended to: nothing alters it, and nothing but its age removes what is in it."""

import ast
import re
from pathlib import Path

import pytest

from actions.ageing import AGED

ALTERS = re.compile(
    r"\b(update|delete\s+from|truncate(\s+table)?|drop\s+table(\s+if\s+exists)?|replace\s+into)"
    r"\s+\"?event\"?(?![\w.])",
    re.IGNORECASE,
)
ROOT = Path(__file__).parents[1]


def altering(path: Path) -> list[str]:
    """Texts in a module that would change or remove events."""
    return [
        f"{path.name}:{node.lineno}"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and ALTERS.search(node.value)
    ]


BY_AGE = "ageing.py"
"""The one module that removes events: those whose time is over."""


def test_no_statement_alters_what_is_in_the_log_and_one_alone_removes_what_is_old() -> None:
    files = [
        path
        for path in ROOT.rglob("*.py")
        if not {"tests", ".venv", "build"} & set(path.relative_to(ROOT).parts)
    ]
    assert len(files) > 100
    found = [fault.partition(":")[0] for path in files for fault in altering(path)]
    assert found == [BY_AGE]
    (log,) = (aged for aged in AGED if aged.table == "event")
    assert (log.removal, log.limit) == ("DELETE FROM event", "log")
    assert log.condition == "at < ? AND kind <> 'RETENTION_APPLIED'"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET at = NULL",
        "delete from event where id = 1",
        'DELETE FROM "event"',
        "TRUNCATE event",
        "TRUNCATE TABLE event",
        "DROP TABLE IF EXISTS event",
    ],
)
def test_a_statement_that_would_is_noticed(tmp_path: Path, statement: str) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text(f"X = {statement!r}\n", "utf-8")
    assert altering(planted) == ["planted.py:1"]


@pytest.mark.parametrize(
    "statement", ["UPDATE events SET x = 1", "DELETE FROM event_kind", "INSERT INTO event (id)"]
)
def test_a_statement_that_would_not_is_left_alone(tmp_path: Path, statement: str) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text(f"X = {statement!r}\n", "utf-8")
    assert altering(planted) == []
