"""Qualifications, units and requirements: the same for everybody."""

from collections.abc import Sequence

from auth import scope
from loaders.reading import Reading, grouped, matched
from loaders.rows import QualificationRow, RequirementRow, UnitRow
from loaders.select import columns_of

_QUALIFICATION_COLUMNS = columns_of(
    QualificationRow, "q", {"stored_lines": "q.lines", "guided_learning_hours": "q.glh"}
)
_REQUIREMENT_COLUMNS = columns_of(
    RequirementRow,
    "n",
    {
        "stored_levels": "n.qualification_levels",
        "guided_learning_hours": "n.glh",
        "minimum_guided_learning_hours": "n.min_glh",
    },
)


async def qualification_by_id(
    reading: Reading, ids: Sequence[int]
) -> list[QualificationRow | None]:
    """Qualifications by id."""
    where = reading.connection.among("q.id", ids) & scope.qualifications(reading.viewer)
    rows = await reading.keyed.rows(
        QualificationRow,
        f"SELECT {_QUALIFICATION_COLUMNS} FROM qualification q WHERE {where.text}",  # noqa: S608
        *where.params,
    )
    return matched(ids, rows, lambda row: row.id)


async def qualification_by_qan(
    reading: Reading, qans: Sequence[str]
) -> list[QualificationRow | None]:
    """Qualifications by QAN."""
    where = reading.connection.among("q.qan", qans) & scope.qualifications(reading.viewer)
    rows = await reading.keyed.rows(
        QualificationRow,
        f"SELECT {_QUALIFICATION_COLUMNS} FROM qualification q WHERE {where.text}",  # noqa: S608
        *where.params,
    )
    return matched(qans, rows, lambda row: row.qan)


async def units_by_qan(reading: Reading, qans: Sequence[str]) -> list[list[UnitRow]]:
    """The units of each qualification, by code."""
    where = reading.connection.among("u.qan", qans)
    rows = await reading.keyed.rows(
        UnitRow,
        f"SELECT {columns_of(UnitRow, 'u')} FROM unit u WHERE {where.text} ORDER BY u.code",  # noqa: S608
        *where.params,
    )
    return grouped(qans, rows, lambda row: row.qan)


async def requirement_by_level_and_component(
    reading: Reading, keys: Sequence[tuple[str, str]]
) -> list[RequirementRow | None]:
    """What levels ask of components."""
    where = reading.connection.among("n.level", sorted({level for level, _ in keys}))
    rows = await reading.keyed.rows(
        RequirementRow,
        f"SELECT {_REQUIREMENT_COLUMNS} FROM requirement n WHERE {where.text}",  # noqa: S608
        *where.params,
    )
    return matched(keys, rows, lambda row: (row.level, row.component))
