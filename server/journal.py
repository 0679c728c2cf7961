"""One line and some numbers for every operation; no variable, no value, no document in them."""

import time
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from auth.viewer import Footing
from server.asked import JSON
from server.metrics import OTHER, Metrics

log = structlog.get_logger(__name__)

NAME_LENGTH: Final = 80
"""Characters of an operation's name that are written."""


@dataclass(slots=True)
class Operation:
    """What is known of an operation, more and more while it is carried out."""

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

    @property
    def caller(self) -> str:
        """The kind of caller, as a word."""
        return "unknown" if self.footing is None else self.footing.value


class Traces(Protocol):
    """Whoever keeps traces of what has ended, and how many seconds it took."""

    def operation(self, operation: Operation, seconds: float) -> None:
        """An operation."""

    def feed(self, outcome: str, seconds: float) -> None:
        """A feed."""


class Journal:
    """Writes a line for every operation, and counts operations and feeds."""

    def __init__(
        self, metrics: Metrics, names: frozenset[str], traces: Traces | None = None
    ) -> None:
        """Count operations by name where the name is that of a stored one."""
        self._traces = traces
        self._metrics = metrics
        self._names = names

    def note(self, operation: Operation) -> None:
        """Tell of an operation that has ended."""
        seconds = time.perf_counter() - operation.started
        known = operation.stored and operation.name in self._names
        name = operation.name if known and operation.name is not None else OTHER
        self._metrics.operation(
            name, operation.caller, operation.outcome, seconds=seconds, cost=operation.cost
        )
        if self._traces is not None:
            self._traces.operation(operation, seconds)
        if operation.log_in is not None:
            self._metrics.log_in(let_in=operation.log_in)
        log.info(
            "operation",
            name=None if operation.name is None else operation.name[:NAME_LENGTH],
            caller=operation.caller,
            centres=operation.centres,
            milliseconds=round(1000 * seconds, 1),
            cost=operation.cost,
            outcome=operation.outcome,
        )

    def feed_ended(self, outcome: str, seconds: float) -> None:
        """Tell of a feed that came to its end."""
        self._metrics.feed_run(outcome)
        if self._traces is not None:
            self._traces.feed(outcome, seconds)
