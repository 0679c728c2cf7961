"""Runs of the importer: stored ones, and those that this process is applying."""

from collections.abc import Mapping, MutableMapping, Sequence
from datetime import datetime
from typing import Final, TypeVar
from weakref import WeakKeyDictionary

import msgspec

from auth import scope
from database.connection import Connection
from database.query import NEVER
from database.slotted import SlottedRow
from loaders.paging import Order, PageRequest, Slice, sliced
from loaders.reading import Reading
from loaders.select import columns_of

Listed = TypeVar("Listed", bound=msgspec.Struct)

NEWEST_FIRST: Final = Order("NEWEST", ("n.id",), ("id",), descending=True)


class FeedRunRow(SlottedRow, frozen=True):
    """A run with its progress so far."""

    id: int
    started_at: datetime
    finished_at: datetime | None
    actor: str
    source: str
    mode: str
    partial: bool
    dry_run: bool
    outcome: str
    step: str | None
    rows_done: int
    rows_total: int | None
    learners_derived: int
    problem_count: int
    warning_count: int


class FeedRunFileRow(msgspec.Struct, frozen=True, gc=False):
    """What became of a file of a feed."""

    name: str
    sha256: str
    created: int
    changed: int
    same: int
    refused: int
    closed: int


class FeedProblemRow(msgspec.Struct, frozen=True, gc=False, rename={"row_number": "row"}):
    """A fault or an oddity in a feed."""

    file: str
    row_number: int | None
    column: str | None
    code: str
    value: str | None
    message: str


_COLUMNS: Final = columns_of(FeedRunRow, "n")

_on_their_way: WeakKeyDictionary[Connection, dict[int, FeedRunRow]] = WeakKeyDictionary()


def on_their_way(reader: Connection) -> MutableMapping[int, FeedRunRow]:
    """The runs that this process has taken on, by id, as they are this moment.

    While a feed holds the only writer of SQLite, no row can tell how far it has come, nor that
    others wait.
    """
    return _on_their_way.setdefault(reader, {})


def _seen(reading: Reading) -> dict[int, FeedRunRow]:
    if scope.feed_runs(reading.viewer) == NEVER:
        return {}
    return dict(on_their_way(reading.connection))


def _merged(rows: Sequence[FeedRunRow], seen: Mapping[int, FeedRunRow]) -> dict[int, FeedRunRow]:
    """Runs by id: a row tells that a run has ended, with its problems; until then, the process."""
    ended = {key: row for key, row in seen.items() if row.finished_at is not None}
    going = {key: row for key, row in seen.items() if row.finished_at is None}
    return ended | {row.id: row for row in rows} | going


async def feed_run_by_id(reading: Reading, ids: Sequence[int]) -> list[FeedRunRow | None]:
    """Runs by id."""
    where = reading.connection.among("n.id", ids) & scope.feed_runs(reading.viewer)
    rows = await reading.connection.rows(
        FeedRunRow,
        f"SELECT {_COLUMNS} FROM feed_run n WHERE {where.text}",  # noqa: S608 - columns are ours
        *where.params,
    )
    found = _merged(rows, _seen(reading))
    return [found.get(key) for key in ids]


async def feed_run_page(reading: Reading, page: PageRequest) -> Slice:
    """Runs, the newest first."""
    where = scope.feed_runs(reading.viewer) & page.clause
    rows = await reading.connection.rows(
        FeedRunRow,
        f"SELECT {_COLUMNS} FROM feed_run n WHERE {where.text} {page.tail}",  # noqa: S608
        *where.params,
    )
    seen = _seen(reading).items()
    found = _merged(
        rows, {key: row for key, row in seen if page.after is None or key < page.after[-1]}
    )
    return sliced([found[key] for key in sorted(found, reverse=True)], page.first)


async def feed_run_count(reading: Reading) -> int:
    """How many runs there are."""
    seen = _seen(reading)
    written = reading.connection.among("n.id", list(seen))
    where = scope.feed_runs(reading.viewer)
    others = await reading.connection.number(
        f"SELECT COUNT(*) FROM feed_run n WHERE {where.text} AND NOT ({written.text})",  # noqa: S608
        *where.params,
        *written.params,
    )
    return others + len(seen)


async def files_by_feed_run_id(reading: Reading, ids: Sequence[int]) -> list[list[FeedRunFileRow]]:
    """What became of each file of each run, once it is finished."""
    return await _listed(reading, "files", ids, FeedRunFileRow)


async def problems_by_feed_run_id(
    reading: Reading, ids: Sequence[int]
) -> list[list[FeedProblemRow]]:
    """The first 1,000 problems of each run."""
    return await _listed(reading, "problems", ids, FeedProblemRow)


async def warnings_by_feed_run_id(
    reading: Reading, ids: Sequence[int]
) -> list[list[FeedProblemRow]]:
    """The first 1,000 warnings of each run."""
    return await _listed(reading, "warnings", ids, FeedProblemRow)


async def _listed(
    reading: Reading, column: str, ids: Sequence[int], kind: type[Listed]
) -> list[list[Listed]]:
    """What a column holds as a list."""
    where = reading.connection.among("n.id", ids) & scope.feed_runs(reading.viewer)
    rows = await reading.connection.tuples(
        f"SELECT n.id, n.{column} FROM feed_run n WHERE {where.text}",  # noqa: S608
        *where.params,
    )
    found = {row[0]: msgspec.json.decode(row[1], type=list[kind]) for row in rows}  # type: ignore[valid-type]
    return [found.get(key, []) for key in ids]
