"""How a feed is to be applied, how far it has come, and what became of it."""

from typing import NamedTuple, Protocol

from auth.viewer import CONSOLE, Viewer
from domain.vocabulary import Vocabulary
from exchange.feed.problems import FeedProblem


class Mode(Vocabulary):
    """What becomes of rows that a feed does not mention."""

    DELTA = "DELTA", "Delta", "What the feed does not mention stays as it is."
    FULL = "FULL", "Full", "What the feed no longer mentions is closed, file by file."


class FeedOutcome(Vocabulary):
    """How far a run has come, or how it ended."""

    WAITING = "WAITING", "Waiting", "The feed was accepted and stands in line."
    RUNNING = (
        "RUNNING",
        "Running",
        "The feed is being checked and applied; nothing shows of it yet.",
    )
    APPLIED = "APPLIED", "Applied", "The whole feed was applied."
    PARTLY_APPLIED = (
        "PARTLY_APPLIED",
        "Partly applied",
        "The good rows were applied and the others refused.",
    )
    REFUSED = "REFUSED", "Refused", "The feed has faults, and nothing of it was applied."
    TRIED = "TRIED", "Tried", "A dry run came to its end; nothing was changed."
    FAILED = (
        "FAILED",
        "Failed",
        "Something went wrong on our side and nothing was changed; its problem says what to do.",
    )


class Options(NamedTuple):
    """How a feed is to be applied, and by whom."""

    actor: str
    mode: Mode = Mode.DELTA
    partial: bool = False
    dry_run: bool = False
    viewer: Viewer = CONSOLE
    """Who it is in the log."""


class FileReport(NamedTuple):
    """What became of one file."""

    name: str
    sha256: str
    created: int = 0
    changed: int = 0
    same: int = 0
    refused: int = 0
    closed: int = 0


class Report(NamedTuple):
    """What became of a feed."""

    outcome: FeedOutcome
    files: tuple[FileReport, ...]
    problems: tuple[FeedProblem, ...]
    problem_count: int
    warnings: tuple[FeedProblem, ...]
    warning_count: int
    learners_derived: int
    seconds: float
    run_id: int | None

    @property
    def unchanged(self) -> bool:
        """Whether there was nothing to change."""
        return not any(file.created or file.changed or file.closed for file in self.files)


class Progress(Protocol):
    """Where a run tells how far it has come."""

    def begin(self, step: str, total: int | None) -> None:
        """A step begins, of so many rows or learners where that is known."""

    def advance(self, done: int) -> None:
        """So many more are done."""


class NoProgress:
    """Nobody is watching."""

    def begin(self, step: str, total: int | None) -> None:
        """Say nothing."""

    def advance(self, done: int) -> None:
        """Say nothing."""
