"""Rows that were there before a migration came are given what it brings."""

from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

from auth.permissions import Role, Staff
from database.connection import Database
from exchange.refresh import refresh
from tests.factories import DAY, add_user, import_sample
from tests.graph.asking import centre_numbers
from tests.tables import columns


async def test_what_learners_are_found_by_is_filled_in_for_those_who_were_there(
    database: Database, tmp_path: Path
) -> None:
    """As if the tables had been filled before there was anything to find by."""
    await import_sample(database, tmp_path / "feed", learners=30)
    kept = {
        table: ", ".join(name for owner, name in await columns(database.reader) if owner == table)
        for table in ("completion", "issue", "name_part")
    }
    kept["completion"] = (
        kept["completion"].replace("modified_at, ", "").replace(", modified_at", "")
    )

    async def rows() -> list[list[tuple[object, ...]]]:
        return [
            sorted((tuple(row) for row in found), key=repr)
            for table, names in kept.items()
            for found in [await database.reader.tuples(f"SELECT {names} FROM {table}")]  # noqa: S608
        ]

    before = await rows()
    step = import_module("models.migrations.0007_finding")
    async with database.transaction() as connection:
        await connection.execute("DELETE FROM name_part")
        await connection.execute(
            "UPDATE completion SET name_order = '', uln = '', award = '', registered_on = '',"
            " stage = '', urgency = '', due = '', modified_at = NULL"
        )
        await connection.execute("UPDATE issue SET urgency = '', due = '', family_order = ''")
        await step.fill(None, SimpleNamespace(client=connection.client))

    assert await rows() == before
    ((unstamped,),) = await database.reader.tuples(
        "SELECT COUNT(*) FROM completion WHERE modified_at IS NULL"
    )
    assert unstamped == 0


async def test_components_that_are_there_get_the_codes_of_their_flags(
    database: Database, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=30)
    columns = "id, level, entry_flag, assessment_flag, assessment_detail"

    async def rows() -> list[tuple[object, ...]]:
        found = await database.reader.tuples(f"SELECT {columns} FROM component ORDER BY id")  # noqa: S608
        return [tuple(row) for row in found]

    before = await rows()
    step = import_module("models.migrations.0012_flags_on_components")
    async with database.transaction() as connection:
        await connection.execute(
            "UPDATE component SET level = '', entry_flag = NULL, assessment_flag = NULL,"
            " assessment_detail = NULL"
        )
        await step.fill(None, SimpleNamespace(client=connection.client))

    assert await rows() == before
    assert all(level for _, level, *_ in before)
    assert {None} < {assessment for *_, assessment, _ in before}


async def test_flags_that_are_there_get_their_days_with_the_next_refresh(
    database: Database, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=30)
    columns = "id, code, detail, reasons, since, subjects, due_on, opens_on"

    async def rows() -> list[tuple[object, ...]]:
        found = await database.reader.tuples(f"SELECT {columns} FROM flag ORDER BY id")  # noqa: S608
        return [tuple(row) for row in found]

    before = await rows()
    step = import_module("models.migrations.0013_flags_with_dates")
    async with database.transaction() as connection:
        await connection.execute("UPDATE flag SET subjects = NULL, due_on = NULL, opens_on = NULL")
        await step.fall_due(None, SimpleNamespace(client=connection.client))
    assert await rows() != before

    assert await refresh(database, DAY) == 30

    assert await rows() == before
    assert await refresh(database, DAY) == 0
    for column in (5, 6, 7):
        assert {None} < {row[column] for row in before}


async def test_what_staff_were_granted_ends(database: Database, tmp_path: Path) -> None:
    await import_sample(database, tmp_path / "feed", centres=2, learners=20)
    numbers = await centre_numbers(database)
    for name in (*Staff, "NOBODY"):
        await add_user(database, f"{name}@example.org".lower(), *numbers, role=Role.ADMINISTRATOR)
    step = import_module("models.migrations.0014_staff_without_grants")
    async with database.transaction() as connection:
        for staff in Staff:
            await connection.execute(
                "UPDATE account SET staff = ? WHERE email = ?",
                staff.value,
                f"{staff}@example.org".lower(),
            )
        await step.end(None, SimpleNamespace(client=connection.client))

    held = await database.reader.tuples(
        "SELECT u.email, g.revoked_at IS NULL, g.version FROM access_grant g"
        " JOIN account u ON u.id = g.user_id"
    )
    assert len(held) == 8
    for email, stands, version in held:
        assert (bool(stands), version) == ((True, 1) if "nobody" in email else (False, 2))
    ((moment,),) = await database.reader.tuples("SELECT MIN(revoked_at) FROM access_grant")
    assert str(moment).startswith(str(datetime.now(UTC).year))


async def test_whose_pair_of_entries_is_barred_is_derived_again(
    database: Database, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=30)
    assert await refresh(database, DAY) == 0
    ((registration_id, held),) = await database.reader.tuples(
        "SELECT e.registration_id, e.qan FROM entry e WHERE e.component = 'ASL'"
        " AND e.registration_id IS NOT NULL ORDER BY e.id LIMIT 1"
    )
    ((alone, other),) = await database.reader.tuples(
        "SELECT e.registration_id, e.qan FROM entry e WHERE e.component = 'ASL'"
        " AND e.registration_id <> ? AND e.qan <> ? ORDER BY e.id LIMIT 1",
        registration_id,
        held,
    )
    async with database.transaction() as connection:
        await connection.execute("UPDATE qualification SET barring_code = 'ZZZZ'")
        await connection.execute(
            "UPDATE qualification SET barring_code = 'JC7' WHERE qan IN (?, ?)", held, other
        )
        await connection.execute(
            "UPDATE entry SET qan = ? WHERE registration_id = ? AND component = 'ASL'", held, alone
        )
        await connection.execute(
            "DELETE FROM entry WHERE registration_id = ? AND component = 'ASL'", registration_id
        )
        for qan in (held, other):
            await connection.execute(
                "INSERT INTO entry (ref, centre_id, learner_id, registration_id, component, qan,"
                " kind, status, entered_on, claimed) SELECT ?, centre_id, learner_id, id, 'ASL',"
                " ?, 'QUALIFICATION', 'ENTERED', '2010-01-05', FALSE FROM registration"
                " WHERE id = ?",
                f"PAIR-{qan}",
                qan,
                registration_id,
            )
        step = import_module("models.migrations.0017_barred_pairs")
        await step.fall_due(None, SimpleNamespace(client=connection.client))

    due = await database.reader.tuples(
        "SELECT registration_id FROM completion WHERE next_change_on <= derived_on"
    )
    assert [tuple(row) for row in due] == [(registration_id,)]


async def test_who_has_left_and_has_a_result_to_come_is_derived_again(
    database: Database, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=30)
    found = await database.reader.tuples(
        "SELECT DISTINCT registration_id FROM entry WHERE registration_id IS NOT NULL"
        " ORDER BY registration_id LIMIT 3"
    )
    held, out, due = (row[0] for row in found)
    async with database.transaction() as connection:
        await connection.execute("UPDATE entry SET result = NULL, result_release_on = NULL")
        await connection.execute(
            "UPDATE completion SET next_change_on = NULL WHERE registration_id IN (?, ?)", held, out
        )
        for key, day in ((held, "2010-08-19"), (out, "2010-02-18"), (due, "2010-08-19")):
            release = date.fromisoformat(day)
            await connection.execute(
                "UPDATE entry SET result = 'A', result_release_on = ? WHERE registration_id = ?",
                release,
                key,
            )
        step = import_module("models.migrations.0018_results_of_leavers")
        await step.fall_due(None, SimpleNamespace(client=connection.client))

    again = await database.reader.tuples(
        "SELECT registration_id FROM completion WHERE next_change_on <= derived_on"
    )
    assert [tuple(row) for row in again] == [(held,)]
