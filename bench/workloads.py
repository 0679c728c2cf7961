"""What is asked of the server, and whether the answer is the right one."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

PAGE = 100
"""Learners on the measured page of a centre."""

CENTRES = "{ centres(first: 100) { nodes { number learners(first: 1) { totalCount } } } }"

ULNS = """
query ($number: CentreNumber!) {
  centre(number: $number) { learners(first: 100) { nodes { uln name } } }
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

_CENTRES = """
query ($numbers: [CentreNumber!]!) {
  completion(filter: {centres: $numbers}, groupBy: CENTRE) {
    totalCount groups { key totalCount statuses { status count share } }
  }
  flagCounts(filter: {centres: $numbers}, groupBy: CENTRE) {
    totalCount groups { key flags { kind code components learners } }
  }
  issueCounts(filter: {centres: $numbers}, groupBy: CENTRE) {
    totalCount groups { key issues { code issues learners } }
  }
}
"""

_SHOPPING = """
query ($number: CentreNumber!) {
  issues(filter: {centres: [$number], awardFrom: "2009-01"}, orderBy: SEVERITY, first: 50) {
    totalCount
    nodes {
      code severity dueOn subject label
      learner { uln name }
      advice { title steps { order text actor } }
    }
  }
}
"""

_SEARCH = """
query ($term: String!) { searchLearners(term: $term, first: 20) { nodes { uln name } } }
"""

COMPONENTS = 6
ISSUES = 50
LETTERS = 3
"""Letters of a family name that are typed."""
MIDDLING = 300
"""Learners of the centre whose shopping list is measured, or as near as there is one."""
MEMBERS = 20
"""Centres of the measured consortium."""


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


def consortium(numbers: Sequence[str]) -> Workload:
    """W3: completion, flags and issues of twenty centres, counted for each."""
    turns = [{"numbers": list(numbers[:MEMBERS])}]

    def check(data: dict[str, Any]) -> None:
        for name in ("completion", "flagCounts", "issueCounts"):
            assert len(data[name]["groups"]) == len(turns[0]["numbers"]), name
            assert data[name]["totalCount"] > 0, name

    return Workload("W3", f"counts of {len(turns[0]['numbers'])} centres", _CENTRES, turns, check)


def shopping(number: str) -> Workload:
    """W4: the first fifty issues of a centre, with what to do about each."""

    def check(data: dict[str, Any]) -> None:
        nodes = data["issues"]["nodes"]
        assert len(nodes) == min(ISSUES, data["issues"]["totalCount"])
        assert all(node["advice"]["steps"] for node in nodes)

    return Workload("W4", "fifty rows of the shopping list", _SHOPPING, [{"number": number}], check)


def search(names: Sequence[str]) -> Workload:
    """W5: whose name begins like this."""
    families = (name.split()[-1] for name in names)
    terms = sorted({family[:LETTERS] for family in families if len(family) > LETTERS})

    def check(data: dict[str, Any]) -> None:
        assert data["searchLearners"]["nodes"]

    return Workload("W5", "search by name", _SEARCH, [{"term": term} for term in terms], check)


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
