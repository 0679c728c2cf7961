"""The civil day and the current instant."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from domain.days import CIVIL_ZONE


@dataclass(frozen=True, slots=True)
class Clock:
    """The civil day by which the Diploma is judged, which may be pinned, and the real instant."""

    pinned: date | None = None

    def today(self) -> date:
        """The civil day in the United Kingdom, or the pinned one."""
        return self.pinned or datetime.now(CIVIL_ZONE).date()

    def now(self) -> datetime:
        """The real instant, in UTC, which nothing pins: sessions and the history go by it."""
        return datetime.now(UTC)
