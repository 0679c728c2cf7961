"""Classifies database errors that are no programming error: busy, too slow, unavailable."""

from enum import StrEnum

from database.deadline import DeadlineError, is_away
from database.transactions import is_busy


class Trouble(StrEnum):
    """Why a statement failed without a programming error."""

    BUSY = "BUSY"
    LATE = "DEADLINE_EXCEEDED"
    AWAY = "UNAVAILABLE"


def trouble_of(error: BaseException) -> Trouble | None:
    """Which trouble an error tells of; None for our own faults."""
    if is_busy(error):
        return Trouble.BUSY
    if isinstance(error, DeadlineError):
        return Trouble.LATE
    return Trouble.AWAY if is_away(error) else None
