"""Load the built-in requirements, lines and series; a feed may replace them."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

from domain.catalogue import (
    BUILT_IN_LINES,
    BUILT_IN_REQUIREMENTS,
    BUILT_IN_RESULTS,
    PLTS_GLH,
)


async def load(apps: Any, editor: Any) -> None:  # noqa: ANN401 - tortoise's untyped hook
    """Write one row for each built-in value."""
    requirement = apps.get_model("models.Requirement")
    for level, needs in BUILT_IN_REQUIREMENTS.items():
        for component, need in needs.items():
            await requirement.create(
                level=level.value,
                component=component.value,
                qualification_levels="|".join(str(value) for value in sorted(need.levels)),
                glh=need.glh,
                min_glh=need.min_glh,
            )
        await requirement.create(
            level=level.value, component="PLTS", qualification_levels="", glh=PLTS_GLH
        )
    line = apps.get_model("models.LineOfLearning")
    for row in BUILT_IN_LINES:
        await line.create(code=row.code, name=row.name, phase=row.phase, active=row.active)
    series = apps.get_model("models.ExamSeries")
    for month, rule in BUILT_IN_RESULTS.items():
        await series.create(
            month=month, results_month=rule.month, results_year_offset=rule.year_offset
        )


async def unload(apps: Any, editor: Any) -> None:  # noqa: ANN401
    """Leave the tables as they are: the next step back drops them."""


class Migration(migrations.Migration):
    """The built-in course data."""

    dependencies = [("models", "0001_initial")]
    operations = [ops.RunPython(load, unload)]
