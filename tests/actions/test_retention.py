"""What is past its time goes, a batch a transaction, and nothing else does."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

import actions.retention
from actions.retention import (
    LEARNERS,
    UNDATED,
    Retention,
    hash_of_learner,
    hashed,
    retain,
    what_is_over,
)
from auth.viewer import ANONYMOUS, CONSOLE
from database.connection import Database
from database.opening import open_database
from domain.errors import Refused
from domain.retention import Periods, limits_on
from exchange.refresh import refresh
from tests.actions.school import rows, run
from tests.exchange.projection_checks import assert_projection_is_derivation, snapshot
from tests.factories import DAY, import_sample
from tests.killing import kill_when_told

PERIODS = Periods(learner_years=7, past_years=0, log_years=2, feed_days=90, token_hours=24)
LATER = DAY.replace(year=2017, month=9, day=1)
"""The first day on which learners of August 2010 are over, and those of 2011 are not."""
NOW = datetime(2017, 9, 1, 3, tzinfo=UTC)
KEY = "a secret of thirty-two characters"
HANGING_ON = (
    *("registration", "entry", "component", "flag", "issue", "completion", "name_part"),
    *("das_record", "das_component", "declaration"),
)


def retention(day: Any = LATER, now: datetime = NOW, periods: Periods = PERIODS) -> Retention:
    return Retention(CONSOLE, limits_on(periods, day, now), KEY, day, now)


async def over(database: Database) -> set[int]:
    """Learners all of whose award months lie before September 2010."""
    found = await rows(
        database,
        "SELECT learner_id FROM registration GROUP BY learner_id"
        " HAVING COUNT(*) = COUNT(award) AND MAX(award) < '2010-09'",
    )
    return {row[0] for row in found}


async def ids(database: Database, table: str, column: str = "id") -> set[int]:
    found = await rows(database, f"SELECT {column} FROM {table}")  # noqa: S608 - ours
    return {row[0] for row in found}


async def held(database: Database, *, but_learners: set[int]) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of everybody but some learners."""
    courses = await rows(database, "SELECT id, learner_id FROM registration")
    kept = {key for key, learner_id in courses if learner_id not in but_learners}
    people = await rows(database, "SELECT * FROM learner ORDER BY id")
    found = {"learner": [row for row in people if row[0] not in but_learners]}
    for table in HANGING_ON:
        column = "id" if table == "registration" else "registration_id"
        whole = await rows(database, f"SELECT {column}, t.* FROM {table} t")  # noqa: S608 - ours
        found[table] = sorted((row for row in whole if row[0] in kept), key=str)
    return found


@pytest.fixture
async def sample(database: Database, tmp_path: Path) -> Database:
    await import_sample(database, tmp_path / "feed", centres=2, learners=60)
    return database


async def test_learners_past_their_time_are_kept_without_who_they_were_and_others_stay(
    sample: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions.retention, "BATCH", 7)
    going = await over(sample)
    everybody = await ids(sample, "learner")
    assert 7 < len(going) < len(everybody)
    before = await held(sample, but_learners=going)
    courses = await rows(
        sample,
        "SELECT r.ref, l.uln, l.ref, r.centre_id, l.date_of_birth, r.line, r.award, c.status,"
        " (SELECT COUNT(*) FROM entry e WHERE e.registration_id = r.id), l.id"
        " FROM registration r JOIN learner l ON l.id = r.learner_id"
        " JOIN completion c ON c.registration_id = r.id ORDER BY r.ref",
    )
    expected = {
        hashed(KEY, "registration", ref): (
            *(hash_of_learner(KEY, uln, learner), centre, int(str(born)[:4])),
            *(line, award, status, entries),
        )
        for ref, uln, learner, centre, born, line, award, status, entries, key in courses
        if key in going
    }

    done = await retain(sample, retention())

    assert done[LEARNERS] == len(going)
    assert await ids(sample, "learner") == everybody - going
    assert await held(sample, but_learners=going) == before
    kept = await rows(
        sample,
        "SELECT registration_hash, learner_hash, centre_id, birth_year, line, award,"
        " completion_status, entries FROM past_record",
    )
    assert {
        row[0]: (*row[1:-1], len(orjson.loads(row[-1]) if isinstance(row[-1], str) else row[-1]))
        for row in kept
    } == expected
    told = await rows(
        sample,
        "SELECT centre_id, subject FROM event WHERE kind = 'RETENTION_APPLIED'"
        " AND code = 'PSEUDONYMISED' ORDER BY id",
    )
    assert sum(int(subject.split()[0]) for _, subject in told) >= len(going)
    assert {centre for centre, _ in told} == {row[1] for row in expected.values()}
    for table in HANGING_ON[1:]:
        assert await ids(sample, table, "registration_id") - {None} <= await ids(
            sample, "registration"
        )


async def test_a_second_run_changes_nothing_and_what_is_left_derives_as_before(
    sample: Database,
) -> None:
    await retain(sample, retention())
    once = await snapshot(sample)
    events = await ids(sample, "event")

    again = await retain(sample, retention())

    assert {what: number for what, number in again.items() if number and what != UNDATED} == {}
    assert await snapshot(sample) == once
    assert await ids(sample, "event") == events
    await refresh(sample, DAY, everything=True)
    await assert_projection_is_derivation(sample, DAY)


async def test_counting_tells_what_a_run_does_and_changes_nothing(sample: Database) -> None:
    before = await snapshot(sample)
    counted = await what_is_over(sample.reader, CONSOLE, retention().limits)

    assert await snapshot(sample) == before
    assert counted[LEARNERS] == len(await over(sample))
    assert await retain(sample, retention()) == counted


async def test_nobody_goes_a_day_early_or_without_a_known_month(sample: Database) -> None:
    await run(sample, "UPDATE registration SET award = '2010-08'")
    await run(
        sample,
        "UPDATE registration SET award = NULL WHERE learner_id = (SELECT MIN(id) FROM learner)",
    )
    people = await ids(sample, "learner")

    early = await retain(sample, retention(LATER - timedelta(days=1)))
    assert (early[LEARNERS], early[UNDATED]) == (0, 1)
    assert await ids(sample, "learner") == people

    late = await retain(sample, retention())
    assert (late[LEARNERS], late[UNDATED]) == (len(people) - 1, 1)
    assert await ids(sample, "learner") == {min(people)}


async def test_a_learner_whom_a_feed_brings_back_leaves_one_record(
    sample: Database, tmp_path: Path
) -> None:
    await retain(sample, retention())
    kept = await rows(sample, "SELECT registration_hash FROM past_record ORDER BY 1")

    await import_sample(sample, tmp_path / "again", centres=2, learners=60)
    assert await over(sample)
    await retain(sample, retention())

    assert await over(sample) == set()
    assert await rows(sample, "SELECT registration_hash FROM past_record ORDER BY 1") == kept


async def test_pseudonymous_records_go_as_well_where_a_period_is_set_for_them(
    sample: Database,
) -> None:
    await retain(sample, retention())
    assert await ids(sample, "past_record")
    for_ten = PERIODS._replace(past_years=10)

    await retain(sample, retention(LATER.replace(year=2019), periods=for_ten))
    assert await ids(sample, "past_record")
    await retain(sample, retention(LATER.replace(year=2020), periods=for_ten))
    assert await rows(sample, "SELECT id FROM past_record WHERE award < '2010-09'") == []


async def test_the_log_and_what_is_left_behind_go_by_their_age(database: Database) -> None:
    moments = {
        "old": NOW - timedelta(days=800),
        "aged": NOW - timedelta(days=91),
        "young": NOW - timedelta(hours=2),
    }
    await run(
        database,
        "INSERT INTO account (email, password_hash, title, first_name, last_name, created_at)"
        " VALUES ('ann@example.org', '!', '', 'Ann', 'Example', ?)",
        NOW,
    )
    for name, at in moments.items():
        await run(database, "INSERT INTO event (at, kind, code) VALUES (?, 'LOG_IN', ?)", at, name)
        await run(
            database,
            "INSERT INTO event (at, kind, code) VALUES (?, 'RETENTION_APPLIED', ?)",
            *(at, name),
        )
        await run(
            database,
            "INSERT INTO one_time_token (token_hash, user_id, purpose, created_at, expires_at)"
            " SELECT ?, id, 'RESET_PASSWORD', ?, ? FROM account",
            *(name, at, at),
        )
        await run(
            database,
            "INSERT INTO letter (kind, recipient, facts, created_at, due_at, attempts, closed_at)"
            " VALUES (?, 'ann@example.org', '{}', ?, ?, 1, ?)",
            *(name, at, at, at),
        )
        await run(
            database,
            "INSERT INTO session (token_hash, user_id, created_at, last_used_at, expires_at)"
            " SELECT ?, id, ?, ?, ? FROM account",
            *(name, at, at, at),
        )

    done = await retain(database, retention())

    assert {what: number for what, number in done.items() if number} == {
        "events": 1,
        "sessions": 1,
        "tokens from mails": 2,
        "mails": 2,
    }
    left = await rows(database, "SELECT code FROM event WHERE kind = 'LOG_IN' ORDER BY code")
    assert left == [("aged",), ("young",)]
    proof = "SELECT code FROM event WHERE kind = 'RETENTION_APPLIED' AND code <> 'REMOVED'"
    assert sorted(await rows(database, proof)) == [("aged",), ("old",), ("young",)]
    assert await rows(database, "SELECT token_hash FROM one_time_token") == [("young",)]
    assert await rows(database, "SELECT kind FROM letter") == [("young",)]
    assert sorted(await rows(database, "SELECT token_hash FROM session")) == [
        ("aged",),
        ("young",),
    ]


async def test_nobody_but_operators_may_and_a_refused_run_changes_nothing(
    sample: Database,
) -> None:
    before = await snapshot(sample)
    with pytest.raises(Refused):
        await retain(sample, retention()._replace(viewer=ANONYMOUS))
    with pytest.raises(Refused):
        await what_is_over(sample.reader, ANONYMOUS, retention().limits)
    assert await snapshot(sample) == before


SCRIPT = """
import asyncio, sys, time
import actions.retention
from database.opening import open_database
from tests.actions.test_retention import retention

tell, batches = actions.retention._tell, []

async def slowly(*given):
    await tell(*given)
    batches.append(given)
    if len(batches) == 2:
        print("two batches", flush=True)
        time.sleep(60)

actions.retention._tell, actions.retention.BATCH = slowly, 5

async def main():
    await actions.retention.retain(await open_database(sys.argv[1]), retention())

asyncio.run(main())
"""


async def test_a_killed_run_has_done_whole_batches_and_the_next_one_goes_on(
    database_url: str, tmp_path: Path
) -> None:
    database = await open_database(database_url)
    try:
        await import_sample(database, tmp_path / "feed", centres=2, learners=60)
        going = await over(database)
        people = await ids(database, "learner")
        assert len(going) > 10
        told = kill_when_told(SCRIPT, "two batches", database_url)
        assert told == ["two batches"]

        assert await ids(database, "learner") == people - set(sorted(going)[:5])
        await refresh(database, DAY, everything=True)
        await assert_projection_is_derivation(database, DAY)
        done = await retain(database, retention())
        assert done[LEARNERS] == len(going) - 5
        assert await ids(database, "learner") == people - going
    finally:
        await database.close()
