"""The history: one entry a change, in the transaction that makes it."""

from datetime import datetime
from typing import NamedTuple

from auth.viewer import Viewer
from models.database import Connection


class Subject(NamedTuple):
    """What was changed."""

    object_type: str
    """USER, GRANT, REGISTRATION, DECLARATION …"""
    object_id: int
    centre_id: int | None = None
    learner_id: int | None = None


async def record_change(
    connection: Connection,
    viewer: Viewer,
    now: datetime,
    subject: Subject,
    field: str,
    before: str | None,
    after: str | None,
) -> None:
    """Keep what became of one field; nothing is kept when nothing became of it."""
    if before == after:
        return
    await connection.execute(
        "INSERT INTO change (at, source, actor_id, standing, centre_id, learner_id, object_type,"
        " object_id, field, before, after, request_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        now,
        "SYSTEM" if viewer.user_id is None else "USER",
        viewer.user_id,
        viewer.standing_at(subject.centre_id).value,
        subject.centre_id,
        subject.learner_id,
        subject.object_type,
        subject.object_id,
        field,
        before,
        after,
        viewer.request_id,
    )
