"""Relay connections by keyset pagination, stable while rows are added and removed."""

import base64
import binascii
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Generic, TypeVar

import orjson
import strawberry
from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLResolveInfo,
    InlineFragmentNode,
    SelectionSetNode,
)

from domain.errors import Invalid
from loaders.paging import Order, PageRequest, Slice
from schema.context import Info

DEFAULT_FIRST = 25
MAX_FIRST = 100
MAX_CURSOR = 1_000
_NOTHING = Slice((), more=False)

NodeType = TypeVar("NodeType")

First = Annotated[int, strawberry.argument(description="How many nodes to give, 1 to 100.")]
After = Annotated[
    str | None,
    strawberry.argument(description="Cursor behind which to go on; null from the start."),
]


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """Where a page stands in its list."""

    has_next_page: bool = strawberry.field(description="Whether there are more behind this page.")
    has_previous_page: bool = strawberry.field(
        description="Whether the page was asked for with `after`, so that some stand before it."
    )
    start_cursor: str | None = strawberry.field(
        description="Cursor of the first node; null on an empty page."
    )
    end_cursor: str | None = strawberry.field(
        description="Cursor of the last node, for `after`; null on an empty page."
    )


def _cursor(root: "Edge[NodeType]") -> str:
    """The place of a node, which most readers do not ask for."""
    return _encode(root.node, root.order)


@strawberry.type(description="A node with its place in the list.")
class Edge(Generic[NodeType]):
    """A node with its place in the list."""

    cursor: str = strawberry.field(
        resolver=_cursor, description="The place of the node, for `after`."
    )
    node: NodeType = strawberry.field(description="The node itself.")
    order: strawberry.Private[Order]


def _edges(root: "Connection[NodeType]") -> list[Edge[NodeType]]:
    """The nodes once more, each with where it stands."""
    return [Edge(node=node, order=root.order) for node in root.nodes]


@strawberry.type(description="A page of a list that can grow.")
class Connection(Generic[NodeType]):
    """A page of a list that can grow."""

    edges: list[Edge[NodeType]] = strawberry.field(
        resolver=_edges, description="The nodes with their cursors."
    )
    nodes: list[NodeType] = strawberry.field(description="The nodes alone.")
    page_info: PageInfo = strawberry.field(description="Where the page stands.")
    order: strawberry.Private[Order]
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field(description="How many there are in all; counted only when asked for.")
    async def total_count(self) -> int:
        """Count."""
        return await self.count()


def page_request(order: Order, first: int, after: str | None) -> PageRequest:
    """Check what was asked: 1 to 100 nodes, and a cursor of this order."""
    if not 1 <= first <= MAX_FIRST:
        message = f"A page has 1 to {MAX_FIRST} nodes."
        raise Invalid(message, code="PAGE_SIZE", field="first")
    return PageRequest(order, first, None if after is None else _decode(after, order))


async def paged(
    info: Info,
    page: PageRequest,
    read: Callable[[], Awaitable[Slice]],
    count: Callable[[], Awaitable[int]],
    *,
    of_one: bool = False,
) -> Connection[Any]:
    """What a field answers whose page is read if anything of it is asked for.

    A mere count is no look at anybody's record; `of_one` says that a list is of one learner, found
    by their number, which is one.
    """
    shown = any(_selects(info, name) for name in ("nodes", "edges"))
    found = await read() if shown or _selects(info, "pageInfo") else _NOTHING
    if shown:
        info.context.trail.listed(info.context.viewer, found.rows, of_one=of_one)
    return connection(page, found, count)


def connection(
    page: PageRequest, found: Slice, count: Callable[[], Awaitable[int]]
) -> Connection[Any]:
    """A page as it is shown."""
    ends = [_encode(row, page.order) for row in (*found.rows[:1], *found.rows[-1:])]
    return Connection(
        nodes=list(found.rows),
        page_info=PageInfo(
            has_next_page=found.more,
            has_previous_page=page.after is not None,
            start_cursor=ends[0] if ends else None,
            end_cursor=ends[-1] if ends else None,
        ),
        order=page.order,
        count=count,
    )


def _encode(row: object, order: Order) -> str:
    packed = orjson.dumps([order.name, *order.key_of(row)])
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _decode(cursor: str, order: Order) -> tuple[Any, ...]:
    try:
        return _place(cursor, order)
    except (ValueError, binascii.Error):
        message = "The cursor does not belong to this list and order."
        raise Invalid(message, code="CURSOR_INVALID", field="after") from None


def _place(cursor: str, order: Order) -> tuple[Any, ...]:
    """The place in an order that a cursor stands for; raises ValueError for anything else."""
    if len(cursor) > MAX_CURSOR:
        raise ValueError
    padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
    values = orjson.loads(base64.b64decode(padded, b"-_", validate=True))
    if not isinstance(values, list) or len(values) != len(order.values) + 1:
        raise ValueError
    name, *texts, key = values
    # A null is in no name, and PostgreSQL refuses to compare one.
    if name != order.name or not all(isinstance(text, str) and "\0" not in text for text in texts):
        raise ValueError
    if type(key) is not int or not -(2**63) <= key < 2**63:
        raise ValueError
    return (*texts, key)


def _selects(info: Info, name: str) -> bool:
    """Whether a field is asked for directly below the one that is being answered."""
    raw: GraphQLResolveInfo[Any] = info._raw_info  # noqa: SLF001 - strawberry has no public door to it
    looked: set[str] = set()
    return any(_holds(raw, node.selection_set, name, looked) for node in raw.field_nodes)


def _holds(
    raw: GraphQLResolveInfo[Any], selected: SelectionSetNode | None, name: str, looked: set[str]
) -> bool:
    """Look into a selection, and into each fragment once, however often it is spread."""
    for node in selected.selections if selected else ():
        if isinstance(node, FieldNode):
            if node.name.value == name:
                return True
        elif isinstance(node, FragmentSpreadNode):
            fragment = node.name.value
            if fragment not in looked:
                looked.add(fragment)
                if _holds(raw, raw.fragments[fragment].selection_set, name, looked):
                    return True
        elif isinstance(node, InlineFragmentNode) and _holds(raw, node.selection_set, name, looked):
            return True
    return False
