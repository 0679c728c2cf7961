"""Whatever has an id."""

from collections.abc import Sequence
from typing import Any, ClassVar

import strawberry
from graphql import GraphQLResolveInfo

from schema.batched import together
from schema.context import Info
from schema.ids import encode_id


def _ids(rows: Sequence[Any], info: Info) -> list[str]:
    """The type's name and the key, made opaque."""
    raw: GraphQLResolveInfo[Any] = info._raw_info  # noqa: SLF001 - strawberry has no public door to it
    return [encode_id(raw.parent_type.name, row.id) for row in rows]


@strawberry.interface(description="Whatever has an id that can be asked for with `node`.")
class Node:
    """Whatever has an id; each type names the slotted row that it shows."""

    row: ClassVar[type]
    whole_row: ClassVar[type | None] = None
    """Where `row` is brief, its form with all that may be asked for."""
    type_name: ClassVar[str]
    registration_key: ClassVar[str | None] = None
    """The field of the row that names the registration it belongs to; None if it may not."""

    @classmethod
    def is_type_of(cls, value: Any, _info: "GraphQLResolveInfo[Any]") -> bool:  # noqa: ANN401
        """A type shows the rows of its kind."""
        return isinstance(value, cls.row)

    id: strawberry.ID = together(
        _ids,
        description="Opaque id; the same object always has the same one.",
    )
