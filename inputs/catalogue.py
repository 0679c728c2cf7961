"""The catalogue as the rules read it, from its tables."""

from collections.abc import Collection
from datetime import date

import msgspec

from database.connection import Connection
from database.query import ALWAYS
from domain.catalogue import (
    PLTS_GLH,
    Catalogue,
    Qualification,
    Requirement,
    ResultsRule,
    Unit,
    Window,
    lines_of,
)
from domain.vocabulary import ComponentType, Track


class _QualificationRow(msgspec.Struct, frozen=True):
    qan: str
    title: str
    awarding_body: str
    component: str
    level: int
    lines: str
    glh: int
    barring_code: str | None
    track: str
    requires_award_entry: bool
    valid_from: date | None
    valid_to: date | None
    post_sixteen_only: bool
    grade_levels: str | None


class _WindowRow(msgspec.Struct, frozen=True):
    series: str
    unit: str
    opens_on: date
    closes_on: date


async def read_catalogue(connection: Connection, qans: Collection[str] | None = None) -> Catalogue:
    """Everything about courses that is known now; of qualifications those named, None for all."""
    plts: dict[str, int] = {}
    requirements: dict[str, dict[ComponentType, Requirement]] = {}
    for level, component, levels, glh, minimum in await connection.tuples(
        "SELECT level, component, qualification_levels, glh, min_glh FROM requirement"
    ):
        if component == "PLTS":
            plts[level] = glh
        elif component in ComponentType.__members__:
            numbers = frozenset(int(number) for number in levels.split("|") if number)
            need = Requirement(numbers, glh, minimum)
            requirements.setdefault(level, {})[ComponentType(component)] = need
    lines = await connection.tuples("SELECT code FROM line_of_learning WHERE active")
    results = await connection.tuples(
        "SELECT month, results_month, results_year_offset FROM exam_series"
    )
    windows = await connection.rows(
        _WindowRow, "SELECT series, unit, opens_on, closes_on FROM submission_window"
    )
    return Catalogue(
        qualifications=await _qualifications(connection, qans),
        requirements=requirements,
        lines=frozenset(row[0] for row in lines),
        windows={
            (row.series, row.unit or None): Window(row.opens_on, row.closes_on) for row in windows
        },
        results={month: ResultsRule(number, offset) for month, number, offset in results},
        plts_glh={level: plts.get(level, PLTS_GLH) for level in requirements},
    )


async def _qualifications(
    connection: Connection, qans: Collection[str] | None
) -> dict[str, Qualification]:
    named = ALWAYS if qans is None else connection.among("qan", sorted(qans))
    units: dict[str, dict[str, Unit]] = {}
    for qan, code, title, assessment, required in await connection.tuples(
        "SELECT qan, code, title, assessment, required FROM unit"  # noqa: S608 - clauses are ours
        f" WHERE {named.text} ORDER BY qan, code",
        *named.params,
    ):
        unit = Unit(code, title, assessment == "INTERNAL", bool(required))
        units.setdefault(qan, {})[code] = unit
    columns = ", ".join(_QualificationRow.__struct_fields__)
    rows = await connection.rows(
        _QualificationRow,
        f"SELECT {columns} FROM qualification WHERE {named.text}",  # noqa: S608 - names are ours
        *named.params,
    )
    return {row.qan: _qualification(row, units.get(row.qan, {})) for row in rows}


def _qualification(row: _QualificationRow, units: dict[str, Unit]) -> Qualification:
    pairs = (part.rpartition(":") for part in (row.grade_levels or "").split("|") if part)
    lines = lines_of(row.lines)
    return Qualification(
        qan=row.qan,
        title=row.title,
        awarding_body=row.awarding_body,
        component=ComponentType(row.component),
        level=row.level,
        lines=None if lines is None else frozenset(lines),
        glh=row.glh,
        track=Track(row.track),
        barring_code=row.barring_code,
        requires_award_entry=row.requires_award_entry,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        post_sixteen_only=row.post_sixteen_only,
        grade_levels={grade: int(level) for grade, _, level in pairs},
        units=units,
    )
