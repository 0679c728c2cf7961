"""export."""

import pytest

from tests.cli.commands import Terminal
from tests.server.exporting import table, workbook

EMAIL = "ada@example.org"

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])
"""The lists behind the command are tested on both databases over HTTP."""


def test_a_list_is_written_as_one_person_sees_it_or_as_a_whole(ready: Terminal) -> None:
    ready.done("sample-feed", "feed", "--centres", "2", "--learners", "12")
    ready.done("import", "feed")
    centres = (ready.folder / "feed" / "centres.csv").read_text("utf-8").splitlines()
    number = centres[1].partition(",")[0]
    names = ("--first-name", "Ada", "--last-name", "Marsh")
    ready.done("user", "add", EMAIL, *names, given="correct horse battery\n")
    ready.done("user", "grant", EMAIL, number)
    told = ready.refused("export", "learners", "--user", EMAIL)
    assert told == "Read and accept the current terms of use first."

    whole = ready.done("export", "learners", "--format", "xlsx")
    assert whole.out == "learners-2010-02-19.xlsx: 12 rows.\n"
    about, rows = workbook((ready.folder / "learners-2010-02-19.xlsx").read_bytes())
    assert about["Taken by"] == "the console"
    assert len(rows) == 12

    ready.done("export", "learners", "--centre", number, "--order-by", "ULN", "--output", "own.csv")
    own = table((ready.folder / "own.csv").read_bytes())
    assert {row["Centre number"] for row in own} == {number}
    assert [row["ULN"] for row in own] == sorted(row["ULN"] for row in own)
    assert 0 < len(own) < 12

    then = ready.done("export", "issues", "--on", "2010-05-20")
    assert then.out.startswith("issues-on-2010-05-20.csv: ")
    assert table((ready.folder / "issues-on-2010-05-20.csv").read_bytes())

    ahead = ready.done("export", "deadlines", "--until", "2010-09-30")
    assert ahead.out.startswith("deadlines-2010-02-19.csv: ")
    days = table((ready.folder / "deadlines-2010-02-19.csv").read_bytes())
    assert max(row["Day"] for row in days) > "2010-06-30"

    assert [
        ready.refused("export", "issues", "--on", "soon"),
        ready.refused("export", "learners", "--output", "own.csv"),
        ready.refused("export", "learners", "--filter", "{"),
        ready.refused("export", "pupils").partition(";")[0],
        ready.refused("export", "unmatched-entries", "--centre", number, "--centre", "10132"),
    ] == [
        "on: A day is written YYYY-MM-DD.",
        "own.csv cannot be made, or is there already.",
        "The filter is not JSON.",
        "There is no list pupils",
        "This list is of one centre; give --centre once.",
    ]
    assert table((ready.folder / "own.csv").read_bytes()) == own
    assert not (ready.folder / "learners-2010-02-19.csv").exists()
    assert not (ready.folder / "unmatched-entries-2010-02-19.csv").exists()
