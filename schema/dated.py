"""Fields with the argument `on`: stored values for today, derived ones for other days."""

import asyncio
from collections.abc import Callable, Hashable, Sequence
from datetime import date
from operator import attrgetter
from typing import Annotated, Any

import strawberry

from domain import travel
from loaders.batching import Batch
from loaders.derivations import Derived, derived_by_registration_id
from schema.ahead import ASKS
from schema.batched import BARE, LEVEL, Part, Pick, alone, asking, asks_of, foresee, stands_alone
from schema.context import Info

On = Annotated[
    date | None,
    strawberry.argument(
        description="The civil day to judge for, from 2005-01-01 to twenty years ahead; null for"
        " today. The rules are asked about that day, with what is known today: results that are"
        " not released by today do not exist."
    ),
]

FilterOn = Annotated[
    date | None,
    strawberry.argument(
        description="The civil day on which learners are to be as the filter asks, from 2005-01-01"
        " to twenty years ahead; null for today. Fields of the learners take a day of their own,"
        " and the list keeps the order of today."
    ),
]


def other_day(info: Info, on: date | None) -> date | None:
    """The day that is asked for, or None where it is today; raises Invalid."""
    return travel.other_day(on, info.context.today, field="on")


def dated_column(
    name: str, then: Callable[[Any, Derived], Any], *, key: str, description: str
) -> Any:  # noqa: ANN401 - stands for a field of any type
    """A column of the row today; on another day what `then` makes of the derivation.

    `key` is the row's field that holds the registration. Without a day this is no more than
    reading the column: nothing is awaited.
    """
    now, key_of = attrgetter(name), attrgetter(key)

    async def derived(rows: Sequence[Any], info: Info, day: date) -> list[Any]:
        keys = list(map(key_of, rows))
        found = await info.context.load_many(derived_by_registration_id, keys, day)
        return [
            now(row) if found[wanted] is None else then(row, found[wanted])
            for row, wanted in zip(rows, keys, strict=True)
        ]

    def answer(rows: Sequence[Any], info: Info, on: date | None = None) -> Any:  # noqa: ANN401
        day = None if on is None else other_day(info, on)
        return list(map(now, rows)) if day is None else derived(rows, info, day)

    def resolve(root: Any, info: Info, on: On = None) -> Any:  # noqa: ANN401
        if on is None:
            return now(root)
        return alone(answer, root, info, on=on)

    metadata = {LEVEL: answer, BARE: name}
    return strawberry.field(resolver=resolve, description=description, metadata=metadata)


def dated(
    batch: Batch,
    then: Callable[[Any, Derived, Any, date], Any],
    *,
    key: str,
    description: str,
    pick: Pick | None = None,
    part: Part | None = None,
) -> Any:  # noqa: ANN401 - stands for a field of any type
    """A batched relation today; on another day what `then` makes of the derivation and of it.

    The other arguments are those of `batched`; the key is that of a registration.
    """
    key_of = attrgetter(key)
    stored_today = asking(batch, key, pick=pick, part=part)

    def answer(rows: Sequence[Any], info: Info, on: date | None = None) -> Any:  # noqa: ANN401 - answers, or what awaits them
        day = other_day(info, on)
        if day is None:
            return stored_today(rows, info)
        keys = list(map(key_of, rows))
        foresee(info, keys, key)
        return derived(rows, info, keys, stands_alone(info), day)

    async def derived(
        rows: Sequence[Any], info: Info, keys: Sequence[Hashable], few: bool, day: date
    ) -> list[Any]:
        load = info.context.load_many
        stored, found = await asyncio.gather(
            load(batch, keys, few=few), load(derived_by_registration_id, keys, day)
        )
        return [
            [] if found[wanted] is None else then(row, found[wanted], stored[wanted], day)
            for row, wanted in zip(rows, keys, strict=True)
        ]

    async def resolve(root: Any, info: Info, on: On = None) -> Any:  # noqa: ANN401
        return await alone(answer, root, info, on=on)

    metadata = {LEVEL: answer, ASKS: asks_of(batch, key)}
    return strawberry.field(resolver=resolve, description=description, metadata=metadata)
