"""The sample feed: repeatable, of any size, and true to the contract but for deliberate faults."""

import csv
import hashlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from domain.codes import AssessmentDetail
from domain.identifiers import parse_qan, parse_uci, parse_uln, parse_upn
from domain.vocabulary import ClaimStatus, EntryStatus, RegistrationStatus, VerificationState
from exchange.feed.contract import FILE_BY_NAME
from exchange.sample import COLUMNS, SampleSummary, write_sample_feed
from exchange.sample.catalogue import build_catalogue
from exchange.sample.plans import CORE, walk
from exchange.sample.season import season_of

DAY = date(2010, 2, 19)
SIZES = [(1, 1), (3, 100), (25, 1_000)]
KEYS = {name: FILE_BY_NAME[name].key for name in COLUMNS}
ROOT = Path(__file__).resolve().parents[2]


def digests(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
    }


def rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as handle:
        yield from csv.DictReader(handle)


def values(folder: Path, name: str, column: str) -> set[str]:
    return {row[column] for row in rows(folder, name)}


@pytest.fixture(scope="module", params=SIZES, ids=lambda size: f"{size[0]}-{size[1]}")
def feed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, SampleSummary]:
    centres, learners = request.param
    folder = tmp_path_factory.mktemp("feed")
    return folder, write_sample_feed(folder, centres=centres, learners=learners, seed=11)


Feed = tuple[Path, SampleSummary]


def test_same_arguments_same_bytes(tmp_path: Path) -> None:
    first = write_sample_feed(tmp_path / "a", centres=4, learners=150, seed=5)
    second = write_sample_feed(tmp_path / "b", centres=4, learners=150, seed=5)
    assert first == second
    assert digests(tmp_path / "a") == digests(tmp_path / "b")


def test_hash_order_does_not_matter(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from exchange.sample import write_sample_feed;"
        "write_sample_feed(Path(sys.argv[1]), centres=4, learners=150, seed=5)"
    )
    for seed in ("1", "2"):
        subprocess.run(  # noqa: S603 - runs this interpreter on the line above
            [sys.executable, "-c", script, str(tmp_path / seed)],
            check=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
    assert digests(tmp_path / "1") == digests(tmp_path / "2")


def test_another_seed_gives_other_bytes(tmp_path: Path) -> None:
    write_sample_feed(tmp_path / "a", centres=4, learners=150, seed=5)
    write_sample_feed(tmp_path / "b", centres=4, learners=150, seed=6)
    one, other = digests(tmp_path / "a"), digests(tmp_path / "b")
    differing = {name for name in one if one[name] != other[name]}
    assert {"learners.csv", "entries.csv", "centres.csv", "das.csv"} <= differing


def test_columns_are_the_contract_s(feed: Feed) -> None:
    folder, summary = feed
    assert {path.name for path in folder.iterdir()} == set(COLUMNS) == set(summary.rows)
    for name, columns in COLUMNS.items():
        with (folder / name).open(encoding="utf-8", newline="") as handle:
            assert tuple(next(csv.reader(handle))) == columns
        assert set(columns) == set(FILE_BY_NAME[name].columns)


def test_every_cell_is_readable(feed: Feed) -> None:
    folder, _ = feed
    for name in COLUMNS:
        known = FILE_BY_NAME[name].columns
        for row in rows(folder, name):
            for column, cell in row.items():
                if cell:
                    known[column].parse(cell)
                else:
                    assert not known[column].required, (name, column, row)


def test_keys_are_unique_and_counts_true(feed: Feed) -> None:
    folder, summary = feed
    for name, key in KEYS.items():
        found = Counter(tuple(row[column] for column in key) for row in rows(folder, name))
        assert max(found.values(), default=1) == 1, name
        assert found.total() == summary.rows[name], name
    assert summary.learners == summary.rows["learners.csv"]
    assert summary.entries == summary.rows["entries.csv"]


def test_identifiers_are_valid_and_ulns_unique(feed: Feed) -> None:
    folder, _ = feed
    held = [row["uln"] for row in rows(folder, "learners.csv") if row["uln"]]
    assert len(held) == len(set(held))
    for uln in held:
        parse_uln(uln)
    for row in rows(folder, "learners.csv"):
        if row["uci"]:
            parse_uci(row["uci"])
        if row["upn"]:
            parse_upn(row["upn"])
    for uln in values(folder, "entries.csv", "uln") - {""}:
        parse_uln(uln)
    for qan in values(folder, "qualifications.csv", "qan"):
        parse_qan(qan)
    for qan in values(folder, "entries.csv", "qan"):
        parse_qan(qan)


def test_references_resolve(feed: Feed) -> None:
    folder, _ = feed
    centres = values(folder, "centres.csv", "centre_number")
    qans = values(folder, "qualifications.csv", "qan")
    registrations = values(folder, "registrations.csv", "registration_ref")
    learners = values(folder, "learners.csv", "learner_ref")
    for name in ("consortia.csv", "registrations.csv", "entries.csv", "verifications.csv"):
        assert values(folder, name, "centre_number") <= centres, name
    assert values(folder, "consortia.csv", "centre_number") == centres
    assert values(folder, "registrations.csv", "learner_ref") == learners
    assert values(folder, "units.csv", "qan") <= qans
    assert values(folder, "verifications.csv", "qan") <= qans
    assert values(folder, "das.csv", "registration_ref") <= registrations
    das = values(folder, "das.csv", "registration_ref")
    assert values(folder, "das_components.csv", "registration_ref") <= das
    units = {(row["qan"], row["unit"]) for row in rows(folder, "units.csv")}
    unit_entries = {
        (row["qan"], row["unit"]) for row in rows(folder, "entries.csv") if row["kind"] == "UNIT"
    }
    assert {pair for pair in unit_entries if pair[0] in qans} <= units


def test_deliberate_faults_are_few(feed: Feed) -> None:
    folder, summary = feed
    qans = values(folder, "qualifications.csv", "qan")
    home = {row["learner_ref"]: row["centre_number"] for row in rows(folder, "registrations.csv")}
    known = {(row["uln"], home[row["learner_ref"]]) for row in rows(folder, "learners.csv")}
    entries = list(rows(folder, "entries.csv"))
    lost = [row for row in entries if (row["uln"], row["centre_number"]) not in known]
    unknown = [row for row in entries if row["qan"] not in qans]
    assert len(lost) + len(unknown) <= summary.entries * 0.1
    if summary.learners >= 100:
        assert lost
        assert unknown


def test_status_words_are_known_but_for_a_few(feed: Feed) -> None:
    folder, summary = feed
    for name, column, words in (
        ("registrations.csv", "status", RegistrationStatus),
        ("registrations.csv", "claim_status", ClaimStatus),
        ("entries.csv", "status", EntryStatus),
        ("verifications.csv", "state", VerificationState),
    ):
        odd = [row for row in rows(folder, name) if row[column] not in set(words)]
        assert len(odd) <= max(1, summary.learners * 0.02), name


def test_learners_are_14_to_19(feed: Feed) -> None:
    folder, _ = feed
    for row in rows(folder, "learners.csv"):
        born = date.fromisoformat(row["date_of_birth"])
        age = DAY.year - born.year - ((DAY.month, DAY.day) < (born.month, born.day))
        assert 14 <= age <= 19


def test_nothing_happened_after_the_day(feed: Feed) -> None:
    folder, _ = feed
    day = DAY.isoformat()
    for row in rows(folder, "entries.csv"):
        assert row["entered_on"] <= day
        assert row["marks_submitted_on"] <= day
        assert not row["marks_submitted_on"] or row["entered_on"] <= row["marks_submitted_on"]
    assert max(values(folder, "das.csv", "fetched_at")) == f"{day}T05:00:00+00:00"


def test_a_learner_can_be_suggested_for_a_declaration(feed: Feed) -> None:
    folder, summary = feed
    suggested = summary.suggested_declarations
    assert 1 <= len(suggested) <= max(1, summary.learners * 3 // 100)
    bodies = {row["qan"]: row for row in rows(folder, "qualifications.csv")}
    ulns = {row["learner_ref"]: row["uln"] for row in rows(folder, "learners.csv")}
    entered = {(row["uln"], row["component"] or "ASL") for row in rows(folder, "entries.csv")}
    courses = {row["registration_ref"]: row for row in rows(folder, "registrations.csv")}
    for registration, component, qan in suggested:
        assert bodies[qan]["awarding_body"] != "EDEXCEL"
        assert bodies[qan]["component"] == component.value
        course = courses[registration]
        assert bodies[qan]["lines"] in {"ANY", course["line"]}
        assert course["status"] == "ACCEPTED"
        assert (ulns[course["learner_ref"]], component.value) not in entered


def test_about_ten_entries_a_learner(tmp_path: Path) -> None:
    summary = write_sample_feed(tmp_path, centres=10, learners=1_000, seed=3)
    assert 8 <= summary.entries / summary.learners <= 12


def test_consortia_have_three_to_eight_centres(tmp_path: Path) -> None:
    write_sample_feed(tmp_path, centres=200, learners=1, seed=3)
    members = Counter(row["consortium_code"] for row in rows(tmp_path, "consortia.csv"))
    assert all(3 <= size <= 8 for size in members.values())
    shared = Counter(row["centre_number"] for row in rows(tmp_path, "consortia.csv"))
    assert max(shared.values()) == 2


def test_thousands_of_centres_have_names_of_their_own(tmp_path: Path) -> None:
    write_sample_feed(tmp_path, centres=5_000, learners=1, seed=9)
    names = Counter(row["name"] for row in rows(tmp_path, "centres.csv"))
    assert max(names.values()) == 1


def test_names_are_those_of_many_places(tmp_path: Path) -> None:
    write_sample_feed(tmp_path, centres=3, learners=240, seed=1)
    names = values(tmp_path, "learners.csv", "family_name")
    names |= values(tmp_path, "learners.csv", "given_name")
    assert any("'" in name for name in names)
    assert any("-" in name for name in names)
    assert any(not name.isascii() for name in names)


def test_windows_are_those_of_the_season(tmp_path: Path) -> None:
    write_sample_feed(tmp_path, centres=1, learners=1, seed=1)
    windows = {
        (row["series"], row["unit"]): (row["opens_on"], row["closes_on"])
        for row in rows(tmp_path, "windows.csv")
    }
    assert windows["January 2010", ""] == ("2009-11-16", "2010-01-10")
    assert windows["June 2010", ""] == ("2010-04-06", "2010-05-15")
    assert windows["January 2011", ""] == ("2010-11-15", "2011-01-10")
    assert not any(series == "March 2010" for series, _ in windows)
    own = {span for (series, unit), span in windows.items() if series == "June 2010" and unit}
    assert own == {("2010-02-01", "2010-03-12")}


@pytest.mark.parametrize(
    "day",
    [date(2009, 10, 5), date(2010, 1, 10), date(2010, 4, 6), date(2010, 9, 1), date(2012, 2, 29)],
)
def test_any_day_will_do(tmp_path: Path, day: date) -> None:
    summary = write_sample_feed(tmp_path, centres=2, learners=300, seed=2, day=day)
    assert summary.learners == 300
    assert max(values(tmp_path, "entries.csv", "entered_on")) <= day.isoformat()
    assert max(values(tmp_path, "entries.csv", "marks_submitted_on")) <= day.isoformat()


def test_catalogue_offers_every_line_at_every_level() -> None:
    catalogue = build_catalogue(season_of(DAY).year_start)
    qans = [found.qan for found in catalogue.qualifications]
    assert len(qans) == len(set(qans))
    assert len(catalogue.principal) == 30
    for found in catalogue.principal.values():
        internal = {unit.internal for unit in found.units.values()}
        assert internal == {True, False}
        assert 4 <= len(found.units) <= 7


def test_walk_begins_with_what_every_flag_needs() -> None:
    assert walk()[: len(CORE)] == CORE
    assert len(CORE) <= 25
    assert len(CORE) >= len(AssessmentDetail)


@pytest.mark.parametrize(("centres", "learners"), [(0, 1), (1, 0), (60_000, 1)])
def test_impossible_sizes_are_refused(tmp_path: Path, centres: int, learners: int) -> None:
    with pytest.raises(ValueError, match="must be between"):
        write_sample_feed(tmp_path, centres=centres, learners=learners, seed=1)
