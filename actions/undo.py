"""Undoes a user's edit as a whole, unless something newer depends on it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

import msgspec

from actions.acknowledgements import lock_issue, write_acknowledgement
from actions.awards import store_awards
from actions.changes import FieldChange, Subject, new_batch, record_changes
from actions.declarations import set_standing
from actions.locks import editing, lock_learners
from actions.registrations import LockedCourse, derive, lock_courses, reattach_entries
from auth import scope
from auth.explain import demand
from auth.permissions import Permission
from auth.sessions import viewer_now
from auth.viewer import Viewer
from database.connection import Connection, Database
from database.query import Clause
from domain.editing import award_impediment, declaration_impediment
from domain.errors import Conflict, Invalid, Missing
from domain.vocabulary import ComponentType
from inputs.keys import component_id
from models.change import put_back, superseded

UNDONE_BY: Final = {
    "REGISTRATION": Permission.AWARD_EDIT,
    "DECLARATION": Permission.DECLARATION_EDIT,
    "ISSUE": Permission.ISSUE_ACKNOWLEDGE,
}
"""The permission to undo an edit, by the type of what was edited; others cannot be undone."""


class Undone(NamedTuple):
    """What was undone."""

    batch: str
    learner_ids: tuple[int, ...]


class Edit(msgspec.Struct, frozen=True, gc=False):
    """One change of the edit."""

    id: int
    batch: str | None
    source: str
    centre_id: int | None
    learner_id: int | None
    object_type: str
    object_id: int
    field: str
    before: str | None
    after: str | None
    newer: bool
    """Whether something newer stands on it, such as its being put back."""
    put_back: bool
    """Whether that is the latest that became of it."""

    @property
    def subject(self) -> Subject:
        """What was changed."""
        return Subject(self.object_type, self.object_id, self.centre_id, self.learner_id)

    @property
    def inverse(self) -> FieldChange:
        """The change that puts it back."""
        return FieldChange(self.subject, self.field, self.after, self.before, self.id)


_EDITS: Final = f"""
    SELECT h.id, h.batch, h.source, h.centre_id, h.learner_id, h.object_type, h.object_id,
        h.field, h.before, h.after, {superseded("h")}, {put_back("h")}
    FROM change h WHERE {{}} ORDER BY h.id
"""  # noqa: S608 - the alias is ours

_OWNERS: Final = {
    "REGISTRATION": "SELECT o.id, o.learner_id FROM registration o WHERE {}",
    "DECLARATION": "SELECT r.id, r.learner_id FROM declaration o"
    " JOIN registration r ON r.id = o.registration_id WHERE {}",
    "ISSUE": "SELECT o.registration_id, o.learner_id FROM issue o WHERE {}",
}
"""Of which registration something is, and whose at this moment, by what was edited."""


async def undo(
    database: Database, viewer: Viewer, change_id: int, *, day: date, now: datetime
) -> Undone:
    """Put back the edit that a change belongs to; raises Missing, Refused, Conflict or Invalid."""
    async with editing(database) as connection:
        viewer, edits, owners = await _locked(connection, viewer, change_id)
        for object_type, centre_id in {(edit.object_type, edit.centre_id) for edit in edits}:
            demand(viewer, UNDONE_BY[object_type], centre_id)
        await _check_latest(connection, edits)
        batch = new_batch()
        by_type: dict[str, list[Edit]] = defaultdict(list)
        for edit in edits:
            by_type[edit.object_type].append(edit)
        for object_type, group in by_type.items():
            await _WRITERS[object_type](connection, viewer, group, batch, now)
        learner_ids = sorted({edit.learner_id for edit in edits if edit.learner_id is not None})
        if "REGISTRATION" in by_type:
            await reattach_entries(connection, owners.values())
        if "REGISTRATION" in by_type or "DECLARATION" in by_type:
            await derive(connection, owners, day)
    return Undone(batch, tuple(learner_ids))


async def _check_latest(connection: Connection, edits: Sequence[Edit]) -> None:
    """Refuse to put back what is put back already, or what something newer stands on."""
    done = next((edit for edit in edits if edit.put_back), None)
    if done is not None:
        raise await _superseded(connection, done, "This edit is put back already.")
    below = next((edit for edit in edits if edit.newer), None)
    if below is not None:
        message = "Something newer stands on this edit; put that back first."
        raise await _superseded(connection, below, message)


async def _superseded(connection: Connection, edit: Edit, message: str) -> Conflict:
    """The refusal, with what can be shown of the object that the edit was of."""
    current = await _standing_now(connection, edit)
    return Conflict(message, code="SUPERSEDED", field="id", current=current)


async def _standing_now(connection: Connection, edit: Edit) -> tuple[str, int] | None:
    """Of a declaration its component, for it may be removed; of an issue put right the learner."""
    if edit.object_type == "REGISTRATION":
        return "Registration", edit.object_id
    if edit.object_type == "DECLARATION":
        for registration_id, component in await connection.tuples(
            "SELECT registration_id, component FROM declaration WHERE id = ?", edit.object_id
        ):
            return "Component", component_id(registration_id, ComponentType(component))
    elif await connection.tuples("SELECT 1 FROM issue WHERE id = ?", edit.object_id):
        return "Issue", edit.object_id
    return None if edit.learner_id is None else ("Learner", edit.learner_id)


async def _locked(
    connection: Connection, viewer: Viewer, change_id: int
) -> tuple[Viewer, list[Edit], Mapping[int, int]]:
    """The viewer as of now, all changes of one edit in view, and by registration whose they are.

    They are kept from others until the transaction ends.
    """
    reach = scope.changes(viewer, connection, "h.centre_id")
    found = await _edits(connection, Clause("h.id = ?", (change_id,)) & reach)
    if not found:
        raise _no_change()
    (asked,) = found
    if asked.batch is None or asked.object_type not in UNDONE_BY:
        message = "Only what a user edited can be put back."
        raise Invalid(message, code="NOT_AN_EDIT", field="id")
    whole = Clause("h.batch = ?", (asked.batch,))
    owners = await _owners(connection, await _edits(connection, whole))
    await lock_learners(connection, sorted(set(owners.values())))
    viewer = await viewer_now(connection, viewer)
    reach = scope.changes(viewer, connection, "h.centre_id")
    edits = await _edits(connection, whole)
    if len(edits) != len(await _edits(connection, whole & reach)):
        raise _no_change()
    return viewer, edits, owners


def _no_change() -> Missing:
    """What is told of a change that does not exist, and of an edit out of reach, even in part."""
    message = "There is no such change."
    return Missing(message, field="id")


async def _owners(connection: Connection, edits: Sequence[Edit]) -> Mapping[int, int]:
    """The learners by the edited registrations; a feed may have given them to others since.

    Feeds wait for edits to end, so nothing changes hands until then.
    """
    found: dict[int, int] = {}
    for object_type in {edit.object_type for edit in edits}:
        keys = {edit.object_id for edit in edits if edit.object_type == object_type}
        among = connection.among("o.id", sorted(keys))
        rows = await connection.tuples(_OWNERS[object_type].format(among.text), *among.params)
        found.update((row[0], row[1]) for row in rows)
    return found


async def _edits(connection: Connection, where: Clause) -> list[Edit]:
    return await connection.rows(Edit, _EDITS.format(where.text), *where.params)


async def _courses(
    connection: Connection, viewer: Viewer, ids: Sequence[int], permission: Permission
) -> Mapping[int, LockedCourse]:
    courses = await lock_courses(connection, viewer, permission, ids)
    if set(ids) - set(courses):
        message = "There is no such change."
        raise Missing(message, field="id")
    return courses


async def _put_back_awards(
    connection: Connection, viewer: Viewer, edits: Sequence[Edit], batch: str, now: datetime
) -> None:
    ids = sorted({edit.object_id for edit in edits})
    courses = await _courses(connection, viewer, ids, Permission.AWARD_EDIT)
    former: dict[int, dict[str, str | None]] = defaultdict(dict)
    for edit in edits:
        former[edit.object_id][edit.field] = edit.before
    awards = {}
    for key, fields in former.items():
        course = courses[key]
        award = fields.get("award", course.award)
        # The month stood before: whether it could be set today is not asked again.
        problem = award_impediment(course.status)
        if problem is not None:
            raise Invalid(problem.reason, code=problem.code, field="id")
        awards[course] = (award, fields.get("award_source") or course.award_source)
    await store_awards(connection, viewer, awards, now)
    await record_changes(connection, viewer, now, [edit.inverse for edit in edits], batch=batch)


class _Declaration(msgspec.Struct, frozen=True, gc=False):
    """A declaration with the component it stands for."""

    id: int
    registration_id: int
    required: bool
    complete: bool
    again: bool
    """Whether the same qualification stands there by another declaration."""


_DECLARATIONS: Final = """
    SELECT d.id, d.registration_id, c.required, c.complete, EXISTS (SELECT 1 FROM declaration o
        WHERE o.registration_id = d.registration_id AND o.component = d.component
        AND o.qan = d.qan AND o.id <> d.id AND o.removed_at IS NULL)
    FROM declaration d JOIN component c
        ON c.registration_id = d.registration_id AND c.type = d.component
    WHERE {}
"""


async def _put_back_declarations(
    connection: Connection, viewer: Viewer, edits: Sequence[Edit], batch: str, now: datetime
) -> None:
    edits_by_id = {edit.object_id: edit for edit in edits}
    standing = {key: edit.after is None for key, edit in edits_by_id.items()}
    among = connection.among("d.id", sorted(standing))
    found = await connection.rows(_Declaration, _DECLARATIONS.format(among.text), *among.params)
    ids = sorted({row.registration_id for row in found})
    courses = await _courses(connection, viewer, ids, Permission.DECLARATION_EDIT)
    for row in found:
        if standing[row.id]:
            _check_open(courses[row.registration_id], row)
            if row.again:
                message = "The same qualification was declared again in the meantime."
                raise await _superseded(connection, edits_by_id[row.id], message)
    await set_standing(connection, viewer, standing, now)
    await record_changes(connection, viewer, now, [edit.inverse for edit in edits], batch=batch)


def _check_open(course: LockedCourse, row: _Declaration) -> None:
    """Whether a removed declaration may stand again."""
    problem = declaration_impediment(course.status, required=row.required, complete=row.complete)
    if problem is not None:
        raise Invalid(problem.reason, code=problem.code, field="id")


async def _put_back_acknowledgements(
    connection: Connection, viewer: Viewer, edits: Sequence[Edit], batch: str, now: datetime
) -> None:
    for edit in edits:
        issue = await lock_issue(connection, viewer, edit.object_id)
        if issue is None:
            message = "The issue has been put right; there is nothing to put back."
            raise await _superseded(connection, edit, message)
        demand(viewer, Permission.ISSUE_ACKNOWLEDGE, issue.centre_id)
        await write_acknowledgement(
            connection, viewer, issue, edit.before, now, undoes_id=edit.id, batch=batch
        )


_WRITERS = {
    "REGISTRATION": _put_back_awards,
    "DECLARATION": _put_back_declarations,
    "ISSUE": _put_back_acknowledgements,
}
