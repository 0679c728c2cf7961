"""Warns of names in filters that stand for nothing in reach: an empty list looks like good news."""

from collections.abc import Sequence
from typing import Any

from domain.errors import Missing
from loaders.batching import Batch
from loaders.filters import LearnerFilter
from loaders.named import Named, lacking, named_by
from schema.context import Context, Info


def note_filter(info: Info, wanted: LearnerFilter) -> None:
    """Have the names in a filter looked up before the operation ends."""
    note_names(info, named_by(wanted))


def note_names(info: Info, conditions: Sequence[Named]) -> None:
    """Have names looked up before the operation ends, for all of its fields together."""
    if not conditions:
        return
    path = tuple(key for key in info.path.as_list() if isinstance(key, str))
    for one in conditions:
        info.context.names.setdefault((path, one.field), one)


async def warnings(context: Context) -> list[dict[str, Any]]:
    """Which names the answer is not about: one entry for each field of it and condition."""

    async def ask(batch: Batch, names: Sequence[str]) -> Any:  # noqa: ANN401 - answers by name
        return await context.load_many(batch, names)

    found = await lacking(ask, [*context.names.values()])
    return [
        {
            "message": one.message,
            "path": path,
            "code": Missing.code,
            "field": field,
            "positions": one.places,
        }
        for (path, field), one in zip(context.names, found, strict=True)
        if one is not None
    ]
