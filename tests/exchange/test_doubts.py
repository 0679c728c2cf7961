"""What is odd about learners and their courses is told, and refuses nothing."""

from pathlib import Path

import pytest

from database.connection import Database
from domain.identifiers import uci_check_letter
from exchange.feed.problems import FeedProblem
from exchange.feed.report import Mode
from tests.exchange.feeds import EAST, begin, find, registration, send, tiny_feed

UCI = f"100010090001{uci_check_letter('100010090001')}"
UPN = "B801200005001"


@pytest.mark.parametrize(("column", "number"), [("uci", UCI), ("upn", UPN)])
async def test_two_learners_with_one_identifier_are_told(
    database: Database, tmp_path: Path, column: str, number: str
) -> None:
    feed = tiny_feed()
    anna = find(feed, "learners.csv", learner_ref="anna")
    ben = find(feed, "learners.csv", learner_ref="ben")
    anna[column] = number
    assert (await send(database, tmp_path / "one", feed)).warnings == ()

    ben[column] = number
    report = await send(database, tmp_path / "two", {"learners.csv": [ben]})
    message = f"Another learner has the same {column.upper()}; one of them may be there twice."
    code = f"SHARED_{column.upper()}"
    assert report.warnings == (FeedProblem("learners.csv", 2, column, code, number, message),)
    report = await send(database, tmp_path / "both", {"learners.csv": [anna, ben]})
    assert [(warning.row, warning.code) for warning in report.warnings] == [(2, code), (3, code)]

    # Who gives it up in the same feed shares it no more; without the column nothing is told.
    anna[column] = ""
    report = await send(database, tmp_path / "three", {"learners.csv": [anna, ben]})
    assert report.warnings == ()
    del anna[column]
    assert (await send(database, tmp_path / "four", {"learners.csv": [anna]})).warnings == ()


TOLD = FeedProblem(
    *("registrations.csv", 2, "level", "TWO_REGISTRATIONS", "HIGHER"),
    "The learner has another accepted registration at this level.",
)


async def test_two_accepted_registrations_at_one_level_are_told(
    database: Database, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "one")
    second = registration("R-anna-2", "anna", EAST, line="INFORMATION_TECHNOLOGY")
    report = await send(database, tmp_path / "two", {"registrations.csv": [second]})
    assert report.warnings == (TOLD,)
    for at, other in enumerate(({"level": "ADVANCED"}, {"status": "PENDING"})):
        rows = [second | other]
        report = await send(database, tmp_path / f"other {at}", {"registrations.csv": rows})
        assert report.warnings == ()


async def test_a_registration_that_the_same_feed_closes_is_no_second_one(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    await send(database, tmp_path / "one", feed)
    anna, ben, cleo = feed["registrations.csv"]
    rows = [anna | {"registration_ref": "R-anna-2"}, ben, cleo]
    full = {"registrations.csv": rows}
    assert (await send(database, tmp_path / "two", full, mode=Mode.FULL)).warnings == ()
    report = await send(database, tmp_path / "three", {"registrations.csv": [anna]})
    assert report.warnings == (TOLD,)


async def test_a_course_that_nobody_has_told_of_is_told(database: Database, tmp_path: Path) -> None:
    await begin(database, tmp_path / "one")
    strange = registration("R-ben-2", "ben", EAST, line="ENGINERING", level="HIGH")
    report = await send(database, tmp_path / "two", {"registrations.csv": [strange]})
    assert [(one.row, one.column, one.code, one.value) for one in report.warnings] == [
        (2, "line", "UNKNOWN_LINE", "ENGINERING"),
        (2, "level", "UNKNOWN_LEVEL", "HIGH"),
    ]
    told = {
        "lines.csv": [{"line": "ENGINERING", "name": "Enginering"}],
        "registrations.csv": [strange],
    }
    report = await send(database, tmp_path / "three", told)
    assert [one.code for one in report.warnings] == ["UNKNOWN_LEVEL"]
