"""Load the built-in requirements, lines and series; a feed may replace them."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

from database.editors import connection_of
from models.migrations.frozen.catalogue import LINES, REQUIREMENTS, SERIES

REQUIREMENT = (
    "INSERT INTO requirement (level, component, qualification_levels, glh, min_glh)"
    " VALUES (?, ?, ?, ?, ?)"
)
LINE = "INSERT INTO line_of_learning (code, name, phase, active) VALUES (?, ?, ?, ?)"
RESULTS = "INSERT INTO exam_series (month, results_month, results_year_offset) VALUES (?, ?, ?)"


async def load(_apps: Any, editor: Any) -> None:  # noqa: ANN401 - tortoise's untyped hook
    """Write one row for each built-in value."""
    connection = connection_of(editor)
    for statement, rows in ((REQUIREMENT, REQUIREMENTS), (LINE, LINES), (RESULTS, SERIES)):
        await connection.execute_many(statement, rows)


async def unload(_apps: Any, _editor: Any) -> None:  # noqa: ANN401
    """Leave the tables as they are: the next step back drops them."""


class Migration(migrations.Migration):
    """The built-in course data."""

    dependencies = [("models", "0001_initial")]
    operations = [ops.RunPython(load, unload)]
