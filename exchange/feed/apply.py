"""A feed from start to end: four stages of checks, then one transaction, all or nothing."""

import asyncio
from contextlib import aclosing
from datetime import UTC, date, datetime

from actions.locks import lock_feeds
from actions.storing import mark_modified
from database.connection import Connection, Database
from database.query import Clause
from exchange.feed.attach import prepare_entries, write_entries
from exchange.feed.checks import check_file, looked_at
from exchange.feed.closing import close_unmentioned
from exchange.feed.consortia import merge_consortia
from exchange.feed.contract import FILE_BY_NAME
from exchange.feed.derive import derive_touched
from exchange.feed.doubts import warn_of_doubts
from exchange.feed.half_names import with_name_keys
from exchange.feed.history import record_closing, record_merge
from exchange.feed.merge import (
    MERGE_BY_FILE,
    MergeCounts,
    count,
    follow_registrations,
    prepare,
    ready_name,
    write,
)
from exchange.feed.outdated import ABOUT_DAS, create_newer, leave_newer, warning
from exchange.feed.prefetch import prefetched
from exchange.feed.problems import FeedProblem, Problems
from exchange.feed.reading import Layout, RowReader, check_header
from exchange.feed.refused import put_aside
from exchange.feed.report import (
    FeedOutcome,
    FileReport,
    Mode,
    NoProgress,
    Options,
    Progress,
    Report,
)
from exchange.feed.results import warn_of_components, warn_of_results
from exchange.feed.runs import begin_run, record_run
from exchange.feed.source import FeedFile, Source
from exchange.feed.staging import (
    FEW,
    analyse,
    create_stages,
    drop_stages,
    expect_much,
    load_batch,
)
from exchange.feed.touch import (
    TOUCHED,
    create_touched,
    number_touched,
    reattach_among_courses,
    reattach_people,
    reattach_qualifications,
    remember_people,
    touch_by_file,
)
from exchange.feed.undated import hold_again
from loaders.feed_runs import FeedRunRow


class _RolledBackError(Exception):
    """Leaves the transaction without a trace."""


class _Run:
    """One feed on its way through the stages."""

    def __init__(
        self, source: Source, options: Options, day: date, progress: Progress, started: datetime
    ) -> None:
        self.source = source
        self.started = started
        self.options = options
        self.day = day
        self.progress = progress
        self.problems = Problems()
        self.files: list[FeedFile] = []
        self.layouts: dict[str, Layout] = {}
        self.refused: dict[str, set[int]] = {}
        self.few: dict[str, bool] = {}
        """Of each file, whether looking through all of its rows takes hardly any time."""
        self.broken = False
        """Whether a file could not be read to its end."""
        self.counts: dict[str, MergeCounts] = {}
        self.closed: dict[str, int] = {}
        self.derived = 0
        self.ended = False
        """Whether it came to its end, for nothing as it may be."""

    @property
    def stopped(self) -> bool:
        """Whether faults forbid to go on."""
        if not self.problems:
            return False
        return not self.options.partial or self.broken

    def look(self) -> bool:
        """Stages 1 and 2, which need no database; whether to go on."""
        self.files = self.source.check(self.problems)
        if self.problems:
            return False
        for feed_file in self.files:
            layout = check_header(self.source, FILE_BY_NAME[feed_file.name], self.problems)
            if layout is not None:
                self.layouts[feed_file.name] = layout
        return not self.problems

    async def apply(self, connection: Connection) -> None:
        """Stages 3 and 4, then the merge and the derivation."""
        await lock_feeds(connection)
        await expect_much(connection)
        await create_stages(connection, looked_at(layout.file for layout in self._in_order()))
        await self._stage_rows(connection)
        if self.stopped:
            raise _RolledBackError
        await self._check(connection)
        if self.stopped:
            raise _RolledBackError
        await create_touched(connection)
        if not ABOUT_DAS.isdisjoint(self.layouts):
            await create_newer(connection)
        for layout in self._in_order():
            await self._merge(connection, layout)
        if self.options.mode is Mode.FULL:
            await self._close(connection)
        for layout in self._in_order():
            await warn_of_doubts(connection, layout, self.problems)
        await self._derive(connection)
        await drop_stages(connection)
        self.ended = True
        if self.options.dry_run or self._in_vain:
            raise _RolledBackError

    @property
    def _in_vain(self) -> bool:
        """Whether every row was refused."""
        return bool(self.problems) and not any(map(any, self.counts.values()))

    def _in_order(self) -> list[Layout]:
        return [self.layouts[name] for name in FILE_BY_NAME if name in self.layouts]

    async def _stage_rows(self, connection: Connection) -> None:
        lines = {file.name: file.lines for file in self.files}
        for layout in self._in_order():
            name = layout.file.name
            self.progress.begin(f"Reading {name}", max(lines[name] - 1, 0))
            reader, staged = RowReader(layout, connection.dialect, self.problems), 0
            async with aclosing(prefetched(reader.batches(self.source))) as batches:
                async for batch in batches:
                    named = await with_name_keys(connection, layout, batch)
                    await load_batch(connection, layout, named)
                    staged += len(batch)
                    self.progress.advance(len(batch))
            self.refused[name] = reader.refused
            self.broken |= reader.broken
            self.few[name] = staged <= FEW
            await analyse(connection, layout.file, staged)
            if name == "lines.csv" and not staged and not reader.refused:
                self._refuse_no_lines()

    def _refuse_no_lines(self) -> None:
        """A full file of lines without a row would close every line, which nobody means."""
        if self.options.mode is Mode.FULL:
            self.broken = True
            message = "A full feed closes the lines that it does not mention; here that is all."
            self.problems.add(FeedProblem("lines.csv", None, None, "NO_ROWS", None, message))

    async def _check(self, connection: Connection) -> None:
        self.progress.begin("Checking across files", None)
        for layout in self._in_order():
            name = layout.file.name
            self.refused[name] |= await check_file(connection, layout, self.problems)

    async def _merge(self, connection: Connection, layout: Layout) -> None:
        name, header = layout.file.name, frozenset(layout.header)
        self.progress.begin(f"Writing {name}", None)
        if name == "consortia.csv":
            self.counts[name] = await merge_consortia(connection, few=self.few[name])
            return
        if name == "entries.csv":
            entries = await prepare_entries(connection, header, self.day, few=self.few[name])
            for undated in entries:
                self.problems.warn(undated.warning(name, "result_release_on"))
            await warn_of_results(connection, self.problems)
            counts = await count(connection, ready_name(name))
        else:
            full, few = self.options.mode is Mode.FULL, self.few[name]
            merge, about_das = MERGE_BY_FILE[name], name in ABOUT_DAS
            counts = await prepare(connection, merge, header, few=few, full=full, always=about_das)
            if about_das:
                counts = await self._leave_newer(connection, name, counts)
        self.counts[name] = counts
        if counts.created or counts.changed:
            await self._write(connection, name, counts)
            await self._follow(connection, name, counts)

    async def _leave_newer(
        self, connection: Connection, name: str, counts: MergeCounts
    ) -> MergeCounts:
        """Pass over what is older than what is known from DAS, which counts as the same."""
        full = self.options.mode is Mode.FULL
        older = await leave_newer(connection, name, self.day, full=full)
        if not older:
            return counts
        self.problems.warn(warning(name, older))
        counts = await count(connection, ready_name(name))
        return counts._replace(same=counts.same + older)

    async def _write(self, connection: Connection, name: str, counts: MergeCounts) -> None:
        """Write the ready rows of a file, and keep what was there before."""
        if name == "entries.csv":
            await write_entries(connection, counts)
            return
        await remember_people(connection, name, few=self.few[name])
        if counts.changed:
            await record_merge(connection, name, self.options.viewer, self.started)
        await write(connection, MERGE_BY_FILE[name], counts)

    async def _follow(self, connection: Connection, name: str, counts: MergeCounts) -> None:
        """What else a file's changes move: entries, and the learners to derive again."""
        await touch_by_file(connection, name)
        if name == "qualifications.csv":
            await reattach_qualifications(connection)
            follow = "entries.csv" in self.layouts
            await warn_of_components(connection, self.problems, entries_follow=follow)
        elif name == "series.csv":
            for undated in await hold_again(connection, self.day):
                self.problems.warn(undated.warning(name, "results_month"))
        elif name == "requirements.csv":
            await reattach_among_courses(connection)
        elif name == "learners.csv":
            await reattach_people(connection, name)
        elif name == "registrations.csv":
            if counts.changed:
                await follow_registrations(connection)
            await reattach_people(connection, name)

    async def _close(self, connection: Connection) -> None:
        """Close what a full feed no longer mentions."""
        for layout in self._in_order():
            name = layout.file.name
            # A refused row is mentioned, though not applied; what it names stays open.
            if not self.refused[name]:
                await record_closing(connection, name, self.options.viewer, self.started)
                self.closed[name] = await close_unmentioned(connection, name)
        if self.closed.get("registrations.csv"):
            await reattach_among_courses(connection)

    async def _derive(self, connection: Connection) -> None:
        self.progress.begin("Deriving flags", await number_touched(connection))
        self.derived = await derive_touched(connection, self.day, self.progress.advance)
        touched = Clause(f"registration_id IN (SELECT q.registration_id FROM {TOUCHED} q)")  # noqa: S608
        await mark_modified(connection, touched, self.started)

    def report(self, outcome: FeedOutcome, seconds: float, run_id: int | None) -> Report:
        """What became of it."""
        files = tuple(
            FileReport(
                file.name,
                file.sha256,
                *self.counts.get(file.name, MergeCounts()),
                len(self.refused.get(file.name, ())),
                self.closed.get(file.name, 0),
            )
            for file in self.files
        )
        problems = self.problems
        return Report(
            outcome,
            files,
            tuple(problems.listed),
            problems.count,
            tuple(problems.warnings),
            problems.warning_count,
            self.derived,
            seconds,
            run_id,
        )


async def apply_feed(
    database: Database,
    source: Source,
    options: Options,
    *,
    day: date,
    progress: Progress | None = None,
    accepted: FeedRunRow | None = None,
) -> Report:
    """Apply a feed on a civil day; what is refused is told in the report and changes nothing.

    A run that was accepted before is written down whatever becomes of it, a dry run included.
    """
    started = datetime.now(UTC)
    begun = accepted or begin_run(options, source.name, started)
    run = _Run(source, options, day, progress or NoProgress(), started)
    outcome = FeedOutcome.REFUSED

    def report(run_id: int | None) -> Report:
        return run.report(outcome, (datetime.now(UTC) - started).total_seconds(), run_id)

    run.progress.begin("Checking files", None)
    # Large files take a while to read, and the server goes on answering others.
    if await asyncio.to_thread(run.look):
        try:
            async with database.transaction() as connection:
                await run.apply(connection)
                outcome = FeedOutcome.PARTLY_APPLIED if run.problems else FeedOutcome.APPLIED
                await record_run(connection, begun, report(begun.id), options.viewer)
        except _RolledBackError:
            tried = run.ended and options.dry_run
            outcome = FeedOutcome.TRIED if tried else FeedOutcome.REFUSED
    applied = outcome in {FeedOutcome.APPLIED, FeedOutcome.PARTLY_APPLIED}
    recorded = accepted is not None or not options.dry_run
    if recorded and not applied:
        async with database.transaction() as connection:
            await record_run(connection, begun, report(begun.id), options.viewer)
    if options.partial and run.ended and not options.dry_run:
        for layout in run.layouts.values():
            refused = run.refused[layout.file.name]
            await asyncio.to_thread(put_aside, source, layout, refused, run.problems)
    return report(begun.id if recorded else None)
