"""Logs and measures every operation, without its variables, values or document."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import structlog

from auth.viewer import Footing
from database.statement_count import StatementCount
from schema.context import Waiting
from server.asked import JSON
from server.metrics import OTHER, Metrics

log = structlog.get_logger(__name__)

MOST_FIELDS: Final = 5
"""Fields that are told of a slow operation."""
NAME_LENGTH: Final = 80
"""Characters of an operation's name that are written."""


@dataclass(slots=True)
class Operation:
    """What is logged of an operation, filled in while it is carried out."""

    started: float
    media_type: str = JSON
    footing: Footing | None = None
    """How its caller asks; None when it was refused before that was known."""
    centres: int = 0
    """Centres at which the caller holds a grant."""
    name: str | None = None
    mutates: bool = False
    stored: bool = False
    log_in: bool | None = None
    """Whether somebody was let in; None where nobody tried."""
    cost: int | None = None
    outcome: str = "OK"
    """OK, or the code of the first error."""
    tally: StatementCount = field(default_factory=StatementCount)
    """What it took of the database."""
    waiting: Mapping[str, Waiting] = field(default_factory=dict)
    """Which fields it waited for."""
    batches: Sequence[int] = ()
    """For how many keys loaders were asked, each time."""

    def took(self) -> dict[str, float]:
        """What it has taken so far, for those who look after the service."""
        return {
            "statements": self.tally.statements,
            "rows": self.tally.rows,
            "milliseconds": round(1000 * (time.perf_counter() - self.started), 1),
        }

    def slowest(self) -> list[dict[str, object]]:
        """The fields that were waited for longest."""
        longest = sorted(self.waiting.items(), key=lambda item: -item[1].seconds)[:MOST_FIELDS]
        return [
            {
                "field": name,
                "objects": waiting.objects,
                "milliseconds": round(1000 * waiting.seconds, 1),
            }
            for name, waiting in longest
        ]

    @property
    def caller(self) -> str:
        """The kind of caller, as a word."""
        return "unknown" if self.footing is None else self.footing.value


class Traces(Protocol):
    """Receives a span for every operation and feed that has ended."""

    def operation(self, operation: Operation, seconds: float) -> None:
        """An operation."""

    def feed(self, outcome: str, seconds: float) -> None:
        """A feed."""


class Journal:
    """Writes a line for every operation, and counts operations and feeds."""

    def __init__(
        self,
        metrics: Metrics,
        names: frozenset[str],
        slow: float,
        traces: Traces | None = None,
    ) -> None:
        """Count operations by name where the name is that of a stored one.

        What takes so many seconds or more is slow, and told with what it waited for.
        """
        self._slow = slow
        self._traces = traces
        self._metrics = metrics
        self._names = names
        self._log = log.bind()  # made once: that takes as long as to write a line

    def note(self, operation: Operation) -> None:
        """Tell of an operation that has ended."""
        seconds = time.perf_counter() - operation.started
        known = operation.stored and operation.name in self._names
        name = operation.name if known and operation.name is not None else OTHER
        self._metrics.operation(
            name,
            operation.caller,
            operation.outcome,
            seconds=seconds,
            cost=operation.cost,
            statements=operation.tally.statements,
            batches=operation.batches,
        )
        if self._traces is not None:
            self._traces.operation(operation, seconds)
        if operation.log_in is not None:
            self._metrics.log_in(let_in=operation.log_in)
        self._log.info(
            "operation",
            name=None if operation.name is None else operation.name[:NAME_LENGTH],
            caller=operation.caller,
            centres=operation.centres,
            milliseconds=round(1000 * seconds, 1),
            cost=operation.cost,
            statements=operation.tally.statements,
            outcome=operation.outcome,
        )
        if seconds >= self._slow:
            self._log.warning(
                "slow_operation",
                name=None if operation.name is None else operation.name[:NAME_LENGTH],
                milliseconds=round(1000 * seconds, 1),
                statements=operation.tally.statements,
                rows=operation.tally.rows,
                slowest=operation.slowest(),
            )

    def feed_ended(self, outcome: str, seconds: float) -> None:
        """Tell of a feed that came to its end."""
        self._metrics.feed_run(outcome)
        if self._traces is not None:
            self._traces.feed(outcome, seconds)
