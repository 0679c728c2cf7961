"""Saved examples: operations that staff often need, offered in GraphiQL."""

from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

FOLDER: Final = Path(__file__).parent / "examples"


class Example(NamedTuple):
    """An operation to start from."""

    title: str
    """What it answers, the first line of its file."""
    query: str
    variables: str
    """JSON, empty without any."""


@cache
def examples() -> tuple[Example, ...]:
    """All examples, by the names of their files."""
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.graphql")))


def _read(path: Path) -> Example:
    first, _, query = path.read_text("utf-8").partition("\n")
    beside = path.with_suffix(".json")
    variables = beside.read_text("utf-8") if beside.is_file() else ""
    return Example(first.removeprefix("#").strip(), query.strip() + "\n", variables.strip())
