"""retain and subject-access."""

import zipfile

import pytest

from tests.cli.commands import Terminal

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])
"""What the commands do is tested on both databases beneath them."""

KEY = "LEARNER_TRACKING_RETENTION_KEY"
SECRET = "a secret of thirty-two characters"
LATER = {"LEARNER_TRACKING_TODAY": "2017-09-01"}


def test_what_is_over_is_counted_first_and_removed_when_told_to(ready: Terminal) -> None:
    ready.done("sample-feed", "feed", "--centres", "1", "--learners", "24")
    ready.done("import", "feed")
    counted = ready.done("retain", "--dry-run", **LATER)
    assert counted.words.endswith("Nothing was changed; --apply does it.")
    over = int(counted.cells[0][1])
    assert 0 < over < 24

    assert "LEARNER_TRACKING_RETENTION_KEY" in ready.refused("retain", "--apply", **LATER)

    done = ready.done("retain", "--apply", **LATER, **{KEY: SECRET})
    assert done.cells == counted.cells
    assert done.words.endswith("Done.")
    assert int(ready.done("retain", **LATER).cells[0][1]) == 0


def test_a_learner_is_told_what_is_held_also_when_only_hashes_are_left(ready: Terminal) -> None:
    ready.done("sample-feed", "feed", "--centres", "1", "--learners", "12")
    ready.done("import", "feed")
    learners = (ready.folder / "feed" / "learners.csv").read_text("utf-8").splitlines()
    uln = learners[1].split(",")[1]

    told = ready.done("subject-access", uln, "--out", "own.zip")
    assert told.words == "own.zip is there. It holds personal data: hand it over safely."
    with zipfile.ZipFile(ready.folder / "own.zip") as archive:
        assert uln in archive.read("learner.csv").decode()
    assert (ready.folder / "own.zip").stat().st_mode & 0o077 == 0

    assert [
        ready.refused("subject-access", uln, "--out", "own.zip"),
        ready.refused("subject-access", "1000000043", "--out", "other.zip"),
        ready.refused("subject-access", uln, "--out", "x.zip", "--release-cutoff", "2010-02-20"),
    ] == [
        "own.zip cannot be made, or is there already.",
        "Nothing is held about a learner with this ULN.",
        "Results that are not released yet cannot be told: the day must not lie ahead.",
    ]
    assert "check digit" in ready.refused("subject-access", "1234567890", "--out", "x.zip")
    assert sorted(path.name for path in ready.folder.glob("*.zip")) == ["own.zip"]

    later = {"LEARNER_TRACKING_TODAY": "2030-01-01", KEY: SECRET}
    ready.done("retain", "--apply", **later)
    ready.done("subject-access", uln, "--out", "past.zip", **later)
    with zipfile.ZipFile(ready.folder / "past.zip") as archive:
        assert len(archive.read("past_records.csv").decode().splitlines()) == 3
        assert len(archive.read("learner.csv").decode().splitlines()) == 2
