"""user add, grant, list and revoke."""

import pytest

from tests.cli.commands import Terminal

EMAIL = "ada@example.org"
PASSWORD = "correct horse battery"
ADA = ("--first-name", "Ada", "--last-name", "Marsh")


pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])
"""The actions behind these commands have tests of their own on both databases."""


@pytest.fixture
def centre(ready: Terminal) -> str:
    """The number of a centre that is there."""
    ready.done("sample-feed", "feed", "--centres", "1", "--learners", "5")
    ready.done("import", "feed")
    text = (ready.folder / "feed" / "centres.csv").read_text("utf-8")
    return text.splitlines()[1].partition(",")[0]


def access(ready: Terminal) -> list[list[str]]:
    return ready.done("user", "list").cells


def test_somebody_is_added_let_in_raised_and_sent_away(ready: Terminal, centre: str) -> None:
    added = ready.done("user", "add", EMAIL, *ADA, given=f"{PASSWORD}\n")
    assert added.out == f"{EMAIL} can log in.\n"
    assert access(ready) == [[EMAIL, "Ada Marsh", "", "", "", ""]]

    granted = ready.done("user", "grant", EMAIL, centre)
    assert granted.out == f"{EMAIL} has access to centre {centre}.\n"
    assert access(ready) == [[EMAIL, "Ada Marsh", "", f"{centre} Centre viewer", "", ""]]

    ready.done("user", "grant", EMAIL, centre, "--role", "administrator")
    assert access(ready)[0][3] == f"{centre} Centre administrator"

    ready.done("user", "grant", EMAIL, centre, "--kind", "non-centre", "--affiliation", "LEA [x]")
    assert access(ready)[0][3] == f"{centre} Non-centre viewer (LEA [x])"

    revoked = ready.done("user", "revoke", EMAIL, centre)
    assert revoked.out == f"{EMAIL} has no access to centre {centre} any more.\n"
    assert access(ready)[0][3] == ""
    told = ready.refused("user", "revoke", EMAIL, centre)
    assert told == "This user has no access to this centre."


def test_accounts_are_listed_whole_however_narrow_the_output_is(
    ready: Terminal, centre: str
) -> None:
    email = "the.examinations.officer.of.all@a-college-far-away.example.org"
    ready.done("user", "add", email, *ADA, given=f"{PASSWORD}\n")
    ready.done("user", "grant", email, centre, "--kind", "non-centre", "--affiliation", "North")

    listed = ready.done("user", "list", COLUMNS="40").cells

    assert listed == [[email, "Ada Marsh", "", f"{centre} Non-centre viewer (North)", "", ""]]


def test_at_a_narrow_terminal_what_is_listed_is_broken_and_not_cut_off(
    ready: Terminal,
) -> None:
    ready.done("user", "add", EMAIL, *ADA, given=f"{PASSWORD}\n")

    listed = ready.done("user", "list", COLUMNS="40", TTY_COMPATIBLE="1", NO_COLOR="1").cells

    assert "".join(row[0] for row in listed) == EMAIL
    assert max(len(row[0]) for row in listed) < len(EMAIL)


def test_staff_are_added_with_a_password_from_a_file(ready: Terminal) -> None:
    (ready.folder / "password").write_text(f"{PASSWORD}\r\nnot this\n", "utf-8")

    ready.done("user", "add", EMAIL, *ADA, "--staff", "support", "--password-file", "password")

    assert access(ready) == [[EMAIL, "Ada Marsh", "Support", "", "", ""]]


def test_what_cannot_be_is_told_in_a_sentence_and_changes_nothing(ready: Terminal) -> None:
    add = ("user", "add", EMAIL, *ADA)
    told = [
        ready.refused(*add, given="short\n"),
        ready.refused("user", "grant", EMAIL, "10132"),
        ready.refused(*add, "--password-file", "nowhere"),
    ]

    assert access(ready) == []
    assert "short" not in "".join(told).replace("too short", "")
    assert told[2] == "The password cannot be read."

    ready.done(*add, given=f"{PASSWORD}\n")
    again = ready.refused(*add, given=f"{PASSWORD}\n")
    assert again == "There is an account with this e-mail address already."
    assert len(access(ready)) == 1


def test_nobody_types_a_password_in_vain(fresh: Terminal) -> None:
    add = ("user", "add", EMAIL, *ADA, "--password-file", "nowhere")

    told = fresh.refused(*add)

    assert told == "The database is not up to date; run `learner-tracking migrate` first."
