"""The audit log: who did what, and who read which record. It is append-only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from auth.viewer import Viewer
from database.connection import Connection
from database.news import about_access
from domain.vocabulary import Vocabulary


class EventKind(Vocabulary):
    """What happened."""

    ACCESS_CHANGED = "ACCESS_CHANGED", "Access changed", "Somebody's rights at a centre changed."
    ACCESS_GIVEN_UP = "ACCESS_GIVEN_UP", "Access given up", "Somebody gave up access to a centre."
    ACCESS_GRANTED = "ACCESS_GRANTED", "Access granted", "Somebody was let in at a centre."
    ACCESS_REVOKED = "ACCESS_REVOKED", "Access revoked", "Somebody's access to a centre ended."
    ACCOUNT_CHANGED = "ACCOUNT_CHANGED", "Account changed", "Somebody changed their own names."
    ACCOUNT_DISABLED = "ACCOUNT_DISABLED", "Account disabled", "An account was closed."
    ACCOUNT_ENABLED = "ACCOUNT_ENABLED", "Account enabled", "An account was opened again."
    ACCOUNT_REGISTERED = (
        "ACCOUNT_REGISTERED",
        "Account registered",
        "Somebody asked for an account.",
    )
    EMAIL_CONFIRMED = "EMAIL_CONFIRMED", "E-mail confirmed", "An e-mail address was confirmed."
    EXPORT_MADE = "EXPORT_MADE", "Export made", "Somebody took a list away as a file."
    FEED_APPLIED = "FEED_APPLIED", "Feed applied", "A feed was applied, in part, or refused."
    LOG_IN = "LOG_IN", "Log-in", "Somebody logged in."
    LOG_IN_REFUSED = "LOG_IN_REFUSED", "Log-in refused", "Somebody was not let in."
    LOG_OUT = "LOG_OUT", "Log-out", "Somebody logged out."
    PASSWORD_CHANGED = "PASSWORD_CHANGED", "Password changed", "Somebody changed their password."
    PASSWORD_RESET = "PASSWORD_RESET", "Password reset", "A password was set by way of a mail."
    PASSWORD_RESET_REQUESTED = (
        "PASSWORD_RESET_REQUESTED",
        "Password reset requested",
        "Somebody asked for a mail to set a password.",
    )
    RECORD_READ = "RECORD_READ", "Record read", "Somebody looked at a learner's record."
    REFUSED = "REFUSED", "Refused", "Somebody tried what they may not do."
    RETENTION_APPLIED = (
        "RETENTION_APPLIED",
        "Retention applied",
        "What was past its time was removed, or lost its names.",
    )
    SESSION_ENDED = "SESSION_ENDED", "Session ended", "Somebody ended one of their sessions."
    SUBJECT_ACCESS_MADE = (
        "SUBJECT_ACCESS_MADE",
        "Subject access made",
        "All that is held about a learner was put together for that learner.",
    )
    TERMS_ACCEPTED = "TERMS_ACCEPTED", "Terms accepted", "Somebody accepted the terms of use."
    TERMS_PUBLISHED = "TERMS_PUBLISHED", "Terms published", "New terms of use were published."
    TEXT_CHANGED = "TEXT_CHANGED", "Text changed", "A link, contact or help topic was changed."
    THROTTLED = "THROTTLED", "Throttled", "Somebody tried too often, and has to wait."
    TOKEN_CREATED = "TOKEN_CREATED", "Token created", "A token for a program was made."
    TOKEN_REVOKED = "TOKEN_REVOKED", "Token revoked", "A token for a program was ended."
    TOKEN_USED = "TOKEN_USED", "Token used", "A program used its token, told once a minute."


class Event(msgspec.Struct, frozen=True, gc=False):
    """One thing that happened; keys are those of rows, None where there is none."""

    at: datetime
    kind: EventKind
    actor_id: int | None = None
    standing: str | None = None
    """Who the actor was at the centre."""
    centre_id: int | None = None
    learner_id: int | None = None
    user_id: int | None = None
    """The account it was done to."""
    code: str | None = None
    """Why it was refused, or what came of it."""
    subject: str | None = None
    """The field, feed or token it is about; never a learner's name or number."""
    address: str | None = None
    request_id: str | None = None


_FOR_ALL: Final = frozenset({EventKind.TERMS_PUBLISHED})
BEARS_ON_ACCESS: Final = _FOR_ALL | {
    EventKind.ACCESS_CHANGED,
    EventKind.ACCESS_GIVEN_UP,
    EventKind.ACCESS_REVOKED,
    EventKind.ACCOUNT_DISABLED,
    EventKind.LOG_OUT,
    EventKind.PASSWORD_CHANGED,
    EventKind.PASSWORD_RESET,
    EventKind.SESSION_ENDED,
    EventKind.TOKEN_REVOKED,
}
"""Kinds of events after which open subscriptions check their reader's access again."""

_COLUMNS: Final = Event.__struct_fields__
_LONGEST: Final = {
    "kind": 30,
    "standing": 30,
    "code": 60,
    "subject": 120,
    "address": 45,
    "request_id": 64,
}
"""Characters that the columns of texts hold."""
_APPEND: Final = (
    f"INSERT INTO event ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608 - columns are ours
)


def event(
    kind: EventKind,
    viewer: Viewer,
    now: datetime,
    *,
    centre_id: int | None = None,
    learner_id: int | None = None,
    user_id: int | None = None,
    code: str | None = None,
    subject: str | None = None,
) -> Event:
    """Something the viewer did, with where and in which request."""
    return Event(
        at=now,
        kind=kind,
        actor_id=viewer.user_id,
        standing=viewer.standing_at(centre_id).value,
        centre_id=centre_id,
        learner_id=learner_id,
        user_id=user_id,
        code=code,
        subject=subject,
        address=viewer.address,
        request_id=viewer.request_id,
    )


async def append(connection: Connection, *events: Event) -> None:
    """Write events, as part of a transaction or on their own."""
    await append_all(connection, events)


async def append_all(connection: Connection, events: Sequence[Event]) -> None:
    """Write many events in one go."""
    await connection.execute_many(_APPEND, [_values(told) for told in events])
    await connection.tell(
        f"{_topic(told)} {told.kind}" for told in events if told.kind in BEARS_ON_ACCESS
    )


def _topic(told: Event) -> str:
    return about_access(None if told.kind in _FOR_ALL else told.user_id or told.actor_id)


def _values(told: Event) -> tuple[object, ...]:
    return tuple(map(_stored, _COLUMNS, msgspec.structs.astuple(told)))


def _stored(column: str, value: object) -> object:
    # What is too long for its column must not keep everything else from being written.
    return str(value)[: _LONGEST[column]] if isinstance(value, str) else value
