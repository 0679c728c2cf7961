"""The terms of use: publishing a version, and accepting it."""

from datetime import datetime
from typing import Final

from actions.changes import Subject, record_change
from auth.events import EventKind, append, event
from auth.permissions import Permission
from auth.sessions import viewer_now
from auth.viewer import Viewer
from database.connection import Database
from domain.errors import Conflict, Invalid, Refused
from domain.people import parse_line

LONGEST_VERSION: Final = 40
LONGEST_HEADING: Final = 200
LONGEST_BODY: Final = 100_000


async def accept_terms(database: Database, viewer: Viewer, version: str, *, now: datetime) -> None:
    """Say yes to the current terms; saying so twice is no error, to others is a Conflict."""
    async with database.transaction() as connection:
        ((terms_id, current),) = await connection.tuples(
            "SELECT id, version FROM terms ORDER BY id DESC LIMIT 1"
        )
        if version.strip() != current:
            message = f"The current terms are version {current}; read these."
            raise Conflict(
                message, code="TERMS_OUTDATED", field="version", current=("Terms", terms_id)
            )
        accepted = await connection.tuples(
            "INSERT INTO terms_acceptance (user_id, terms_id, at, address) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (user_id, terms_id) DO NOTHING RETURNING id",
            viewer.user_id,
            terms_id,
            now,
            viewer.address,
        )
        if accepted:
            told = event(
                EventKind.TERMS_ACCEPTED, viewer, now, user_id=viewer.user_id, code=current
            )
            await append(connection, told)


async def publish_terms(
    database: Database, viewer: Viewer, *, version: str, title: str, body: str, now: datetime
) -> None:
    """Publish a version, which everybody has to accept before they go on."""
    if not viewer.may_everywhere(Permission.CATALOGUE_EDIT):
        message = f"This needs the permission {Permission.CATALOGUE_EDIT.value}."
        raise Refused(message)
    version = parse_line(version, "version", least=1, most=LONGEST_VERSION)
    title = parse_line(title, "title", least=1, most=LONGEST_HEADING)
    body = body.strip()
    if not body or len(body) > LONGEST_BODY or "\0" in body:
        message = f"The text must have 1 to {LONGEST_BODY:,} characters."
        raise Invalid(message, field="body")
    async with database.transaction() as connection:
        viewer = await viewer_now(connection, viewer)
        created = await connection.tuples(
            "INSERT INTO terms (version, title, body, published_at) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (version) DO NOTHING RETURNING id",
            version,
            title,
            body,
            now,
        )
        if not created:
            ((terms_id,),) = await connection.tuples(
                "SELECT id FROM terms WHERE version = ?", version
            )
            message = "This version was published already; versions are never altered."
            raise Conflict(
                message, code="TERMS_PUBLISHED", field="version", current=("Terms", terms_id)
            )
        subject = Subject("TERMS", int(created[0][0]))
        await record_change(connection, viewer, now, subject, "version", None, version)
        await append(connection, event(EventKind.TERMS_PUBLISHED, viewer, now, code=version))
