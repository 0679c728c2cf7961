"""All that is held about one learner, for that learner: readable, explained, in one archive."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple

import orjson
from tortoise import fields
from tortoise.models import Model

import models
from actions.retention import hash_of_learner
from auth import scope
from auth.events import EventKind, append, event
from auth.permissions import Permission
from auth.viewer import Viewer
from database.connection import Connection, Database
from domain.errors import Invalid, Missing, Refused
from exchange.export import as_csv
from exchange.export.listing import Column, Row
from models.entry import released

JSON_NAME: Final = "record.json"
ABOUT_NAME: Final = "README.txt"

_NAME: Final = "SELECT u.first_name || ' ' || u.last_name FROM account u WHERE u.id = t.{column}"
_CENTRE: Final = "SELECT c.number FROM centre c WHERE c.id = t.{column}"
_LOOKED_UP: Final[Mapping[str, tuple[str, str]]] = {
    "centre_id": (_CENTRE, "Number of the centre"),
    "actor_id": (_NAME, "Who did it"),
    "user_id": (_NAME, "To whom it was done"),
    "created_by_id": (_NAME, "Who made it"),
    "removed_by_id": (_NAME, "Who removed it"),
    "acknowledged_by_id": (_NAME, "Who marked it as known"),
    "award_edited_by_id": (_NAME, "Who changed the award month"),
}
"""Keys that are shown as what they stand for."""

_RELEASED: Final = released("t", "{day}")
_VISIBLE: Final = (
    "(COALESCE(t.visible_from, t.held_until) IS NULL"
    " OR COALESCE(t.visible_from, t.held_until) <= {day})"
)
_HELD_BACK: Final[Mapping[tuple[str, str], str]] = {
    ("entry", "result"): f"CASE WHEN {_RELEASED} THEN t.result END",
    ("entry", "result_release_on"): (
        f"CASE WHEN t.result IS NOT NULL AND {_RELEASED} THEN t.result_release_on END"
    ),
    ("entry", "release_assumed"): (
        f"CASE WHEN t.result IS NOT NULL AND {_RELEASED} THEN t.release_assumed END"
    ),
    ("das_component", "complete"): f"(t.complete AND {_VISIBLE})",
    ("das_component", "visible_from"): f"CASE WHEN {_VISIBLE} THEN t.visible_from END",
    ("das_component", "held_until"): f"CASE WHEN {_VISIBLE} THEN t.held_until END",
}
"""What must not tell a result before its release."""

_NOT_THEIRS: Final = frozenset({"address", "request_id"})
"""Columns about those who acted, not about the learner."""

_OWN: Final = "t.registration_id IN (SELECT r.id FROM registration r WHERE r.learner_id = ?)"


class Section(NamedTuple):
    """The rows of one table that are about a learner."""

    name: str
    title: str
    model: type[Model]
    condition: str = _OWN
    by: str = "id"
    """What the condition's parameter is: id, uln or hash."""
    derived: bool = False
    """Whether it follows from results, as of today."""


SECTIONS: Final = (
    Section("learner", "Who the learner is", models.Learner, "t.id = ?"),
    Section("registrations", "Diplomas registered for", models.Registration, "t.learner_id = ?"),
    Section("entries", "Entries and results", models.Entry, "t.learner_id = ?"),
    Section(
        "unmatched_entries",
        "Entries with the same ULN that are not matched",
        models.Entry,
        "t.learner_id IS NULL AND t.uln = ?",
        "uln",
    ),
    Section("declarations", "Qualifications with other awarding bodies", models.Declaration),
    Section("das_records", "What the aggregation service holds", models.DasRecord),
    Section("das_components", "Components at the aggregation service", models.DasComponent),
    Section("components", "Components of each Diploma", models.Component, derived=True),
    Section("flags", "Status flags", models.Flag, derived=True),
    Section("issues", "What is to be put right", models.Issue, derived=True),
    Section("completion", "How far each Diploma has come", models.Completion, derived=True),
    Section("search_terms", "What the learner is found by", models.NamePart),
    Section("changes", "The history of changes", models.Change, "t.learner_id = ?"),
    Section("events", "Who read or took away the record", models.Event, "t.learner_id = ?"),
    Section(
        "past_records",
        "Records kept without a name",
        models.PastRecord,
        "t.learner_hash = ?",
        "hash",
    ),
)


class Told(NamedTuple):
    """A section with the meaning of its columns and its rows."""

    section: Section
    columns: Mapping[str, str]
    rows: Sequence[tuple[Any, ...]]


class Request(NamedTuple):
    """Whose record is asked for, by whom, and up to which day results are told."""

    viewer: Viewer
    uln: str
    cutoff: date
    day: date
    now: datetime
    key: str | None = None
    """The secret under which past records are kept, where there is one."""

    @property
    def sections(self) -> tuple[Section, ...]:
        """What is told: what follows from results only where they are told up to today."""
        told = SECTIONS if self.cutoff == self.day else (s for s in SECTIONS if not s.derived)
        return tuple(s for s in told if s.by != "hash" or self.key is not None)


async def subject_access(database: Database, request: Request) -> bytes:
    """The archive for the learner with a ULN; the log tells of it before it is handed out.

    Raises Missing when nothing is held, Invalid for a cutoff that lies ahead.
    """
    if not request.viewer.may_everywhere(Permission.SUBJECT_ACCESS_MAKE):
        message = "Only operators may put together all that is held about a learner."
        raise Refused(message, needs=Permission.SUBJECT_ACCESS_MAKE.value)
    if request.cutoff > request.day:
        message = "Results that are not released yet cannot be told: the day must not lie ahead."
        raise Invalid(message, field="releaseCutoff")
    async with database.transaction() as connection:
        learner_id, ref = await _learner(connection, request)
        told = [
            await _read(connection, request, section, learner_id, ref)
            for section in request.sections
        ]
        if not any(part.rows for part in told):
            message = "Nothing is held about a learner with this ULN."
            raise Missing(message)
        made = event(
            EventKind.SUBJECT_ACCESS_MADE,
            request.viewer,
            request.now,
            learner_id=learner_id,
            code="MADE",
            subject=f"{sum(len(part.rows) for part in told)} rows",
        )
        await append(connection, made)
    return _archive(request, told)


async def _learner(connection: Connection, request: Request) -> tuple[int | None, str]:
    reach = scope.learners(request.viewer, connection)
    rows = await connection.tuples(
        f"SELECT l.id, l.ref FROM learner l WHERE l.uln = ? AND {reach.text}",  # noqa: S608 - clauses are ours
        *(request.uln, *reach.params),
    )
    return (rows[0][0], rows[0][1]) if rows else (None, "")


async def _read(
    connection: Connection, request: Request, section: Section, learner_id: int | None, ref: str
) -> Told:
    table = section.model._meta.db_table  # noqa: SLF001 - tortoise has no other way
    columns = _columns(section.model)
    day = connection.dialect.storable(request.cutoff)
    sources, params = [], []
    for column in columns:
        text = _source(table, column)
        params += [day] * text.count("{day}")
        sources.append(text.format(day="?", column=column))
    wanted: object = learner_id
    if section.by == "uln":
        wanted = request.uln
    elif section.by == "hash":
        wanted = hash_of_learner(request.key or "", request.uln, ref)
    found = await connection.tuples(
        f"SELECT {', '.join(sources)} FROM {table} t WHERE {section.condition} ORDER BY 1",  # noqa: S608 - names are ours
        *params,
        wanted,
    )
    kinds = list(columns.values())
    rows = [tuple(map(_value, kinds, row)) for row in found]
    meanings = {_shown(name): _meaning(name, kind) for name, kind in columns.items()}
    return Told(section, meanings, rows)


def _columns(model: type[Model]) -> dict[str, fields.Field[Any]]:
    """The columns of a table that are about the learner, with their fields."""
    known = model._meta  # noqa: SLF001 - tortoise has no other way
    return {
        column: known.fields_map[name]
        for name, column in known.fields_db_projection.items()
        if column not in _NOT_THEIRS
    }


def _source(table: str, column: str) -> str:
    if column in _LOOKED_UP:
        return f"({_LOOKED_UP[column][0]})"
    return _HELD_BACK.get((table, column), f"t.{column}")


def _shown(column: str) -> str:
    return column.removesuffix("_id") if column in _LOOKED_UP else column


def _meaning(column: str, field: fields.Field[Any]) -> str:
    if column in _LOOKED_UP:
        return _LOOKED_UP[column][1]
    return field.description or column.replace("_", " ").capitalize()


def _value(field: fields.Field[Any], value: object) -> object:
    """A value as it was meant, whichever database it comes from."""
    if isinstance(field, fields.BooleanField):
        return None if value is None else bool(value)
    if isinstance(field, fields.JSONField):
        return orjson.loads(value) if isinstance(value, str) else value
    if isinstance(field, fields.DatetimeField) and isinstance(value, str):
        return datetime.fromisoformat(value).astimezone(UTC)
    if isinstance(field, fields.DateField) and isinstance(value, str):
        return date.fromisoformat(value)
    return value


def _archive(request: Request, told: Sequence[Told]) -> bytes:
    """The archive: an explanation, everything as JSON, and a CSV file a section."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(ABOUT_NAME, _about(request, told))
        archive.writestr(JSON_NAME, _json(request, told))
        for part in told:
            archive.writestr(f"{part.section.name}.csv", _csv(part))
    return packed.getvalue()


def _about(request: Request, told: Iterable[Told]) -> str:
    lines = [
        "All that is held about one learner",
        "",
        f"Put together on {request.now:%Y-%m-%d at %H:%M} UTC by {request.viewer.named}.",
        f"Results that are released by {request.cutoff} are told; others are left out.",
        "Scripts of examinations are not held. Times are UTC, months are YYYY-MM.",
        "record.json has everything; each part is a CSV file as well.",
    ]
    if request.cutoff < request.day:
        lines.append("What follows from later results (flags, issues, completion) is left out.")
    for part in told:
        lines += ["", f"{part.section.name}.csv: {part.section.title} ({len(part.rows)} rows)"]
        lines += [f"  {name}: {meaning}" for name, meaning in part.columns.items()]
    return "\n".join(lines) + "\n"


def _json(request: Request, told: Iterable[Told]) -> bytes:
    whole = {
        "about": {
            "madeAt": request.now,
            "madeBy": request.viewer.named,
            "resultsReleasedBy": request.cutoff,
        },
        "sections": {
            part.section.name: {
                "title": part.section.title,
                "columns": part.columns,
                "rows": [dict(zip(part.columns, row, strict=True)) for row in part.rows],
            }
            for part in told
        },
    }
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2)


def _csv(part: Told) -> bytes:
    columns = [Column(name) for name in part.columns]
    rows = [Row(tuple(map(_cell, row))) for row in part.rows]
    return as_csv.head(part.section.title, columns) + as_csv.body(rows)


def _cell(value: Any) -> Any:  # noqa: ANN401 - a cell of any kind
    return orjson.dumps(value).decode() if isinstance(value, (list, dict)) else value
