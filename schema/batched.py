"""Declares batch fields: fields resolved by one loader call for all objects of a level."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from inspect import isawaitable, iscoroutinefunction
from operator import attrgetter
from typing import Any, Final, TypeAlias

import strawberry
from graphql.pyutils import Path
from strawberry.extensions import FieldExtension

from loaders.batching import Batch
from schema.ahead import ASKS, Asks, asked_below
from schema.context import Info

LEVEL: Final = "level"
"""Metadata key of a field: the function that resolves it for all rows of a level."""

BARE: Final = "bare"
"""Metadata key of a field: the attribute of its row that it is without arguments."""

READS: Final = "reads"
"""Metadata key of a field: the attributes it needs that brief rows lack."""

Level: TypeAlias = Callable[..., Any]
"""Resolves a field for many rows: one answer for each, perhaps awaitable."""


Found: TypeAlias = Mapping[Hashable, Any]
"""The answers of a loader by key."""

Pick: TypeAlias = Callable[[Any, Any], Any]
"""A row and the answer to its key in, the value of the field out."""

Part: TypeAlias = tuple[str, str]
"""A field of the rows in an answer, and the field of the row that it names."""

Spread: TypeAlias = Callable[[Sequence[Any], Sequence[Hashable], Found], list[Any]]
"""Maps the answers of a loader back to rows: one value for each."""


def batched(
    batch: Batch,
    *,
    key: str | Callable[[Any], Any],
    description: str,
    pick: Pick | None = None,
    part: Part | None = None,
    extensions: list[FieldExtension] | None = None,
    reads: Sequence[str] = (),
    deprecation_reason: str | None = None,
) -> Any:  # noqa: ANN401 - stands for a field of any type
    """A field answered for all objects of a level by one statement.

    `key` is the row's field (or a function of the row) that the batch is asked with; a key of
    None answers null. `pick` makes the field's value from the row and the batch's answer, and
    `reads` names what it takes of a row that its brief form has not; `part` takes of an answer
    the rows that belong to the row.

    A field that asks with the registration has the fields below it ask as well, at once: that
    spares levels, and another statement where several relations lead to a batch.
    """
    return together(
        asking(batch, key, pick=pick, part=part),
        description=description,
        extensions=extensions,
        awaits=True,
        asks=asks_of(batch, key),
        reads=reads,
        deprecation_reason=deprecation_reason,
    )


def asks_of(batch: Batch, key: str | Callable[[Any], Any]) -> Asks | None:
    """What a field asks, as far as the fields above it may ask it first."""
    return Asks(batch, key) if isinstance(key, str) else None


def asking(
    batch: Batch,
    key: str | Callable[[Any], Any],
    *,
    pick: Pick | None,
    part: Part | None,
) -> Level:
    """What asks a batch for the rows of a level, at once or when its answers have come."""
    key_of = attrgetter(key) if isinstance(key, str) else key
    spread = _spread_by(pick, part)

    def answer(rows: Sequence[Any], info: Info) -> Any:  # noqa: ANN401 - answers, or what awaits them
        wanted: list[Hashable] = [key_of(row) for row in rows]
        keys = [wanted_key for wanted_key in wanted if wanted_key is not None]
        found = info.context.at_hand(batch, keys)
        if found is not None:  # as a rule, whoever asked for it has asked for what is below
            return spread(rows, wanted, found)
        foresee(info, keys, key)
        info.context.foresee([batch], keys, few=stands_alone(info))  # together with what is below
        return loaded(rows, info, wanted, keys)

    async def loaded(
        rows: Sequence[Any], info: Info, wanted: Sequence[Hashable], keys: Sequence[Hashable]
    ) -> list[Any]:
        return spread(rows, wanted, await info.context.load_many(batch, keys))

    return answer


def together(
    answer: Level,
    *,
    description: str,
    extensions: list[FieldExtension] | None = None,
    awaits: bool = False,
    asks: Asks | None = None,
    reads: Sequence[str] = (),
    deprecation_reason: str | None = None,
) -> Any:  # noqa: ANN401 - stands for a field of any type
    """A field answered for all rows of a level by one call.

    `awaits` says that the answers of a plain function may have to be awaited, `asks` what it asks
    of a loader; `reads` names what it takes of a row that its brief form has not.
    """

    async def resolve(root: Any, info: Info) -> Any:  # noqa: ANN401
        return await alone(answer, root, info)

    def resolve_at_once(root: Any, info: Info) -> Any:  # noqa: ANN401
        return _one(answer([root], info))

    return strawberry.field(
        resolver=resolve if awaits or iscoroutinefunction(answer) else resolve_at_once,
        description=description,
        extensions=extensions or [],
        metadata={LEVEL: answer, ASKS: asks, READS: reads},
        deprecation_reason=deprecation_reason,
    )


async def alone(answer: Level, root: object, info: Info, **arguments: Any) -> Any:  # noqa: ANN401
    """What a field that answers for a level answers for one row."""
    found = answer([root], info, **arguments)
    return _one(await found if isawaitable(found) else found)


def _one(answers: Sequence[Any]) -> Any:  # noqa: ANN401
    (answer,) = answers
    if isinstance(answer, Exception):
        raise answer
    return answer


def _spread_by(pick: Pick | None, part: Part | None) -> Spread:
    """How answers get to the rows that asked."""
    if part is not None:
        return partial(_parted, attrgetter(part[0]), attrgetter(part[1]))
    return _whole if pick is None else partial(_picked, pick)


def _whole(_rows: Sequence[Any], keys: Sequence[Hashable], found: Found) -> list[Any]:
    return [found.get(key) for key in keys]


def _picked(pick: Pick, rows: Sequence[Any], keys: Sequence[Hashable], found: Found) -> list[Any]:
    answers: list[Any] = []
    for row, key in zip(rows, keys, strict=True):
        answer = found.get(key)
        given = key is None or isinstance(answer, Exception)
        answers.append(answer if given else pick(row, answer))
    return answers


def _parted(
    owner_of: Callable[[Any], Any],
    name_of: Callable[[Any], Any],
    rows: Sequence[Any],
    keys: Sequence[Hashable],
    found: Found,
) -> list[Any]:
    """Each answer is taken apart once, for all rows that share it."""
    apart: dict[Hashable, dict[Any, list[Any]]] = {}
    for key in dict.fromkeys(keys):
        answer = found.get(key)
        if isinstance(answer, list):
            groups = apart[key] = defaultdict(list)
            for one in answer:
                groups[owner_of(one)].append(one)
    return [
        apart[key].get(name) or [] if key in apart else found.get(key)
        for name, key in zip(map(name_of, rows), keys, strict=True)
    ]


def stands_alone(info: Info) -> bool:
    """Whether the field stands in no list of the answer, so that it has few keys."""
    path: Path | None = info._raw_info.path  # noqa: SLF001 - strawberry has no public door to it
    while path is not None:
        if isinstance(path.key, int):
            return False
        path = path.prev
    return True


def foresee(info: Info, keys: Sequence[Hashable], key: object) -> None:
    """Ask what the fields below this one will ask with the same key, if it is a registration's."""
    below = asked_below(info, key)
    if below:
        info.context.foresee(below, keys, few=stands_alone(info))
