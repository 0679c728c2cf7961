"""Writes the history: one entry for each changed field, in the same transaction."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import uuid4

from auth.viewer import Viewer
from database.connection import Connection
from database.news import about_centre
from domain.vocabulary import NewsKind

_INSERT = (
    "INSERT INTO change (at, source, actor_id, standing, centre_id, learner_id, object_type,"
    " object_id, about, field, before, after, request_id, batch, undoes_id)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


_NEWS = {
    "DECLARATION": NewsKind.DECLARATIONS,
    "ISSUE": NewsKind.ISSUES,
    "REGISTRATION": NewsKind.AWARDS,
}
"""The kind of news sent for a change, by the type of its object."""


class Subject(NamedTuple):
    """What was changed."""

    object_type: str
    """USER, GRANT, REGISTRATION, DECLARATION, ISSUE …"""
    object_id: int
    centre_id: int | None = None
    learner_id: int | None = None
    about: str | None = None
    """Which one it is, where its id will not tell that for long."""


class FieldChange(NamedTuple):
    """What became of one field of one object."""

    subject: Subject
    field: str
    before: str | None
    after: str | None
    undoes_id: int | None = None
    """The change that this one puts back."""


def new_batch() -> str:
    """What all changes of one edit have in common."""
    return uuid4().hex


async def record_changes(
    connection: Connection,
    viewer: Viewer,
    now: datetime,
    changes: Iterable[FieldChange],
    *,
    batch: str | None = None,
) -> None:
    """Keep what became of fields; nothing is kept where nothing became of one."""
    source = "SYSTEM" if viewer.user_id is None else "USER"
    made = [change for change in changes if change.before != change.after]
    await connection.execute_many(
        _INSERT,
        [
            (
                *(now, source, viewer.user_id),
                viewer.standing_at(change.subject.centre_id).value,
                *(change.subject.centre_id, change.subject.learner_id),
                *(change.subject.object_type, change.subject.object_id, change.subject.about),
                *(change.field, change.before, change.after),
                *(viewer.request_id, batch, change.undoes_id),
            )
            for change in made
        ],
    )
    await connection.tell(
        f"{about_centre(subject.centre_id)} {_NEWS[subject.object_type]}"
        for subject in (change.subject for change in made)
        if subject.centre_id is not None and subject.object_type in _NEWS
    )


async def record_change(
    connection: Connection,
    viewer: Viewer,
    now: datetime,
    subject: Subject,
    field: str,
    before: str | None,
    after: str | None,
) -> None:
    """Keep what became of one field."""
    await record_changes(connection, viewer, now, [FieldChange(subject, field, before, after)])
