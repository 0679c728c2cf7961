"""What may go wrong with a database although nobody did anything wrong."""

from enum import StrEnum

from database.deadline import DeadlineError, is_away
from database.transactions import is_busy


class Trouble(StrEnum):
    """What may keep a statement from being carried out although nobody did anything wrong."""

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
