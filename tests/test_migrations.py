"""The tables as they really are in both databases, after the real migrations."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from tortoise import Tortoise
from tortoise.migrations import operations as ops
from tortoise.migrations.autodetector import MigrationAutodetector

import models
from database.connection import Connection, Database, apps
from database.opening import open_database
from database.query import Dialect
from domain.catalogue import BUILT_IN_LINES, BUILT_IN_RESULTS, PLTS_GLH
from domain.vocabulary import ComponentType, Level
from tests.domain.cases import catalogue
from tests.indexes import INDEXES, Index
from tests.server.databases import empty_database
from tests.tables import OWN_BOOKKEEPING, columns

MIGRATIONS: Final = [
    "0001_initial",
    "0002_catalogue",
    "0003_accounts",
    "0004_terms",
    "0005_feed_runs",
    "0006_editing",
    "0007_finding",
    "0008_support_texts",
    "0009_past_records",
    "0010_held_until",
    "0011_centre_versions",
    "0012_flags_on_components",
    "0013_flags_with_dates",
    "0014_staff_without_grants",
    "0015_issues_in_the_history",
    "0016_assumed_releases",
    "0017_barred_pairs",
    "0018_results_of_leavers",
]

NOT_LOOKED_UP_BY: Final = {
    ("access_grant", "granted_by_id"),
    ("api_token_grant", "grant_id"),
    ("change", "actor_id"),
    ("component", "learner_id"),  # found by their registration
    ("declaration", "created_by_id"),
    ("flag", "component_id"),  # found by their registration
    ("declaration", "removed_by_id"),
    ("issue", "acknowledged_by_id"),
    ("registration", "award_edited_by_id"),
    ("terms_acceptance", "terms_id"),
}
"""Columns that point to other rows and that nobody finds rows by."""

NO_ROWS: Final = {
    ("change", "object_id"),
    ("change", "request_id"),
    ("event", "request_id"),
    ("event", "user_id"),
}
"""Columns of this kind of name that are half a key, or point to no row."""


PRIMARY: Final = {
    Dialect.SQLITE: """
        SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c
        WHERE m.type = 'table' AND c.pk = 1""",
    Dialect.POSTGRESQL: """
        SELECT t.relname, a.attname FROM pg_index i
        JOIN pg_class t ON t.oid = i.indrelid
        JOIN pg_namespace s ON s.oid = t.relnamespace AND s.nspname = 'public'
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
        WHERE i.indisprimary""",
}
KEYS: Final = {
    Dialect.SQLITE: """
        SELECT m.name, l.name, l."unique", c.name
        FROM sqlite_master m, pragma_index_list(m.name) l, pragma_index_info(l.name) c
        WHERE m.type = 'table' AND l.origin <> 'pk' ORDER BY l.name, c.seqno""",
    Dialect.POSTGRESQL: """
        SELECT t.relname, x.relname, i.indisunique, a.attname FROM pg_index i
        JOIN pg_class t ON t.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
        JOIN pg_namespace s ON s.oid = t.relnamespace AND s.nspname = 'public'
        CROSS JOIN LATERAL unnest(i.indkey::int[]) WITH ORDINALITY AS k(number, place)
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number
        WHERE NOT i.indisprimary ORDER BY x.relname, k.place""",
}
FOREIGN_KEYS: Final = {
    Dialect.SQLITE: """
        SELECT m.name, k."from", k."table", k.on_delete
        FROM sqlite_master m, pragma_foreign_key_list(m.name) k WHERE m.type = 'table'""",
    Dialect.POSTGRESQL: """
        SELECT t.relname, a.attname, u.relname,
            CASE c.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' ELSE 'OTHER' END
        FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
        JOIN pg_class u ON u.oid = c.confrelid
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.conkey[1]
        WHERE c.contype = 'f'""",
}


@pytest.fixture
def empty_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with empty_database(dialect, request, tmp_path) as url:
        yield url


@pytest.fixture
async def empty(empty_url: str) -> AsyncIterator[Database]:
    """An open database without a table."""
    opened = await open_database(empty_url, pool_size=2)
    yield opened
    await opened.close()


async def indexes(connection: Connection) -> set[Index]:
    """The indexes and unique constraints that there really are."""
    found: dict[tuple[str, str, bool], list[str]] = {}
    for table, name, unique, column in await connection.tuples(KEYS[connection.dialect]):
        found.setdefault((table, name, bool(unique)), []).append(column)
    listed = [(table, tuple(columns), unique) for (table, _, unique), columns in found.items()]
    assert len(listed) == len(set(listed)), "the same index twice"
    return {index for index in listed if index[0] != OWN_BOOKKEEPING}


# Migrating ---------------------------------------------------------------------------------------


async def test_an_empty_database_needs_every_migration_and_afterwards_none(
    empty: Database,
) -> None:
    assert await empty.pending_migrations() == MIGRATIONS
    assert await columns(empty.reader) == set()

    await empty.migrate()

    assert await empty.pending_migrations() == []


async def test_every_migration_that_is_there_is_listed() -> None:
    folder = Path(models.__file__).with_name("migrations")

    assert sorted(path.stem for path in folder.glob("0*.py")) == MIGRATIONS


async def test_migrating_twice_changes_nothing(database: Database) -> None:
    before = [tuple(row) for row in await database.reader.tuples("SELECT * FROM requirement")]
    keys = await indexes(database.reader)

    await database.migrate()

    after = [tuple(row) for row in await database.reader.tuples("SELECT * FROM requirement")]
    assert after == before
    assert await indexes(database.reader) == keys


async def test_the_migrations_lead_to_what_the_models_say(database: Database) -> None:
    with database._context:  # noqa: SLF001 - where tortoise keeps its models
        assert Tortoise.apps is not None
        changes = await MigrationAutodetector(Tortoise.apps, apps()).changes()

    assert [
        f"{type(step).__name__} {vars(step)}" for change in changes for step in change.operations
    ] == []


async def test_the_migrated_tables_have_the_columns_of_the_models(database: Database) -> None:
    expected = {
        (model._meta.db_table, column)  # noqa: SLF001 - where tortoise keeps a table's name
        for model in (getattr(models, name) for name in models.__all__)
        for column in model._meta.fields_db_projection.values()  # noqa: SLF001 - as above
    }

    assert await columns(database.reader) == expected


async def test_the_database_holds_the_relations_that_the_models_ask_it_to_hold(
    database: Database,
) -> None:
    rows = await database.reader.tuples(FOREIGN_KEYS[database.dialect])
    expected = set()
    for model in (getattr(models, name) for name in models.__all__):
        meta = model._meta  # noqa: SLF001 - where tortoise keeps what a model is
        for name in meta.fk_fields | meta.o2o_fields:
            relation = meta.fields_map[name]
            if relation.db_constraint:
                target = relation.related_model._meta.db_table  # noqa: SLF001 - as above
                rule = relation.on_delete.value
                expected.add((meta.db_table, relation.source_field, target, rule))

    assert {tuple(row) for row in rows} == expected


# Indexes -----------------------------------------------------------------------------------------


async def test_the_indexes_and_unique_constraints_are_exactly_these(database: Database) -> None:
    assert await indexes(database.reader) == INDEXES


async def test_every_column_that_points_to_other_rows_is_found_by_an_index(
    database: Database,
) -> None:
    pointing = {
        (table, column)
        for table, column in await columns(database.reader)
        if column.endswith("_id") and (table, column) not in NO_ROWS
    }
    leading = {(table, names[0]) for table, names, _ in await indexes(database.reader)}
    keys = await database.reader.tuples(PRIMARY[database.dialect])
    leading |= {(row[0], row[1]) for row in keys}

    assert pointing >= NOT_LOOKED_UP_BY
    assert pointing - leading == NOT_LOOKED_UP_BY


# Built-in rows -----------------------------------------------------------------------------------


async def test_the_built_in_requirements_are_in_every_new_database(database: Database) -> None:
    rows = await database.reader.tuples(
        "SELECT level, component, qualification_levels, glh, min_glh FROM requirement"
    )
    expected = {
        (level, component.value, "|".join(map(str, sorted(need.levels))), need.glh, least)
        for level, needs in catalogue().requirements.items()
        for component, need in needs.items()
        for least in (need.min_glh,)
    } | {(level.value, "PLTS", "", PLTS_GLH, None) for level in Level}

    assert {tuple(row) for row in rows} == expected
    assert len(rows) == 27
    assert {row[0] for row in rows if row[1] == ComponentType.ASL} == {
        *("FOUNDATION", "HIGHER", "ADVANCED")
    }


async def test_the_built_in_lines_and_series_are_in_every_new_database(
    database: Database,
) -> None:
    lines = await database.reader.tuples("SELECT code, name, phase, active FROM line_of_learning")
    series = await database.reader.tuples(
        "SELECT month, results_month, results_year_offset FROM exam_series"
    )

    assert {(row[0], row[1], row[2], bool(row[3])) for row in lines} == set(BUILT_IN_LINES)
    assert len(lines) == 17
    assert {tuple(row) for row in series} == {
        (month, rule.month, rule.year_offset) for month, rule in BUILT_IN_RESULTS.items()
    }


# SQLite ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("role", ["reader", "writer"])
async def test_sqlite_waits_for_others_and_holds_what_rows_point_to(
    database: Database, role: str
) -> None:
    connection: Connection = getattr(database, role)

    async def pragma(name: str) -> object:
        return (await connection.tuples(f"PRAGMA {name}"))[0][0]

    assert await pragma("journal_mode") == "wal"
    assert await pragma("foreign_keys") == 1
    assert await pragma("busy_timeout") == 10_000
    assert await pragma("synchronous") == 1  # NORMAL


async def test_what_is_being_written_keeps_nobody_from_reading(database: Database) -> None:
    insert = "INSERT INTO centre (number, name, status) VALUES ('10001', 'Westgate', 'OPEN')"

    async with database.transaction() as connection:
        await connection.execute(insert)
        meanwhile = await database.reader.tuples("SELECT COUNT(*) FROM centre")
    afterwards = await database.reader.tuples("SELECT COUNT(*) FROM centre")

    assert [row[0] for row in (*meanwhile, *afterwards)] == [0, 1]


async def test_many_may_write_at_once_and_none_is_told_that_it_failed(database: Database) -> None:
    async def add(number: int) -> None:
        async with database.transaction() as connection:
            await connection.execute(
                "INSERT INTO centre (number, name, status) VALUES (?, 'Westgate', 'OPEN')",
                f"{number:05}",
            )

    await asyncio.gather(*(add(number) for number in range(20)))

    rows = await database.reader.tuples("SELECT COUNT(*) FROM centre")
    assert rows[0][0] == 20


async def test_a_second_database_leaves_the_first_as_it_is(
    database: Database, tmp_path: Path
) -> None:
    other = await open_database(f"sqlite://{tmp_path / 'other.sqlite3'}")
    assert await other.pending_migrations() == MIGRATIONS
    await other.close()

    async with database.transaction() as connection:
        await connection.execute(
            "INSERT INTO centre (number, name, status) VALUES ('10001', 'Westgate', 'OPEN')"
        )
    rows = await database.reader.tuples("SELECT COUNT(*) FROM centre")
    assert rows[0][0] == 1
    assert await database.pending_migrations() == []


async def test_a_migration_that_is_broken_off_can_be_made_again(
    empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step fails that comes after columns were added and filled."""

    forward = ops.RemoveIndex.database_forward

    async def broken(step: ops.RemoveIndex, *args: Any) -> None:
        if step.model_name == "Flag":
            raise ConnectionError
        await forward(step, *args)

    monkeypatch.setattr(ops.RemoveIndex, "database_forward", broken)
    with pytest.raises(ConnectionError):
        await empty.migrate()
    left = await empty.pending_migrations()
    monkeypatch.undo()
    await empty.migrate()

    assert left == MIGRATIONS[MIGRATIONS.index(left[0]) :]
    assert await empty.pending_migrations() == []
    assert await indexes(empty.reader) == INDEXES
