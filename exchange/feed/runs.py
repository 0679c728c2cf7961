"""Stores runs in `feed_run`: one row each, updated while the feed is applied."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
import orjson

from auth.events import EventKind, append, event
from auth.viewer import Viewer
from database.connection import Connection
from exchange.feed.problems import FeedProblem
from exchange.feed.report import FeedOutcome, FileReport, Options, Report
from loaders.feed_runs import FeedRunRow

STALE_AFTER: Final = timedelta(seconds=60)
"""A run without an update for so long is taken for abandoned: its process has died."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_ACTOR: Final = 254
_LONGEST_SOURCE: Final = 300

_COLUMNS: Final = (*FeedRunRow.__struct_fields__, "seen_at", "files", "problems", "warnings")
_CHANGED: Final = ", ".join(
    f"{name} = excluded.{name}" for name in _COLUMNS if name not in {"id", "started_at"}
)
_WRITE: Final = (
    f"INSERT INTO feed_run ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608 - columns are ours
    f" ON CONFLICT (id) DO UPDATE SET {_CHANGED}"
)
# What was written together with the data is true; that a run failed may be a mistake of others.
_UNLESS_ENDED: Final = " WHERE feed_run.finished_at IS NULL OR feed_run.outcome = 'FAILED'"


def run_id_at(moment: datetime) -> int:
    """The id of a run that begins at a moment, known before there is a row: its microsecond."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def begin_run(options: Options, source: str, now: datetime) -> FeedRunRow:
    """A run that begins, or is accepted, now."""
    return FeedRunRow(
        id=run_id_at(now),
        started_at=now,
        finished_at=None,
        actor=options.actor[:_LONGEST_ACTOR],
        source=source[:_LONGEST_SOURCE],
        mode=options.mode.value,
        partial=options.partial,
        dry_run=options.dry_run,
        outcome=FeedOutcome.WAITING.value,
        step=None,
        rows_done=0,
        rows_total=None,
        learners_derived=0,
        problem_count=0,
        warning_count=0,
    )


async def record_run(
    connection: Connection, run: FeedRunRow, report: Report, viewer: Viewer
) -> None:
    """Write down how a run ended, in the transaction that holds its rows."""
    now = datetime.now(UTC)
    ended = msgspec.structs.replace(
        run,
        finished_at=now,
        outcome=report.outcome.value,
        step=None,
        rows_done=0,
        rows_total=None,
        learners_derived=report.learners_derived,
        problem_count=report.problem_count,
        warning_count=report.warning_count,
    )
    lists = (_json(report.files), _json(report.problems), _json(report.warnings))
    await connection.execute(_WRITE, *_values(ended, now), *lists)
    if not run.dry_run:
        subject = f"feed run {run.id}"
        told = event(EventKind.FEED_APPLIED, viewer, now, code=ended.outcome, subject=subject)
        await append(connection, told)


async def tell_run(
    connection: Connection, run: FeedRunRow, now: datetime, *problems: FeedProblem
) -> None:
    """Write down how far a run has come, or that it failed; what is applied stays applied."""
    told = msgspec.structs.replace(run, problem_count=len(problems))
    lists = (_json(()), _json(problems), _json(()))
    await connection.execute(_WRITE + _UNLESS_ENDED, *_values(told, now), *lists)


def failed(run: FeedRunRow, now: datetime) -> FeedRunRow:
    """The run as one that came to nothing."""
    return msgspec.structs.replace(
        run,
        outcome=FeedOutcome.FAILED.value,
        finished_at=now,
        step=None,
        rows_done=0,
        rows_total=None,
    )


def breakdown(source: str, reference: str) -> FeedProblem:
    """What is told of a fault of ours: where the log has the rest."""
    message = f"Something went wrong on our side. Give support the reference {reference}."
    return FeedProblem(source, None, None, "INTERNAL", None, message)


def interruption(source: str) -> FeedProblem:
    """Why nothing came of a feed whose process ended."""
    message = "The service stopped before the feed was applied; nothing was changed. Send it again."
    return FeedProblem(source, None, None, "INTERRUPTED", None, message)


async def end_abandoned(connection: Connection, now: datetime) -> list[int]:
    """Tell of runs whose process has gone that they were interrupted; their ids."""
    heard = now - STALE_AFTER
    rows = await connection.tuples(
        "SELECT id, source FROM feed_run WHERE finished_at IS NULL AND seen_at <= ? ORDER BY id",
        heard,
    )
    for run_id, source in rows:
        await connection.execute(
            "UPDATE feed_run SET outcome = ?, finished_at = ?, step = NULL, rows_done = 0,"
            " rows_total = NULL, problems = ?, problem_count = 1"
            " WHERE id = ? AND finished_at IS NULL AND seen_at <= ?",
            FeedOutcome.FAILED.value,
            now,
            _json([interruption(source)]),
            run_id,
            heard,
        )
    return [row[0] for row in rows]


def _values(run: FeedRunRow, now: datetime) -> tuple[object, ...]:
    return (*msgspec.structs.astuple(run), now)


def _json(values: Sequence[FeedProblem] | Sequence[FileReport]) -> str:
    return orjson.dumps([value._asdict() for value in values]).decode()
