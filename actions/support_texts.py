"""Useful links, contacts and help topics: written and removed by operators."""

import re
from datetime import datetime
from typing import Final, NamedTuple

from actions.changes import FieldChange, Subject, record_changes
from auth.events import EventKind, append, event
from auth.explain import demand
from auth.permissions import Permission
from auth.sessions import viewer_now
from auth.viewer import Viewer
from database.connection import Connection, Database
from domain.errors import Conflict, Invalid, Missing
from domain.people import parse_line
from domain.vocabulary import TextKind

LONGEST_TITLE: Final = 200
LONGEST_BODY: Final = 20_000
LONGEST_URL: Final = 500
MOST_PLACES: Final = 10_000

_KEY: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_KEY: Final = 60
_URL: Final = re.compile(r"https?://[^\s/?#]+(/\S*)?|mailto:[^\s@]+@[^\s@]+")


class Wording(NamedTuple):
    """What a text says."""

    title: str
    body: str
    url: str | None
    place: int

    def checked(self) -> "Wording":
        """The same as it is kept; raises Invalid."""
        body = self.body.strip()
        if not body or len(body) > LONGEST_BODY or "\0" in body:
            message = f"The text must have 1 to {LONGEST_BODY:,} characters."
            raise Invalid(message, field="body")
        url = self.url or None
        if url is not None and (len(url) > LONGEST_URL or not _URL.fullmatch(url)):
            message = "An address begins with https://, http:// or mailto: and has no space."
            raise Invalid(message, code="URL", field="url")
        if not 0 <= self.place <= MOST_PLACES:
            message = f"The place is a number from 0 to {MOST_PLACES:,}."
            raise Invalid(message, field="place")
        title = parse_line(self.title, "title", least=1, most=LONGEST_TITLE)
        return Wording(title, body, url, self.place)


class _Held(NamedTuple):
    """A text as it stands."""

    id: int
    version: int
    wording: Wording


async def set_text(
    database: Database,
    viewer: Viewer,
    kind: TextKind,
    key: str,
    wording: Wording,
    *,
    expected_version: int | None,
    now: datetime,
) -> None:
    """Write a text; `expected_version` is that of the one it replaces, None for a new one.

    Raises Refused, Invalid, Missing, or Conflict where the text is another by now.
    """
    async with database.transaction() as connection:
        viewer = await viewer_now(connection, viewer)
        demand(viewer, Permission.CATALOGUE_EDIT, everywhere=True)
        _check_key(key)
        new = wording.checked()
        held = await _held(connection, kind, key, expected_version)
        if held is None:
            text_id = await _add(connection, kind, key, new, now)
        else:
            text_id = held.id
            await connection.execute(
                "UPDATE support_text SET title = ?, body = ?, url = ?, place = ?,"
                " version = version + 1, changed_at = ? WHERE id = ?",
                *new,
                now,
                text_id,
            )
        before = (None,) * len(new) if held is None else held.wording
        await _record(connection, viewer, now, text_id, before, new)
        await _note(connection, viewer, now, kind, key)


async def remove_text(
    database: Database,
    viewer: Viewer,
    kind: TextKind,
    key: str,
    *,
    expected_version: int,
    now: datetime,
) -> None:
    """Take a text away; raises what `set_text` raises."""
    async with database.transaction() as connection:
        viewer = await viewer_now(connection, viewer)
        demand(viewer, Permission.CATALOGUE_EDIT, everywhere=True)
        held = await _held(connection, kind, key, expected_version)
        if held is None:
            raise _missing()
        await connection.execute("DELETE FROM support_text WHERE id = ?", held.id)
        await _record(connection, viewer, now, held.id, held.wording, (None,) * len(held.wording))
        await _note(connection, viewer, now, kind, key)


def _check_key(key: str) -> None:
    if len(key) > _LONGEST_KEY or not _KEY.fullmatch(key):
        message = f"A key has up to {_LONGEST_KEY} small letters, digits and single hyphens."
        raise Invalid(message, code="KEY", field="key")


async def _held(
    connection: Connection, kind: TextKind, key: str, expected: int | None
) -> _Held | None:
    """The text as it is expected to be; None where none is, and none is expected."""
    found = await connection.tuples(
        "SELECT id, version, title, body, url, place FROM support_text WHERE kind = ? AND key = ?",
        kind.value,
        key.replace("\0", ""),
    )
    if not found:
        if expected is None:
            return None
        raise _missing()
    held = _Held(found[0][0], found[0][1], Wording(*tuple(found[0])[2:]))
    if held.version != expected:
        message = f"The text is at version {held.version} by now; look at it first."
        raise Conflict(message, field="expectedVersion", current=("SupportText", held.id))
    return held


async def _add(
    connection: Connection, kind: TextKind, key: str, new: Wording, now: datetime
) -> int:
    added = await connection.tuples(
        "INSERT INTO support_text (kind, key, title, body, url, place, version, changed_at)"
        " VALUES (?, ?, ?, ?, ?, ?, 1, ?) ON CONFLICT (kind, key) DO NOTHING RETURNING id",
        kind.value,
        key,
        *new,
        now,
    )
    if not added:
        ((text_id,),) = await connection.tuples(
            "SELECT id FROM support_text WHERE kind = ? AND key = ?", kind.value, key
        )
        message = "Somebody else has just written a text with this key."
        raise Conflict(message, field="key", current=("SupportText", text_id))
    return int(added[0][0])


async def _record(
    connection: Connection,
    viewer: Viewer,
    now: datetime,
    text_id: int,
    before: tuple[object, ...],
    after: tuple[object, ...],
) -> None:
    subject = Subject("TEXT", text_id)
    changes = [
        FieldChange(subject, field, _kept(old), _kept(new))
        for field, old, new in zip(Wording._fields, before, after, strict=True)
    ]
    await record_changes(connection, viewer, now, changes)


def _kept(value: object) -> str | None:
    return None if value is None else str(value)


async def _note(
    connection: Connection, viewer: Viewer, now: datetime, kind: TextKind, key: str
) -> None:
    told = event(EventKind.TEXT_CHANGED, viewer, now, code=kind.value, subject=key)
    await append(connection, told)


def _missing() -> Missing:
    message = "There is no text of this kind with this key."
    return Missing(message, field="key")
