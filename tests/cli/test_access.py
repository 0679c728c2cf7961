"""explain, permissions, terms, and what operators do to accounts."""

from pathlib import Path

import pytest

from tests.cli.commands import Terminal

EMAIL = "ada@example.org"
ADA = ("--first-name", "Ada", "--last-name", "Marsh")


@pytest.fixture
def dialect() -> str:
    """The actions behind these commands have tests of their own on both databases."""
    return "sqlite"


@pytest.fixture
def centre(ready: Terminal) -> str:
    """The number of a centre that Ada may read."""
    ready.done("sample-feed", "feed", "--centres", "1", "--learners", "5")
    ready.done("import", "feed")
    text = (ready.folder / "feed" / "centres.csv").read_text("utf-8")
    number = text.splitlines()[1].partition(",")[0]
    ready.done("user", "add", EMAIL, *ADA, given="correct horse battery\n")
    ready.done("user", "grant", EMAIL, number)
    return number


def test_a_decision_is_explained_in_words(ready: Terminal, centre: str) -> None:
    told = ready.done("explain", EMAIL, "AWARD_EDIT", centre).out.splitlines()
    assert told[0].startswith(f"{EMAIL} is: Centre viewer (grant 1). ")
    assert told[1].startswith("AWARD_EDIT: TERMS_NOT_ACCEPTED. ")
    field = ready.done("explain", EMAIL, "Mutation.learnerSetAnticipatedAward", centre)
    assert "is marked: IN_PERSON then AWARD_EDIT." in field.out
    assert ready.refused("explain", EMAIL, "Learner.shoeSize", centre).startswith(
        "No guard is known for Learner.shoeSize"
    )
    assert ready.refused("explain", "nobody@example.org", "AWARD_EDIT", centre) == (
        "There is no account with this e-mail address that could log in."
    )
    assert ready.refused("explain", EMAIL, "AWARD_EDIT", "99999") == (
        "There is no centre with this number."
    )


def test_the_page_of_permissions_is_printed(alone: Terminal) -> None:
    page = Path(__file__).parents[2] / "docs" / "permissions.md"
    assert alone.done("permissions").out == page.read_text("utf-8")


def test_terms_are_shown_and_published_once(ready: Terminal) -> None:
    assert ready.done("terms", "show").out.startswith("Terms of use")
    text = ready.folder / "terms.txt"
    text.write_text("Be kind.\n\nTell nobody.\n", "utf-8")
    ready.done("terms", "publish", text, "--version", "2")
    assert "Tell nobody." in ready.done("terms", "show").out
    ready.refused("terms", "publish", text, "--version", "2")


def test_an_account_is_closed_and_opened_and_a_service_gets_its_token(
    ready: Terminal, centre: str
) -> None:
    ready.done("user", "disable", EMAIL)
    assert ready.refused("explain", EMAIL, "AWARD_EDIT", centre).startswith("There is no account")
    ready.done("user", "enable", EMAIL)
    ready.done("explain", EMAIL, "AWARD_EDIT", centre)
    ready.refused("user", "token", EMAIL)
    ready.done("user", "add", "feeds@example.org", *ADA, "--staff", "service")
    printed = ready.done("user", "token", "feeds@example.org").out
    assert "lt_a_" in printed
    assert ready.done("send-mail").out == "Mails sent: 1. Waiting: 0.\n"
