"""sample-feed, import and refresh."""

import csv
from hashlib import sha256
from pathlib import Path

import pytest

from tests.cli.commands import Ran, Terminal

NOTHING_DERIVED = "0 learners derived."


def small(folder: Path) -> tuple[str | Path, ...]:
    return "sample-feed", folder, "--centres", "1", "--learners", "12"


def fingerprints(folder: Path) -> dict[str, str]:
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def counts(ran: Ran) -> dict[str, list[int]]:
    """Created, changed, same, refused and closed rows of each file."""
    return {row[0]: [int(cell.replace(",", "")) for cell in row[1:]] for row in ran.cells}


@pytest.fixture
def feed(ready: Terminal) -> Path:
    folder = ready.folder / "feed"
    ready.done(*small(folder))
    return folder


@pytest.mark.parametrize(
    ("name", "number"), [("--centres", "0"), ("--centres", "50001"), ("--learners", "-1")]
)
def test_a_sample_of_no_possible_size_is_refused(alone: Terminal, name: str, number: str) -> None:
    ran = alone.run("sample-feed", "f", name, number)
    assert (ran.code, f'Invalid value "{number}" for {name}' in ran.err) == (2, True)
    assert not (alone.folder / "f").exists()


def test_a_sample_that_cannot_be_written_is_told_with_its_place(alone: Terminal) -> None:
    (alone.folder / "list.csv").write_text("uln\n", "utf-8")

    assert alone.refused("sample-feed", "list.csv") == (
        "list.csv cannot be a folder: a file is in its place."
    )
    assert alone.refused("sample-feed", "/proc/sf") == (
        "/proc/sf cannot be used: No such file or directory."
    )
    assert (alone.folder / "list.csv").read_text("utf-8") == "uln\n"


def test_a_sample_is_written_over_nothing(alone: Terminal) -> None:
    folder = alone.folder / "feed"
    folder.mkdir()
    alone.done(*small(folder))  # which is there, and empty
    before = fingerprints(folder)

    for learners in ("12", "13"):
        told = alone.refused("sample-feed", "feed", "--learners", learners)
        assert told == "feed is not empty: name a folder that is, or that is not there yet."

    assert fingerprints(folder) == before


def test_a_folder_with_something_else_in_it_takes_no_sample(alone: Terminal) -> None:
    (alone.folder / "notes.txt").write_text("mine\n", "utf-8")

    assert alone.refused("sample-feed", ".") == (
        ". is not empty: name a folder that is, or that is not there yet."
    )
    assert [path.name for path in alone.folder.iterdir()] == ["notes.txt"]


def spoil(feed: Path) -> None:
    """Give the second learner a ULN whose check digit is wrong, and a day that is none."""
    path = feed / "learners.csv"
    with path.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    rows[1] |= {"uln": "1234567890", "date_of_birth": "19/02/1994"}
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_the_same_seed_gives_the_same_bytes_and_another_one_other_people(alone: Terminal) -> None:
    told = alone.done(*small(alone.folder / "one"))
    alone.done(*small(alone.folder / "two"))
    alone.done(*small(alone.folder / "other"), "--seed", "2")

    one, two, other = (fingerprints(alone.folder / name) for name in ("one", "two", "other"))
    assert one == two
    assert one["learners.csv"] != other["learners.csv"]
    with (alone.folder / "one" / "entries.csv").open(encoding="utf-8") as text:
        entries = sum(1 for _ in text) - 1
    folder = alone.folder / "one"
    assert told.words == f"Wrote 12 learners with {entries} entries to {folder}."


def test_the_folder_of_a_sample_is_told_as_it_is_called(alone: Terminal) -> None:
    told = alone.done(*small(Path("feed [red]")))

    assert told.words.endswith("entries to feed [red].")


def test_a_feed_is_applied_and_then_there_is_nothing_to_change(ready: Terminal, feed: Path) -> None:
    first = ready.done("import", feed)
    assert "Applied. 12 learners derived in" in first.out
    assert counts(first)["learners.csv"] == [12, 0, 0, 0, 0]
    assert "Tables: up to date, 12 learners" in ready.done("check").out

    again = ready.done("import", feed)
    assert "Nothing to change. 0 learners derived in" in again.out
    assert counts(again)["learners.csv"] == [0, 0, 12, 0, 0]


def test_a_dry_run_tells_the_same_and_writes_nothing(ready: Terminal, feed: Path) -> None:
    tried = ready.done("import", feed, "--dry-run")
    assert "Tried; nothing was written. 12 learners derived in" in tried.out
    assert "Tables: up to date, 0 learners" in ready.done("check").out

    assert counts(ready.done("import", feed)) == counts(tried)


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_a_feed_with_faults_is_refused_with_all_that_is_needed_to_mend_it(
    ready: Terminal, feed: Path, options: tuple[str, ...]
) -> None:
    spoil(feed)

    told = ready.run("import", feed, *options)

    assert (told.code, told.err) == (1, "")
    assert (
        "Problem: learners.csv, row 3, column uln: The last digit is not the check digit of this"
        " ULN. (found '1234567890')"
    ) in told.words
    assert (
        "Problem: learners.csv, row 3, column date_of_birth: A date of the form YYYY-MM-DD is"
        " expected. (found '19/02/1994')"
    ) in told.words
    assert counts(told)["learners.csv"] == [0, 0, 0, 1, 0]
    assert "Refused; nothing was changed. 0 learners derived in" in told.out
    assert "Tables: up to date, 0 learners" in ready.done("check").out


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_the_good_rows_of_a_feed_with_faults_are_applied_when_asked_for(
    ready: Terminal, feed: Path
) -> None:
    spoil(feed)

    told = ready.done("import", feed, "--partial")

    assert "Applied in part; the refused rows are beside the feed." in told.out
    assert "Tables: up to date, 11 learners" in ready.done("check").out
    with (feed / "learners.refused.csv").open(encoding="utf-8", newline="") as text:
        (row,) = csv.DictReader(text)
    assert (row["uln"], row["row"], row["column"]) == ("1234567890", "3", "uln")


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_value_is_shown_as_it_stands_in_the_feed(ready: Terminal, tmp_path: Path) -> None:
    feed = tmp_path / "odd"
    feed.mkdir()
    rows = "centre_number,name\n:x:,[bold]North[/bold]\n"
    (feed / "centres.csv").write_text(rows, encoding="utf-8")

    told = ready.run("import", feed)

    assert "(found ':x:')" in told.words


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_a_file_of_another_encoding_is_told_as_such(
    ready: Terminal, tmp_path: Path, encoding: str
) -> None:
    feed = tmp_path / "odd"
    feed.mkdir()
    (feed / "centres.csv").write_bytes("é,centre_number,name\r\n".encode(encoding))

    told = ready.run("import", feed)

    assert told.code == 1
    assert "Problem: centres.csv, row 1: The file is not UTF-8 from here on." in told.words


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_feed_of_which_every_row_is_refused_is_refused(ready: Terminal, feed: Path) -> None:
    for path in feed.iterdir():
        if path.name != "learners.csv":
            path.unlink()
    path = feed / "learners.csv"
    header, first, *_ = path.read_text(encoding="utf-8").splitlines()
    path.write_text(f"{header}\n,{first.partition(',')[2]}\n", encoding="utf-8")

    told = ready.run("import", feed, "--partial")

    assert told.code == 1
    assert "Refused; nothing was changed." in told.out
    assert (feed / "learners.refused.csv").is_file()


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_feed_that_is_not_there_is_told(ready: Terminal) -> None:
    told = ready.run("import", "nowhere")

    assert told.code == 1
    assert "Traceback" not in told.err
    assert "nowhere" in told.words + told.err


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_pinned_day_decides_what_is_due(ready: Terminal, feed: Path) -> None:
    ready.done("import", feed)

    assert ready.done("refresh").out.strip() == NOTHING_DERIVED
    later = ready.done("refresh", LEARNER_TRACKING_TODAY="2011-02-19").out
    assert later.strip() != NOTHING_DERIVED
    assert later.endswith(" learners derived.\n")
    again = ready.done("refresh", LEARNER_TRACKING_TODAY="2011-02-19").out
    assert again.strip() == NOTHING_DERIVED
    assert ready.done("refresh", "--everything").out.strip() == "12 learners derived."
