"""What breaks the contract is told exactly, and nothing of the feed is written."""

from pathlib import Path

import orjson
import pytest

from database.connection import Database
from exchange.feed.report import FeedOutcome
from tests.exchange.faults import FAULTS
from tests.exchange.feeds import (
    ANNA_ULN,
    WEST,
    apply,
    begin,
    entry,
    find,
    learner,
    places,
    registration,
    send,
    tiny_feed,
    write_feed,
)
from tests.exchange.projection_checks import snapshot


async def test_a_breach_is_told_exactly_and_nothing_is_written(
    database: Database, tmp_path: Path
) -> None:
    before = await snapshot(database)
    for at, fault in enumerate(FAULTS):
        folder = write_feed(tmp_path / f"feed {at}", tiny_feed())
        fault.breach(folder)
        report = await apply(database, folder)
        assert (fault.name, places(report)) == (fault.name, fault.told)
        assert report.problem_count == len(fault.told)
        assert report.outcome is FeedOutcome.REFUSED
        assert all(len(problem.sentence()) < 1_500 for problem in report.problems)
        assert (fault.name, await snapshot(database)) == (fault.name, before)
        ((outcome, count, problems),) = await database.reader.tuples(
            "SELECT outcome, problem_count, problems FROM feed_run WHERE id = ?", report.run_id
        )
        assert (outcome, count) == ("REFUSED", len(fault.told))
        assert [problem["code"] for problem in orjson.loads(problems)] == [
            code for _, _, _, code, _ in fault.told
        ]


async def test_a_byte_order_mark_and_blank_lines_are_no_matter(
    database: Database, tmp_path: Path
) -> None:
    folder = write_feed(tmp_path / "feed", tiny_feed())
    await apply(database, folder)
    for path in folder.iterdir():
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes() + b"\r\n\r\n")
    report = await apply(database, folder)
    assert report.problems == ()
    assert report.unchanged


async def test_rows_of_nothing_but_commas_and_blanks_are_skipped(
    database: Database, tmp_path: Path
) -> None:
    folder = write_feed(tmp_path / "feed", tiny_feed())
    await apply(database, folder)
    for path in folder.iterdir():
        header, rows = path.read_bytes().split(b"\r\n", 1)
        commas = b"," * header.count(b",")
        blank = [commas, b' ,\t,""', b'""', commas + b",,,", b"\xc2\xa0"]
        path.write_bytes(b"\r\n".join([header, *blank, rows, *blank]))
    report = await apply(database, folder)
    assert report.problems == ()
    assert report.unchanged


async def test_identifiers_and_spaces_are_put_into_their_canonical_form(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    await send(database, tmp_path, feed)
    for row in feed["entries.csv"]:
        row["qan"] = row["qan"].replace("/", "").lower()
        row["uln"] = f" {row['uln']} "
    find(feed, "learners.csv", learner_ref="anna")["given_name"] = "  Anna "
    assert (await send(database, tmp_path, feed)).unchanged


@pytest.mark.parametrize(
    ("column", "sent", "kept"),
    [
        ("grade_levels", "A*:2| D:1 |E : 1", "A*:2|D:1|E:1"),
        ("lines", "any", "ANY"),
        ("lines", " Any ", "ANY"),
        ("lines", "ENGINEERING | COMPANY", "ENGINEERING|COMPANY"),
    ],
)
async def test_lists_in_a_cell_are_put_into_their_canonical_form(
    database: Database, tmp_path: Path, column: str, sent: str, kept: str
) -> None:
    feed = tiny_feed()
    row = feed["qualifications.csv"][0]
    row[column] = sent
    await send(database, tmp_path, feed)
    ((found,),) = await database.reader.tuples(
        f"SELECT {column} FROM qualification WHERE qan = ?",  # noqa: S608
        row["qan"],
    )
    assert found == kept


async def test_names_of_all_scripts_are_kept_and_compared(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    long = "ß" * 100, "ﷺ" * 100
    names = [("Zoë", "O'Hara-Nuñez"), ("Jean\u00a0Luc", "Li"), ("李", "小龙"), long]
    # Sinhala and Persian, in which letters are joined and parted by what is not printed.
    names += [
        ("ශ්\u200dරී", "ක්\u200dරිෂ්ණ"),
        ("علی\u200cرضا", "نیک\u200cپور"),  # noqa: RUF001 - these are the letters
    ]
    feed["learners.csv"] += [
        learner(f"l{at}", "", given, family) for at, (given, family) in enumerate(names)
    ]
    report = await send(database, tmp_path, feed)
    assert report.warnings == ()
    rows = await database.reader.tuples(
        "SELECT given_name, family_name FROM learner WHERE ref LIKE 'l%' ORDER BY ref"
    )
    assert [tuple(row) for row in rows] == names
    assert (await send(database, tmp_path, feed)).unchanged


STATUSES = [
    ("centres.csv", "status", "centre"),
    ("registrations.csv", "status", "registration"),
    ("registrations.csv", "claim_status", "registration"),
    ("entries.csv", "status", "entry"),
    ("verifications.csv", "state", "verification"),
    ("das.csv", "claim_status", "das_record"),
]


async def test_an_unknown_status_word_is_kept_beside_the_code_unknown(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    for file, column, _ in STATUSES:
        feed[file][0][column] = f"On hold: {column}"
    report = await send(database, tmp_path, feed)
    assert report.warning_count == len(STATUSES)
    assert [tuple(problem)[:5] for problem in report.warnings] == [
        (file, 2, column, "UNKNOWN_STATUS", f"On hold: {column}") for file, column, _ in STATUSES
    ]
    for _, column, table in STATUSES:
        rows = await database.reader.tuples(
            f"SELECT {column}, {column}_raw FROM {table} WHERE {column} = 'UNKNOWN'"  # noqa: S608
        )
        assert [tuple(row) for row in rows] == [("UNKNOWN", f"On hold: {column}")]
    assert (await send(database, tmp_path, feed)).unchanged


async def test_a_thousand_problems_are_listed_and_the_rest_counted(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    feed["registrations.csv"] += [
        registration(f"R{at}", "nobody", WEST, line="") for at in range(1_200)
    ]
    report = await apply(database, write_feed(tmp_path, feed))
    assert report.problem_count == 1_200
    assert len(report.problems) == 1_000
    ((count, problems),) = await database.reader.tuples(
        "SELECT problem_count, problems FROM feed_run"
    )
    assert (count, len(orjson.loads(problems))) == (1_200, 1_000)


@pytest.mark.parametrize(
    ("sent", "kind", "key", "kept"),
    [
        ("fail", "QUALIFICATION", "FS_ENG_L2", "FAIL"),
        ("Pass", "QUALIFICATION", "FS_ENG_L2", "PASS"),
        ("absent", "QUALIFICATION", "PROJ_L2", "ABSENT"),
        ("u", "QUALIFICATION", "PROJ_L2", "U"),
        ("A*", "AWARD", "PL_ENG_L2", "A*"),
        ("92 marks", "UNIT", "PL_ENG_L2", "92 marks"),
        ("D*D", "QUALIFICATION", "999/0402/0", "D*D"),
    ],
)
async def test_results_are_known_however_they_are_spelt(
    database: Database, tmp_path: Path, sent: str, kind: str, key: str, kept: str
) -> None:
    await begin(database, tmp_path / "one")
    row = entry("E-new", WEST, ANNA_ULN, key, kind=kind, unit="EN201", result=sent)
    await send(database, tmp_path / "two", {"entries.csv": [row]})
    ((found,),) = await database.reader.tuples("SELECT result FROM entry WHERE ref = 'E-new'")
    assert found == kept
