"""Qualifications declared as taken with another awarding body: added, for one or many, removed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

import msgspec

from actions.changes import FieldChange, Subject, new_batch, record_changes
from actions.locks import editing
from actions.registrations import (
    LockedCourse,
    derive,
    lock_course,
    no_registration,
)
from auth import scope
from auth.permissions import Permission
from auth.viewer import Viewer
from database.connection import Connection, Database
from domain.editing import (
    Catalogued,
    EditWarningCode,
    Impediment,
    declaration_impediment,
    qan_impediment,
    qan_warnings,
)
from domain.errors import Invalid, Missing
from domain.identifiers import IdentifierError, parse_qan
from domain.vocabulary import ComponentType


class Declared(NamedTuple):
    """What became of a declaration."""

    declaration_id: int
    created: bool
    """False when the same QAN was already declared: a success without change."""
    warnings: tuple[EditWarningCode, ...]


class Removed(NamedTuple):
    """A declaration that no longer stands."""

    registration_id: int
    component: ComponentType
    component_id: int


class ComponentState(msgspec.Struct, frozen=True, gc=False):
    """Whether a component is open for a declaration, and what stands there already."""

    registration_id: int
    required: bool
    complete: bool
    declaration_id: int | None


class _DeclarationState(msgspec.Struct, frozen=True):
    id: int
    registration_id: int
    component: str
    qan: str
    standing: bool


class WantedDeclaration(NamedTuple):
    """What is declared."""

    component: ComponentType
    qan: str
    """As NNN/NNNN/C."""

    @classmethod
    def read(cls, component: ComponentType, qan: str) -> "WantedDeclaration":
        """With the QAN in its canonical form; raises Invalid for one of another form."""
        try:
            return cls(component, parse_qan(qan))
        except IdentifierError as error:
            raise Invalid(str(error), code="QAN_FORMAT", field="qan") from None


async def add_declaration(
    database: Database,
    viewer: Viewer,
    *,
    registration_id: int,
    component: ComponentType,
    qan: str,
    day: date,
    now: datetime,
) -> Declared:
    """Declare a QAN for a component; raises Missing, Refused or Invalid, in this order."""
    async with editing(database) as connection:
        course = await lock_course(connection, viewer, Permission.DECLARATION_EDIT, registration_id)
        states = await components_of(connection, {course.id: course}, component, qan)
        if course.id not in states:
            raise no_registration()
        state = states[course.id]
        problem = component_impediment(course, state)
        if problem is not None:
            raise Invalid(problem.reason, code=problem.code, field="component")
        wanted = WantedDeclaration.read(component, qan)
        known = await catalogued(connection, wanted.qan)
        problem = qan_impediment(known)
        if problem is not None:
            raise Invalid(problem.reason, code=problem.code, field="qan")
        levels = await levels_of(connection, component)
        allowed = levels.get(course.level, ())
        warnings = qan_warnings(wanted.qan, known, component, course.line, allowed)
        if state.declaration_id is not None:
            return Declared(state.declaration_id, created=False, warnings=warnings)
        (declaration_id,) = await write_declarations(
            connection, viewer, [course], wanted, new_batch(), now
        )
        await derive(connection, {course.id: course.learner_id}, day)
        return Declared(declaration_id, created=True, warnings=warnings)


async def remove_declaration(
    database: Database, viewer: Viewer, declaration_id: int, *, day: date, now: datetime
) -> Removed:
    """Take a declaration back; one that was removed already stays removed.

    Raises Missing or Refused.
    """
    async with editing(database) as connection:
        reach = scope.declarations(viewer, connection, "d.centre_id")
        rows = await connection.tuples(
            f"SELECT d.registration_id FROM declaration d WHERE d.id = ? AND {reach.text}",  # noqa: S608 - clauses are ours
            declaration_id,
            *reach.params,
        )
        if not rows:
            message = "There is no such declaration."
            raise Missing(message, field="id")
        course = await lock_course(connection, viewer, Permission.DECLARATION_EDIT, int(rows[0][0]))
        (state,) = await connection.rows(
            _DeclarationState,
            "SELECT id, registration_id, component, qan, removed_at IS NULL FROM declaration"
            " WHERE id = ?",
            declaration_id,
        )
        if state.standing:
            await set_standing(connection, viewer, {declaration_id: False}, now)
            change = FieldChange(
                subject_of(course, declaration_id), state.component, state.qan, None
            )
            await record_changes(connection, viewer, now, [change], batch=new_batch())
            await derive(connection, {course.id: course.learner_id}, day)
        ((component_id,),) = await connection.tuples(
            "SELECT id FROM component WHERE registration_id = ? AND type = ?",
            state.registration_id,
            state.component,
        )
        return Removed(state.registration_id, ComponentType(state.component), component_id)


async def write_declarations(
    connection: Connection,
    viewer: Viewer,
    courses: Sequence[LockedCourse],
    wanted: WantedDeclaration,
    batch: str,
    now: datetime,
) -> list[int]:
    """Write a declaration for each locked registration, where none of it stands; their ids."""
    among = connection.among("registration_id", [course.id for course in courses])
    await connection.execute_many(
        "INSERT INTO declaration (registration_id, centre_id, component, qan, created_at,"
        " created_by_id) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (course.id, course.centre_id, wanted.component.value, wanted.qan, now, viewer.user_id)
            for course in courses
        ],
    )
    found = await connection.tuples(
        "SELECT registration_id, id FROM declaration WHERE component = ? AND qan = ?"  # noqa: S608
        f" AND removed_at IS NULL AND {among.text}",
        wanted.component.value,
        wanted.qan,
        *among.params,
    )
    key_of = {int(registration_id): int(key) for registration_id, key in found}
    ids = [key_of[course.id] for course in courses]
    changes = [
        FieldChange(subject_of(course, key), wanted.component.value, None, wanted.qan)
        for course, key in zip(courses, ids, strict=True)
    ]
    await record_changes(connection, viewer, now, changes, batch=batch)
    return ids


async def set_standing(
    connection: Connection, viewer: Viewer, standing: Mapping[int, bool], now: datetime
) -> None:
    """Let declarations stand again, or no longer."""
    await connection.execute_many(
        "UPDATE declaration SET removed_at = ?, removed_by_id = ? WHERE id = ?",
        [
            (None if stands else now, None if stands else viewer.user_id, key)
            for key, stands in standing.items()
        ],
    )


def subject_of(course: LockedCourse, declaration_id: int) -> Subject:
    """A declaration as the history names it."""
    return Subject("DECLARATION", declaration_id, course.centre_id, course.learner_id)


def component_impediment(course: LockedCourse, state: ComponentState) -> Impediment | None:
    """What keeps a component of a registration from being declared for."""
    return declaration_impediment(course.status, required=state.required, complete=state.complete)


async def components_of(
    connection: Connection, courses: Mapping[int, LockedCourse], component: ComponentType, qan: str
) -> dict[int, ComponentState]:
    """The component of each registration, with the QAN's standing declaration if there is one."""
    among = connection.among("c.registration_id", sorted(courses))
    rows = await connection.rows(
        ComponentState,
        "SELECT c.registration_id, c.required, c.complete, (SELECT MIN(d.id) FROM declaration d"  # noqa: S608
        " WHERE d.registration_id = c.registration_id AND d.component = c.type AND d.qan = ?"
        f" AND d.removed_at IS NULL) FROM component c WHERE c.type = ? AND {among.text}",
        _canonical_or_none(qan),
        component.value,
        *among.params,
    )
    return {row.registration_id: row for row in rows}


def _canonical_or_none(qan: str) -> str:
    """The QAN as it is stored; nothing that is stored for one of another form."""
    try:
        return parse_qan(qan)
    except IdentifierError:
        return ""


async def catalogued(connection: Connection, qan: str) -> Catalogued | None:
    """What the catalogue says of a QAN."""
    rows = await connection.tuples(
        "SELECT awarding_body, component, level, lines FROM qualification WHERE qan = ?", qan
    )
    return Catalogued(*rows[0]) if rows else None


async def levels_of(
    connection: Connection, component: ComponentType
) -> Mapping[str, tuple[int, ...]]:
    """The qualification levels that count, by the level of the Diploma."""
    rows = await connection.tuples(
        "SELECT level, qualification_levels FROM requirement WHERE component = ?",
        component.value,
    )
    return {
        level: tuple(int(number) for number in levels.split("|") if number)
        for level, levels in rows
    }
