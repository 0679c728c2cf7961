"""Load the built-in requirements, lines and series; a feed may replace them."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

from database.editors import connection_of
from domain.catalogue import (
    BUILT_IN_LINES,
    BUILT_IN_REQUIREMENTS,
    BUILT_IN_RESULTS,
    PLTS_GLH,
)

REQUIREMENT = (
    "INSERT INTO requirement (level, component, qualification_levels, glh, min_glh)"
    " VALUES (?, ?, ?, ?, ?)"
)
LINE = "INSERT INTO line_of_learning (code, name, phase, active) VALUES (?, ?, ?, ?)"
SERIES = "INSERT INTO exam_series (month, results_month, results_year_offset) VALUES (?, ?, ?)"


async def load(_apps: Any, editor: Any) -> None:  # noqa: ANN401 - tortoise's untyped hook
    """Write one row for each built-in value."""
    connection = connection_of(editor)
    for level, needs in BUILT_IN_REQUIREMENTS.items():
        for component, need in needs.items():
            levels = "|".join(str(value) for value in sorted(need.levels))
            await connection.execute(
                REQUIREMENT, level.value, component.value, levels, need.glh, need.min_glh
            )
        await connection.execute(REQUIREMENT, level.value, "PLTS", "", PLTS_GLH, None)
    for row in BUILT_IN_LINES:
        await connection.execute(LINE, row.code, row.name, row.phase, row.active)
    for month, rule in BUILT_IN_RESULTS.items():
        await connection.execute(SERIES, month, rule.month, rule.year_offset)


async def unload(_apps: Any, _editor: Any) -> None:  # noqa: ANN401
    """Leave the tables as they are: the next step back drops them."""


class Migration(migrations.Migration):
    """The built-in course data."""

    dependencies = [("models", "0001_initial")]
    operations = [ops.RunPython(load, unload)]
