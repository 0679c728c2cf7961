"""What is asked of the server, and whether the answer is the right one."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

PAGE = 100
"""Learners on the measured page of a centre."""

CENTRES = "{ centres(first: 100) { nodes { number learners(first: 1) { totalCount } } } }"

ULNS = """
query ($number: CentreNumber!) {
  centre(number: $number) { learners(first: 100) { nodes { uln } } }
}
"""

LOG_IN = """
mutation ($input: SessionLogInInput!) {
  sessionLogIn(input: $input) {
    ... on SessionLogIn { token }
    ... on Problem { code message }
  }
}
"""

_RECORD = """
query ($uln: ULN!) {
  learner(uln: $uln) {
    uln name completionStatus percentComplete
    registration { line level status registeredOn anticipatedAward claimStatus }
    components {
      type required entryFlag assessmentFlag
      flags { kind code detail reasons since }
      issues { code severity subject dueOn }
      entries { qan kind unit series status enteredOn result }
    }
  }
}
"""

_PAGE = """
query ($number: CentreNumber!) {
  centre(number: $number) {
    name
    learners(first: 100) {
      nodes {
        uln name completionStatus
        components {
          type entryFlag assessmentFlag
          flags { kind code detail reasons since }
          entries { qan kind unit series status enteredOn result }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""

COMPONENTS = 6


class Workload(NamedTuple):
    """An operation with the variables of its turns."""

    name: str
    title: str
    query: str
    turns: Sequence[dict[str, Any]]
    check: Callable[[dict[str, Any]], None]
    """Raises AssertionError for a wrong answer."""


def record(ulns: Sequence[str]) -> Workload:
    """W1: one learner's record, another learner every time."""
    turns = [{"uln": uln} for uln in ulns]
    return Workload("W1", "one learner's record", _RECORD, turns, _check_record)


def page(number: str) -> Workload:
    """W2: a centre's page of a hundred learners."""
    return Workload("W2", "a page of 100 learners", _PAGE, [{"number": number}], _check_page)


def _check_record(data: dict[str, Any]) -> None:
    _check_components(data["learner"])


def _check_page(data: dict[str, Any]) -> None:
    nodes = data["centre"]["learners"]["nodes"]
    assert len(nodes) == PAGE, f"{len(nodes)} learners on the page"
    for node in nodes:
        _check_components(node)


def _check_components(learner: dict[str, Any]) -> None:
    components = learner["components"]
    assert len(components) == COMPONENTS, f"{len(components)} components"
    assert all(component["flags"][0]["reasons"] for component in components)
