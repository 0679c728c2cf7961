"""What an operation leaves for the log: whose records were read, and what was refused."""

from collections.abc import Callable, Iterable
from datetime import datetime

from auth.events import Event, EventKind, event
from auth.viewer import Viewer
from domain.errors import Refused
from loaders.rows import RegistrationRow


class AuditTrail:
    """Events and reads of one operation, until they are handed on to be written."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """Begin with nothing."""
        self._now = now
        self.events: list[Event] = []
        self.reads: list[tuple[Viewer, set[int]]] = []
        """Who looked, and the registrations of the learners whose records they looked at."""
        self.learners: set[int] = set()
        """Whose whole record is looked at, with all registrations that are shown beside it."""

    def read(self, viewer: Viewer, row: object) -> None:
        """A learner's record is looked at, or a part of it; rows of no learner are none."""
        key = row.id if isinstance(row, RegistrationRow) else getattr(row, "registration_id", None)
        if key is None:
            return
        if not self.reads or self.reads[-1][0] is not viewer:
            self.reads.append((viewer, set()))
        self.reads[-1][1].add(key)

    def unread(self) -> None:
        """Nothing of what was read is told."""
        self.reads.clear()
        self.learners.clear()

    def listed(self, viewer: Viewer, rows: Iterable[object], *, of_one: bool = False) -> None:
        """Learners are listed: records that are looked at by staff, and by all where `of_one`."""
        if of_one or viewer.staff is not None:
            for row in rows:
                self.read(viewer, row)

    def refused(self, viewer: Viewer, refusal: Refused, field: str) -> None:
        """Somebody tried what they may not do; told once a field and centre."""
        if refusal.code != Refused.code:
            return  # who has yet to log in or to accept the terms did not try anything
        centre_id = refusal.centre_id
        if any((told.subject, told.centre_id) == (field, centre_id) for told in self.events):
            return
        self.events.append(
            event(
                EventKind.REFUSED,
                viewer,
                self._now(),
                code=refusal.needs or refusal.code,
                subject=field,
                centre_id=centre_id,
            )
        )

    def throttled(self, viewer: Viewer, field: str) -> None:
        """Somebody tries too often."""
        self.events.append(event(EventKind.THROTTLED, viewer, self._now(), subject=field))

    def clear(self) -> None:
        """Begin anew, once it is handed on; a stream has many results."""
        self.events.clear()
        self.reads.clear()
