"""Runs of the importer."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import argument

from domain.errors import Invalid
from exchange.feed.problems import LISTED
from exchange.feed.report import FeedOutcome, Mode
from loaders.batching import Batch
from loaders.feed_runs import (
    FeedProblemRow,
    FeedRunFileRow,
    FeedRunRow,
    files_by_feed_run_id,
    problems_by_feed_run_id,
    warnings_by_feed_run_id,
)
from schema.batched import batched
from schema.context import Info
from schema.types.node import Node
from schema.types.vocabulary import described

described(Mode, "FeedMode")
described(FeedOutcome, "FeedOutcome")

DEFAULT_LISTED = 100

Listed = Annotated[
    int, argument(description=f"How many to give, 1 to {LISTED:,}; further ones are counted only.")
]


@strawberry.type(description="What became of a file of a feed.")
class FeedRunFile:
    """What became of a file of a feed."""

    row = FeedRunFileRow
    name: str = strawberry.field(description="Name of the file.")
    sha256: str = strawberry.field(description="SHA-256 of the file as it came, in hexadecimal.")
    created: int = strawberry.field(description="Rows that were new.")
    changed: int = strawberry.field(description="Rows that replaced what was known.")
    same: int = strawberry.field(description="Rows that were known already.")
    refused: int = strawberry.field(description="Rows with faults.")
    closed: int = strawberry.field(
        description="Known rows that a full feed no longer mentions, and that were closed."
    )


@strawberry.type(description="A fault or an oddity in a feed, told so that it can be put right.")
class FeedProblem:
    """A fault or an oddity in a feed."""

    row = FeedProblemRow
    file: str = strawberry.field(
        description="The file it is in; the name of the feed when it is about the whole."
    )
    row_number: int | None = strawberry.field(
        name="row",
        description="Number of the row as a spreadsheet shows it, the header being row 1; null when"
        " it is about the whole file.",
    )
    column: str | None = strawberry.field(description="The column; null when it is about all.")
    code: str = strawberry.field(description="A stable word for programs.")
    value: str | None = strawberry.field(
        description="What stands there, shortened; null when there is nothing to show."
    )
    message: str = strawberry.field(description="What was expected, in a sentence.")


@strawberry.type(description="One feed that was accepted: how far it has come, or how it ended.")
class FeedRun(Node):
    """One feed that was accepted."""

    row = FeedRunRow
    started_at: datetime = strawberry.field(
        description="When it began; for a feed that came over HTTP, when it was accepted."
    )
    finished_at: datetime | None = strawberry.field(
        description="When it ended; null while it is waiting or running."
    )
    actor: str = strawberry.field(
        description="Who sent it: the log-in, or the user of the machine behind `cli:`."
    )
    source: str = strawberry.field(description="Name of the folder or archive.")
    mode: Mode = strawberry.field(description="What became of rows it did not mention.")
    partial: bool = strawberry.field(
        description="Whether the good rows were to be applied although others have faults."
    )
    dry_run: bool = strawberry.field(description="Whether nothing was to be changed.")
    outcome: FeedOutcome = strawberry.field(description="How far it has come, or how it ended.")
    step: str | None = strawberry.field(
        description="What is being done, in words; null unless it is running."
    )
    rows_done: int = strawberry.field(
        description="Rows, or learners while flags are derived, that the step has done; 0 unless"
        " it is running."
    )
    rows_total: int | None = strawberry.field(
        description="Rows or learners that the step has in all; null where that is not known."
    )
    learners_derived: int = strawberry.field(
        description="Learners whose flags were derived again because of it."
    )
    files: list[FeedRunFile] = batched(
        files_by_feed_run_id,
        key="id",
        description="Its files and what became of their rows; empty until it has ended.",
    )
    problem_count: int = strawberry.field(description="How many faults were found.")
    warning_count: int = strawberry.field(
        description="How many oddities were found, which refuse nothing."
    )

    @strawberry.field(
        description="The first faults; at most 1,000 are kept. Null where an argument is refused."
    )
    async def problems(
        self, info: Info, first: Listed = DEFAULT_LISTED
    ) -> list[FeedProblem] | None:
        """One statement for all runs of a level."""
        return await _first(info, problems_by_feed_run_id, self, first)

    @strawberry.field(
        description="The first oddities; at most 1,000 are kept. Null where an argument is refused."
    )
    async def warnings(
        self, info: Info, first: Listed = DEFAULT_LISTED
    ) -> list[FeedProblem] | None:
        """One statement for all runs of a level."""
        return await _first(info, warnings_by_feed_run_id, self, first)


async def _first(info: Info, batch: Batch, run: FeedRun, first: int) -> list[FeedProblem]:
    """The first of what is kept as a list."""
    if not 1 <= first <= LISTED:
        message = f"Ask for 1 to {LISTED:,}."
        raise Invalid(message, code="PAGE_SIZE", field="first")
    found: list[FeedProblem] = await info.context.load(batch, run.id)
    return found[:first]
