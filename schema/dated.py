"""Fields that take a day: what is stored answers for today, the rules for every other day."""

import asyncio
from collections.abc import Callable
from datetime import date
from operator import attrgetter
from typing import Annotated, Any

import strawberry

from domain.travel import within_reach
from loaders.derivations import Derived, derived_by_registration_id
from schema.batched import selects
from schema.context import Batch, Info

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
        " to twenty years ahead; null for today. Fields of the learners take a day of their own."
    ),
]


def other_day(info: Info, on: date | None) -> date | None:
    """The day that is asked for, or None where it is today; raises Invalid."""
    today = info.context.today
    return None if on is None or on == today else within_reach(on, today, field="on")


def dated_column(
    name: str, then: Callable[[Any, Derived], Any], *, key: str, description: str
) -> Any:  # noqa: ANN401 - stands for a field of any type
    """A column of the row today; on another day what `then` makes of the derivation.

    `key` is the row's field that holds the registration. Without a day this is no more than
    reading the column: nothing is awaited.
    """
    now, key_of = attrgetter(name), attrgetter(key)

    async def derived(root: Any, info: Info, day: date) -> Any:  # noqa: ANN401
        found = await info.context.load(derived_by_registration_id, key_of(root), day)
        return now(root) if found is None else then(root, found)

    def resolve(root: Any, info: Info, on: On = None) -> Any:  # noqa: ANN401
        day = None if on is None else other_day(info, on)
        return now(root) if day is None else derived(root, info, day)

    return strawberry.field(resolver=resolve, description=description)


def dated(
    batch: Batch,
    then: Callable[[Any, Derived, Any, date], Any],
    *,
    key: str,
    description: str,
    pick: Callable[[Any, Any], Any] | None = None,
    ahead: tuple[str, Batch] | None = None,
) -> Any:  # noqa: ANN401 - stands for a field of any type
    """A batched relation today; on another day what `then` makes of the derivation and of it.

    The other arguments are those of `batched`; the key is that of a registration.
    """
    key_of = attrgetter(key)

    async def resolve(root: Any, info: Info, on: On = None) -> Any:  # noqa: ANN401
        day, wanted = other_day(info, on), key_of(root)
        asked = [info.context.load(batch, wanted)]
        if day is not None:
            asked.append(info.context.load(derived_by_registration_id, wanted, day))
        if ahead is not None and selects(info, ahead[0]):
            asked.append(info.context.load(ahead[1], wanted))
        stored, *found = await asyncio.gather(*asked)
        if day is not None:
            return [] if found[0] is None else then(root, found[0], stored, day)
        return stored if pick is None else pick(root, stored)

    return strawberry.field(resolver=resolve, description=description)
