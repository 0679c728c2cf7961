"""Relations as one line: a batch question, and the field of the row that is its key."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import strawberry
from strawberry.extensions import FieldExtension

from schema.context import Batch, Info


def batched(
    batch: Batch,
    *,
    key: str | Callable[[Any], Any],
    description: str,
    pick: Callable[[Any, Any], Any] | None = None,
    extensions: list[FieldExtension] | None = None,
) -> Any:  # noqa: ANN401 - stands for a field of any type
    """A field answered for all objects of a level by one statement.

    `key` is the row's field (or a function of the row) that the batch is asked with; a key of
    None answers null. `pick` makes the field's value from the row and the batch's answer.
    """
    key_of = attrgetter(key) if isinstance(key, str) else key

    async def resolve(root: Any, info: Info) -> Any:  # noqa: ANN401
        wanted = key_of(root)
        if wanted is None:
            return None
        answer = await info.context.load(batch, wanted)
        return answer if pick is None else pick(root, answer)

    return strawberry.field(resolver=resolve, description=description, extensions=extensions or [])
