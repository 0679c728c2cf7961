"""The queries that the pages show: each can be run, and answers in the demo as it is told."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from graphql import OperationDefinitionNode, OperationType, build_schema, parse, validate

from tests.cli.commands import Terminal
from tests.cli.test_demo import people
from tests.factories import Caller, log_in_by_password, served

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "docs/using.md")
BLOCK = re.compile(
    r"^```graphql\n(?P<text>.*?)^```\n"
    r"(?:\s*With `(?P<variables>\{.*?\})`:\n)?"
    r"(?:\s*^```json\n(?P<answer>.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)

SENT = re.compile(r"""-d '{"query": ("(?:[^"\\]|\\.)*")""")


class Shown(NamedTuple):
    """A document on a page, with what it answers where that is told."""

    place: str
    text: str
    variables: dict[str, Any]
    answer: str | None

    @property
    def reads(self) -> bool:
        """Whether it is a query."""
        (operation,) = parse(self.text).definitions
        assert isinstance(operation, OperationDefinitionNode)
        return operation.operation is OperationType.QUERY

    def is_answered_by(self, data: object) -> bool:
        """Whether this is the answer that the page tells; `…` stands for anything."""
        if self.answer is None:
            return True
        told = re.escape(squeezed(self.answer)).replace("…", ".*")
        return bool(re.fullmatch(told, squeezed(json.dumps({"data": data}, ensure_ascii=False))))


def squeezed(text: str) -> str:
    """Without spaces, however the lines are broken."""
    return "".join(text.split())


def shown() -> Iterator[Shown]:
    """Every document of the pages."""
    for page in PAGES:
        text = (ROOT / page).read_text("utf-8")
        for found in BLOCK.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            variables = json.loads(found["variables"] or "{}")
            yield Shown(f"{page}:{line}", found["text"], variables, found["answer"])


def test_the_pages_show_queries_and_answers() -> None:
    text = "".join((ROOT / page).read_text("utf-8") for page in PAGES)
    found = [*shown()]

    assert len(found) == text.count("```graphql")
    assert sum(one.answer is not None for one in found) == text.count("```json") >= 7


def test_every_document_is_valid() -> None:
    schema = build_schema((ROOT / "schema" / "schema.graphql").read_text("utf-8"))

    assert {one.place: validate(schema, parse(one.text)) for one in shown()} == {
        one.place: [] for one in shown()
    }


def test_every_document_of_a_shown_command_is_valid() -> None:
    schema = build_schema((ROOT / "schema" / "schema.graphql").read_text("utf-8"))
    sent = [*typed()]

    assert len(sent) >= 9
    assert [text for text in sent if validate(schema, parse(text))] == []


def typed() -> Iterator[str]:
    """Every document of a curl command of the pages."""
    for page in PAGES:
        for text in SENT.findall((ROOT / page).read_text("utf-8")):
            yield json.loads(text)


async def test_every_query_is_answered_in_the_demo_as_it_is_told(alone: Terminal) -> None:
    ran = alone.done("demo", "--prepare-only")
    wrong = []
    async with served(f"sqlite://{alone.folder / 'demo' / 'learner-tracking.sqlite3'}") as client:
        callers = [await log_in_by_password(client, *who) for who in people(ran).values()]
        for one in filter(lambda one: one.reads, shown()):
            answers = [await answer(caller, one) for caller in callers]
            if not any(found is not None and one.is_answered_by(found) for found in answers):
                wrong.append(one.place)

    assert wrong == []


async def answer(caller: Caller, one: Shown) -> dict[str, Any] | None:
    """What somebody is answered; None where anything is refused."""
    told = await caller.ask(one.text, **one.variables)
    return None if "errors" in told else told["data"]


@pytest.mark.parametrize(
    ("told", "same"),
    [('{"data": {"a": 1, …}}', True), ('{"data": {"a": 2, …}}', False), ('{"data": …}', True)],
)
def test_an_answer_is_compared_in_all_that_is_told(told: str, *, same: bool) -> None:
    assert Shown("", "", {}, told).is_answered_by({"a": 1, "b": [2]}) is same
