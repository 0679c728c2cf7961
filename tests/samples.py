"""Feeds that many tests begin with: the first import of one is real, others are copies of it."""

from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

from database.connection import Connection, Database
from database.query import Dialect
from exchange.feed.apply import apply_feed
from exchange.feed.report import Options, Report
from exchange.feed.source import Source
from exchange.sample import write_sample_feed
from tests.tables import columns

TOUCHED: Final = ("account", "centre", "change", "event", "feed_run", "learner")
"""Tables of which one at least has rows in a database that something was done to."""

_SEQUENCES: Final = """
    SELECT sequencename, last_value FROM pg_sequences
    WHERE schemaname = 'public' AND last_value IS NOT NULL
"""

Rows = list[tuple[Any, ...]]
Tables = dict[str, Rows]


class _Imported(NamedTuple):
    """What an import left in a database that was empty."""

    report: Report
    columns: dict[str, list[str]]
    before: Tables
    after: Tables
    """The tables that it changed, whole."""
    sequences: dict[str, int]


_imported: Final[dict[tuple[object, ...], _Imported]] = {}
"""By database, day and what the feed is called; each worker has its own."""


@cache
def sample(centres: int, learners: int, seed: int) -> dict[str, bytes]:
    """The files of a sample feed, made once: the same arguments, the same bytes."""
    with TemporaryDirectory() as folder:
        write_sample_feed(Path(folder), centres=centres, learners=learners, seed=seed)
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def put_sample(folder: Path, centres: int, learners: int, seed: int) -> None:
    """The files of a sample feed in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, held in sample(centres, learners, seed).items():
        (folder / name).write_bytes(held)


async def imported(
    database: Database, folder: Path, size: tuple[int, int, int], day: date
) -> Report:
    """A sample (centres, learners, seed) in a database, by the importer or as it left it before."""
    put_sample(folder, *size)
    return await imported_once(database, folder, size, day)


async def imported_once(database: Database, folder: Path, feed: object, day: date) -> Report:
    """A feed in a database; `feed` names it, and those of one name have the same bytes."""
    key = (database.dialect, day, feed)
    empty = await _is_empty(database.reader)
    if empty and key in _imported:
        await _copy(database, _imported[key])
        return _imported[key].report
    names = await _columns(database.reader)
    before = await _tables(database.reader, names) if empty else {}
    report = await apply_feed(database, Source(folder), Options("test"), day=day)
    if empty and not report.problem_count:
        after = await _tables(database.reader, names)
        _imported[key] = _Imported(
            report,
            names,
            before,
            {name: rows for name, rows in after.items() if rows != before[name]},
            await _sequences(database.reader),
        )
    return report


async def _copy(database: Database, kept: _Imported) -> None:
    async with database.transaction() as connection:
        if database.dialect is Dialect.POSTGRESQL:
            await connection.execute("SET LOCAL session_replication_role = replica")
        else:
            await connection.execute("PRAGMA defer_foreign_keys = ON")
        for name, rows in kept.after.items():
            if kept.before[name]:
                await connection.execute(f'DELETE FROM "{name}"')  # noqa: S608 - names are ours
            await connection.load(name, kept.columns[name], rows)
        if kept.sequences:
            names, last = list(kept.sequences), list(kept.sequences.values())
            set_all = (
                "SELECT setval(n::regclass, l) FROM unnest(?::text[], ?::bigint[]) AS k (n, l)"
            )
            await connection.execute(set_all, names, last)


async def _is_empty(connection: Connection) -> bool:
    counts = " + ".join(f"(SELECT COUNT(*) FROM {name})" for name in TOUCHED)  # noqa: S608
    ((found,),) = await connection.tuples(f"SELECT {counts}")
    return not found


async def _columns(connection: Connection) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for table, column in sorted(await columns(connection)):
        names.setdefault(table, []).append(column)
    return names


async def _tables(connection: Connection, names: dict[str, list[str]]) -> Tables:
    found: Tables = {}
    for table, listed in names.items():
        selected = ", ".join(f'"{column}"' for column in listed)
        rows = await connection.tuples(f'SELECT {selected} FROM "{table}"')  # noqa: S608
        found[table] = [tuple(row) for row in rows]
    return found


async def _sequences(connection: Connection) -> dict[str, int]:
    if connection.dialect is not Dialect.POSTGRESQL:
        return {}
    return {str(name): int(last) for name, last in await connection.tuples(_SEQUENCES)}
