"""Texts with thousands of marks on one letter: refused before any work on all of them at once."""

import unicodedata
from typing import Any

import pytest

from domain.people import LONGEST_EMAIL
from tests.exchange.feeds import WEST
from tests.factories import PASSWORD, Caller
from tests.graph.asking import codes
from tests.graph.watching import EASTERN, OPERATOR, WESTERN, World

MARKED = "a" + "\u0301\u0323" * 2_000
REFUSED = "{ __typename ... on Problem { code } }"
LOG_IN = (
    "mutation ($text: String!, $p: String!) { done: sessionLogIn(input: {email: $text,"
    f" password: $p}}) {REFUSED} }}"
)
RESET = (
    f"mutation ($text: String!) {{ done: passwordRequestReset(input: {{email: $text}}) {REFUSED} }}"
)
REGISTER = (
    "mutation ($text: String!, $p: String!) { done: accountRegister(input: {email: $text,"
    f" password: $p, passwordAgain: $p, firstName: $text, lastName: $text}}) {REFUSED} }}"
)
UPDATE = (
    "mutation ($text: String!) { done: accountUpdate(input: {firstName: $text, lastName: $text,"
    f" title: $text}}) {REFUSED} }}"
)
GRANT = (
    "mutation ($centre: CentreNumber!, $text: String) { done: accessGrant(input: {centre: $centre,"
    f' login: "{EASTERN}", affiliation: $text}}) {REFUSED} }}'
)
INVITE = (
    "mutation ($centre: CentreNumber!, $text: String!) { done: accessGrant(input:"
    f" {{centre: $centre, login: $text}}) {REFUSED} }}"
)
TOKEN = (
    "mutation ($centre: CentreNumber!, $text: String!) { done: apiTokenCreate(input: {name: $text,"
    f" centres: [$centre]}}) {REFUSED} }}"
)
CHANGES = "query ($text: String!) { changes(filter: {login: $text}) { totalCount } }"
LOG = "query ($text: String!) { accessLog(filter: {login: $text}) { totalCount } }"
SEARCH = "query ($text: String!) { searchLearners(term: $text) { totalCount } }"
LEARNERS = "query ($text: String!) { learners(filter: {nameOrUln: $text}) { totalCount } }"


@pytest.fixture
def lengths(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How long each text was of which a normal form was made."""
    real, made = unicodedata.normalize, list[int]()

    def counting(form: Any, text: str) -> str:
        made.append(len(text))
        return real(form, text)

    monkeypatch.setattr(unicodedata, "normalize", counting)
    return made


@pytest.mark.parametrize(
    ("query", "more", "code"),
    [
        (LOG_IN, {"p": PASSWORD}, "LOG_IN_FAILED"),
        (RESET, {}, "EMAIL"),
        (REGISTER, {"p": PASSWORD}, "EMAIL"),
    ],
)
async def test_strangers_cannot_make_it_work_on_marks(
    world: World, lengths: list[int], query: str, more: dict[str, str], code: str
) -> None:
    data = await Caller(world.client).data(query, text=MARKED, **more)

    assert data["done"]["code"] == code
    assert max(lengths, default=0) <= 4 * LONGEST_EMAIL


@pytest.mark.parametrize(
    ("query", "more", "code"),
    [
        (UPDATE, {}, "VALIDATION"),
        (GRANT, {"centre": WEST}, "VALIDATION"),
        (INVITE, {"centre": WEST}, "USER_NOT_REGISTERED"),
        (TOKEN, {"centre": WEST}, "VALIDATION"),
    ],
)
async def test_nor_can_those_who_edit(
    world: World, lengths: list[int], query: str, more: dict[str, str], code: str
) -> None:
    data = await world.data(WESTERN, query, text=MARKED, **more)

    assert data["done"]["code"] == code
    assert max(lengths, default=0) <= 4 * LONGEST_EMAIL


@pytest.mark.parametrize("query", [CHANGES, LOG])
async def test_nobody_has_such_an_address(world: World, lengths: list[int], query: str) -> None:
    answer = await world.ask(OPERATOR, query, text=MARKED)

    assert codes(answer["errors"]) == {"TERM_TOO_LONG"}
    assert lengths == []


@pytest.mark.parametrize("query", [SEARCH, LEARNERS])
async def test_nobody_is_looked_for_by_such_a_name(
    world: World, lengths: list[int], query: str
) -> None:
    answer = await world.ask(OPERATOR, query, text=MARKED)

    assert codes(answer["errors"]) == {"TERM_TOO_LONG"}
    assert lengths == []
