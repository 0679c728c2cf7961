"""Feeds in, the sample feed out, and the turn of the day."""

import getpass
import time
from pathlib import Path
from typing import Annotated, Self

from cyclopts import Parameter
from cyclopts.validators import Number
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from auth.explain import demand
from auth.permissions import Permission
from auth.viewer import CONSOLE
from cli.files import empty_folder_there
from cli.running import opened, run
from exchange import refresh as refreshing
from exchange.feed.apply import apply_feed
from exchange.feed.report import FeedOutcome, Mode, Options, Report
from exchange.feed.source import Source
from exchange.sample import MOST_CENTRES, MOST_LEARNERS, write_sample_feed
from server.clock import Clock
from server.settings import Settings

SHOWN = 20
"""Problems that are shown; the rest is counted."""


class Watcher:
    """Shows a run: a bar in a terminal, plain lines elsewhere."""

    def __init__(self, console: Console) -> None:
        """Write to a console."""
        self._console = console
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task: TaskID | None = None
        self._done, self._since = 0, time.monotonic()

    def __enter__(self) -> Self:
        """Begin to show."""
        self._bar.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Stop showing."""
        self._bar.stop()

    def begin(self, step: str, total: int | None) -> None:
        """A step begins."""
        self._done, self._since = 0, time.monotonic()
        if not self._console.is_terminal:
            amount = "" if total is None else f" ({total:,})"
            self._console.print(f"{step}{amount}", highlight=False)
            return
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(step, total=total, rate="")

    def advance(self, done: int) -> None:
        """So many more are done."""
        self._done += done
        if self._task is not None:
            seconds = max(time.monotonic() - self._since, 0.001)
            self._bar.update(self._task, advance=done, rate=f"{self._done / seconds:,.0f}/s")


def import_feed(
    feed: Path,
    /,
    *,
    dry_run: bool = False,
    partial: bool = False,
    mode: Mode = Mode.DELTA,
) -> None:
    """Apply a feed: a folder of CSV files, or one .zip of it.

    Parameters
    ----------
    feed
        The folder or archive.
    dry_run
        Tell what would be created, changed, left as it is and refused; write nothing.
    partial
        Apply the good rows; write the refused ones beside the feed.
    mode
        delta leaves what is not mentioned; full closes it.

    """
    console = Console(emoji=False)  # what stands in a feed is shown as it stands there

    async def work() -> Report:
        day = Clock(Settings().today).today()
        options = Options(f"cli:{getpass.getuser()}", mode, partial=partial, dry_run=dry_run)
        async with opened() as database:
            with Watcher(console) as progress:
                return await apply_feed(database, Source(feed), options, day=day, progress=progress)

    report = run(work)
    show(console, report)
    if report.outcome is FeedOutcome.REFUSED or (dry_run and report.problem_count):
        raise SystemExit(1)


def learners_in_words(number: int) -> str:
    """So many learners, in words."""
    return "1 learner" if number == 1 else f"{number:,} learners"


def show(console: Console, report: Report) -> None:
    """What became of a feed, as a table and sentences."""
    table = Table("file", "created", "changed", "same", "refused", "closed")
    for file in report.files:
        table.add_row(
            file.name,
            *(f"{n:,}" for n in (file.created, file.changed, file.same, file.refused, file.closed)),
        )
    console.print(table)
    for title, listed, count in (
        ("Warning", report.warnings, report.warning_count),
        ("Problem", report.problems, report.problem_count),
    ):
        for problem in listed[:SHOWN]:
            console.print(
                f"{title}: {problem.sentence()}", markup=False, highlight=False, soft_wrap=True
            )
        if count > SHOWN:
            console.print(f"… and {count - SHOWN:,} more.", highlight=False)
    words = {
        FeedOutcome.APPLIED: "Applied" if not report.unchanged else "Nothing to change",
        FeedOutcome.PARTLY_APPLIED: "Applied in part; the refused rows are beside the feed",
        FeedOutcome.REFUSED: "Refused; nothing was changed",
        FeedOutcome.TRIED: "Tried; nothing was written",
    }
    console.print(
        f"{words[report.outcome]}. {learners_in_words(report.learners_derived)} derived"
        f" in {report.seconds:.1f} s.",
        highlight=False,
    )


def sample_feed(
    folder: Path,
    /,
    *,
    centres: Annotated[int, Parameter(validator=Number(gte=1, lte=MOST_CENTRES))] = 3,
    learners: Annotated[int, Parameter(validator=Number(gte=1, lte=MOST_LEARNERS))] = 240,
    seed: int = 1,
) -> None:
    """Write a believable feed; the same numbers give the same bytes.

    Parameters
    ----------
    folder
        Where the files go; it must be empty, or not there yet.
    centres
        How many centres.
    learners
        How many learners.
    seed
        Another seed gives other people.

    """

    async def work() -> int:
        empty_folder_there(folder)
        return write_sample_feed(folder, centres=centres, learners=learners, seed=seed).entries

    sentence = f"Wrote {learners:,} learners with {run(work):,} entries to {folder}."
    Console(emoji=False).print(sentence, markup=False, highlight=False)


def refresh(*, everything: bool = False) -> None:
    """Derive again what the calendar has changed.

    Parameters
    ----------
    everything
        Derive every learner, due or not.

    """

    async def work() -> int:
        if everything:
            demand(CONSOLE, Permission.FLAG_RECALCULATE, everywhere=True)
        day = Clock(Settings().today).today()
        async with opened() as database:
            return await refreshing.refresh(database, day, everything=everything)

    Console().print(f"{learners_in_words(run(work))} derived.")
