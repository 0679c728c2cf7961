"""Pages by key in either direction: every row once, in the order of one long list."""

from collections.abc import Sequence
from itertools import pairwise

import pytest

from database.connection import Database
from database.query import Clause
from domain.errors import Invalid
from loaders.paging import Order, PageRequest
from loaders.rows import CentreRow

UP = Order("UP", ("c.name", "c.id"), ("name", "id"))
DOWN = Order("DOWN", ("c.name", "c.id"), ("name", "id"), descending=True)
NEWEST = Order("NEWEST", ("c.id",), ("id",), descending=True)
NAMES = ("Ash", "Birch", "Ash", "Cedar", "Birch", "Ash", "Elm")


async def plant(database: Database) -> None:
    """Centres, some of them namesakes."""
    await database.writer.execute_many(
        "INSERT INTO centre (id, number, name, status) VALUES (?, ?, ?, 'OPEN')",
        [(n, f"1000{n}", name) for n, name in enumerate(NAMES, 1)],
    )


async def page(database: Database, request: PageRequest) -> Sequence[CentreRow]:
    return await database.reader.rows(
        CentreRow,
        "SELECT c.id, c.number, c.name, c.dfe_number, c.status, c.status_raw FROM centre c"  # noqa: S608
        f" WHERE {request.clause.text} ORDER BY {request.order.text} LIMIT ?",
        *request.clause.params,
        request.first,
    )


async def walked(database: Database, order: Order, first: int) -> list[int]:
    """The ids of all pages, one after the other."""
    found: list[int] = []
    rows = await page(database, PageRequest(order, first))
    while rows:
        found += [row.id for row in rows]
        rows = await page(database, PageRequest(order, first, order.key_of(rows[-1])))
    return found


@pytest.mark.parametrize("first", [1, 2, 3, 7, 100])
async def test_pages_of_either_direction_are_one_long_list(database: Database, first: int) -> None:
    await plant(database)
    up = [row.id for row in sorted(await page(database, PageRequest(UP, 100)), key=UP.key_of)]

    assert await walked(database, UP, first) == up == [1, 3, 6, 2, 5, 4, 7]
    assert await walked(database, DOWN, first) == up[::-1]
    assert await walked(database, NEWEST, first) == [7, 6, 5, 4, 3, 2, 1]


async def test_what_comes_later_stands_before_the_pages_that_were_given(database: Database) -> None:
    await plant(database)
    first = await page(database, PageRequest(NEWEST, 3))
    await database.writer.execute(
        "INSERT INTO centre (id, number, name, status) VALUES (8, '10008', 'Ash', 'OPEN')"
    )
    rest = await page(database, PageRequest(NEWEST, 100, NEWEST.key_of(first[-1])))

    assert [row.id for row in (*first, *rest)] == [7, 6, 5, 4, 3, 2, 1]
    assert all(earlier.id > later.id for earlier, later in pairwise((*first, *rest)))


def test_every_expression_falls_in_a_falling_order() -> None:
    assert (UP.text, DOWN.text) == ("c.name, c.id", "c.name DESC, c.id DESC")
    assert PageRequest(UP, 1, ("Ash", 3)).clause == Clause("(c.name, c.id) > (?, ?)", ("Ash", 3))
    assert PageRequest(DOWN, 1, ("Ash", 3)).clause == Clause("(c.name, c.id) < (?, ?)", ("Ash", 3))


@pytest.mark.parametrize("after", [(3,), ("Ash", 3, 4), ("Ash", "Birch"), ()])
def test_a_place_in_another_order_is_refused(after: tuple[object, ...]) -> None:
    request = PageRequest(DOWN, 1, after)

    with pytest.raises(Invalid) as refused:
        _ = request.clause
    assert refused.value.code == "CURSOR_INVALID"
