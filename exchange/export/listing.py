"""What an export is: columns that people understand, and rows that come a chunk at a time."""

from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Mapping,
    Sequence,
)
from datetime import date, datetime
from enum import Enum, auto
from typing import Any, Final, NamedTuple, TypeVar

import orjson

from loaders.centres import centre_by_id
from loaders.facts import level_in_words
from loaders.learners import learner_by_id
from loaders.paging import Order, PageRequest, Slice
from loaders.reading import Reading
from loaders.rows import FactsRow

CHUNK: Final = 250
"""Rows that are read, and kept in memory, at a time."""

Found = TypeVar("Found")

Cell = str | int | float | bool | date | datetime | None
"""What a cell holds; None for nothing, and for what the reader may not know."""


class Kind(Enum):
    """What the cells of a column are."""

    TEXT = auto()
    NUMBER = auto()
    SHARE = auto()
    """A part of one."""
    DAY = auto()
    MONTH = auto()
    """Written YYYY-MM."""
    MOMENT = auto()
    """In UTC."""
    YES_NO = auto()


class Column(NamedTuple):
    """A column as people see it."""

    header: str
    kind: Kind = Kind.TEXT
    width: int = 14
    """In characters, for spreadsheets."""


class Row(NamedTuple):
    """A row, and whose record and which centre it is about."""

    cells: tuple[Cell, ...]
    centre_id: int | None = None
    registration_id: int | None = None


Chunk = Sequence[Row]


class Listing(NamedTuple):
    """A list that is ready to be taken away."""

    title: str
    columns: tuple[Column, ...]
    total: Callable[[], Awaitable[int]]
    """How many rows there are."""
    chunks: Callable[[], AsyncGenerator[Chunk]]
    not_included: Sequence[str] = ()
    """What was asked for and is out of reach, in words."""
    learners: Mapping[int, int] = {}
    """Of counts, whose rows are of no one centre: how many learners of each are counted."""


CENTRE_COLUMNS: Final = (Column("Centre number"), Column("Centre", width=30))
PERSON_COLUMNS: Final = (
    Column("ULN"),
    Column("Given name", width=18),
    Column("Family name", width=18),
)
COURSE_COLUMNS: Final = (
    Column("Line of learning", width=28),
    Column("Level", width=20),
    Column("Anticipated award", Kind.MONTH, 17),
)


async def pages(
    read: Callable[[PageRequest], Awaitable[Slice]], order: Order
) -> AsyncIterator[Sequence[Any]]:
    """All rows of a list, a page at a time, each going on where the last one ended."""
    after: tuple[Any, ...] | None = None
    while True:
        found = await read(PageRequest(order, CHUNK, after))
        if found.rows:
            yield found.rows
        if not found.more:
            return
        # As a cursor holds it: days as text.
        after = tuple(orjson.loads(orjson.dumps(order.key_of(found.rows[-1]))))


def counts(
    title: str, columns: tuple[Column, ...], rows: Sequence[Row], learners: Mapping[int, int]
) -> Listing:
    """Counts, which are few and known, of so many learners of each centre."""

    async def total() -> int:
        return len(rows)

    async def chunks() -> AsyncGenerator[Chunk]:
        yield rows

    return Listing(title, columns, total, chunks, learners=learners)


def known(
    title: str,
    columns: tuple[Column, ...],
    found: Sequence[Found],
    make: Callable[[Sequence[Found]], Awaitable[Chunk]],
) -> Listing:
    """A list of which it is known what is in it, and whose rows are made a chunk at a time."""

    async def total() -> int:
        return len(found)

    async def chunks() -> AsyncGenerator[Chunk]:
        for start in range(0, len(found), CHUNK):
            yield await make(found[start : start + CHUNK])

    return Listing(title, columns, total, chunks)


async def centres_of(
    reading: Reading, ids: Iterable[int | None]
) -> dict[int | None, tuple[Cell, ...]]:
    """Number and name of each centre; nothing for one that is out of reach."""
    wanted = sorted({key for key in ids if key is not None})
    found = await centre_by_id(reading, wanted)
    held: dict[int | None, tuple[Cell, ...]] = {None: (None, None)}
    for key, centre in zip(wanted, found, strict=True):
        held[key] = (None, None) if centre is None else (centre.number, centre.name)
    return held


def learner_and_course(facts: FactsRow | None) -> tuple[Cell, ...]:
    """For the columns of a person and of a course; nothing for what is out of reach."""
    if facts is None:
        return (None,) * len(PERSON_COLUMNS + COURSE_COLUMNS)
    return (
        facts.uln,
        facts.given_name,
        facts.family_name,
        facts.line_name or facts.line,
        level_in_words(facts.level),
        facts.award,
    )


class Whose(NamedTuple):
    """The learner that a row is about, as far as they are in reach."""

    cells: tuple[Cell, ...] = (None,) * len(PERSON_COLUMNS)
    """For the columns of a person."""
    registration_id: int | None = None


async def whose(reading: Reading, ids: Iterable[int | None]) -> dict[int | None, Whose]:
    """The learners that rows are about; nothing for one who is out of reach."""
    wanted = sorted({key for key in ids if key is not None})
    held: dict[int | None, Whose] = {None: Whose()}
    for key, row in zip(wanted, await learner_by_id(reading, wanted), strict=True):
        held[key] = Whose()
        if row is not None:
            names = (row.uln, row.given_name, row.family_name)
            held[key] = Whose(names, row.registration_id)
    return held
