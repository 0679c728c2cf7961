"""What the situations of every component have in common."""

from collections.abc import Iterable
from datetime import timedelta

from domain.vocabulary import EntryStatus, UlnState
from exchange.sample.draft import Entry
from exchange.sample.season import Session

POSTING_DAYS = 9
"""Days that DAS takes to show a result."""


def settle(entry: Entry, session: Session, result: str) -> None:
    """The entry is resulted on the results day of a session that is over."""
    entry.result = result
    entry.result_release_on = session.results_on.isoformat()


def submit(entry: Entry, submitted_on: str) -> None:
    """Marks came in on a day; the entry cannot be younger."""
    entry.marks_submitted_on = submitted_on
    entry.entered_on = min(entry.entered_on, submitted_on)


def after_results(session: Session) -> str:
    """The day on which DAS shows what a session finished."""
    return (session.results_on + timedelta(days=POSTING_DAYS)).isoformat()


def withdraw(entries: Iterable[Entry]) -> None:
    """The entries no longer stand."""
    for entry in entries:
        entry.status = EntryStatus.WITHDRAWN
        entry.marks_submitted_on = entry.result = entry.result_release_on = ""


def unmatch(entries: Iterable[Entry], *, missing: bool) -> None:
    """The entries carry no ULN, or another one than the learner's."""
    for entry in entries:
        entry.uln_state = UlnState.MISSING if missing else UlnState.MISMATCHED
