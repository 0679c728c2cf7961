"""Bulk edits: all or nothing, and idempotent by a key."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from auth.viewer import Viewer
from database.connection import Connection
from domain.editing import EditWarningCode, Impediment
from domain.errors import Invalid

MOST: Final = 5_000
"""Learners of one edit."""

LONGEST_KEY: Final = 100

NOT_FOUND: Final = Impediment("NOT_FOUND", "There is no such registration.")


class BulkOutcome(msgspec.Struct, frozen=True, gc=False):
    """What became of one learner, or would have if all could have been changed."""

    registration_id: int
    changed: bool = False
    code: str | None = None
    """Why not; None for a learner who was changed, or was as wanted already."""
    message: str | None = None
    warnings: tuple[EditWarningCode, ...] = ()

    @classmethod
    def refused(cls, registration_id: int, why: Impediment) -> "BulkOutcome":
        """A learner who cannot be changed."""
        return cls(registration_id, code=why.code, message=why.reason)


class Bulk(msgspec.Struct, frozen=True):
    """What became of all."""

    outcomes: tuple[BulkOutcome, ...]
    batch: str | None = None
    """What the changes have in common; None when there are none."""

    @property
    def applied(self) -> bool:
        """Whether the edit was made: one learner who cannot be changed keeps all from it."""
        return all(outcome.code is None for outcome in self.outcomes)


def check_many(ids: Sequence[object]) -> None:
    """Refuse a selection of nobody, of too many, or of somebody twice; raises Invalid."""
    if not ids:
        message = "Choose at least one learner."
        raise Invalid(message, code="NOBODY_CHOSEN", field="learners")
    if len(ids) > MOST:
        message = f"Choose at most {MOST:,} learners at once."
        raise Invalid(message, code="TOO_MANY", field="learners")
    places: dict[object, int] = {}
    for place, one in enumerate(ids, start=1):
        first = places.setdefault(one, place)
        if first != place:
            message = f"A learner is chosen twice, at places {first} and {place} of the list."
            raise Invalid(message, code="CHOSEN_TWICE", field="learners")


def digest_of(what: str, *wanted: object) -> str:
    """What was asked for, in short."""
    return hashlib.sha256(msgspec.json.encode([what, *wanted])).hexdigest()


async def begin_once(
    connection: Connection, viewer: Viewer, key: str, digest: str, now: datetime
) -> Bulk | None:
    """Claim the key of an edit; what came of it where it was made before.

    Raises Invalid for a key that was used for another edit. Waits for one that is being made. Keys
    are known until their time is over (`actions/ageing.py`).
    """
    if not 1 <= len(key) <= LONGEST_KEY or not key.isprintable():
        message = f"A key has 1 to {LONGEST_KEY} printable characters."
        raise Invalid(message, code="KEY_INVALID", field="idempotencyKey")
    claimed = await connection.tuples(
        "INSERT INTO bulk_edit (user_id, key, digest, at, outcomes) VALUES (?, ?, ?, ?, '[]')"
        " ON CONFLICT (user_id, key) DO NOTHING RETURNING id",
        viewer.user_id,
        key,
        digest,
        now,
    )
    if claimed:
        return None
    ((known, batch, outcomes),) = await connection.tuples(
        "SELECT digest, batch, outcomes FROM bulk_edit WHERE user_id = ? AND key = ?",
        viewer.user_id,
        key,
    )
    if known != digest:
        message = "This key was used for another edit; choose a new one."
        raise Invalid(message, code="KEY_REUSED", field="idempotencyKey")
    return Bulk(msgspec.json.decode(outcomes, type=tuple[BulkOutcome, ...]), batch)


async def keep_once(connection: Connection, viewer: Viewer, key: str, done: Bulk) -> None:
    """Keep what came of an edit; the key of one that was not made is free again."""
    if not done.applied:
        await connection.execute(
            "DELETE FROM bulk_edit WHERE user_id = ? AND key = ?", viewer.user_id, key
        )
        return
    await connection.execute(
        "UPDATE bulk_edit SET batch = ?, outcomes = ? WHERE user_id = ? AND key = ?",
        done.batch,
        msgspec.json.encode(done.outcomes).decode(),
        viewer.user_id,
        key,
    )


def settled(ids: Sequence[int], found: Mapping[int, BulkOutcome]) -> tuple[BulkOutcome, ...]:
    """An outcome for each learner that was chosen, in the order of choice."""
    return tuple(found.get(key) or BulkOutcome.refused(key, NOT_FOUND) for key in ids)
