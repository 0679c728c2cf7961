"""Checks what filters name: a condition that names nothing in reach is refused, not unfulfilled."""

from collections.abc import Sequence
from typing import Any

from loaders.filters import LearnerFilter
from loaders.named import Named, lacking, named_by
from schema.context import Batch, Info


async def in_reach(info: Info, wanted: LearnerFilter) -> LearnerFilter:
    """The filter, whose names stand for something in reach; raises Missing."""
    await check_named(info, named_by(wanted))
    return wanted


async def check_named(info: Info, conditions: Sequence[Named]) -> None:
    """Raise Missing where a condition names nothing in reach; warn of what is lacking elsewhere."""
    if not conditions:
        return

    async def ask(batch: Batch, names: Sequence[str]) -> Any:  # noqa: ANN401 - answers by name
        return await info.context.load_many(batch, names)

    for one in await lacking(ask, conditions):
        info.context.warn(
            tuple(key for key in info.path.as_list() if isinstance(key, str)),
            one.field,
            one.message,
            positions=list(one.places),
        )
