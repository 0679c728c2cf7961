"""Acknowledging issues: shows who has taken an issue on, and hides nothing."""

from datetime import datetime
from typing import Final

import msgspec

from actions.changes import FieldChange, Subject, new_batch, record_changes
from actions.locks import editing, lock_learners
from actions.storing import mark_modified
from auth import scope
from auth.explain import demand
from auth.permissions import Permission
from auth.sessions import viewer_now
from auth.viewer import Viewer
from database.connection import Connection, Database
from database.query import Clause
from domain.errors import Conflict, Invalid, Missing

LONGEST_NOTE: Final = 1_000


class IssueState(msgspec.Struct, frozen=True):
    """The columns of an issue that an acknowledgement needs."""

    id: int
    learner_id: int
    registration_id: int
    centre_id: int
    acknowledged_at: datetime | None
    note: str | None
    version: int
    code: str
    component: str

    @property
    def subject(self) -> Subject:
        """The issue as the history names it."""
        about = f"{self.code} {self.component}".strip()
        return Subject("ISSUE", self.id, self.centre_id, self.learner_id, about)

    @property
    def told(self) -> str | None:
        """What the history says of it: the note, empty without one; None when nobody is on it."""
        return None if self.acknowledged_at is None else self.note or ""


async def acknowledge(
    database: Database,
    viewer: Viewer,
    issue_id: int,
    *,
    note: str | None,
    expected_version: int,
    now: datetime,
) -> None:
    """Take an issue on, with a note; raises Missing, Refused, Conflict or Invalid."""
    kept = _checked(note)
    async with editing(database) as connection:
        issue = await _locked(connection, viewer, issue_id, expected_version)
        if issue.told == (kept or ""):
            return
        await write_acknowledgement(connection, viewer, issue, kept or "", now)


async def unacknowledge(
    database: Database, viewer: Viewer, issue_id: int, *, expected_version: int, now: datetime
) -> None:
    """Give an issue back; one that nobody is on stays as it is."""
    async with editing(database) as connection:
        issue = await _locked(connection, viewer, issue_id, expected_version)
        if issue.told is not None:
            await write_acknowledgement(connection, viewer, issue, None, now)


async def write_acknowledgement(
    connection: Connection,
    viewer: Viewer,
    issue: IssueState,
    told: str | None,
    now: datetime,
    *,
    undoes_id: int | None = None,
    batch: str | None = None,
) -> None:
    """Write what the history will say: a note, empty without one, or None for nobody."""
    on_it = told is not None
    await connection.execute(
        "UPDATE issue SET acknowledged_at = ?, acknowledged_by_id = ?, note = ?,"
        " version = version + 1 WHERE id = ?",
        now if on_it else None,
        viewer.user_id if on_it else None,
        told or None,
        issue.id,
    )
    course = Clause("registration_id = ?", (issue.registration_id,))
    await mark_modified(connection, course, now)
    change = FieldChange(issue.subject, "acknowledged", issue.told, told, undoes_id)
    await record_changes(connection, viewer, now, [change], batch=batch or new_batch())


async def lock_issue(connection: Connection, viewer: Viewer, issue_id: int) -> IssueState | None:
    """An issue in reach, kept from others until the transaction ends."""
    where_reach = scope.issues(viewer, connection, "i.centre_id")
    owners = await connection.tuples(
        f"SELECT i.learner_id FROM issue i WHERE i.id = ? AND {where_reach.text}",  # noqa: S608 - clauses are ours
        issue_id,
        *where_reach.params,
    )
    await lock_learners(connection, [row[0] for row in owners])
    found = await connection.rows(
        IssueState,
        "SELECT i.id, i.learner_id, i.registration_id, i.centre_id, i.acknowledged_at, i.note,"  # noqa: S608
        f" i.version, i.code, i.component_type FROM issue i WHERE i.id = ? AND {where_reach.text}",
        issue_id,
        *where_reach.params,
    )
    return found[0] if found else None


async def _locked(
    connection: Connection, viewer: Viewer, issue_id: int, expected_version: int
) -> IssueState:
    viewer = await viewer_now(connection, viewer)
    issue = await lock_issue(connection, viewer, issue_id)
    if issue is None:
        message = "There is no such issue; it may have been put right."
        raise Missing(message, field="id")
    demand(viewer, Permission.ISSUE_ACKNOWLEDGE, issue.centre_id)
    if issue.version != expected_version:
        message = "Somebody else took this issue on, or gave it back, in the meantime."
        raise Conflict(message, field="expectedVersion", current=("Issue", issue.id))
    return issue


def _checked(note: str | None) -> str | None:
    text = (note or "").strip()
    if len(text) > LONGEST_NOTE or "\0" in text:
        message = f"A note has at most {LONGEST_NOTE:,} characters."
        raise Invalid(message, field="note")
    return text or None
