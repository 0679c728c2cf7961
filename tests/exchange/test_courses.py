"""Entries and all else hang on the course that they belong to, whatever becomes of it."""

from pathlib import Path

import pytest

from database.connection import Database
from tests.domain.cases import qan
from tests.exchange.feeds import (
    ANNA_ULN,
    BEN_ULN,
    DAY,
    EAST,
    NEXT_DAY,
    STRANGE_ULN,
    WEST,
    Feed,
    begin,
    entry,
    find,
    registration,
    send,
    tiny_feed,
)
from tests.exchange.projection_checks import assert_projection_is_derivation, snapshot


def two_courses() -> Feed:
    """The tiny feed, in which Anna takes another course at the same centre."""
    feed = tiny_feed()
    feed["registrations.csv"].append(
        registration("R-anna-2", "anna", WEST, level="ADVANCED", anticipated_award="2012-08")
    )
    feed["entries.csv"].append(entry("anna-5", WEST, ANNA_ULN, "PROJ_L3", series="June 2010"))
    return feed


async def test_a_learner_of_two_courses_has_each_entry_at_the_course_it_suits(
    database: Database, tmp_path: Path
) -> None:
    feed = two_courses()
    await send(database, tmp_path, feed)
    courses = {
        row[0]: row[1]
        for row in await database.reader.tuples(
            "SELECT e.ref, r.ref FROM entry e JOIN registration r ON r.id = e.registration_id"
        )
    }
    assert courses["anna-1"] == "R-anna"
    assert courses["anna-5"] == "R-anna-2"
    await assert_projection_is_derivation(database, DAY)


async def test_an_entry_without_a_uln_is_told_of_at_the_course_that_it_suits(
    database: Database, tmp_path: Path
) -> None:
    feed = two_courses()
    anna = find(feed, "learners.csv", learner_ref="anna")
    for ref, key in (("lost-2", "PROJ_L2"), ("lost-3", "PROJ_L3")):
        named = {name: anna[name] for name in ("given_name", "family_name", "date_of_birth")}
        feed["entries.csv"].append(entry(ref, WEST, "", key, series="June 2010", **named))
    await send(database, tmp_path / "first", feed)

    async def suspected() -> dict[str, str]:
        rows = await database.reader.tuples(
            "SELECT e.ref, r.ref FROM entry e JOIN registration r ON r.id = e.suspected_id"
            " WHERE e.ref LIKE 'lost-%'"
        )
        return {row[0]: row[1] for row in rows}

    assert await suspected() == {"lost-2": "R-anna", "lost-3": "R-anna-2"}
    await assert_projection_is_derivation(database, DAY)

    withdrawn = [registration("R-anna", "anna", WEST, status="WITHDRAWN")]
    unsuited = [{**feed["entries.csv"][-2], "qan": feed["entries.csv"][-1]["qan"]}]
    changed = {"registrations.csv": withdrawn, "entries.csv": unsuited}
    await send(database, tmp_path / "second", changed, day=NEXT_DAY)
    assert await suspected() == {"lost-2": "R-anna-2", "lost-3": "R-anna-2"}
    await assert_projection_is_derivation(database, NEXT_DAY)


async def test_entries_choose_again_among_courses_when_the_requirements_change(
    database: Database, tmp_path: Path
) -> None:
    feed = two_courses()
    await send(database, tmp_path / "first", feed)
    for level, number in (("HIGHER", "3"), ("ADVANCED", "2")):
        feed.setdefault("requirements.csv", []).append(
            {
                "level": level,
                "component": "PROJECT",
                "qualification_levels": number,
                "glh": "60",
            }
        )
    rules = {"requirements.csv": feed["requirements.csv"]}
    await send(database, tmp_path / "second", rules, day=NEXT_DAY)
    await assert_projection_is_derivation(database, NEXT_DAY)
    assert (await send(database, tmp_path / "third", feed, day=NEXT_DAY)).unchanged


async def test_what_hangs_on_a_course_moves_with_it_to_another_centre(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    await send(database, tmp_path / "first", feed)
    async with database.transaction() as connection:
        await connection.execute(
            "INSERT INTO declaration (registration_id, centre_id, component, qan, created_at)"
            " SELECT id, centre_id, 'PROJECT', '999/0532/2', '2010-02-01T00:00:00Z'"
            " FROM registration WHERE ref = 'R-anna'"
        )
    row = find(feed, "registrations.csv", registration_ref="R-anna")
    row["centre_number"] = EAST
    await send(database, tmp_path / "second", {"registrations.csv": [row]})
    for table in ("das_record", "das_component", "declaration", "completion", "component", "issue"):
        rows = await database.reader.tuples(
            f"SELECT DISTINCT c.number FROM {table} t"  # noqa: S608 - names are ours
            " JOIN registration r ON r.id = t.registration_id"
            " JOIN centre c ON c.id = t.centre_id WHERE r.ref = 'R-anna'"
        )
        assert (table, [row[0] for row in rows]) == (table, [EAST])
    await assert_projection_is_derivation(database, DAY)


async def test_a_uln_attaches_what_waited_for_it_and_lets_go_what_it_held(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    await send(database, tmp_path, feed)
    before = await snapshot(database)
    find(feed, "learners.csv", learner_ref="ben")["uln"] = STRANGE_ULN
    await send(database, tmp_path, feed)
    rows = await database.reader.tuples(
        "SELECT e.ref FROM entry e JOIN learner l ON l.id = e.learner_id WHERE l.ref = 'ben'"
    )
    assert [row[0] for row in rows] == ["stray-2"]
    find(feed, "learners.csv", learner_ref="ben")["uln"] = BEN_ULN
    await send(database, tmp_path, feed)
    after = await snapshot(database)
    for held in (before, after):
        for table in ("issue",):
            held.pop(table)
    assert {row[0]: row for row in after["entry"]} == {row[0]: row for row in before["entry"]}


async def test_an_entry_is_told_of_by_one_name_of_a_feed_and_the_other_that_is_known(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    await send(database, tmp_path / "first", feed)
    stray = find(feed, "entries.csv", entry_ref="stray-1")

    async def named(at: int, **told: str) -> tuple[object, ...]:
        row = {name: value for name, value in stray.items() if not name.endswith("_name")}
        report = await send(database, tmp_path / str(at), {"entries.csv": [row | told]})
        assert report.learners_derived == 1
        ((*found,),) = await database.reader.tuples(
            "SELECT e.given_name, e.family_name, e.name_key, r.ref FROM entry e"
            " LEFT JOIN registration r ON r.id = e.suspected_id WHERE e.ref = 'stray-1'"
        )
        await assert_projection_is_derivation(database, DAY)
        return tuple(found)

    assert await named(1, given_name="Ben") == ("Ben", "Ash", "ben ash", None)
    assert await named(2, given_name="Anna") == ("Anna", "Ash", "anna ash", "R-anna")
    assert await named(3, family_name="Birch") == ("Anna", "Birch", "anna birch", None)
    assert await named(4, family_name="Ash") == ("Anna", "Ash", "anna ash", "R-anna")
    assert await named(5, family_name="") == ("Anna", None, None, None)


async def test_a_new_entry_with_one_name_is_nobodys(database: Database, tmp_path: Path) -> None:
    await begin(database, tmp_path / "first")
    row = entry("stray-3", WEST, "", "PROJ_L2", given_name="Anna")
    await send(database, tmp_path / "second", {"entries.csv": [row]})
    ((key,),) = await database.reader.tuples("SELECT name_key FROM entry WHERE ref = 'stray-3'")
    assert key is None


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("Engineering", "ENGINEERING"),
        ("ENGINEER%", "ENGINEERING"),
        ("ENGINEERIN_", "ENGINEERING|MANUFACTURING"),
        ("ENGINEERING", "MANUFACTURING|engineering"),
    ],
)
async def test_a_line_suits_a_qualification_to_the_letter(
    database: Database, tmp_path: Path, line: str, lines: str
) -> None:
    feed = tiny_feed()
    for name in ("Engineering", "ENGINEER%", "ENGINEERIN_"):
        feed.setdefault("lines.csv", []).append({"line": name, "name": name})
    # The later award month would have the entry, if its line suited.
    feed["registrations.csv"] += [
        registration("R-anna-2", "anna", WEST, line=line, anticipated_award="2011-08"),
        registration("R-anna-3", "anna", WEST, line="RETAIL", anticipated_award="2012-08"),
    ]
    find(feed, "qualifications.csv", qan=qan("BTEC_L2_120"))["lines"] = lines
    feed["entries.csv"].append(entry("anna-5", WEST, ANNA_ULN, "BTEC_L2_120"))
    await send(database, tmp_path, feed)
    ((ref,),) = await database.reader.tuples(
        "SELECT r.ref FROM entry e JOIN registration r ON r.id = e.registration_id"
        " WHERE e.ref = 'anna-5'"
    )
    expected = "R-anna" if "ENGINEERING" in lines.split("|") else "R-anna-3"
    assert ref == expected
    await assert_projection_is_derivation(database, DAY)
