"""Declaring that a qualification is taken with another awarding body."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from actions.catalogue import read_catalogue
from actions.projection import derive_learners
from actions.records import RecordReader
from auth import scope
from auth.permissions import Permission
from auth.viewer import Viewer
from domain.editing import declaration_impediment
from domain.errors import Invalid, Missing, Refused
from domain.identifiers import IdentifierError, parse_qan, qan_check_fits
from domain.vocabulary import ComponentType, RegistrationStatus
from models.database import Connection, Database

EDEXCEL = "EDEXCEL"


class Declared(NamedTuple):
    """What became of a declaration."""

    declaration_id: int
    created: bool
    """False when the same QAN was already declared: a success without change."""
    warnings: tuple[str, ...]


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
    async with database.transaction() as connection:
        learner_id, centre_id = await _open_component(
            connection, viewer, registration_id, component
        )
        canonical = _canonical(qan)
        warnings = await _warnings(connection, registration_id, component, canonical)
        known = await connection.tuples(
            "SELECT id FROM declaration WHERE registration_id = ? AND component = ? AND qan = ?"
            " AND removed_at IS NULL",
            registration_id,
            component.value,
            canonical,
        )
        if known:
            return Declared(known[0][0], created=False, warnings=warnings)
        declaration_id = await connection.insert(
            "INSERT INTO declaration (registration_id, centre_id, component, qan, created_at,"
            " created_by_id) VALUES (?, ?, ?, ?, ?, ?)",
            registration_id,
            centre_id,
            component.value,
            canonical,
            now,
            viewer.user_id,
        )
        await connection.execute(
            "INSERT INTO change (at, source, actor_id, centre_id, learner_id, object_type,"
            " object_id, field, after) VALUES (?, 'USER', ?, ?, ?, 'DECLARATION', ?, ?, ?)",
            now,
            viewer.user_id,
            centre_id,
            learner_id,
            declaration_id,
            component.value,
            canonical,
        )
        await _derive(connection, [learner_id], day)
        return Declared(declaration_id, created=True, warnings=warnings)


async def _open_component(
    connection: Connection, viewer: Viewer, registration_id: int, component: ComponentType
) -> tuple[int, int]:
    """The learner and centre of a component that may be declared for; the row stays locked."""
    reach = scope.registrations(viewer, connection, "r.centre_id", "r.id")
    await connection.execute(
        "UPDATE registration SET version = version WHERE id = ?", registration_id
    )
    rows = await connection.tuples(
        "SELECT r.learner_id, r.centre_id, r.status, c.required, c.complete FROM registration r"  # noqa: S608 - clauses are ours
        " JOIN component c ON c.registration_id = r.id AND c.type = ?"
        f" WHERE r.id = ? AND {reach.text}",
        component.value,
        registration_id,
        *reach.params,
    )
    if not rows:
        message = "There is no such registration."
        raise Missing(message)
    learner_id, centre_id, status, required, complete = rows[0]
    if not viewer.may(Permission.DECLARATION_EDIT, centre_id):
        message = f"This needs the permission {Permission.DECLARATION_EDIT.value} at the centre."
        raise Refused(message)
    impediment = declaration_impediment(
        RegistrationStatus(status), required=bool(required), complete=bool(complete)
    )
    if impediment is not None:
        raise Invalid(impediment.reason, code=impediment.code, field="component")
    return int(learner_id), int(centre_id)


def _canonical(qan: str) -> str:
    try:
        return parse_qan(qan)
    except IdentifierError as error:
        raise Invalid(str(error), code="QAN_FORMAT", field="qan") from None


async def _warnings(
    connection: Connection, registration_id: int, component: ComponentType, qan: str
) -> tuple[str, ...]:
    """What is odd about a QAN; one that Edexcel awards is refused as such."""
    found = [] if qan_check_fits(qan) else ["QAN_CHECK_CHARACTER_MISMATCH"]
    rows = await connection.tuples(
        "SELECT q.awarding_body, q.component, q.level, n.qualification_levels"
        " FROM qualification q, registration r"
        " LEFT JOIN requirement n ON n.level = r.level AND n.component = ?"
        " WHERE q.qan = ? AND r.id = ?",
        component.value,
        qan,
        registration_id,
    )
    if not rows:
        return (*found, "QUALIFICATION_UNKNOWN")
    body, own_component, level, levels = rows[0]
    if body == EDEXCEL:
        message = "This qualification is awarded by Edexcel: make an entry instead."
        raise Invalid(message, code="QAN_IS_EDEXCEL", field="qan")
    if own_component != component.value:
        found.append("WRONG_COMPONENT")
    if str(level) not in (levels or "").split("|"):
        found.append("WRONG_LEVEL")
    return tuple(found)


async def _derive(connection: Connection, learner_ids: Iterable[int], day: date) -> None:
    catalogue = await read_catalogue(connection)
    reader = RecordReader(connection)
    await derive_learners(connection, reader, catalogue, list(learner_ids), day)
