"""A user's anticipated award month wins over the feed's; the record keeps both."""

from pathlib import Path

from database.connection import Database
from exchange.feed.report import Mode
from tests.exchange.feeds import (
    ANNA_ULN,
    EAST,
    NEXT_DAY,
    WEST,
    counts,
    find,
    registration,
    send,
    tiny_feed,
)
from tests.exchange.projection_checks import assert_projection_is_derivation

AWARD = "SELECT award, feed_award, award_source, version FROM registration WHERE ref = 'R-anna'"


async def award(database: Database) -> tuple[object, ...]:
    ((*found,),) = await database.reader.tuples(AWARD)
    return tuple(found)


async def edit(database: Database, month: str | None) -> None:
    async with database.transaction() as connection:
        await connection.execute(
            "UPDATE registration SET award = ?, award_source = 'USER', version = version + 1"
            " WHERE ref = 'R-anna'",
            month,
        )


async def test_a_feed_sets_the_month_until_a_user_does(database: Database, tmp_path: Path) -> None:
    feed = tiny_feed()
    await send(database, tmp_path, feed)
    assert await award(database) == ("2010-08", "2010-08", "FEED", 1)
    row = find(feed, "registrations.csv", registration_ref="R-anna")
    row["anticipated_award"] = "2011-08"
    await send(database, tmp_path, feed, day=NEXT_DAY)
    assert await award(database) == ("2011-08", "2011-08", "FEED", 2)


async def test_the_month_of_a_user_stays_and_the_feeds_own_follows_the_feed(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    await send(database, tmp_path, feed)
    await edit(database, "2010-11")
    report = await send(database, tmp_path, feed)
    assert report.unchanged
    row = find(feed, "registrations.csv", registration_ref="R-anna")
    row["anticipated_award"] = "2011-08"
    report = await send(database, tmp_path, feed, day=NEXT_DAY)
    assert counts(report)["registrations.csv"] == (0, 1, 2, 0, 0)
    assert await award(database) == ("2010-11", "2011-08", "USER", 3)
    del row["anticipated_award"]
    only = {"registrations.csv": [row]}
    await send(database, tmp_path / "without the month", only, day=NEXT_DAY)
    assert await award(database) == ("2010-11", "2011-08", "USER", 3)


async def test_a_user_may_say_that_no_month_is_known(database: Database, tmp_path: Path) -> None:
    feed = tiny_feed()
    await send(database, tmp_path, feed)
    await edit(database, None)
    row = find(feed, "registrations.csv", registration_ref="R-anna")
    row["anticipated_award"] = "2011-08"
    await send(database, tmp_path, feed, day=NEXT_DAY)
    assert await award(database) == (None, "2011-08", "USER", 3)
    await assert_projection_is_derivation(database, NEXT_DAY)


async def test_declarations_and_their_flags_outlive_a_feed(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    await send(database, tmp_path, feed)
    async with database.transaction() as connection:
        await connection.execute(
            "INSERT INTO declaration (registration_id, centre_id, component, qan, created_at)"
            " SELECT id, centre_id, 'PROJECT', '999/0532/2', '2010-02-01T00:00:00Z'"
            " FROM registration WHERE ref = 'R-anna'"
        )
    find(feed, "learners.csv", learner_ref="anna")["given_name"] = "Anne"
    await send(database, tmp_path, feed)
    rows = await database.reader.tuples(
        "SELECT f.code FROM flag f JOIN registration r ON r.id = f.registration_id"
        " WHERE r.ref = 'R-anna' AND f.component_type = 'PROJECT' AND f.kind = 'ENTRY'"
    )
    assert [row[0] for row in rows] == ["OTHER_AWARDING_BODY"]
    qualification = find(feed, "qualifications.csv", qan="999/0532/2")
    report = await send(
        database,
        tmp_path / "second",
        {"qualifications.csv": [{**qualification, "component": "ASL"}]},
        day=NEXT_DAY,
    )
    assert report.learners_derived == 1
    await assert_projection_is_derivation(database, NEXT_DAY)


async def test_what_a_feed_changes_of_people_and_courses_is_in_the_history(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    await send(database, tmp_path / "first", feed)
    await send(database, tmp_path / "again", feed)
    assert await told(database) == []
    find(feed, "learners.csv", learner_ref="anna")["family_name"] = "Alder"
    row = find(feed, "registrations.csv", registration_ref="R-anna")
    row.update(anticipated_award="2011-08", status="PENDING")
    await send(database, tmp_path / "changed", feed, day=NEXT_DAY)
    assert await told(database) == [
        ("LEARNER", "family_name", "Ash", "Alder", "10001"),
        ("REGISTRATION", "award", "2010-08", "2011-08", "10001"),
        ("REGISTRATION", "status", "ACCEPTED", "PENDING", "10001"),
    ]
    feed["registrations.csv"] = feed["registrations.csv"][:1]
    for name in ("das.csv", "das_components.csv", "entries.csv"):
        del feed[name]
    feed["registrations.csv"][0]["centre_number"] = "10001"
    await send(database, tmp_path / "full", feed, day=NEXT_DAY, mode=Mode.FULL)
    assert (await told(database))[3:] == [
        ("REGISTRATION", "status", "ACCEPTED", "WITHDRAWN", "10001")
    ]


async def test_both_centres_are_told_of_a_move_and_of_the_month_beside_an_edited_one(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    await send(database, tmp_path / "first", feed)
    await edit(database, "2011-01")
    row = find(feed, "registrations.csv", registration_ref="R-anna")
    row.update(anticipated_award="2011-08", centre_number=EAST)
    await send(database, tmp_path / "changed", feed, day=NEXT_DAY)
    assert await told(database) == [
        ("REGISTRATION", "awarding_body_award", "2010-08", "2011-08", WEST),
        ("REGISTRATION", "centre", WEST, EAST, WEST),
        ("REGISTRATION", "centre", WEST, EAST, EAST),
    ]


async def test_every_centre_of_a_learner_hears_of_a_new_name_once(
    database: Database, tmp_path: Path
) -> None:
    feed = tiny_feed()
    feed["registrations.csv"] += [
        registration("R-anna-2", "anna", WEST, line="INFORMATION_TECHNOLOGY"),
        registration("R-anna-3", "anna", EAST),
        registration("R-anna-4", "anna", EAST, status="WITHDRAWN"),
    ]
    await send(database, tmp_path / "first", feed)
    row = find(feed, "learners.csv", learner_ref="anna")
    row.update(given_name="Anne", uln="")
    await send(database, tmp_path / "changed", {"learners.csv": [row]}, day=NEXT_DAY)
    assert sorted(await told(database), key=str) == [
        ("LEARNER", "given_name", "Anna", "Anne", WEST),
        ("LEARNER", "given_name", "Anna", "Anne", EAST),
        ("LEARNER", "uln", ANNA_ULN, None, WEST),
        ("LEARNER", "uln", ANNA_ULN, None, EAST),
    ]


async def told(database: Database) -> list[tuple[object, ...]]:
    """What the history says of feeds."""
    rows = await database.reader.tuples(
        "SELECT c.object_type, c.field, c.before, c.after, z.number FROM change c"
        " JOIN centre z ON z.id = c.centre_id WHERE c.source = 'FEED' ORDER BY c.id"
    )
    return [tuple(row) for row in rows]
